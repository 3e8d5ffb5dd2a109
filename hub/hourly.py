"""Sums of the sales by the hour, kept as they come in: the back office's first page reads few rows."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from hub import tables
from hub.database import upsert
from hub.unit import Unit
from omnipos.domain.sale import Sale

HOUR_MS = 3_600_000


class Sold(NamedTuple):
    """One sale, and the web shop that sold; empty for a till."""

    sale: Sale
    channel: str


class Sum(NamedTuple):
    """What was sold in some hours: how often, and for how much."""

    sales: int = 0
    total_minor: int = 0

    def plus(self, more: "Sum") -> "Sum":
        """Return both together."""
        return Sum(self.sales + more.sales, self.total_minor + more.total_minor)


class HourSum(NamedTuple):
    """What a store sold in an hour through a channel."""

    store_id: str
    hour: int
    """Hours since 1970, UTC."""
    channel: str
    sold: Sum


def add(unit: Unit, sold: Iterable[Sold]) -> None:
    """Count sales in their hours."""
    sums: dict[tuple[str, int, str, str], Sum] = {}
    for sale, channel in sold:
        key = (sale.store_id, sale.completed_at_ms // HOUR_MS, channel, sale.currency)
        sums[key] = sums.get(key, Sum()).plus(Sum(1, sale.total_minor))
    names = ("store_id", "hour", "channel", "currency")
    # Sorted, so that two transactions on PostgreSQL lock rows in one order.
    rows = [dict(zip(names, key, strict=True)) | sums[key]._asdict() for key in sorted(sums)]
    upsert(unit.conn, tables.sale_hour, rows, add=("sales", "total_minor"))


def between(
    conn: Connection, first_hour: int, last_hour: int, currency: str, stores: Collection[str] = ()
) -> list[HourSum]:
    """Return the sums of one currency from an hour to another, both among them; of all stores, or of some."""
    table = tables.sale_hour
    sums = (func.sum(table.c.sales).label("n"), func.sum(table.c.total_minor).label("total"))
    keys = (table.c.store_id, table.c.hour, table.c.channel)
    wanted = [table.c.hour.between(first_hour, last_hour), table.c.currency == currency]
    if stores:
        wanted.append(table.c.store_id.in_(sorted(stores)))
    rows = conn.execute(select(*keys, *sums).where(*wanted).group_by(*keys))
    return [HourSum(row.store_id, row.hour, row.channel, Sum(int(row.n), int(row.total))) for row in rows]
