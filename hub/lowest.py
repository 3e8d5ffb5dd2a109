"""The least that each product was sold for, by day and store, kept as sales come in.

A till asks for it over the whole chain while a customer waits: goods without a receipt may have been
bought in any store or at a web shop. The store is in the key so that pushes of several stores, which
run side by side on PostgreSQL, never wait for each other's rows.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from hub import shops, tables
from hub.database import upsert
from hub.unit import Unit
from omnipos.domain.lowest import DAY_MS, LowestPrice, first_day, sold_for_minor
from omnipos.domain.sale import Sale

NAMES = ("currency", "day", "product_id", "store_id")


def keep(unit: Unit, sold: Iterable[Sale]) -> None:
    """Keep what the goods of some sales were sold for, each product of a day once."""
    least: dict[tuple[str, int, str, str], int] = {}
    for sale in sold:
        day = sale.completed_at_ms // DAY_MS
        for line in sale.lines:
            price = sold_for_minor(line)
            if price is not None:
                key = (sale.currency, day, line.product_id, sale.store_id)
                least[key] = min(price, least.get(key, price))
    rows = [dict(zip(NAMES, key, strict=True)) | {"price_minor": least[key]} for key in sorted(least)]
    upsert(unit.conn, tables.lowest_price, rows, least="price_minor")


def of_chain(conn: Connection, product_id: str, store_id: str, now_ms: int) -> LowestPrice:
    """Return what a product was sold for at the least in every store, for a till of one of them.

    A till's clock may be a day ahead of the hub's.
    """
    shop = shops.shop_by_id(conn, store_id)
    currency, days = (shop.currency, shop.returns.lowest_days) if shop is not None else ("", 0)
    table = tables.lowest_price
    price = conn.scalar(
        select(func.min(table.c.price_minor)).where(
            table.c.product_id == product_id,
            table.c.currency == currency,
            # Each day by its name, and not a range: the product's rows of a day are one look-up.
            table.c.day.in_(range(first_day(now_ms, days), now_ms // DAY_MS + 2)),
        )
    )
    return LowestPrice(product_id=product_id, currency=currency, days=days, price_minor=price)
