"""Orders to collect: how each stands, cancelling one, and which till may hand it over."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import leases, orders, tables
from hub.backoffice.fields import ChoiceField, Field, LinesField, MomentField, MoneyField, NumberField, Sum
from hub.backoffice.listing import Listing, Record, of_stores
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Change, Said, Section
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.money import format_money
from omnipos.domain.order import OPEN_STATES, STATE_WORDS, Order
from omnipos.domain.quantity import format_quantity
from omnipos.domain.staff import Right
from omnipos.locale import _, later

_table, _store = tables.collect_order, tables.store
_key = _table.c.store_id + "/" + _table.c.order_id


def _query(office: Office) -> Select[Any]:
    joined = _table.outerjoin(_store, _store.c.store_id == _table.c.store_id)
    query = select(_key.label("key"), _table.c.record, _store.c.code).select_from(joined)
    return of_stores(query, office, _table.c.store_id)


def _record(row: Any, _office: Office) -> Record:
    one = msgspec.json.decode(row.record, type=Order)
    return Record(
        key=row.key,
        store=row.code or "",
        **{name: getattr(one, name) for name in ("number", "channel", "customer_name", "customer_phone")},
        **{name: getattr(one, name) for name in ("promised_at_ms", "placed_at_ms", "bag_place")},
        state=one.state.value,
        total=Sum(one.total_minor, one.currency),
        paid=Sum(one.paid_minor, one.currency),
        holder_till=one.holder_till,
        lines=[(line, one.currency) for line in one.lines],
        said=one.number,
    )


def _find(conn: Connection, q: str, _office: Office) -> Iterable[str]:
    number = conn.scalars(select(_key).where(_table.c.number == q).limit(500))
    state = next((one.value for one, word in STATE_WORDS.items() if q.casefold() in (one.value, _(word))), "")
    return [*number, *conn.scalars(select(_key).where(_table.c.state == state).limit(500))]


def _of(unit: Unit, key: str) -> Order:
    store_id, _slash, order_id = key.partition("/")
    order = orders.by_id(unit.conn, store_id, order_id)
    if order is None:
        raise Refused(404, "not_found", _(orders.ORDER_GONE).format(number=order_id))
    return order


def _cancel(unit: Unit, change: Change) -> Said:
    order = orders.cancel(unit, _of(unit, change.key))
    return Said(_("Order {number} is cancelled; its goods are free again.").format(number=order.number))


def _lease(unit: Unit, change: Change) -> Said:
    order = leases.move(unit, _of(unit, change.key), int(change.values["till_number"]))
    said = _("Till {till} may hand order {number} over.")
    return Said(said.format(till=order.holder_till, number=order.number))


def _line(pair: Any, _office: Office) -> str:
    line, code = pair
    quantity = format_quantity(line.quantity_milli, line.unit, code)
    price = format_money(line.unit_price_minor, code)
    text = _("{quantity} × {name} ({sku}) at {price}")
    return text.format(quantity=quantity, name=line.name, sku=line.sku, price=price)


def _is_open(record: Record) -> bool:
    return record.state in {one.value for one in OPEN_STATES}


def _detail(field: Any) -> Any:
    field.exclude_from_list = True
    return field


ORDERS = Section(
    key="orders",
    label=later("Orders"),
    one=later("order"),
    icon="fa-solid fa-bag-shopping",
    group=later("Sales"),
    right=Right.REPORT,
    change_right=Right.OVERRIDE,
    fields=(
        Field("number", label=later("Number")),
        ChoiceField(
            "state", label=later("State"), choices=[(one.value, word) for one, word in STATE_WORDS.items()]
        ),
        Field("store", label=later("Store")),
        Field("channel", label=later("Channel")),
        Field("customer_name", label=later("Customer")),
        MomentField("promised_at_ms", label=later("Promised")),
        MoneyField("total", label=later("Total")),
        _detail(Field("customer_phone", label=later("Phone"))),
        _detail(MoneyField("paid", label=later("Paid"))),
        _detail(MomentField("placed_at_ms", label=later("Placed"))),
        _detail(NumberField("holder_till", label=later("Till that may hand it over"))),
        _detail(Field("bag_place", label=later("Place of the bag"))),
        _detail(LinesField("lines", label=later("Lines"), line=_line)),
    ),
    listing=Listing(
        query=_query,
        key=(_table.c.store_id, _table.c.order_id),
        record=_record,
        find=_find,
        sorts={"promised_at_ms": _table.c.promised_at_ms},
        first=("promised_at_ms", True),
    ),
    acts=(
        Act(
            name="cancel",
            text=later("Cancel the order"),
            ask=later(
                "Its goods are free again. Money that was paid goes back where it came from, not by itself."
            ),
            icon="fa-solid fa-xmark",
            do=_cancel,
            right=Right.OVERRIDE,
            grave=True,
            offered=_is_open,
        ),
        Act(
            name="lease",
            text=later("Let another till hand it over"),
            ask=later(
                "That till may hand it over from then on, also while it is offline; 0 takes it from all."
            ),
            icon="fa-solid fa-right-left",
            do=_lease,
            right=Right.OVERRIDE,
            fields=(NumberField("till_number", label=later("Till")),),
            offered=_is_open,
        ),
    ),
)
