"""A customer's quote on paper: what was offered at what price, until when, what is paid and what rests."""

from collections.abc import Iterator

from omnipos.domain.basket import Line
from omnipos.domain.money import format_amount, format_money
from omnipos.domain.names import clean_text
from omnipos.domain.paper import QuotePaper
from omnipos.domain.quantity import PIECE_MILLI, format_quantity
from omnipos.locale import _
from printing.document import Align, Barcode, Cut, Document, Element, Feed, Row, Rule, Text
from printing.heading import copy_mark, letterhead, moment


def quote_slip(paper: QuotePaper, *, copy: bool) -> Document:
    """Return the paper that the customer comes back with; it is no receipt."""
    quote = paper.quotation
    elements = (
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Rule(),
        Text(_("Quote"), Align.CENTER, bold=True, tall=2),
        Row((quote.number, moment(quote.saved_at_ms, paper.shop))),
        *_people(paper),
        Rule(),
        *(row for line in quote.basket.lines for row in _goods(line, quote.basket.currency)),
        Rule(),
        *_sums(paper),
        Rule(),
        Text(
            _("These prices hold until {time}.").format(time=moment(quote.valid_until_ms, paper.shop)),
            Align.CENTER,
        ),
        Text(_("This is no receipt: nothing was sold yet."), Align.CENTER),
        Feed(),
        Barcode(quote.number),
        Text(quote.number, Align.CENTER),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"quote-{quote.number}", elements)


def _people(paper: QuotePaper) -> Iterator[Element]:
    if name := clean_text(paper.customer_name, 60):
        yield Row((_("Customer: {name}").format(name=name),))
    yield Row((_("Served by {name}").format(name=clean_text(paper.staff_name, 40)),))
    if note := clean_text(paper.quotation.note, 80):
        yield Text(_("Note: {note}").format(note=note))


def _goods(line: Line, currency: str) -> Iterator[Element]:
    name, amount = clean_text(line.name), format_amount(line.amount_minor, currency)
    if line.quantity_milli == PIECE_MILLI and line.unit == "pcs":
        yield Row((name, amount))
        return
    quantity = format_quantity(line.quantity_milli, line.unit, currency)
    yield Text(name)
    yield Row((f"{quantity} × {format_amount(line.unit_price_minor, currency)}", amount), indent=2)


def _sums(paper: QuotePaper) -> Iterator[Element]:
    quote = paper.quotation
    currency = quote.basket.currency
    if quote.saved_minor:
        yield Row((_("You save"), format_amount(-quote.saved_minor, currency)))
    yield Row((_("Total"), format_money(quote.total_minor, currency)), bold=True)
    if paper.deposit_minor:
        rest_minor = quote.total_minor - paper.deposit_minor
        yield Row((_("Deposit paid"), format_amount(paper.deposit_minor, currency)))
        yield Row((_("Still to pay"), format_money(rest_minor, currency)), bold=True)
