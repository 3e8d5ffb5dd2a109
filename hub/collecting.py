"""What tills report of orders: picked, ready, handed over; a step that does not fit is an exception."""

import msgspec

from hub import orders, shops, stock
from hub.movements import entries_of
from hub.unit import Unit
from omnipos.domain.names import clean_text
from omnipos.domain.order import OPEN_STATES, Order, OrderLine, OrderState, Proof, hand_over, tick
from omnipos.domain.staff import Right
from omnipos.domain.stock import hand_over_movements
from omnipos.domain.stocktake import Origin
from omnipos.events import OrderHandedOver, OrderPicked, OrderReadied
from omnipos.locale import _


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Which event of which till tells of a step."""

    event_id: str
    store_id: str
    device_id: str
    staff_id: str
    at_ms: int
    origin: Origin = Origin()
    """Where the goods it moves came from, for counts of them."""


def note(unit: Unit, report: Report, order_id: str, kind: str, detail: str) -> None:
    """Remember what a person must settle about an order."""
    unit.note(
        kind,
        detail,
        store_id=report.store_id,
        device_id=report.device_id,
        event_id=report.event_id,
        order_id=order_id,
    )


def order_of(unit: Unit, report: Report, order_id: str) -> Order | None:
    """Return the order of a step; one that the till's store does not have is an exception."""
    order = orders.by_id(unit.conn, report.store_id, order_id)
    if order is None:
        detail = _("A till reported a step of an order that this store does not have.")
        note(unit, report, order_id, "order_unknown", detail)
    return order


def _open_order(unit: Unit, report: Report, order_id: str) -> Order | None:
    order = order_of(unit, report, order_id)
    if order is None or order.state in OPEN_STATES:
        return order
    detail = _("Order {number} was worked on at a till while it is {state} here.").format(
        number=order.number, state=order.state.value
    )
    note(unit, report, order_id, "order_step", detail)
    return None


def apply_pick(unit: Unit, fact: OrderPicked, report: Report) -> None:
    """Tick a line; a ready order that is picked from again stays ready."""
    order = _open_order(unit, report, fact.order_id)
    if order is None:
        return
    ticked = tick(order, fact.line_id, fact.quantity_milli)
    if order.state is OrderState.READY:
        ticked = msgspec.structs.replace(ticked, state=OrderState.READY)
    orders.change(unit, order, ticked)


def apply_ready(unit: Unit, fact: OrderReadied, report: Report) -> None:
    """Make an order ready where its bag lies."""
    order = _open_order(unit, report, fact.order_id)
    if order is None:
        return
    ready = msgspec.structs.replace(order, state=OrderState.READY, bag_place=fact.bag_place)
    orders.change(unit, order, ready)


def apply_hand_over(unit: Unit, fact: OrderHandedOver, report: Report) -> None:
    """Hand an order over; the goods have left whatever its state, so stock and state always follow."""
    order = order_of(unit, report, fact.order_id)
    goods = hand_over_movements(fact.lines, report.store_id)
    stock.post(unit, entries_of(report.event_id, goods, report.origin))
    if order is None:
        return
    _judge_hand_over(unit, order, fact, report)
    if order.state is OrderState.COLLECTED:
        return
    proof = Proof(
        staff_id=report.staff_id,
        at_ms=report.at_ms,
        device_id=report.device_id,
        check=fact.check,
        sale_id=fact.sale_id,
    )
    stock.release(unit, order, posted=True)
    collected = msgspec.structs.replace(order, lines=_picked_lines(order, fact))
    orders.change(unit, order, hand_over(collected, proof))


def _judge_hand_over(unit: Unit, order: Order, fact: OrderHandedOver, report: Report) -> None:
    """Raise the exceptions that a hand-over deserves."""
    number = order.number
    reason = clean_text(fact.override.reason, 200) if fact.override else ""
    if order.state is OrderState.COLLECTED:
        kind, detail = "second_hand_over", _("Order {number} was handed over a second time.")
    elif order.state in (OrderState.CANCELLED, OrderState.EXPIRED):
        kind = "hand_over_of_closed"
        detail = _(
            "Order {number} was handed over though it was {state}. The goods are with the customer;"
            " nothing was paid back by itself."
        )
    elif (order.holder_device_id, order.fencing_number) == (report.device_id, fact.fencing_number):
        return
    elif fact.override is None:
        kind = "hand_over_without_right"
        detail = _("Order {number} was handed over by a till that did not hold it.")
    else:
        kind = "hand_over_overridden"
        detail = _("Order {number} was handed over by a till that did not hold it. Reason given: {reason}")
    detail = detail.format(number=number, state=order.state.value, reason=reason)
    note(unit, report, order.order_id, kind, detail)
    if fact.override and not shops.may(unit.conn, fact.override.staff_id, Right.OVERRIDE):
        detail = _("The hand-over of order {number} was allowed by somebody who is no manager.")
        note(unit, report, order.order_id, "override_without_role", detail.format(number=number))


def _picked_lines(order: Order, fact: OrderHandedOver) -> tuple[OrderLine, ...]:
    left = {line.line_id: line.picked_milli for line in fact.lines}
    return tuple(
        msgspec.structs.replace(line, picked_milli=left.get(line.line_id, line.picked_milli))
        for line in order.lines
    )
