"""Printing a receipt again, marked COPY, or a gift receipt, by its number or the last one."""

from collections.abc import Sequence

import msgspec

from omnipos.domain.errors import ItemUnknown
from omnipos.domain.names import clean_text
from omnipos.domain.paper import GiftReceiptPaper, ReceiptPaper, print_job
from omnipos.domain.sale import Sale, goods_of
from omnipos.domain.staff import Right
from omnipos.events import PaperReprinted
from omnipos.locale import _
from omnipos.services.tendering import receipt_paper
from omnipos.services.till import Till
from omnipos.store import books, journal, people, printjobs
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
    sale = sale_with(till, receipt_number)
    _print(till, sale, receipt_paper(till, till.shop(), sale), copy=True)
    return sale


def print_gift_receipt(till: Till, receipt_number: str = "", lines: Sequence[int] = ()) -> Sale:
    """Print the gift receipt of a sale, or of some of its lines by their places from 1; the last one's.

    Raises ItemUnknown, also for a sale in which nothing was handed out that could be a present, and for
    lines that are none.
    """
    till.signed_in(Right.SELL)
    sale = sale_with(till, receipt_number)
    if not goods_of(sale):
        raise ItemUnknown(_("Receipt {number} has no goods on it.").format(number=sale.receipt_number))
    presents = goods_of(sale)
    for place in lines:
        if not (1 <= place <= len(sale.lines) and sale.lines[place - 1] in presents):
            raise ItemUnknown(_("Line {number} of this receipt is no goods.").format(number=place))
    chosen = [sale.lines[place - 1] for place in sorted(set(lines))]
    shown = msgspec.structs.replace(sale, lines=tuple(chosen)) if chosen else sale
    _print(till, sale, GiftReceiptPaper(sale=shown, shop=till.shop()), copy=False)
    return sale


def print_locked(till: Till, shown: Sale, *, as_gift: bool = False) -> None:
    """Print the sale that a locked till still shows: nobody is signed in, so in the name of who sold it.

    Raises ItemUnknown for a gift receipt of no goods, NotAllowed for any sale but the last.
    """
    if shown.sale_id != sale_with(till).sale_id:
        till.signed_in(Right.SELL)
    before, till.staff = till.staff, people.staff_by_id(till.store.books, shown.staff_id)
    try:
        (print_gift_receipt if as_gift else reprint)(till, shown.receipt_number)
    finally:
        till.staff = before


def _print(till: Till, sale: Sale, paper: ReceiptPaper | GiftReceiptPaper, *, copy: bool) -> None:
    db, stamp = till.store.books, till.stamp()
    kind = print_job("", paper).kind
    with transaction(db):
        journal.append(db, stamp, PaperReprinted(receipt_number=sale.receipt_number, paper=kind.value))
        printjobs.insert_job(db, paper, stamp.occurred_at_ms, copy=copy)
    till.printing.nudge()
    till.syncing.nudge()
