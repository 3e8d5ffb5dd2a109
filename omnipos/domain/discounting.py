"""Discounts and prices given by hand: what may be typed, which lines take them, and what they come to."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from omnipos.domain.basket import (
    Basket,
    Discount,
    Line,
    PriceOverride,
    assert_open_to_change,
    check_amount,
    line_of,
    takes_discount,
)
from omnipos.domain.cardnumber import free_text, holds_card_number
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.money import currency, format_money, half_up, parse_money
from omnipos.domain.saving import Saving, SavingKind
from omnipos.domain.tax import share
from omnipos.locale import _, later, ngettext

PPM = 1_000_000
LEAST_RATE_PPM = 10_000
LONGEST_REASON = 60
MOST_NOTES = 10_000
"""A price of more of the dearest banknotes than this is a barcode typed into it."""

USUAL_REASONS = (
    later("Damaged"),
    later("Near its date"),
    later("Price match"),
    later("Staff"),
    later("Goodwill"),
)


class Off(NamedTuple):
    """What is to come off: a rate, or a sum in minor units."""

    rate_ppm: int = 0
    amount_minor: int = 0


def parse_off(text: str, currency_code: str) -> Off:
    """Read `10%`, `12,5%` or a sum in major units; raise EntryRefused for anything else."""
    written = text.strip()
    if not written.endswith("%"):
        amount_minor = parse_money(written, currency_code)
        if not amount_minor:
            raise EntryRefused(_("A discount is more than nothing: a sum, or a rate such as 10%."))
        return Off(amount_minor=amount_minor)
    whole, point, rest = written[:-1].strip().replace(",", ".").partition(".")
    digits = whole + rest
    if not (digits.isascii() and digits.isdigit() and whole) or len(rest) > 2 or (point and not rest):
        raise EntryRefused(_("“{text}” is not a rate. A rate is such as 12,5%.").format(text=written[:20]))
    # Cut before it is read: a scanned barcode must not become a number of any size.
    rate_ppm = int(whole[:9]) * LEAST_RATE_PPM + int(rest.ljust(2, "0")) * (LEAST_RATE_PPM // 100)
    if not LEAST_RATE_PPM <= rate_ppm <= PPM:
        raise EntryRefused(_("A discount goes from 1% to 100%."))
    return Off(rate_ppm=rate_ppm)


def parse_price(text: str, currency_code: str) -> int:
    """Read a new price for one piece or kilogram in major units; raise EntryRefused for one too high."""
    return check_price(parse_money(text, currency_code), currency_code)


def check_price(price_minor: int, currency_code: str) -> int:
    """Return a price that a line can be given; raise EntryRefused for one that is a slip of the finger."""
    most_minor = MOST_NOTES * max(currency(currency_code).notes)
    if not 0 <= price_minor <= most_minor:
        raise EntryRefused(_("That price is far too high. Was a barcode scanned here?"))
    return price_minor


def clean_reason(text: str) -> str:
    """Return a reason, also by the number of a usual one; raise EntryRefused for none."""
    written = free_text(text, LONGEST_REASON)
    if written.isascii() and written.isdigit() and 1 <= int(written[:3]) <= len(USUAL_REASONS):
        return _(USUAL_REASONS[int(written) - 1])
    if not written:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    return written


def left_out_words(basket: Basket) -> str:
    """Say how many lines the whole basket's discount leaves out; empty for none."""
    count = sum(not takes_discount(line) for line in basket.lines)
    said = ngettext(
        "{count} line is left out: deposits, vouchers and online orders take no discount.",
        "{count} lines are left out: deposits, vouchers and online orders take no discount.",
        count,
    )
    return said.format(count=count) if count else ""


