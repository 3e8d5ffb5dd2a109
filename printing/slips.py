"""The slips of the collection desk: one that lies with the bag, one that proves the hand-over."""

from collections.abc import Iterator

from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.order import Check, Order, OrderLine
from omnipos.domain.paper import BagSlipPaper, HandOverPaper
from omnipos.domain.phone import masked
from omnipos.domain.quantity import format_quantity
from omnipos.locale import _, later
from printing.document import (
    Align,
    Barcode,
    Cut,
    Document,
    Element,
    Feed,
    Row,
    Rule,
    Text,
    columns_of,
)
from printing.heading import copy_mark, letterhead, moment

CHECK_WORDS = {
    Check.CODE: later("collection code"),
    Check.NAME_AND_PHONE: later("name and phone"),
}


def bag_slip(paper: BagSlipPaper, *, copy: bool) -> Document:
    """Return the slip that lies with a picked order: number, name, place, promise, goods, what is due."""
    order = paper.order
    elements = (
        *copy_mark(copy, above=True),
        *_number(order),
        *_large(clean_text(order.customer_name, 80)),
        *_bag_place(order),
        Rule("="),
        Row((_("Promised"), moment(order.promised_at_ms, paper.shop)), bold=True),
        Row((_("Ordered from"), clean_text(order.channel, 40))),
        *_phone(order),
        Rule(),
        *(_goods(line, order.currency) for line in order.lines),
        Rule(),
        *_payment(order),
        Feed(),
        Barcode(_order_code(order)),
        Text(_("Packed {moment}").format(moment=moment(paper.printed_at_ms, paper.shop)),
             Align.CENTER),
        *copy_mark(copy),
        Cut(),
    )  # fmt: skip
    return Document(f"bag-slip-{order.number}", elements)


def hand_over_slip(paper: HandOverPaper, *, copy: bool) -> Document:
    """Return the slip of a hand-over: what was taken, which check was made, by whom and when."""
    order = paper.order
    at_ms = order.proof.at_ms if order.proof else paper.printed_at_ms
    elements = (
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Rule(),
        Text(_("Order collected"), Align.CENTER, bold=True, tall=2),
        *_number(order),
        Rule(),
        Row((_("Handed over"), moment(at_ms, paper.shop))),
        Row((_("Handed over by"), clean_text(paper.staff_name, 40))),
        *_collected_by(order),
        Rule(),
        *(_goods(line, order.currency) for line in order.lines),
        Rule(),
        *_payment(order),
        Feed(),
        Barcode(_order_code(order)),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"hand-over-{order.number}", elements)


def _order_code(order: Order) -> str:
    return f"#{clean_text(order.number, 40).removeprefix('#')}"


def _number(order: Order) -> Iterator[Element]:
    code = _order_code(order)
    # Three times as wide fits the narrowest paper up to ten characters.
    wide = 3 if columns_of(code) <= 10 else 2
    yield Text(code, Align.CENTER, bold=True, wide=wide, tall=3)


def _large(text: str) -> Iterator[Element]:
    if text:
        yield Text(text, Align.CENTER, bold=True, wide=2, tall=2)


def _bag_place(order: Order) -> Iterator[Element]:
    place = clean_text(order.bag_place, 40)
    if place:
        yield from _large(_("Place {place}").format(place=place))


def _phone(order: Order) -> Iterator[Element]:
    if order.customer_phone:
        yield Row((_("Phone"), masked(order.customer_phone)))


def _goods(line: OrderLine, currency: str) -> Element:
    quantity = format_quantity(line.quantity_milli, line.unit, currency)
    return Row((clean_text(line.name), f"× {quantity}" if line.unit == "pcs" else quantity))


def _payment(order: Order) -> Iterator[Element]:
    yield Row((_("Total"), format_money(order.total_minor, order.currency)))
    # A finished hand-over has been paid, at the web shop or with the sale in its proof.
    if order.due_minor and order.proof is None:
        if order.paid_minor:
            yield Row((_("Paid online"), format_money(order.paid_minor, order.currency)))
        due = format_money(order.due_minor, order.currency)
        yield Row((_("TO PAY"), due), bold=True, tall=2)
    else:
        yield from _large(_("PAID"))


def _collected_by(order: Order) -> Iterator[Element]:
    name = clean_text(order.customer_name, 80)
    if name:
        yield Row((_("Customer"), name))
    yield from _phone(order)
    if order.proof is not None:
        yield Row((_("Checked by"), _(CHECK_WORDS[order.proof.check])))
