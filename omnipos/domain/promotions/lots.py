"""Pieces of a basket as the engine moves them: alike pieces of one line together, never one by one."""

from collections.abc import Sequence

import msgspec

from omnipos.domain.money import half_up
from omnipos.domain.promotions.matching import Rule
from omnipos.domain.promotions.promotion import PPM, AmountOff, FixedPrice, PercentOff, Pick, Step
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.tax import share

PieceReward = PercentOff | AmountOff | FixedPrice


class Lot(msgspec.Struct, kw_only=True, gc=False):
    """Pieces of one line that cost the same; `count` of them are free. What is weighed is one piece."""

    line: int
    price: int
    count: int
    milli: int
    """The quantity of one piece."""
    whole: bool = True
    """Whether it can be part of a set; what is weighed cannot."""
    loose: Rule | None = None
    """The promotion that takes most off a piece that is in no set."""
    base: int = 0
    """What one piece saves without a set."""
    later: tuple[PieceReward, ...] = ()
    """What an exclusive promotion would shut out: the combinable ones that would come off afterwards."""
    known: dict[int, int] = {}
    """What so many pieces save without a set, kept while the level is settled."""
    known_later: dict[tuple[int, int], int] = {}
    """What comes off an amount afterwards, likewise."""


class Taken(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one promotion takes off pieces of some lots: (lot, pieces), together."""

    rule: Rule
    minor: int
    parts: tuple[tuple[int, int], ...]


def lots_of(line: int, amount: int, pieces: int, milli: int, whole: bool) -> list[Lot]:
    """Return the pieces of a line as lots of one price; an amount that does not divide makes two."""
    if not whole:
        return [Lot(line=line, price=amount, count=1, milli=milli, whole=False)]
    price, dearer = divmod(amount, pieces)
    lots = []
    if dearer:
        lots.append(Lot(line=line, price=price + 1, count=dearer, milli=PIECE_MILLI))
    if price and pieces > dearer:
        lots.append(Lot(line=line, price=price, count=pieces - dearer, milli=PIECE_MILLI))
    return lots


def is_whole(pick: Pick) -> bool:
    """Tell whether a line is a number of pieces."""
    return pick.unit == "pcs" and pick.quantity_milli % PIECE_MILLI == 0


def off(reward: PieceReward, amount: int, milli: int) -> int:
    """Return what a promotion by the piece takes off an amount for a quantity: from 0 to all of it."""
    if type(reward) is PercentOff:
        minor = half_up(amount * reward.rate_ppm, PPM)
        return minor if minor <= amount else amount
    if type(reward) is AmountOff:
        return min(half_up(reward.amount_minor * milli, PIECE_MILLI), amount)
    assert type(reward) is FixedPrice, "sets and thresholds are no promotions by the piece"
    return max(amount - half_up(reward.price_minor * milli, PIECE_MILLI), 0)


def off_later(lot: Lot, amount: int, milli: int) -> int:
    """Return what combinable promotions take off an amount, each off what the one before left."""
    key = (amount, milli)
    left = lot.known_later.get(key)
    if left is None:
        left = amount
        for reward in lot.later:
            if not left:
                break
            left -= off(reward, left, milli)
        lot.known_later[key] = left
    return amount - left


def step_reward(step: Step) -> PieceReward:
    """Return what a step of tiers means for each piece."""
    if step.price_minor is None:
        return PercentOff(rate_ppm=step.rate_ppm)
    return FixedPrice(price_minor=step.price_minor)


def worth(taken: Taken, lots: Sequence[Lot]) -> int:
    """Return what the customer saves on the pieces: this, and what may come off them afterwards."""
    if taken.rule.promotion.exclusive or not any(lots[lot].later for lot, _count in taken.parts):
        return taken.minor
    total = taken.minor
    for (index, count), minor in zip(taken.parts, spread(taken, lots), strict=True):
        lot = lots[index]
        total += off_later(lot, lot.price * count - minor, lot.milli * count)
    return total


def loose_worth(lot: Lot, count: int) -> int:
    """Return what some pieces of a lot save when they are in no set."""
    if lot.loose is None and not lot.later:
        return 0
    minor = lot.known.get(count)
    if minor is None:
        minor = lot.known[count] = _loose_worth(lot, lot.price * count, lot.milli * count)
    return minor


def _loose_worth(lot: Lot, amount: int, milli: int) -> int:
    if lot.loose is None:
        return off_later(lot, amount, milli)
    minor = off(lot.loose.piece, amount, milli)
    if lot.later and not lot.loose.promotion.exclusive:
        minor += off_later(lot, amount - minor, milli)
    return minor


def spread(taken: Taken, lots: Sequence[Lot]) -> list[int]:
    """Return the part of a saving that falls on each lot: by price, without losing a minor unit."""
    return share(taken.minor, [lots[lot].price * count for lot, count in taken.parts])
