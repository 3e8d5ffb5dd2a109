"""The gift receipt: what was bought without what it cost, and the code for bringing it back."""

from collections.abc import Iterator

from omnipos.domain.names import clean_text
from omnipos.domain.paper import GiftReceiptPaper
from omnipos.domain.quantity import PIECE_MILLI, format_quantity
from omnipos.domain.sale import SaleLine, goods_of
from omnipos.locale import _
from printing.document import Align, Cut, Document, Element, Feed, Qr, Row, Rule, Text
from printing.heading import copy_mark, letterhead, moment


def gift_receipt(paper: GiftReceiptPaper, *, copy: bool) -> Document:
    """Return the paper that goes with a present: no price, no sum and no name of the giver stands on it."""
    sale = paper.sale
    elements = (
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Rule(),
        Text(_("Gift receipt"), Align.CENTER, bold=True, tall=2),
        Row((sale.receipt_number, moment(sale.completed_at_ms, paper.shop))),
        Rule(),
        *(row for line in goods_of(sale) for row in _goods(line, sale.currency)),
        Rule(),
        Text(_("Please bring this paper if you return or exchange it."), Align.CENTER),
        Feed(),
        Qr(sale.receipt_number),
        Feed(),
        Text(sale.receipt_number, Align.CENTER),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"gift-receipt-{sale.receipt_number}", elements)


def _goods(line: SaleLine, currency: str) -> Iterator[Element]:
    quantity = format_quantity(line.quantity_milli, line.unit, currency)
    if line.quantity_milli == PIECE_MILLI and line.unit == "pcs":
        yield Text(clean_text(line.name))
    else:
        yield Row((clean_text(line.name), f"× {quantity}" if line.unit == "pcs" else quantity))
    for serial in line.serials:
        yield Row((_("Serial number {serial}").format(serial=clean_text(serial, 40)),), indent=2)
