"""Tills that move to another store: a new number and epoch there; what they wrote before stays behind."""

from itertools import groupby

import msgspec
from sqlalchemy import Connection, insert, select, update

from hub import leases, shops, tables
from hub.auth import Principal
from hub.envelopes import Received
from hub.lives import LINE
from hub.problems import Refused
from hub.unit import Unit
from omnipos.events import SaleCompleted
from omnipos.locale import _


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A store that a till belonged to, up to and with an epoch."""

    until_epoch: int
    store_id: str


def move(unit: Unit, device_id: str, store_code: str) -> None:
    """Let a till belong to another store from its next epoch on; orders that it held go to other tills.

    It learns of it at its next hello and goes on there by itself. To its own store is no change.
    """
    devices, stores = tables.device, tables.store
    shop = shops.shop_by_code(unit.conn, store_code)
    till = unit.conn.execute(select(devices).where(devices.c.device_id == device_id)).one_or_none()
    if till is None:
        raise Refused(404, "not_found", _("There is no such till."))
    if till.store_id == shop.store_id:
        return
    if till.revoked:
        raise Refused(409, "revoked", _("This till's rights were withdrawn. It stays where it is."))
    unit.conn.execute(
        insert(tables.device_place).values(
            device_id=device_id, until_epoch=till.epoch, store_id=till.store_id
        )
    )
    number = unit.conn.scalar(
        update(stores)
        .where(stores.c.store_id == shop.store_id)
        .values(tills=stores.c.tills + 1)
        .returning(stores.c.tills)
    )
    unit.conn.execute(
        update(devices)
        .where(devices.c.device_id == device_id)
        .values(store_id=shop.store_id, till_number=number, epoch=till.epoch + 1)
    )
    leases.free(unit, till.store_id, device_id)
    leases.give_holder(unit, shop.store_id)


def places_before(conn: Connection, device_id: str) -> list[Place]:
    """Return the stores that a till belonged to before the one it belongs to now, oldest first."""
    table = tables.device_place
    rows = conn.execute(
        select(table.c.until_epoch, table.c.store_id)
        .where(table.c.device_id == device_id.partition(LINE)[0])
        .order_by(table.c.until_epoch)
    )
    return [Place(until_epoch=row.until_epoch, store_id=row.store_id) for row in rows]


def by_store(
    conn: Connection, till: Principal, fresh: list[Received]
) -> list[tuple[Principal, list[Received]]]:
    """Return events in their sequence, in runs of one store, each with the till as it was there."""
    places = places_before(conn, till.device_id)
    if not places:
        return [(till, fresh)]
    return [
        (msgspec.structs.replace(till, store_id=store_id), list(run))
        for store_id, run in groupby(fresh, key=lambda one: _store_of(one, places, till.store_id))
    ]


def _store_of(one: Received, places: list[Place], store_id: str) -> str:
    sold_in = one.fact.sale.store_id if isinstance(one.fact, SaleCompleted) else ""
    # A till that was restored meanwhile writes its old store's sales in an epoch of its own making.
    if any(place.store_id == sold_in for place in places):
        return sold_in
    return next((place.store_id for place in places if one.epoch <= place.until_epoch), store_id)
