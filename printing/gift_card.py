"""The slip that is a gift card: its code to be scanned, what was put on it, and where it is worth that."""

from omnipos.domain.money import format_money
from omnipos.domain.paper import GiftCardPaper
from omnipos.locale import _
from printing.document import Align, Barcode, Cut, Document, Feed, Text
from printing.heading import copy_mark, letterhead, moment


def gift_card_slip(paper: GiftCardPaper, *, copy: bool) -> Document:
    """Return the slip; a copy is as good as the first, for the balance is kept by the shop."""
    amount = format_money(paper.amount_minor, paper.currency)
    grouped = " ".join(paper.code[at : at + 4] for at in range(0, len(paper.code), 4))
    elements = (
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Feed(),
        Text(_("GIFT CARD"), Align.CENTER, bold=True, wide=2, tall=2),
        Text(amount, Align.CENTER, bold=True, wide=2, tall=2),
        Feed(),
        Barcode(paper.code),
        Text(grouped, Align.CENTER, bold=True),
        Feed(),
        Text(_("Keep it like cash: whoever has it can spend it. It does not run out."), Align.CENTER),
        Text(moment(paper.printed_at_ms, paper.shop), Align.CENTER),
        Text(_("Receipt {number}").format(number=paper.receipt_number), Align.CENTER),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"gift-card-{paper.receipt_number}-{paper.code[-4:]}", elements)
