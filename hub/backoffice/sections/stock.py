"""Stock: what every store has of every product, the movements behind it, and a movement by hand."""

import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import inventory, tables
from hub.backoffice.desk import wished
from hub.backoffice.fields import (
    ChoiceField,
    Field,
    LinesField,
    MomentField,
    QuantityField,
    moment,
    write_part,
)
from hub.backoffice.listing import Listing, Record, of_stores, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Change, Said, Section
from hub.backoffice.sections.devices import STORE_FIELD, store_choices
from hub.messages import MovementWish
from hub.unit import Unit
from omnipos.domain.catalogue import Product
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.staff import Right
from omnipos.domain.stock import MovementReason
from omnipos.locale import _, later

_level, _product, _store = tables.stock_level, tables.product, tables.store
_KEY = _level.c.store_id + "/" + _level.c.product_id
SHOWN = 100
"""So many of the newest movements stand on a product's page."""
REASONS = {
    MovementReason.SALE: later("sold"),
    MovementReason.HAND_OVER: later("handed over"),
    MovementReason.RECEIVED: later("received"),
    MovementReason.ADJUSTED: later("adjusted"),
    MovementReason.COUNTED: later("counted"),
    MovementReason.RETURNED: later("returned"),
    MovementReason.DAMAGED: later("damaged"),
}


def _query(office: Office) -> Select[Any]:
    joined = _level.join(_product, _product.c.product_id == _level.c.product_id).join(
        _store, _store.c.store_id == _level.c.store_id
    )
    columns = (_product.c.sku, _product.c.record, _store.c.code)
    query = select(_KEY.label("key"), _level, *columns).select_from(joined)
    return of_stores(query, office, _level.c.store_id)


def _record(row: Any, _office: Office) -> Record:
    name = msgspec.json.decode(row.record, type=Product).name
    return Record(
        key=row.key,
        store_code=row.code,
        sku=row.sku,
        name=name,
        on_hand=row.on_hand_milli,
        held=row.held_milli,
        available=row.on_hand_milli - row.held_milli,
        as_of_ms=row.as_of_ms,
        movements=(),
        said=f"{row.code} · {name}",
    )


def _find(conn: Connection, q: str, office: Office) -> Iterable[str]:
    query = select(_KEY).select_from(_level.join(_product, _product.c.product_id == _level.c.product_id))
    ids = list(conn.scalars(select(_product.c.product_id).where(starts(_product.c.sku, q)).limit(100)))
    stores = sorted(office.stores) or list(conn.scalars(select(_store.c.store_id)))
    # Keys begin with the store: asked store by store, the index gives each at once.
    wanted = _level.c.store_id.in_(stores) & _level.c.product_id.in_(ids)
    by_sku = list(conn.scalars(query.where(wanted).limit(500)))
    of_store = select(_KEY).join(_store, _store.c.store_id == _level.c.store_id).where(_store.c.code == q)
    return [*by_sku, *conn.scalars(of_store.limit(500))]


def _shown(conn: Connection, key: str, office: Office) -> Record | None:
    record = next(iter(STOCK.listing.by_keys(conn, office, [key])), None)
    if record is None:
        return None
    table = tables.stock_movement
    store_id, _slash, product_id = key.partition("/")
    own = (table.c.store_id == store_id, table.c.product_id == product_id)
    newest = select(table).where(*own).order_by(table.c.happened_at_ms.desc()).limit(SHOWN)
    record.movements = conn.execute(newest).all()
    return record


def _movement(row: Any, office: Office) -> str:
    sign = "+" if row.quantity_milli > 0 else ""
    reason = _(REASONS.get(row.reason, row.reason))
    quantity = f"{sign}{write_part(row.quantity_milli, PIECE_MILLI)}"
    return f"{moment(row.happened_at_ms or row.at_ms, office)}  {quantity}  {reason}"


def _move(unit: Unit, change: Change) -> Said:
    wish = wished(MovementWish, {**change.values, "movement_id": f"office-{secrets.token_hex(12)}"})
    inventory.post_movements(unit, [wish])
    said = _("{quantity} of {sku} in store {store} is written down.")
    quantity = write_part(wish.quantity_milli, PIECE_MILLI)
    return Said(said.format(quantity=quantity, sku=wish.sku, store=wish.store_code))


def _move_row(unit: Unit, change: Change) -> Said:
    found = STOCK.listing.by_keys(unit.conn, change.office, [change.key])
    for record in found:
        change.values |= {"sku": record.sku, "store_code": record.store_code}
    return _move(unit, change)


_HOW = (
    QuantityField(
        "quantity_milli", label=later("Quantity"), help_text=later("With a minus for what goes out")
    ),
    ChoiceField(
        "reason",
        label=later("Reason"),
        required=True,
        choices=(("received", later("received")), ("adjusted", later("adjusted"))),
    ),
)


def _detail(field: Any) -> Any:
    field.exclude_from_list = True
    return field


STOCK = Section(
    key="stock",
    label=later("Stock"),
    one=later("stock"),
    icon="fa-solid fa-boxes-stacked",
    group=later("Goods"),
    right=Right.BACK_OFFICE,
    change_right=Right.COUNT,
    fields=(
        Field("store_code", label=later("Store")),
        Field("sku", label=later("SKU")),
        Field("name", label=later("Name")),
        QuantityField("on_hand", label=later("On hand")),
        QuantityField("held", label=later("Held")),
        QuantityField("available", label=later("Available")),
        _detail(MomentField("as_of_ms", label=later("As of"))),
        _detail(LinesField("movements", label=later("Newest movements"), line=_movement)),
    ),
    listing=Listing(
        query=_query,
        key=(_level.c.store_id, _level.c.product_id),
        record=_record,
        find=_find,
    ),
    shown=_shown,
    acts=(
        Act(
            name="move",
            text=later("Write a movement down"),
            ask=later("Goods in or out of a store; the tills know at once."),
            icon="fa-solid fa-plus-minus",
            do=_move,
            right=Right.COUNT,
            fields=(STORE_FIELD, Field("sku", label=later("SKU"), required=True), *_HOW),
            of_list=True,
        ),
        Act(
            name="move-this",
            text=later("Write a movement down"),
            ask=later("Goods of this product in or out of this store; the tills know at once."),
            icon="fa-solid fa-plus-minus",
            do=_move_row,
            right=Right.COUNT,
            fields=_HOW,
        ),
    ),
    choices=store_choices,
)
