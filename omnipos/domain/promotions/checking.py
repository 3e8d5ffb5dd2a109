"""Looks a promotion over before it is kept: what makes no sense is refused with a sentence that says why."""

from collections.abc import Iterable
from itertools import pairwise
from typing import assert_never

import msgspec

from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import MOST_MINOR
from omnipos.domain.names import clean_text
from omnipos.domain.promotions.promotion import (
    PPM,
    AmountOff,
    Bundle,
    BuyGet,
    FixedPrice,
    Goods,
    PercentOff,
    Promotion,
    Reward,
    SetPrice,
    Spend,
    Step,
    Tiers,
)
from omnipos.domain.quantity import MOST_MILLI
from omnipos.locale import _

LONGEST_CODE = 60
MOST_PIECES = 999
"""Pieces of one set."""
MOST_TIMES = 99_999
MOST_PRIORITY = 999
MINUTES_OF_A_DAY = 24 * 60


def check_promotion(promotion: Promotion) -> Promotion:
    """Return a promotion with its texts cleaned and its names folded.

    Raises EntryRefused when it makes no sense.
    """
    code = clean_text(promotion.code, LONGEST_CODE + 1)
    name = clean_text(promotion.name)
    _refuse(not promotion.promotion_id.strip(), _("A promotion needs an id."))
    _refuse(not code, _("A promotion needs a code."))
    _refuse(
        len(code) > LONGEST_CODE,
        _("A promotion's code has at most {count} characters.").format(count=LONGEST_CODE),
    )
    _refuse(not name, _("A promotion needs a name: it stands on the receipt below what it takes off."))
    _check_times(promotion)
    _check_company(promotion)
    return msgspec.structs.replace(
        promotion,
        code=code,
        name=name,
        reward=_checked_reward(promotion.reward),
        goods=_checked_goods(promotion.goods),
        groups=_folded(promotion.groups),
        channels=_cleaned(promotion.channels),
        stores=_cleaned(promotion.stores),
        weekdays=tuple(sorted(set(promotion.weekdays))),
    )


def makes_sense(reward: Reward) -> bool:
    """Tell whether a reward can be given at all, for one that was never looked over."""
    try:
        _checked_reward(reward)
    except EntryRefused:
        return False
    return True


def _refuse(wrong: bool, sentence: str) -> None:
    if wrong:
        raise EntryRefused(sentence)


def _check_times(promotion: Promotion) -> None:
    minutes = (promotion.from_minute, promotion.until_minute)
    first, end = promotion.valid_from_ms, promotion.valid_until_ms
    _refuse(
        not all(1 <= day <= 7 for day in promotion.weekdays),
        _("Weekdays are numbers from 1 for Monday to 7 for Sunday."),
    )
    _refuse(
        not all(0 <= minute <= MINUTES_OF_A_DAY for minute in minutes),
        _("Hours are minutes of the day, from 0 to 1440."),
    )
    _refuse(first < 0 or end < 0, _("A promotion begins and ends after 1970. Check its dates."))
    _refuse(0 < end <= first, _("The promotion ends before it begins. Check its dates."))


def _check_company(promotion: Promotion) -> None:
    whole = isinstance(promotion.reward, Tiers | Spend)
    _refuse(
        promotion.exclusive and promotion.combinable,
        _("A promotion is exclusive or combinable, not both."),
    )
    _refuse(
        abs(promotion.priority) > MOST_PRIORITY,
        _("A priority is a number from −{most} to {most}.").format(most=MOST_PRIORITY),
    )
    _refuse(
        not 0 <= promotion.most_times <= MOST_TIMES,
        _("How often a promotion is given in one sale is a number from 0 (any) to {most}.").format(
            most=MOST_TIMES
        ),
    )
    _refuse(
        whole and promotion.most_times > 0,
        _("Tiers and spend thresholds are given once a sale. Leave out how often."),
    )
    _refuse(
        isinstance(promotion.reward, Bundle) and promotion.goods != Goods(),
        _("A bundle says its goods in its parts. Leave out the goods of the promotion."),
    )


def _checked_goods(goods: Goods) -> Goods:
    return Goods(
        products=_cleaned(goods.products),
        families=_folded(goods.families),
        categories=_folded(goods.categories),
        departments=_folded(goods.departments),
        brands=_folded(goods.brands),
        without=_cleaned(goods.without),
    )


