"""Receipts as files for a message: the same paper that the till prints, as a web page and as a PDF file."""

from typing import NamedTuple

from omnipos.domain.paper import ReceiptPaper, print_job
from omnipos.domain.sale import Sale
from omnipos.domain.shop import Shop

KINDS = ("html", "pdf")


class ReceiptFile(NamedTuple):
    """One file as it is attached to a message."""

    name: str
    media_type: str
    content: bytes


def receipt_files(sale: Sale, shop: Shop, staff_name: str, kinds: tuple[str, ...]) -> tuple[ReceiptFile, ...]:
    """Return a sale's receipt in each of the kinds asked for.

    It names neither customer nor buyer: an address may have been mistyped. A PDF file takes a moment.
    """
    if not kinds:
        return ()
    from printing.composing import document_of
    from printing.html import as_html
    from printing.pdf import as_pdf

    document = document_of(print_job("", ReceiptPaper(sale=sale, shop=shop, staff_name=staff_name)))
    title = f"{shop.name} {sale.receipt_number}"

    def made(kind: str) -> ReceiptFile:
        name = f"{document.name}.{kind}"
        if kind == "html":
            return ReceiptFile(name, "text/html", as_html(document, title).encode())
        return ReceiptFile(name, "application/pdf", as_pdf(document, title, sale.completed_at_ms))

    return tuple(made(kind) for kind in kinds)
