"""Customers from the rows of a file; the hub reads their phone numbers."""

from collections.abc import Iterator

from hub.messages import CustomerWish
from omnipos.cli import cells
from omnipos.cli.csvrows import Table
from omnipos.cli.rowfiles import Bad, FromRow, Good, RowFile
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _


def customer_rows(file: RowFile) -> Iterator[Good[CustomerWish] | Bad]:
    """Yield every customer, good or bad, in order."""
    return file.wishes(CustomerWish, _from_csv)


def _from_csv(table: Table) -> FromRow[CustomerWish]:
    table.need("phone", "name")
    column = table.column
    phone, name, points, tier = column("phone"), column("name"), column("points"), column("tier")

    def customer(row: list[str]) -> CustomerWish:
        return CustomerWish(
            phone=cells.needed(phone(row), _("It has no phone number."), longest=40),
            name=cells.name(name(row)),
            points=_points(points(row)),
            tier=cells.fits(tier(row)) or None,
        )

    return customer


def _points(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise EntryRefused(_("“{text}” is no number of points.").format(text=text[:20]))
    return int(text)
