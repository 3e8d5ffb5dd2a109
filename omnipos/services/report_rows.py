"""X and Z reports as CSV: one row a sum, in minor units, for spreadsheets and programs."""

import csv
import io
from collections.abc import Iterable, Iterator

import msgspec

from omnipos.domain.shift import ForeignCount, ShiftReport

Cell = str | int
_SHIFT_COLUMNS = (
    "count",
    "number",
    "shift",
    "business_date",
    "began_at_ms",
    "until_ms",
    "currency",
    "closed_by",
    "counted_minor",
    "difference_minor",
    "left_minor",
)


def report_csv(report: ShiftReport) -> str:
    """Return a report as CSV: section, name, count, amount_minor, and what else is said of it."""
    return _csv((("section", "name", "count", "amount_minor", "note"), *_rows(report)))


def shifts_csv(reports: Iterable[ShiftReport]) -> str:
    """Return closed shifts as CSV, one a row."""
    head = (*_SHIFT_COLUMNS, "sales", "total_minor", "tax_minor", "expected_minor", "forced")
    rows = (
        (
            *(getattr(one, name) for name in _SHIFT_COLUMNS),
            one.takings.sales,
            one.takings.total_minor,
            one.takings.tax_minor,
            one.drawer.expected_minor,
            int(one.forced is not None),
        )
        for one in reports
    )
    return _csv((head, *rows))


def _csv(rows: Iterable[tuple[Cell, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue()


def _plain(cell: Cell) -> Cell:
    # A name that a spreadsheet would take for a formula stays a name.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _rows(report: ShiftReport) -> Iterator[tuple[Cell, ...]]:
    takings = report.takings
    for name in ("number", "shift", "store_id", "till_number", "currency", "business_date"):
        yield ("report", name, "", "", getattr(report, name))
    for name in ("began_at_ms", "until_ms"):
        yield ("report", name, "", "", getattr(report, name))
    yield ("sales", "total", takings.sales, takings.total_minor, "")
    for name in ("tax", "rounding", "change", "saved", "returned", "gift_cards"):
        yield ("sales", name, "", getattr(takings, f"{name}_minor"), "")
    yield ("sales", "receipts", "", "", f"{takings.first_receipt} {takings.last_receipt}".strip())
    yield from (("gap", gap, "", "", "") for gap in takings.gaps)
    yield from (("tender", one.kind, one.count, one.amount_minor, "") for one in takings.tenders)
    for tax in takings.taxes:
        yield ("tax", tax.code, "", tax.tax_minor, tax.rate_ppm)
        yield ("taxed", tax.code, "", tax.goods_minor, tax.rate_ppm)
    for place in takings.departments:
        yield ("department", place.department, place.lines, place.amount_minor, "")
    for saving in takings.savings:
        yield ("saving", saving.name, saving.count, saving.amount_minor, saving.kind)
    for what in ("lines", "baskets", "tenders"):
        yield ("void", what, getattr(takings.voids, what), getattr(takings.voids, f"{what}_minor"), "")
    for person in takings.staff:
        yield ("staff", person.staff_id, person.sales, person.total_minor, "")
    yield from _drawer(report)


def _drawer(report: ShiftReport) -> Iterator[tuple[Cell, ...]]:
    for name, value in msgspec.structs.asdict(report.drawer).items():
        if name.endswith("_minor"):
            yield ("drawer", name.removesuffix("_minor"), "", value, "")
    yield ("drawer", "no_sales", report.drawer.no_sales, "", "")
    for foreign in report.drawer.foreign:
        yield ("foreign", foreign.currency, "", foreign.amount_minor, foreign.worth_minor)
        if foreign.float_minor:
            yield ("foreign_float", foreign.currency, "", foreign.float_minor, "")
    if not report.number:
        return
    if told := report.drawer.told:
        yield ("told", told.staff_id, "", told.counted_minor, report.currency)
        for code, minor in told.differences(report.currency).items():
            yield ("told_difference", "", "", minor, code)
    for one in report.counted:
        yield ("counted", str(one.worth_minor), one.count, one.worth_minor * one.count, "")
    for name in ("counted", "difference", "left"):
        yield ("count", name, "", getattr(report, f"{name}_minor"), "")
    for count in report.foreign_counted or ():
        yield from _foreign(count)
    for obstacle in report.obstacles:
        yield ("forced", obstacle.kind.value, "", "", obstacle.subject)


def _foreign(count: ForeignCount) -> Iterator[tuple[Cell, ...]]:
    for one in count.counted:
        yield (
            "foreign_counted",
            str(one.worth_minor),
            one.count,
            one.worth_minor * one.count,
            count.currency,
        )
    for name in ("expected", "counted", "difference", "left"):
        yield ("foreign_count", name, "", getattr(count, f"{name}_minor"), count.currency)
