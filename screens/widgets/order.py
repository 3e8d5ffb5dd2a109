"""An order as it is painted: its head, and its lines with where they lie and what is picked."""

from collections.abc import Sequence

from omnipos.domain.money import format_money
from omnipos.domain.order import STATE_WORDS, Order, OrderLine, OrderState, till_name
from omnipos.domain.phone import display
from omnipos.domain.quantity import format_quantity
from omnipos.locale import _
from omnipos.services import leasing
from screens import times
from screens.desk import Desk
from screens.widgets.cells import Row, between, drawn, fit, right
from screens.widgets.painted import Painted


class OrderHead(Painted):
    """Who ordered, what was promised, what is due, and what to do next."""

    def __init__(self, desk: Desk, order: Order) -> None:
        """Begin with an order."""
        super().__init__()
        self._desk = desk
        self._order = order

    def show(self, order: Order) -> None:
        """Show the order as it is now."""
        if order is not self._order:
            self._order = order
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows."""
        order, desk = self._order, self._desk
        promised = times.day_or_clock(order.promised_at_ms, desk.now_ms, desk.zone)
        left = times.time_left(order.promised_at_ms, desk.now_ms)
        number = _("Order {number}").format(number=drawn(order.number))
        state = _(STATE_WORDS[order.state])
        if order.state is OrderState.READY and order.bag_place:
            state = f"{state} · {drawn(order.bag_place)}"
        total = format_money(order.total_minor, order.currency)
        if order.due_minor:
            due = format_money(order.due_minor, order.currency)
            money = _("{total}, to pay here {due}").format(total=total, due=due)
        else:
            money = _("{total}, paid online").format(total=total)
        phone = display(order.customer_phone) if order.customer_phone else ""
        promise = _("promised {time} · {left}").format(time=promised, left=left)
        rows = (
            (between(number, state, width), "strong"),
            (between(drawn(order.customer_name), phone, width), "plain"),
            (between(promise, money, width), "plain"),
            (next_step(desk, order), "accent"),
        )
        return [(row,) for row in rows]


def next_step(desk: Desk, order: Order) -> str:
    """Return what is to be done with an order at this till."""
    match order.state:
        case OrderState.COLLECTED:
            return _("Collected. Nothing more to do.")
        case OrderState.CANCELLED:
            return _("Cancelled. Put the goods back; nothing is paid back here.")
        case OrderState.EXPIRED:
            return _("Expired. Put the goods back; nothing is paid back here.")
        case _:
            pass
    if leasing.is_asked_of(desk.till, order):
        asker = till_name(order.asked_by_till)
        return _("Asked for by {till}: G gives it, or leave it with Esc.").format(till=asker)
    if order.state is not OrderState.READY:
        return _("R makes it ready.") if order.is_picked else _("Scan each item to tick it.")
    if leasing.is_held_here(desk.till, order):
        return _("H hands it over, or scan the collection code.")
    if order.holder_device_id:
        return _("Held by {till}. H asks for it.").format(till=till_name(order.holder_till))
    return _("No till holds it. H asks for it.")


def line_row(line: OrderLine, currency: str, width: int) -> Row:
    """Return one line: ticked or not, where it lies, how many of how many."""
    done = line.picked_milli >= line.quantity_milli
    of = format_quantity(line.quantity_milli, line.unit, currency)
    picked = format_quantity(line.picked_milli, "pcs", currency)
    return (
        (" ✓ " if done else " · ", "good" if done else "dim"),
        (fit(drawn(line.shelf) or "–", 8), "accent"),
        (fit(drawn(line.name), width - 11 - 18), "dim" if done else "plain"),
        (right(_("{picked} of {count} ").format(picked=picked, count=of), 18), "plain"),
    )
