"""Printing a receipt again, marked COPY, by its number or the last one."""

from omnipos.domain.errors import ItemUnknown
from omnipos.domain.names import clean_text
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Right
from omnipos.events import PaperReprinted
from omnipos.locale import _
from omnipos.services.tendering import receipt_paper
from omnipos.services.till import Till
from omnipos.store import books, journal, printjobs
from omnipos.store.connection import transaction


def latest(till: Till, limit: int = 20) -> list[Sale]:
    """Return this till's latest sales, the newest first."""
    return books.latest_sales(till.store.books, limit)


def sale_with(till: Till, receipt_number: str = "") -> Sale:
    """Return a sale of this till by its receipt number; without one, the last. Raises ItemUnknown."""
    db = till.store.books
    if receipt_number:
        sale = books.sale_by_receipt(db, clean_text(receipt_number))
    else:
        sale = next(iter(books.latest_sales(db, 1)), None)
    if sale is None:
        raise ItemUnknown(_("This till has no sale with that receipt number."))
    return sale


def reprint(till: Till, receipt_number: str = "") -> Sale:
    """Print a receipt again, marked COPY; without a number, the last one. Raises ItemUnknown."""
    till.signed_in(Right.SELL)
    db = till.store.books
    sale = sale_with(till, receipt_number)
    stamp = till.stamp()
    with transaction(db):
        journal.append(db, stamp, PaperReprinted(receipt_number=sale.receipt_number))
        paper = receipt_paper(till, till.shop(), sale)
        printjobs.insert_job(db, paper, stamp.occurred_at_ms, copy=True)
    till.printing.nudge()
    till.syncing.nudge()
    return sale