def check_gift(basket: Basket, line_id: int = 0, *, is_price: bool = False) -> None:
    """Raise BasketRefused for a line that takes no discount or price by hand; without one, for all lines."""
    assert_open_to_change(basket)
    if not line_id:
        if not any(takes_discount(line) for line in basket.lines):
            raise BasketRefused(_("Nothing in this basket takes a discount."))
        return
    line = line_of(basket, line_id)
    if line.order_line_id:
        raise BasketRefused(_("This line belongs to an online order; its price was agreed there."))
    if line.returned is not None:
        raise BasketRefused(_("{name} comes back at the price that it was sold at.").format(name=line.name))
    if not takes_discount(line):
        raise BasketRefused(
            _("{name} is always sold at its own price, as deposits and vouchers are.").format(name=line.name)
        )
    if is_price and line.label_minor is not None:
        raise BasketRefused(
            _("{name} costs what its label says. Give it a discount instead.").format(name=line.name)
        )


def discount_line(basket: Basket, line_id: int, discount: Discount) -> Basket:
    """Give one line a discount in place of any that it had; raise BasketRefused."""
    check_gift(basket, line_id)
    return _with_line(basket, msgspec.structs.replace(line_of(basket, line_id), discount=discount))


def discount_basket(basket: Basket, discount: Discount) -> Basket:
    """Give all lines together a discount in place of any that they had; raise BasketRefused."""
    check_gift(basket)
    return msgspec.structs.replace(basket, discount=discount)


def take_back(basket: Basket, line_id: int = 0) -> Basket:
    """Take the discount of a line, or of the whole basket, away again; raise BasketRefused for none."""
    assert_open_to_change(basket)
    line = line_of(basket, line_id) if line_id else None
    if (line.discount if line else basket.discount) is None:
        raise BasketRefused(_("There is no discount to take back."))
    if line is None:
        return msgspec.structs.replace(basket, discount=None)
    return _with_line(basket, msgspec.structs.replace(line, discount=None))


def override_price(basket: Basket, line_id: int, price_minor: int, override: PriceOverride) -> Basket:
    """Give a line another price for a piece or kilogram; `was_minor` stays its first price.

    Raises EntryRefused for the price that it has, BasketRefused for a line whose price is not the till's.
    """
    check_gift(basket, line_id, is_price=True)
    line = line_of(basket, line_id)
    check_price(price_minor, basket.currency)
    if price_minor == line.unit_price_minor:
        raise EntryRefused(_("That is the price already."))
    was_minor = line.override.was_minor if line.override else line.unit_price_minor
    kept = None if price_minor == was_minor else msgspec.structs.replace(override, was_minor=was_minor)
    changed = msgspec.structs.replace(line, unit_price_minor=price_minor, override=kept)
    check_amount(changed)
    return _with_line(basket, changed)


def restore_price(basket: Basket, line_id: int) -> Basket:
    """Give a line the price back that it had; raise BasketRefused when nobody changed it."""
    assert_open_to_change(basket)
    line = line_of(basket, line_id)
    if line.override is None:
        raise BasketRefused(_("Nobody has changed the price of this line."))
    was_minor = line.override.was_minor
    return _with_line(basket, msgspec.structs.replace(line, unit_price_minor=was_minor, override=None))


def _with_line(basket: Basket, changed: Line) -> Basket:
    lines = tuple(changed if one.line_id == changed.line_id else one for one in basket.lines)
    return msgspec.structs.replace(basket, lines=lines)


Savings = tuple[tuple[Saving, ...], ...]


def discounted(lines: Sequence[Line], savings: Savings, discount: Discount | None) -> Savings:
    """Return the savings with the discounts behind the promotions: each line's own, then the basket's.

    The basket's is shared by what is left of each line, by largest remainder. No line goes below nothing.
    """
    own = tuple(_with_own(line, had) for line, had in zip(lines, savings, strict=True))
    if discount is None:
        return own
    lefts = _lefts(lines, own)
    shares = share(_comes_to(discount, sum(lefts)), lefts)
    return tuple(_with_saving(had, discount, part) for had, part in zip(own, shares, strict=True))


def _with_own(line: Line, had: tuple[Saving, ...]) -> tuple[Saving, ...]:
    if line.discount is None or not takes_discount(line):
        return had
    return _with_saving(had, line.discount, _comes_to(line.discount, _left(line, had)))


