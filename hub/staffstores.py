"""Whose part of the back office somebody has: that of some stores, or, bound to none, that of all."""

from collections.abc import Iterable, Sequence

from sqlalchemy import CompoundSelect, Connection, delete, select

from hub import shops, tables
from hub.database import insert_rows
from hub.unit import Unit

_table = tables.office_store


def of(conn: Connection, staff_id: str) -> frozenset[str]:
    """Return the ids of the stores that somebody is bound to; none is all of them."""
    return frozenset(conn.scalars(select(_table.c.store_id).where(_table.c.staff_id == staff_id)))


def codes(conn: Connection, staff_ids: Iterable[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the codes of the stores that people are bound to, of all or of some by their ids."""
    shop = tables.store
    query = select(_table.c.staff_id, shop.c.code).join(shop, shop.c.store_id == _table.c.store_id)
    if staff_ids is not None:
        query = query.where(_table.c.staff_id.in_(sorted(staff_ids)))
    found: dict[str, tuple[str, ...]] = {}
    for row in conn.execute(query.order_by(_table.c.staff_id, shop.c.code)):
        found[row.staff_id] = (*found.get(row.staff_id, ()), row.code)
    return found


def bind(unit: Unit, staff_id: str, store_codes: Sequence[str]) -> None:
    """Bind somebody to some stores by their codes instead of those before; to none is to all."""
    ids = sorted({shops.shop_by_code(unit.conn, code).store_id for code in store_codes})
    unit.conn.execute(delete(_table).where(_table.c.staff_id == staff_id))
    insert_rows(unit.conn, _table, [{"staff_id": staff_id, "store_id": one} for one in ids])


def people_within(stores: Iterable[str]) -> CompoundSelect[str]:
    """Return the question whom some stores have for themselves: bound to these, and to no others."""
    own = sorted(stores)
    inside = select(_table.c.staff_id).where(_table.c.store_id.in_(own))
    return inside.except_(select(_table.c.staff_id).where(_table.c.store_id.not_in(own)))
