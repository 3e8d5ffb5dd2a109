"""A print job's bytes: its paper, the document of its kind, and the printer's own composer."""

from typing import assert_never

from omnipos.domain.paper import (
    BadgePaper,
    BagSlipPaper,
    CashMovePaper,
    DrawerPaper,
    GiftCardPaper,
    GiftReceiptPaper,
    HandOverPaper,
    PrintJob,
    QrCodePaper,
    QuotePaper,
    ReceiptPaper,
    ShiftPaper,
    paper_of,
)
from printing.document import Document
from printing.escpos import Composer
from printing.gift_card import gift_card_slip
from printing.gift_receipt import gift_receipt
from printing.heading import of_training
from printing.qrslip import qr_code_slip
from printing.quote import quote_slip
from printing.receipt import receipt
from printing.shift_slips import cash_move_slip, only_the_drawer, shift_report
from printing.slips import bag_slip, hand_over_slip
from printing.staff_badge import staff_badge


def document_of(job: PrintJob) -> Document:
    """Return the document a job prints; raise msgspec.ValidationError for a payload that is none."""
    match paper_of(job):
        case ReceiptPaper() as paper:
            return receipt(paper, copy=job.copy)
        case BagSlipPaper() as slip:
            return bag_slip(slip, copy=job.copy)
        case HandOverPaper() as slip:
            return hand_over_slip(slip, copy=job.copy)
        case GiftReceiptPaper() as gift:
            return gift_receipt(gift, copy=job.copy)
        case GiftCardPaper() as card:
            return gift_card_slip(card, copy=job.copy)
        case BadgePaper() as own:
            return staff_badge(own)
        case QuotePaper() as quoted:
            return quote_slip(quoted, copy=job.copy)
        case QrCodePaper() as slip:
            return qr_code_slip(slip, copy=job.copy)
        case ShiftPaper() as slip:
            return shift_report(slip, copy=job.copy)
        case CashMovePaper() as slip:
            return cash_move_slip(slip, copy=job.copy)
        case DrawerPaper() as slip:
            return only_the_drawer(slip)
        case unknown:
            assert_never(unknown)


class JobComposer:
    """Composes jobs for one printer; python-escpos is imported with the first of them."""

    def __init__(self, columns: int, code_page: str, *, training: bool = False) -> None:
        self._columns = columns
        self._code_page = code_page
        self._training = training
        self._composer: Composer | None = None

    def prepare(self) -> None:
        """Import what the first job needs, while nobody waits for one."""
        self._ready()

    def __call__(self, job: PrintJob) -> tuple[str, bytes]:
        """Return a job's name and bytes."""
        document = document_of(job)
        if self._training:
            document = of_training(document)
        name = f"{document.name}-copy" if job.copy else document.name
        return name, self._ready().compose(document)

    def _ready(self) -> Composer:
        if self._composer is None:
            self._composer = Composer(self._columns, self._code_page)
        return self._composer
