"""Tills: where each stands, what it owes, enrolling one and revoking one."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from hub import auth, following, leases, moves, releasing, shops, tables, watching
from hub.backoffice.fields import Choices, Field, Flag, MomentField, NumberField, StoreField, moment
from hub.backoffice.listing import Listing, Record, of_stores, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Answer, Change, Said, Section
from hub.reports import Device
from hub.unit import Unit
from omnipos.domain.staff import Right
from omnipos.locale import _, later


def _query(office: Office) -> Select[Any]:
    table, shop = tables.device, tables.store
    query = select(table.c.device_id).join(shop, shop.c.store_id == table.c.store_id)
    return of_stores(query, office, table.c.store_id)


def _record(one: Device) -> Record:
    values = {name: getattr(one, name) for name in Device.__struct_fields__}
    values["head"] = f"{one.epoch}/{one.head_seq}"
    values["skew_s"] = round(one.skew_ms / 1000)
    values["place"] = f"{one.store_code}-{one.till_number}"
    return Record(**values, said=one.name or values["place"])


def _find(conn: Connection, q: str, _office: Office) -> Iterable[str]:
    table, shop = tables.device, tables.store
    query = select(table.c.device_id).join(shop, shop.c.store_id == table.c.store_id)
    code, _dash, number = q.partition("-")
    wanted = starts(shop.c.code, code)
    if number.isdecimal():
        wanted &= table.c.till_number == int(number)
    named = func.lower(table.c.name).contains(q.lower(), autoescape=True)
    return conn.scalars(query.where(wanted | named).limit(500))


def _finish(conn: Connection, records: Sequence[Record]) -> None:
    """Look at the tills of this page alone: a look at one goes through its newest entries."""
    found = {one.device_id: one for one in watching.devices(conn, [record.device_id for record in records])}
    for record in records:
        record.__dict__.update(_record(found[record.device_id]).__dict__)


def _shown(conn: Connection, device_id: str, office: Office) -> Record | None:
    found = watching.devices(conn, [device_id])
    return next((_record(one) for one in found if office.has_store(one.store_id)), None)


def enrol(unit: Unit, change: Change) -> Said:
    """Make a one-time code for a new till of a store."""
    shop = shops.shop_by_code(unit.conn, str(change.values["store_code"]))
    code, until_ms = auth.make_enrol_code(unit, shop.store_id)
    said = _("Type this code at the new till of {store}. It works once, until {until}.")
    return Said(said.format(store=shop.name or shop.code, until=moment(until_ms, change.office)), code)


def _revoke(unit: Unit, change: Change) -> Said:
    store_id = shops.revoke(unit, change.key)
    leases.free(unit, store_id, change.key)
    following.free(unit, store_id, change.key)
    return Said(_("The till has no rights any more. What it still sends is kept aside, not lost."))


def _move(unit: Unit, change: Change) -> Said:
    moves.move(unit, change.key, str(change.values["store_code"]))
    return Said(_("The till belongs to {store} now.").format(store=change.values["store_code"]))


def _release(unit: Unit, change: Change) -> Said:
    released = releasing.release(unit, change.key)
    return Said(_("{count} entries that were kept aside count now.").format(count=released.released))


def store_choices(conn: Connection) -> dict[str, Choices]:
    """Return the stores by code."""
    return {"stores": [(one.code, f"{one.code} · {one.name}") for one in shops.stores(conn)]}


STORE_FIELD = StoreField("store_code", label=later("Store"), required=True, source="stores")

DEVICES = Section(
    key="tills",
    label=later("Tills"),
    one=later("till"),
    icon="fa-solid fa-cash-register",
    right=Right.STORES,
    change_right=Right.STORES,
    fields=(
        Field("place", label=later("Till")),
        Field("name", label=later("Name")),
        MomentField("last_seen_ms", label=later("Seen")),
        NumberField("waiting", label=later("Owes")),
        NumberField("exceptions_open", label=later("Exceptions")),
        NumberField("skew_s", label=later("Clock, seconds ahead")),
        Field("head", label=later("Head"), exclude_from_list=True),
        NumberField("acked_seq", label=later("The hub has"), exclude_from_list=True),
        NumberField("gaps", label=later("Gaps"), exclude_from_list=True),
        NumberField("quarantined", label=later("Kept aside"), exclude_from_list=True),
        Field("version", label=later("Version")),
        MomentField("enrolled_at_ms", label=later("Enrolled"), exclude_from_list=True),
        Flag("revoked", label=later("Revoked")),
        Field("device_id", label=later("Id"), exclude_from_list=True),
    ),
    pk="device_id",
    listing=Listing(
        query=_query,
        key=tables.device.c.device_id,
        record=lambda row, _office: Record(device_id=row.device_id),
        find=_find,
        sorts={"place": tables.store.c.code},
        first=("place", False),
        finish=_finish,
    ),
    shown=_shown,
    acts=(
        Act(
            name="enrol",
            text=later("Enrol a till"),
            ask=later("A code is shown once; typed at the new till it makes it one of this store."),
            icon="fa-solid fa-plus",
            do=enrol,
            right=Right.STORES,
            fields=(STORE_FIELD,),
            answer=Answer.PAGE,
            of_list=True,
        ),
        Act(
            name="move",
            text=later("Move to another store"),
            ask=later("What it sold before stays with the old store."),
            icon="fa-solid fa-truck",
            do=_move,
            right=Right.STORES,
            fields=(STORE_FIELD,),
        ),
        Act(
            name="release",
            text=later("Let what was kept aside count"),
            ask=later("Entries of this till that were kept aside are looked at again."),
            icon="fa-solid fa-box-open",
            do=_release,
            right=Right.STORES,
            offered=lambda record: record.quarantined > 0,
        ),
        Act(
            name="revoke",
            text=later("Revoke"),
            ask=later("The till may do nothing any more. What it still sends is kept aside, not lost."),
            icon="fa-solid fa-ban",
            do=_revoke,
            right=Right.STORES,
            grave=True,
            offered=lambda record: not record.revoked,
        ),
    ),
    choices=store_choices,
)
