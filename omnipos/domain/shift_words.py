"""How an X or Z report reads, row by row: the same on screen, on paper and in a terminal."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.occasion import minute_at
from omnipos.domain.saving import SavingKind
from omnipos.domain.shift import DrawerSums, ForeignCount, ShiftReport, Takings, obstacle_words
from omnipos.domain.shop import Shop
from omnipos.domain.tax import PPM
from omnipos.domain.tender import TENDER_WORDS
from omnipos.locale import _, later

SAVING_WORDS = {
    SavingKind.PROMOTION: later("Promotion"),
    SavingKind.DISCOUNT: later("Discount"),
    SavingKind.EXEMPT: later("Tax not charged"),
}


Money = Callable[[int], str]
"""How a sum is written."""


class ReportRow(NamedTuple):
    """One row; without a value it heads those below it, and `is_sum` makes it stand out."""

    label: str
    value: str = ""
    is_sum: bool = False


def title_of(report: ShiftReport) -> str:
    """Return what a report is called: `Z report S1-2-Z0017`, or `X report, till 2`."""
    if report.number:
        return _("Z report {number}").format(number=report.number)
    return _("X report, till {number}").format(number=report.till_number)


def rows_of(report: ShiftReport, shop: Shop, names: Mapping[str, str]) -> Iterator[ReportRow]:
    """Yield the rows of a report; names are those of the staff, by id."""

    def money(minor: int) -> str:
        return format_money(minor, report.currency)

    yield from _identity(report, shop, names)
    yield from _sales(report.takings, money)
    yield from _by_department(report.takings, money)
    yield from _savings(report.takings, money)
    yield from _voids(report.takings, money)
    yield from _by_staff(report.takings, money, names)
    yield ReportRow(_("DRAWER"))
    yield ReportRow(_("Float"), money(report.drawer.float_minor))
    if report.drawer.float_short_minor:
        label = "  " + _("less than the last shift left")
        yield ReportRow(label, money(-report.drawer.float_short_minor))
    yield from _drawer(report.drawer, money)
    if report.number:
        yield from _count(report, money, names)


def _identity(report: ShiftReport, shop: Shop, names: Mapping[str, str]) -> Iterator[ReportRow]:
    yield ReportRow(_("Business date"), report.business_date)
    if report.began_at_ms:
        yield ReportRow(_("From"), minute_at(shop, report.began_at_ms))
    yield ReportRow(_("Until"), minute_at(shop, report.until_ms))
    yield ReportRow(_("Shift"), report.shift)
    if report.closed_by:
        yield ReportRow(_("Closed by"), _name(report.closed_by, names))
    if report.allowed is not None:
        yield ReportRow(_("Allowed by"), _name(report.allowed.staff_id, names))


def _sales(takings: Takings, money: Money) -> Iterator[ReportRow]:
    first, last = takings.first_receipt, takings.last_receipt
    yield ReportRow(_("SALES"))
    yield ReportRow(_("Sales"), str(takings.sales))
    yield ReportRow(_("Receipts"), f"{first} – {last}" if takings.sales else "–")
    for gap in takings.gaps:
        yield ReportRow(_("Missing"), gap)
    yield ReportRow(_("Total"), money(takings.total_minor), True)
    yield ReportRow(_("Tax in it"), money(takings.tax_minor))
    for tax in takings.taxes:
        name = clean_text(tax.name or tax.code, 12) or _("No tax")
        if tax.rate_ppm and "%" not in name:
            name += f" {_percent(tax.rate_ppm)}%"
        yield ReportRow(f"  {name} / {money(tax.goods_minor)}", money(tax.tax_minor))
    yield ReportRow(_("Saved by customers"), money(takings.saved_minor))
    yield ReportRow(_("Cash rounding"), money(takings.rounding_minor))
    if takings.returns:
        label = _("Returned ×{count}").format(count=takings.returns)
        yield ReportRow(label, money(takings.returned_minor))
    if takings.gift_cards_minor:
        yield ReportRow(_("Gift cards sold"), money(takings.gift_cards_minor))
    if takings.deposits_minor:
        yield ReportRow(_("Deposits taken"), money(takings.deposits_minor))
    if takings.quotes_sold:
        yield ReportRow(_("Quotes sold"), str(takings.quotes_sold))
    yield ReportRow(_("PAYMENTS"))
    for one in takings.tenders:
        yield ReportRow(f"{_kind(one.kind)} ×{one.count}", money(one.amount_minor))
        if one.back_minor:
            yield ReportRow("  " + _("of it given back"), money(one.back_minor))
    if takings.unverified_qr_minor:
        yield ReportRow(_("QR unverified"), money(takings.unverified_qr_minor))
    yield ReportRow(_("Change given"), money(takings.change_minor))


def _percent(rate_ppm: int) -> str:
    whole, rest = divmod(rate_ppm * 100, PPM)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _kind(kind: str) -> str:
    known = {one.value: words for one, words in TENDER_WORDS.items()}
    return _(known[kind]) if kind in known else kind


def _by_department(takings: Takings, money: Money) -> Iterator[ReportRow]:
    if not takings.departments:
        return
    yield ReportRow(_("DEPARTMENTS"))
    for one in takings.departments:
        name = clean_text(one.department, 20) or _("(none)")
        yield ReportRow(f"{name} ×{one.lines}", money(one.amount_minor))


def _savings(takings: Takings, money: Money) -> Iterator[ReportRow]:
    if not takings.savings:
        return
    yield ReportRow(_("TAKEN OFF"))
    words = {one.value: text for one, text in SAVING_WORDS.items()}
    for one in takings.savings:
        name = clean_text(one.name, 20) or _(words.get(one.kind, one.kind))
        yield ReportRow(f"{name} ×{one.count}", money(one.amount_minor))


def _voids(takings: Takings, money: Money) -> Iterator[ReportRow]:
    voids = takings.voids
    if not (voids.lines or voids.baskets or voids.tenders):
        return
    yield ReportRow(_("VOIDS"))
    for label, count, minor in (
        (_("Lines"), voids.lines, voids.lines_minor),
        (_("Baskets"), voids.baskets, voids.baskets_minor),
        (_("Payments given back"), voids.tenders, voids.tenders_minor),
    ):
        if count:
            yield ReportRow(f"{label} ×{count}", money(minor))


def _by_staff(takings: Takings, money: Money, names: Mapping[str, str]) -> Iterator[ReportRow]:
    if not takings.staff:
        return
    yield ReportRow(_("STAFF"))
    for one in takings.staff:
        yield ReportRow(f"{_name(one.staff_id, names)} ×{one.sales}", money(one.total_minor))
        for label, minor in ((_("returned"), one.returned_minor), (_("discounts"), one.discounts_minor)):
            if minor:
                yield ReportRow(f"  {label}", money(minor))
        for label, count in ((_("voids"), one.voids), (_("no sales"), one.no_sales)):
            if count:
                yield ReportRow(f"  {label}", str(count))


def float_words(float_minor: int, short_minor: int, code: str) -> str:
    """Say what float was counted, and by how much it is less than what the last shift left."""
    said = _("The float is {amount}.").format(amount=format_money(float_minor, code))
    if not short_minor:
        return said
    less = _("That is {amount} less than the last shift left; the Z says so.")
    return f"{said} {less.format(amount=format_money(short_minor, code))}"


def drawer_rows(report: ShiftReport) -> Iterator[ReportRow]:
    """Yield what went through the drawer behind its float, and what should lie in it."""
    return _drawer(report.drawer, lambda minor: format_money(minor, report.currency))


def _drawer(drawer: DrawerSums, money: Money) -> Iterator[ReportRow]:
    sales_minor = drawer.taken_minor - drawer.refunds_minor - drawer.change_minor
    yield ReportRow(_("Cash in drawer from sales"), money(sales_minor))
    if drawer.refunds_minor:
        yield ReportRow("  " + _("of it given back"), money(-drawer.refunds_minor))
    for label, minor in (
        (_("Paid in"), drawer.paid_in_minor),
        (_("Paid out"), -drawer.paid_out_minor),
        (_("Safe drop"), -drawer.safe_drop_minor),
    ):
        if minor:
            yield ReportRow(label, money(minor))
    if drawer.no_sales:
        yield ReportRow(_("Opened without a sale"), str(drawer.no_sales))
    yield ReportRow(_("Should be in the drawer"), money(drawer.expected_minor), True)
    for one in drawer.foreign:
        label = _("and in {currency}").format(currency=one.currency)
        yield ReportRow(label, format_money(one.expected_minor, one.currency))
        if one.float_minor:
            yield ReportRow("  " + _("of it from before"), format_money(one.float_minor, one.currency))


def _count(report: ShiftReport, money: Money, names: Mapping[str, str]) -> Iterator[ReportRow]:
    if told := report.drawer.told:
        yield ReportRow(_("COUNTED AND TOLD"))
        yield ReportRow(_name(told.staff_id, names), money(told.counted_minor))
        for code, minor in told.differences(report.currency).items():
            yield ReportRow(_("Over") if minor > 0 else _("Short"), format_money(minor, code))
    yield ReportRow(_("COUNTED"))
    yield from _counted(report, money)
    for one in report.foreign_counted or ():
        yield ReportRow(_("COUNTED IN {currency}").format(currency=one.currency))
        yield from _counted(one, partial(format_money, code=one.currency))
    for heading, word_of in (
        (_("Difference allowed by"), report.over_short),
        (_("Forced by"), report.forced),
    ):
        if word_of is not None:
            yield ReportRow(heading, _name(word_of.staff_id, names))
            yield ReportRow("  " + clean_text(word_of.reason, 200))
    for obstacle in report.obstacles:
        yield ReportRow("  " + obstacle_words(obstacle))


def _counted(count: ShiftReport | ForeignCount, money: Money) -> Iterator[ReportRow]:
    for one in count.counted:
        label = f"{one.count} × {money(one.worth_minor)}"
        yield ReportRow(label, money(one.worth_minor * one.count))
    yield ReportRow(_("Counted"), money(count.counted_minor), True)
    word = _("Over") if count.difference_minor > 0 else _("Short")
    if count.difference_minor:
        yield ReportRow(word, money(count.difference_minor), True)
    else:
        yield ReportRow(_("Over or short"), money(0), True)
    yield ReportRow(_("Stays in the drawer"), money(count.left_minor))
    if taken := count.counted_minor - count.left_minor:
        yield ReportRow(_("Taken out of it"), money(taken))


def _name(staff_id: str, names: Mapping[str, str]) -> str:
    return clean_text(names.get(staff_id, staff_id), 20)
