"""Stock as web shops report and read it: movements by SKU and store code, balances in pages."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from hub import catalogue, shops, stock, tables
from hub.messages import MovementWish, Stock, StockRow, Written
from hub.movements import Entry
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.names import clean_text
from omnipos.domain.stock import Movement, MovementReason
from omnipos.domain.stocktake import Origin
from omnipos.locale import _


def post_movements(unit: Unit, wishes: Sequence[MovementWish]) -> Written:
    """Write the movements that are new; one that differs from what its id stands for is refused."""
    by_store: dict[str, list[MovementWish]] = {}
    for wish in wishes:
        by_store.setdefault(wish.store_code, []).append(wish)
    written = 0
    for code in sorted(by_store):
        store_id = shops.shop_by_code(unit.conn, code).store_id
        entries = _new_entries(unit.conn, store_id, by_store[code], unit.now_ms)
        stock.post(unit, entries)
        written += len(entries)
    return Written(written=written, unchanged=len(wishes) - written)


def _new_entries(conn: Connection, store_id: str, wishes: Sequence[MovementWish], now_ms: int) -> list[Entry]:
    skus = [clean_text(wish.sku, 64) for wish in wishes]
    products = catalogue.by_sku(conn, skus)
    known = stock.known_movements(conn, store_id, [_own_id(wish) for wish in wishes])
    entries = []
    for sku, wish in zip(skus, wishes, strict=True):
        if sku not in products:
            raise Refused(422, "product_unknown", _("There is no product {sku}.").format(sku=sku))
        movement = Movement(
            product_id=products[sku].product_id,
            store_id=store_id,
            quantity_milli=wish.quantity_milli,
            reason=MovementReason(wish.reason),
        )
        entry = Entry(movement_id=_own_id(wish), movement=movement, origin=Origin(at_ms=now_ms))
        if known.get(entry.movement_id, entry).movement != movement:
            raise Refused(
                409,
                "movement_id",
                _("Movement {id} is here already with other content.").format(id=wish.movement_id),
            )
        if entry.movement_id not in known:
            known[entry.movement_id] = entry
            entries.append(entry)
    return entries


def _own_id(wish: MovementWish) -> str:
    # Apart from the movements of events, whose names a web shop could otherwise take.
    return f"shop:{wish.movement_id}"


def levels(conn: Connection, *, store_code: str, sku: str, after: str, limit: int) -> Stock:
    """Return a page of balances by store code and SKU."""
    level, product, shop = tables.stock_level, tables.product, tables.store
    query = (
        select(level, product.c.sku, shop.c.code)
        .join(product, product.c.product_id == level.c.product_id)
        .join(shop, shop.c.store_id == level.c.store_id)
        .order_by(shop.c.code, product.c.sku)
        .limit(limit)
    )
    if store_code:
        query = query.where(shop.c.code == store_code)
    if sku:
        query = query.where(product.c.sku == sku)
    if after:
        code, _space, last = after.partition(" ")
        query = query.where((shop.c.code > code) | ((shop.c.code == code) & (product.c.sku > last)))
    rows = [
        StockRow(
            store_code=row.code,
            product_id=row.product_id,
            sku=row.sku,
            on_hand_milli=row.on_hand_milli,
            held_milli=row.held_milli,
            available_milli=row.on_hand_milli - row.held_milli,
            as_of_ms=row.as_of_ms,
        )
        for row in conn.execute(query)
    ]
    following = f"{rows[-1].store_code} {rows[-1].sku}" if len(rows) == limit else ""
    return Stock(stock=tuple(rows), next=following)
