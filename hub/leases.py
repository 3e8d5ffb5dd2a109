"""Which till may hand an order over: asked for, given back, taken by a manager or moved by the owner."""

from sqlalchemy import select

from hub import orders, shops, tables
from hub.collecting import Report, note, order_of
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain import lease
from omnipos.domain.order import OPEN_STATES, Order
from omnipos.domain.staff import Right
from omnipos.events import LeaseAsked, LeaseAskWithdrawn, LeaseReleased, LeaseTaken
from omnipos.locale import _


def apply_ask(unit: Unit, fact: LeaseAsked, report: Report) -> None:
    """Grant an order that no till holds; else let its holder see who asks for it."""
    order = order_of(unit, report, fact.order_id)
    if order is None or order.state not in OPEN_STATES:
        return
    number = shops.till_number(unit.conn, report.device_id)
    if not order.holder_device_id:
        _change(unit, order, lease.grant(order, report.device_id, number))
    else:
        _change(unit, order, lease.ask(order, report.device_id, number))


def apply_withdrawal(unit: Unit, fact: LeaseAskWithdrawn, report: Report) -> None:
    """Stop asking the holder for a till that no longer waits."""
    order = order_of(unit, report, fact.order_id)
    if order is not None:
        _change(unit, order, lease.withdraw(order, report.device_id))


def apply_release(unit: Unit, fact: LeaseReleased, report: Report) -> None:
    """Take an order back from its holder; an older right than the one it has now changes nothing."""
    order = order_of(unit, report, fact.order_id)
    if order is not None and order.state in OPEN_STATES:
        _change(unit, order, lease.release(order, report.device_id, fact.fencing_number))


def apply_taking(unit: Unit, fact: LeaseTaken, report: Report) -> None:
    """Give an order to the till where a manager took it, if its right is still the one they saw."""
    order = order_of(unit, report, fact.order_id)
    if order is None or order.state not in OPEN_STATES:
        return
    if not shops.may(unit.conn, fact.approval.staff_id, Right.OVERRIDE):
        detail = _("Order {number} was to be taken from its till by somebody who is no manager.").format(
            number=order.number
        )
        note(unit, report, order.order_id, "lease_taken_without_role", detail)
        return
    if order.fencing_number == fact.fencing_number and not lease.is_held(order, report.device_id):
        number = shops.till_number(unit.conn, report.device_id)
        _change(unit, order, lease.grant(order, report.device_id, number))


def give_holder(unit: Unit, store_id: str) -> None:
    """Give a store's open orders that no till holds to its first till, if it has one."""
    first = shops.first_till(unit.conn, store_id)
    if not first.device_id:
        return
    for order in orders.open_orders(unit.conn, store_id):
        if not order.holder_device_id:
            orders.change(unit, order, lease.grant(order, first.device_id, first.till_number))


def free(unit: Unit, store_id: str, device_id: str) -> None:
    """Take every open order of a store from a till that is gone, and give it to the first that is left."""
    for order in orders.open_orders(unit.conn, store_id):
        if lease.is_held(order, device_id):
            orders.change(unit, order, lease.release(order, device_id, order.fencing_number))
    give_holder(unit, store_id)


def move(unit: Unit, order: Order, till_number: int) -> Order:
    """Give an open order to a till of its store, 0 for none, as the owner says. Again is no change."""
    if order.state not in OPEN_STATES:
        raise Refused(
            409,
            "order_state",
            _("Order {number} is {state}; no till can hold it any more.").format(
                number=order.number, state=order.state.value
            ),
        )
    device_id = _till_of(unit, order.store_id, till_number) if till_number else ""
    if order.holder_device_id == device_id:
        return order
    if device_id:
        return orders.change(unit, order, lease.grant(order, device_id, till_number))
    return orders.change(unit, order, lease.release(order, order.holder_device_id, order.fencing_number))


def _till_of(unit: Unit, store_id: str, till_number: int) -> str:
    table = tables.device
    found = unit.conn.scalar(
        select(table.c.device_id).where(
            table.c.store_id == store_id, table.c.till_number == till_number, ~table.c.revoked
        )
    )
    if found is None:
        raise Refused(
            422, "till_unknown", _("The order's store has no till {number}.").format(number=till_number)
        )
    return str(found)


def _change(unit: Unit, old: Order, new: Order) -> None:
    if new != old:
        orders.change(unit, old, new)