def _with_saving(had: tuple[Saving, ...], discount: Discount, amount_minor: int) -> tuple[Saving, ...]:
    if not amount_minor:
        return had
    name = _("Discount: {reason}").format(reason=discount.reason)
    return (*had, Saving(kind=SavingKind.DISCOUNT, name=name, amount_minor=amount_minor))


def _comes_to(discount: Discount, left_minor: int) -> int:
    if discount.rate_ppm:
        return half_up(left_minor * discount.rate_ppm, PPM)
    return min(discount.amount_minor, left_minor)


def _left(line: Line, savings: Sequence[Saving]) -> int:
    return max(line.amount_minor - sum(saving.amount_minor for saving in savings), 0)


def _lefts(lines: Sequence[Line], savings: Savings) -> list[int]:
    """Return what is left of each line that a discount may touch, and 0 for the others."""
    return [_left(line, had) if takes_discount(line) else 0 for line, had in zip(lines, savings, strict=True)]


def check_sums(basket: Basket, promotions: Savings, line_id: int = 0) -> None:
    """Raise BasketRefused when a sum to come off is more than is left: of one line, or of the basket.

    `promotions` is what the promotions take off each line.
    """
    for line, had in zip(basket.lines, promotions, strict=True):
        sum_minor, left_minor = line.discount.amount_minor if line.discount else 0, _left(line, had)
        if line.line_id == line_id and sum_minor > left_minor:
            said = _("A discount of {amount} is more than the {left} that {name} costs.")
            raise BasketRefused(said.format(name=line.name, **_amounts(basket, sum_minor, left_minor)))
    if basket.discount is None:
        return
    sum_minor = basket.discount.amount_minor
    left_minor = sum(_lefts(basket.lines, discounted(basket.lines, promotions, None)))
    if sum_minor > left_minor:
        said = _(
            "The whole basket's discount of {amount} would be more than the {left} left of its goods."
            " Take it back, or give a smaller one."
        )
        raise BasketRefused(said.format(**_amounts(basket, sum_minor, left_minor)))


def worth_minor(basket: Basket, promotions: Savings, line_id: int = 0) -> int:
    """Return what the discount of a line, or of the whole basket, comes to behind the promotions."""
    own = discounted(basket.lines, promotions, None)
    if not line_id:
        return _comes_to(basket.discount, sum(_lefts(basket.lines, own))) if basket.discount else 0
    for line, had, with_own in zip(basket.lines, promotions, own, strict=True):
        if line.line_id == line_id:
            return _left(line, had) - _left(line, with_own)
    return 0


def _amounts(basket: Basket, sum_minor: int, left_minor: int) -> dict[str, str]:
    return {
        "amount": format_money(sum_minor, basket.currency),
        "left": format_money(left_minor, basket.currency),
    }


def discount_words(basket: Basket, promotions: Savings, line_id: int = 0) -> str:
    """Name the discount of a line, or of the whole basket, for who is asked to allow it."""
    amount = format_money(worth_minor(basket, promotions, line_id), basket.currency)
    if not line_id:
        return _("Discount of {amount} on the whole basket").format(amount=amount)
    name = _sayable_name(basket, line_id)
    if not name:
        return _("Discount of {amount}").format(amount=amount)
    return _("Discount of {amount} on {name}").format(amount=amount, name=name)


def price_words(basket: Basket, line_id: int, was_minor: int) -> str:
    """Name the price that a line is given, and the one that it had, for who is asked to allow it."""
    price, was = (
        format_money(minor, basket.currency)
        for minor in (line_of(basket, line_id).unit_price_minor, was_minor)
    )
    name = _sayable_name(basket, line_id)
    if not name:
        return _("Price {price} instead of {was}").format(price=price, was=was)
    return _("Price {price} instead of {was} for {name}").format(price=price, was=was, name=name)


def _sayable_name(basket: Basket, line_id: int) -> str:
    # A name whose digits look like a card number would be refused in the journal: it stays away.
    name = line_of(basket, line_id).name
    return "" if holds_card_number(name) else name
