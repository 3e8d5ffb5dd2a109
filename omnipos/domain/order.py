"""Online orders to collect: their states, picking, checking the taker and handing over.

placed → picking → ready → collected, and besides: short, cancelled, expired
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from omnipos.domain.barcode import canonical
from omnipos.domain.basket import Line
from omnipos.domain.errors import OrderRefused
from omnipos.domain.names import search_words
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _, later


class OrderState(StrEnum):
    """Where an order is on its way to the customer."""

    PLACED = "placed"
    PICKING = "picking"
    SHORT = "short"
    READY = "ready"
    COLLECTED = "collected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


STATE_WORDS = {
    OrderState.PLACED: later("placed"),
    OrderState.PICKING: later("picking"),
    OrderState.SHORT: later("short"),
    OrderState.READY: later("ready"),
    OrderState.COLLECTED: later("collected"),
    OrderState.CANCELLED: later("cancelled"),
    OrderState.EXPIRED: later("expired"),
}

OPEN_STATES = (OrderState.PLACED, OrderState.PICKING, OrderState.SHORT, OrderState.READY)
"""The states the collection desk still has work with."""


PICKED_STATES = (OrderState.PLACED, OrderState.PICKING, OrderState.SHORT)
"""The states in which items are still put into the bag."""


class Check(StrEnum):
    """How the person who collects is checked."""

    CODE = "code"
    NAME_AND_PHONE = "name_and_phone"


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One product of an order; `picked_milli` grows while it is picked."""

    line_id: str
    product_id: str
    sku: str
    name: str
    quantity_milli: int
    unit_price_minor: int
    tax_code: str
    unit: str = "pcs"
    barcodes: tuple[str, ...] = ()
    shelf: str = ""
    picked_milli: int = 0


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Who handed an order over, when, where, and which check was made."""

    staff_id: str
    at_ms: int
    device_id: str
    check: Check
    sale_id: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True, tag="order"):
    """A click-and-collect order of one store, as hub and till know it."""

    order_id: str
    number: str
    channel: str
    store_id: str
    state: OrderState
    placed_at_ms: int
    promised_at_ms: int
    currency: str
    lines: tuple[OrderLine, ...]
    total_minor: int
    paid_minor: int
    collection_code: str
    customer_id: str = ""
    customer_name: str = ""
    customer_phone: str = ""
    bag_place: str = ""
    holder_device_id: str = ""
    """The only till that may hand the order over offline; empty while no till may."""
    holder_till: int = 0
    fencing_number: int = 0
    """Grows with each till that gets the order, so that an older right is worth nothing."""
    asked_by_device_id: str = ""
    asked_by_till: int = 0
    version: int = 1
    proof: Proof | None = None

    @property
    def due_minor(self) -> int:
        """What is still to be paid at the counter."""
        return max(self.total_minor - self.paid_minor, 0)

    @property
    def is_picked(self) -> bool:
        """Whether every line is ticked in full."""
        return all(line.picked_milli >= line.quantity_milli for line in self.lines)


class Taker(msgspec.Struct, frozen=True, kw_only=True):
    """What the person at the counter says of themselves: the code, or name and phone."""

    code: str = ""
    name: str = ""
    phone: str = ""
    is_old_enough: bool | None = None
    """What was seen of their age; None before anybody looked."""


def pick(order: Order, code: str, name: str = "") -> tuple[Order, OrderLine, int]:
    """Tick one piece of the line a scanned code belongs to; `name` is what the code is called elsewhere.

    Returns the order, the line as it is now and the quantity ticked (a line sold by weight is
    ticked whole). Raises OrderRefused for a wrong or surplus item.
    """
    if order.state not in PICKED_STATES:
        raise OrderRefused(
            _("Order {number} is {state}; there is nothing to pick.").format(
                number=order.number, state=_(STATE_WORDS[order.state])
            )
        )
    wanted = [line for line in order.lines if _answers(line, code)]
    if not wanted:
        raise OrderRefused(
            _("{code} is not in order {number}. Put it back.").format(code=name or code, number=order.number)
        )
    line = next((one for one in wanted if one.picked_milli < one.quantity_milli), None)
    if line is None:
        raise OrderRefused(
            _("{name} is already picked in full. Put this one back.").format(name=wanted[0].name)
        )
    missing = line.quantity_milli - line.picked_milli
    ticked = min(PIECE_MILLI, missing) if line.unit == "pcs" else missing
    changed = tick(order, line.line_id, ticked)
    return changed, next(one for one in changed.lines if one.line_id == line.line_id), ticked


def _answers(line: OrderLine, code: str) -> bool:
    wanted = canonical(code)
    return wanted == line.sku.upper() or wanted in (canonical(own) for own in line.barcodes)


def tick(order: Order, line_id: str, quantity_milli: int) -> Order:
    """Return the order with more of one line picked; a line never holds more than was ordered."""
    lines = tuple(
        msgspec.structs.replace(
            line, picked_milli=min(line.picked_milli + quantity_milli, line.quantity_milli)
        )
        if line.line_id == line_id
        else line
        for line in order.lines
    )
    return msgspec.structs.replace(order, lines=lines, state=OrderState.PICKING)


def make_ready(order: Order, bag_place: str) -> Order:
    """Return the order as ready, its bag in a place; raise OrderRefused while lines are missing."""
    if order.state is OrderState.READY:
        raise OrderRefused(_("Order {number} is ready already.").format(number=order.number))
    if order.state not in OPEN_STATES:
        raise OrderRefused(
            _("Order {number} is {state} and cannot be made ready.").format(
                number=order.number, state=_(STATE_WORDS[order.state])
            )
        )
    if not order.is_picked:
        missing = next(line for line in order.lines if line.picked_milli < line.quantity_milli)
        raise OrderRefused(_("{name} is not picked yet. Scan it first.").format(name=missing.name))
    return msgspec.structs.replace(order, state=OrderState.READY, bag_place=bag_place)


def check_state(order: Order) -> None:
    """Raise OrderRefused unless the order is ready to be handed over."""
    if order.state is OrderState.COLLECTED:
        raise OrderRefused(
            _("Order {number} was handed over already. Show it to the manager.").format(number=order.number)
        )
    if order.state in (OrderState.CANCELLED, OrderState.EXPIRED):
        raise OrderRefused(
            _("Order {number} is {state} and cannot be handed over. Put the goods back.").format(
                number=order.number, state=_(STATE_WORDS[order.state])
            )
        )
    if order.state is not OrderState.READY:
        raise OrderRefused(
            _("Order {number} is {state}, not ready. Pick it and make it ready first.").format(
                number=order.number, state=_(STATE_WORDS[order.state])
            )
        )


def check_hand_over(order: Order, device_id: str) -> None:
    """Raise OrderRefused unless this device may hand the order over now, the network up or down."""
    check_state(order)
    if not order.holder_device_id:
        raise OrderRefused(
            _("No till holds order {number} now. Ask for it here, or call a manager.").format(
                number=order.number
            )
        )
    if order.holder_device_id != device_id:
        raise OrderRefused(
            _(
                "Order {number} is held by {holder}. Hand it over there, ask for it here, or call a manager."
            ).format(number=order.number, holder=till_name(order.holder_till))
        )


def till_name(number: int) -> str:
    """Return what a till is called by people; 0 is one whose number is not known here."""
    return _("till {number}").format(number=number) if number else _("another till")


def check_taker(order: Order, taker: Taker) -> Check:
    """Return which check the taker passed; raise OrderRefused when none."""
    if taker.code:
        code = canonical(taker.code)
        if code and code == canonical(order.collection_code):
            return Check.CODE
        raise OrderRefused(
            _("That is not the code of order {number}. Ask for name and phone instead.").format(
                number=order.number
            )
        )
    right_name = set(search_words(taker.name)) & set(search_words(order.customer_name))
    last_digits = "".join(c for c in taker.phone if c.isdigit())[-4:]
    right_phone = len(last_digits) == 4 and order.customer_phone.endswith(last_digits)
    if right_name and right_phone:
        return Check.NAME_AND_PHONE
    raise OrderRefused(
        _("Name and phone are not those of order {number}. Nothing was handed over.").format(
            number=order.number
        )
    )


def hand_over(order: Order, proof: Proof) -> Order:
    """Return the order as collected, with its proof."""
    return msgspec.structs.replace(order, state=OrderState.COLLECTED, proof=proof)


def basket_lines(order: Order, first_line_id: int) -> tuple[Line, ...]:
    """Return an order's lines as basket lines, at the prices of the order."""
    return tuple(
        Line(
            line_id=first_line_id + index,
            product_id=line.product_id,
            sku=line.sku,
            name=line.name,
            quantity_milli=line.quantity_milli,
            unit_price_minor=line.unit_price_minor,
            tax_code=line.tax_code,
            unit=line.unit,
            order_line_id=line.line_id,
        )
        for index, line in enumerate(order.lines)
    )


def order_of_lines(
    lines: Sequence[Line],
    *,
    order_id: str,
    number: str,
    store_id: str,
    currency: str,
    paid_minor: int,
    customer_id: str,
    holder_device_id: str,
) -> Order:
    """Return an order as far as the basket lines that came with it tell; all of them are picked."""
    picked = tuple(
        OrderLine(
            line_id=line.order_line_id,
            product_id=line.product_id,
            sku=line.sku,
            name=line.name,
            quantity_milli=line.quantity_milli,
            unit_price_minor=line.unit_price_minor,
            tax_code=line.tax_code,
            unit=line.unit,
            picked_milli=line.quantity_milli,
        )
        for line in lines
    )
    return Order(
        order_id=order_id,
        number=number,
        channel="",
        store_id=store_id,
        state=OrderState.READY,
        placed_at_ms=0,
        promised_at_ms=0,
        currency=currency,
        lines=picked,
        total_minor=sum(line.amount_minor for line in lines),
        paid_minor=paid_minor,
        collection_code="",
        customer_id=customer_id,
        holder_device_id=holder_device_id,
    )
