"""E-receipts: a receipt as files, made aside while the counter goes on."""

import asyncio
from pathlib import Path

from omnipos.domain.errors import StoreTrouble
from omnipos.domain.paper import PaperKind, PrintJob, print_job
from omnipos.domain.staff import Right
from omnipos.events import PaperReprinted
from omnipos.locale import _
from omnipos.services.reprinting import sale_with
from omnipos.services.tendering import receipt_paper
from omnipos.services.till import Till
from omnipos.store import journal
from omnipos.store.connection import transaction

E_RECEIPT = "e_receipt"
"""How the journal names it; it is no kind of paper that the printer knows."""


def job_of(till: Till, receipt_number: str = "") -> PrintJob:
    """Return a receipt as it was, for files; without a number, the last one. The journal keeps it.

    Raises ItemUnknown.
    """
    till.signed_in(Right.SELL)
    sale = sale_with(till, receipt_number)
    with transaction(till.store.books):
        fact = PaperReprinted(receipt_number=sale.receipt_number, paper=E_RECEIPT)
        journal.append(till.store.books, till.stamp(), fact)
    till.syncing.nudge()
    return print_job("", receipt_paper(till, till.shop(), sale))


def save_now(till: Till, receipt_number: str = "") -> tuple[Path, ...]:
    """Write the files of a receipt and return them; raise ItemUnknown or StoreTrouble.

    Runs on a thread that may wait: a PDF file takes a moment.
    """
    job = till.call(job_of, receipt_number)
    assert job.kind is PaperKind.RECEIPT
    try:
        return till.ereceipts.save(job)
    except OSError as error:
        raise StoreTrouble(
            _("The e-receipt could not be saved: {reason}. The sale is safe; try again.").format(reason=error)
        ) from error


async def save(till: Till, receipt_number: str = "") -> tuple[Path, ...]:
    """Write the files of a receipt while the screen goes on."""
    return await asyncio.to_thread(save_now, till, receipt_number)
