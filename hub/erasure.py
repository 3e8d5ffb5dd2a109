"""Forgetting a person who asks for it: what names them goes, what was sold stays under a bare key."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, or_, select, update

from hub import customers, messaging, orders, tables
from hub.feed import CUSTOMERS
from hub.messages import Erased
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.order import OPEN_STATES, Order
from omnipos.domain.phone import to_e164
from omnipos.locale import _

# UU PDP (Indonesia, 27/2022) 8 and 43; the sales themselves are kept as tax law asks, without a name.


def erase(unit: Unit, phone: str, country: str) -> Erased:
    """Forget whoever has a phone number, in any form; raise CustomerRefused for what is no number.

    An order that is not collected yet keeps its name until it is: its number is in the answer, and
    erasing again afterwards takes that too.
    """
    number = to_e164(phone, country)
    return _forget(unit, _cards_of(unit.conn, number), number)


def erase_card(unit: Unit, customer_id: str) -> Erased:
    """Forget whose card this is, also somebody without a phone number."""
    card = customers.load(unit.conn, [customer_id]).get(customer_id)
    if card is None:
        raise Refused(404, "not_found", _("There is no such customer."))
    ids = {card.customer_id, *customers.aliases_of(unit.conn, card.customer_id)}
    if card.phone:
        ids |= set(_cards_of(unit.conn, card.phone))
    return _forget(unit, sorted(ids), card.phone)


def _forget(unit: Unit, ids: list[str], number: str) -> Erased:
    table, own = tables.customer, tables.personal
    emails = set(unit.conn.scalars(select(own.c.email).where(own.c.customer_id.in_(ids)))) - {""}
    messaging.forget(unit, {number, *emails} - {""})
    unit.conn.execute(delete(own).where(own.c.customer_id.in_(ids)))
    unit.conn.execute(
        update(table)
        .where(table.c.customer_id.in_(ids))
        .values(erased_at_ms=unit.now_ms, consents="[]", purchases="[]", answers="{}", tier="")
    )
    for customer_id in ids:
        unit.erase(CUSTOMERS, customer_id)
    waiting = []
    for order in _orders_of(unit.conn, ids, number):
        if order.state in OPEN_STATES:
            waiting.append(order.number)
        else:
            orders.change(unit, order, msgspec.structs.replace(order, customer_name="", customer_phone=""))
    return Erased(customers=len(ids), waiting_orders=tuple(sorted(waiting)))


def _cards_of(conn: Connection, phone: str) -> list[str]:
    """Return the ids of the cards with a number and of all their aliases, also of those without one."""
    table, own = tables.customer, tables.personal
    named = select(own.c.customer_id).where(own.c.phone == phone)
    rows = conn.execute(
        select(table.c.customer_id, table.c.alias_of).where(table.c.customer_id.in_(named))
    ).all()
    roots = {row.alias_of or row.customer_id for row in rows}
    every = conn.scalars(
        select(table.c.customer_id).where(
            or_(table.c.customer_id.in_(roots), table.c.alias_of.in_(roots) & (table.c.alias_of != ""))
        )
    )
    return sorted(every)


def _orders_of(conn: Connection, customer_ids: Iterable[str], phone: str) -> list[Order]:
    """Return the orders that still name somebody, by card or by phone."""
    table = tables.collect_order
    marks = [f'"customer_id":"{one}"' for one in customer_ids]
    marks += [f'"customer_phone":"{phone}"'] if phone else []
    records = conn.scalars(
        select(table.c.record).where(or_(*(table.c.record.contains(mark, autoescape=True) for mark in marks)))
    )
    found = (msgspec.json.decode(record, type=Order) for record in records)
    return [order for order in found if order.customer_name or order.customer_phone]