def _cleaned(texts: Iterable[str]) -> tuple[str, ...]:
    clean = tuple(dict.fromkeys(clean_text(text) for text in texts))
    _refuse("" in clean, _("A promotion names goods, groups, channels or stores by a text that is empty."))
    return clean


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.casefold() for text in _cleaned(texts)))


def _checked_reward(reward: Reward) -> Reward:
    match reward:
        case PercentOff():
            _check_rate(reward.rate_ppm)
        case AmountOff():
            _check_sum(reward.amount_minor, 1)
        case FixedPrice():
            _check_sum(reward.price_minor, 0)
        case BuyGet():
            _check_pieces(reward.buy)
            _check_pieces(reward.get)
            _check_rate(reward.rate_ppm)
        case SetPrice():
            _check_pieces(reward.count)
            _check_sum(reward.price_minor, 0)
        case Bundle():
            return _checked_bundle(reward)
        case Tiers():
            _check_tiers(reward.steps)
        case Spend():
            _check_spend(reward)
        case unknown:
            assert_never(unknown)
    return reward


def _check_rate(rate_ppm: int) -> None:
    _refuse(not 0 < rate_ppm <= PPM, _("A part off is more than 0% and at most 100%."))


def _check_sum(minor: int, least: int) -> None:
    _refuse(minor < least, _("A sum to take off is more than nothing, and a price is not below 0."))
    _refuse(minor > MOST_MINOR, _("That sum is too large. Check what was typed."))


def _check_pieces(count: int) -> None:
    _refuse(
        not 1 <= count <= MOST_PIECES,
        _("A set has 1 to {most} pieces of each kind.").format(most=MOST_PIECES),
    )


def _check_one_of(price_or_sum: bool, rate_ppm: int) -> None:
    _refuse(price_or_sum == bool(rate_ppm), _("Say one thing: a sum or price, or a part off."))
    if rate_ppm:
        _check_rate(rate_ppm)


def _checked_bundle(bundle: Bundle) -> Bundle:
    parts = tuple(msgspec.structs.replace(part, goods=_checked_goods(part.goods)) for part in bundle.parts)
    _refuse(
        len(parts) < 2, _("A bundle has at least two parts. For one kind of goods, use a price for several.")
    )
    for part in parts:
        _check_pieces(part.count)
    _refuse(sum(part.count for part in parts) > MOST_PIECES, _("That bundle has too many pieces."))
    _refuse(
        any(part.goods == other.goods for i, part in enumerate(parts) for other in parts[:i]),
        _("A bundle names the same goods twice. Name them once, with the number of pieces."),
    )
    _check_one_of(bundle.price_minor is not None, bundle.rate_ppm)
    if bundle.price_minor is not None:
        _check_sum(bundle.price_minor, 0)
    return msgspec.structs.replace(bundle, parts=parts)


def _check_tiers(steps: tuple[Step, ...]) -> None:
    _refuse(not steps, _("Tiers need at least one step."))
    _refuse(
        not all(0 < step.from_milli <= MOST_MILLI for step in steps),
        _("Each step of the tiers begins at a quantity above 0 that one line can hold."),
    )
    for step in steps:
        _check_one_of(step.price_minor is not None, step.rate_ppm)
        if step.price_minor is not None:
            _check_sum(step.price_minor, 0)
    for lower, higher in pairwise(steps):
        _refuse(
            higher.from_milli <= lower.from_milli,
            _("The steps of the tiers go up: each begins at more than the one before."),
        )
        _refuse(
            (higher.price_minor is None) != (lower.price_minor is None),
            _("The steps of the tiers all have a part off, or all a price."),
        )
        _refuse(
            higher.rate_ppm < lower.rate_ppm or (higher.price_minor or 0) > (lower.price_minor or 0),
            _("A higher step of the tiers may not be worse for the customer than the one below."),
        )


def _check_spend(spend: Spend) -> None:
    _refuse(spend.from_minor < 1, _("The sum that has to be spent is more than nothing."))
    _check_sum(spend.from_minor, 1)
    _check_one_of(spend.amount_minor != 0, spend.rate_ppm)
    _check_sum(spend.amount_minor, 0)
    _refuse(
        spend.amount_minor > spend.from_minor,
        _("A spend threshold cannot take off more than has to be spent."),
    )
