"""E-receipts: a receipt as files, made aside while the counter goes on."""

import asyncio
from pathlib import Path

from omnipos.domain.buyer import LONGEST_EMAIL, is_email
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.domain.names import clean_text
from omnipos.domain.paper import PaperKind, PrintJob, print_job
from omnipos.domain.phone import to_e164
from omnipos.domain.staff import Right
from omnipos.events import PaperReprinted, PersonalCard, ReceiptSendAsked, SendBy
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


def send(till: Till, receipt_number: str, address: str) -> str:
    """Ask the hub to send a receipt to an e-mail address or a phone; return the address as it is kept.

    The network may be down: it is sent once the hub hears of it. Raises ItemUnknown, EntryRefused or
    CustomerRefused.
    """
    till.signed_in(Right.SELL)
    sale = sale_with(till, receipt_number)
    where = clean_text(address, LONGEST_EMAIL)
    by_mail = "@" in where or any(map(str.isalpha, where))
    if by_mail and not is_email(where):
        raise EntryRefused(_("“{email}” is no e-mail address.").format(email=where))
    if not by_mail:
        where = to_e164(where, till.shop().country)
    db, personal_id = till.store.books, till.new_id()
    fact = ReceiptSendAsked(
        message_id=till.new_id(),
        sale_id=sale.sale_id,
        receipt_number=sale.receipt_number,
        send_by=SendBy.EMAIL if by_mail else SendBy.PHONE,
        personal_id=personal_id,
        customer_id=sale.customer_id,
    )
    card = PersonalCard(name="", phone="" if by_mail else where, email=where if by_mail else "")
    with transaction(db):
        event = journal.append(db, till.stamp(), fact)
        journal.insert_personal(db, event, personal_id, card)
    till.syncing.nudge()
    return where
