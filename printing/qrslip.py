"""The slip with a code to be paid by, for a counter whose window is too small to show it."""

from collections.abc import Iterator

from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.paper import QrCodePaper
from omnipos.locale import _
from printing.document import Align, Cut, Document, Element, Feed, Qr, Text
from printing.heading import copy_mark, letterhead, moment


def qr_code_slip(paper: QrCodePaper, *, copy: bool) -> Document:
    """Return the slip: to whom, how much, the code as the acquirer made it, until when; no receipt."""
    amount = format_money(paper.amount_minor, paper.shop.currency)
    elements = (
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Feed(),
        Text(clean_text(paper.scheme, 24) or _("QR payment"), Align.CENTER, bold=True, wide=2, tall=2),
        Text(_("To {merchant}").format(merchant=clean_text(paper.merchant, 40)), Align.CENTER),
        Text(amount, Align.CENTER, bold=True, wide=2, tall=2),
        Feed(),
        Qr(paper.payload),
        Feed(),
        *_how(paper, amount),
        Text(_("Not a receipt"), Align.CENTER),
        Text(moment(paper.printed_at_ms, paper.shop), Align.CENTER),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"qr-{paper.printed_at_ms}", elements)


def _how(paper: QrCodePaper, amount: str) -> Iterator[Element]:
    if not paper.has_amount:
        yield Text(_("Type {sum} in your app.").format(sum=amount), Align.CENTER, bold=True)
    if paper.expires_at_ms:
        until = moment(paper.expires_at_ms, paper.shop)
        yield Text(_("Pay before {moment}.").format(moment=until), Align.CENTER, bold=True)
