"""Foreign cash at the close: what should lie in the drawer by currency, what was counted, what is off."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from omnipos.domain.drawer import Pieces, denominations, worth_of
from omnipos.domain.errors import EntryRefused
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.money import currency, format_amount, is_currency
from omnipos.domain.sale import Sale
from omnipos.domain.shift import DrawerSums, ForeignCount, ShiftReport
from omnipos.domain.tender import ForeignMoney, TenderKind
from omnipos.locale import _


class ForeignCounted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody counted of one other currency; unsaid, all of it stays in the drawer."""

    currency: str
    counted: tuple[Pieces, ...] = ()
    left_minor: int | None = None


def foreign_money(minor: int, code: str) -> str:
    """Write a sum of another currency behind its code, which no two share: `USD 20.00`."""
    return f"{code} {format_amount(minor, code)}"


def foreign_taken(sale: Sale) -> Iterator[ForeignMoney]:
    """Yield the cash of other currencies that a sale was paid with."""
    for tender in sale.tenders:
        if tender.kind is TenderKind.FOREIGN_CASH and tender.foreign is not None:
            yield tender.foreign


def to_count(drawer: DrawerSums, rates: Sequence[ForeignRate]) -> tuple[str, ...]:
    """Return the currencies that are counted: any that the shop has a rate for, or that should be there."""
    return tuple(sorted({one.currency for one in rates} | {one.currency for one in drawer.foreign}))


def count_foreign(
    drawer: DrawerSums, rates: Sequence[ForeignRate], counted: Sequence[ForeignCounted]
) -> tuple[ForeignCount, ...]:
    """Hold what was counted of other currencies against what should be there; nothing of nothing is left out.

    Raises EntryRefused for a currency that is not counted here, for one that was not counted, and where
    more is to stay than there is.
    """
    asked = to_count(drawer, rates)
    said = {one.currency: one for one in counted}
    for one in counted:
        if one.currency not in asked or said[one.currency] is not one:
            raise EntryRefused(
                _("{currency} is counted once, where the shop takes it. Nothing was closed.").format(
                    currency=one.currency
                )
            )
    expected = {one.currency: one.expected_minor for one in drawer.foreign}
    if missing := [code for code in asked if expected.get(code) and code not in said]:
        example = f"{missing[0]} 2*{format_amount(denominations(missing[0])[0], missing[0])}"
        raise EntryRefused(
            _("Count {currencies} too, each behind its name, such as {example}. Nothing was closed.").format(
                currencies=", ".join(missing), example=example
            )
        )
    worth = {one.currency: one.rate_minor for one in rates}
    counts = (_count(said[code], expected.get(code, 0), worth.get(code, 0)) for code in asked if code in said)
    return tuple(one for one in counts if one.expected_minor or one.counted_minor)


def _count(said: ForeignCounted, expected_minor: int, rate_minor: int) -> ForeignCount:
    counted_minor = worth_of(said.counted)
    left_minor = counted_minor if said.left_minor is None else said.left_minor
    if not 0 <= left_minor <= counted_minor:
        raise EntryRefused(_("No more can stay in the drawer than was counted."))
    return ForeignCount(
        currency=said.currency,
        expected_minor=expected_minor,
        counted=said.counted,
        counted_minor=counted_minor,
        difference_minor=counted_minor - expected_minor,
        left_minor=left_minor,
        rate_minor=rate_minor,
    )


def is_beyond(count: ForeignCount, limit_minor: int) -> bool:
    """Tell whether a count is off by more than a limit in the shop's own money.

    Without a rate nobody can say what it is worth, so any difference is.
    """
    if count.rate_minor <= 0 or not is_currency(count.currency):
        return count.difference_minor != 0
    # Not rounded: with a limit of nothing the smallest coin counts.
    whole: int = 10 ** currency(count.currency).decimals
    return abs(count.difference_minor) * count.rate_minor > limit_minor * whole


def differences(report: ShiftReport, limit_minor: int) -> Mapping[str, int]:
    """Return by how much a closed drawer is off in each currency where that is beyond the limit."""
    own = {report.currency: report.difference_minor} if abs(report.difference_minor) > limit_minor else {}
    counts = report.foreign_counted or ()
    return own | {one.currency: one.difference_minor for one in counts if is_beyond(one, limit_minor)}


def is_right(report: ShiftReport, drawer: DrawerSums) -> bool:
    """Tell whether a Z has counted all foreign cash that should lie in a drawer, and its counts add up."""
    counts = report.foreign_counted or ()
    expected = {one.currency: one.expected_minor for one in drawer.foreign if one.expected_minor}
    codes = [one.currency for one in counts]
    return (
        len(codes) == len({*codes})
        and expected.keys() <= {*codes}
        and all(one.adds_up() and one.expected_minor == expected.get(one.currency, 0) for one in counts)
    )
