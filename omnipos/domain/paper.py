"""What is to be printed: a job of the spool, and what each kind of paper is made from."""

from enum import StrEnum
from typing import assert_never

import msgspec

from omnipos.domain.account import AccountKind
from omnipos.domain.buyer import Buyer
from omnipos.domain.drawer import CashMove
from omnipos.domain.order import Order
from omnipos.domain.quotation import Quotation
from omnipos.domain.sale import Sale
from omnipos.domain.shift import ShiftReport
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Approval


class PaperKind(StrEnum):
    """The papers a till prints; the tag of each is its kind."""

    RECEIPT = "receipt"
    BAG_SLIP = "bag_slip"
    HAND_OVER = "hand_over"
    GIFT_RECEIPT = "gift_receipt"
    GIFT_CARD = "gift_card"
    QUOTE = "quote"
    QR_CODE = "qr_code"
    SHIFT = "shift"
    CASH_MOVE = "cash_move"
    STAFF_BADGE = "staff_badge"
    DRAWER = "drawer"


class BalanceShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a balance after a sale, as the till knew it then."""

    kind: AccountKind
    account_id: str
    balance_minor: int


class ReceiptPaper(msgspec.Struct, frozen=True, kw_only=True, tag="receipt"):
    """All that stands on a receipt. The phone (E.164) is printed masked only."""

    sale: Sale
    shop: Shop
    staff_name: str
    customer_name: str = ""
    customer_phone: str = ""
    buyer: Buyer | None = None
    """Who asked for a tax invoice; the receipt says that it is none."""
    balances: tuple[BalanceShown, ...] = ()
    """Of what the sale was paid with; a copy tells none, for it may be old."""


class BagSlipPaper(msgspec.Struct, frozen=True, kw_only=True, tag="bag_slip"):
    """All that stands on the slip that lies with a picked order."""

    order: Order
    shop: Shop
    printed_at_ms: int


class HandOverPaper(msgspec.Struct, frozen=True, kw_only=True, tag="hand_over"):
    """All that stands on the slip of a finished hand-over; the check made is in the order's proof."""

    order: Order
    shop: Shop
    staff_name: str
    printed_at_ms: int


class GiftReceiptPaper(msgspec.Struct, frozen=True, kw_only=True, tag="gift_receipt"):
    """What goes with a present: the goods without any price, and the code that a return asks for."""

    sale: Sale
    shop: Shop


class GiftCardPaper(msgspec.Struct, frozen=True, kw_only=True, tag="gift_card"):
    """A new gift card: its code, and what was put on it."""

    code: str
    amount_minor: int
    currency: str
    shop: Shop
    printed_at_ms: int
    receipt_number: str


class QuotePaper(msgspec.Struct, frozen=True, kw_only=True, tag="quote"):
    """A customer's quote: goods and prices, until when they hold, what is paid and what rests."""

    quotation: Quotation
    shop: Shop
    staff_name: str
    customer_name: str = ""
    deposit_minor: int = 0


class QrCodePaper(msgspec.Struct, frozen=True, kw_only=True, tag="qr_code"):
    """A code to be paid by (QRIS, DuitNow QR), for a counter whose window is too small to show it."""

    payload: str
    amount_minor: int
    shop: Shop
    printed_at_ms: int
    scheme: str = ""
    merchant: str = ""
    expires_at_ms: int = 0
    """0 for a standing code, which does not expire."""
    has_amount: bool = False
    """Whether the code asks for the sum itself; else the customer types it."""


class ShiftPaper(msgspec.Struct, frozen=True, kw_only=True, tag="shift"):
    """An X report, or with a number the Z of a closed shift; names are those of the staff in it, by id."""

    report: ShiftReport
    shop: Shop
    names: dict[str, str]
    printed_at_ms: int


class CashMovePaper(msgspec.Struct, frozen=True, kw_only=True, tag="cash_move"):
    """The slip of cash that went in or out and is no sale."""

    move: CashMove
    amount_minor: int
    reason: str
    shop: Shop
    till_number: int
    shift: str
    staff_name: str
    approved_by: str
    at_ms: int


class BadgePaper(msgspec.Struct, frozen=True, kw_only=True, tag="staff_badge"):
    """A staff badge. Its code is as secret as a PIN: this paper is printed at once and kept in no books."""

    code: str
    name: str
    shop: Shop


class DrawerPaper(msgspec.Struct, frozen=True, kw_only=True, tag="drawer"):
    """No paper: the drawer is to open without a sale, and the journal keeps who wanted it and why."""

    staff_id: str
    reason: str
    approval: Approval | None = None
    to_count: bool = False


Paper = (
    ReceiptPaper
    | BagSlipPaper
    | HandOverPaper
    | GiftReceiptPaper
    | GiftCardPaper
    | BadgePaper
    | QuotePaper
    | QrCodePaper
    | ShiftPaper
    | CashMovePaper
    | DrawerPaper
)


class PrintJob(msgspec.Struct, frozen=True, kw_only=True):
    """One paper in the spool; `payload` is the JSON of its Paper, `copy` marks a reprint."""

    job_id: str
    kind: PaperKind
    payload: bytes
    copy: bool = False


_decoder: msgspec.json.Decoder[Paper] = msgspec.json.Decoder(Paper)
_encoder = msgspec.json.Encoder()


def print_job(job_id: str, paper: Paper, *, copy: bool = False) -> PrintJob:
    """Return the job that prints a paper."""
    match paper:
        case ReceiptPaper():
            kind = PaperKind.RECEIPT
        case BagSlipPaper():
            kind = PaperKind.BAG_SLIP
        case HandOverPaper():
            kind = PaperKind.HAND_OVER
        case GiftReceiptPaper():
            kind = PaperKind.GIFT_RECEIPT
        case GiftCardPaper():
            kind = PaperKind.GIFT_CARD
        case BadgePaper():
            kind = PaperKind.STAFF_BADGE
        case QuotePaper():
            kind = PaperKind.QUOTE
        case QrCodePaper():
            kind = PaperKind.QR_CODE
        case ShiftPaper():
            kind = PaperKind.SHIFT
        case CashMovePaper():
            kind = PaperKind.CASH_MOVE
        case DrawerPaper():
            kind = PaperKind.DRAWER
        case unknown:
            assert_never(unknown)
    return PrintJob(job_id=job_id, kind=kind, payload=_encoder.encode(paper), copy=copy)


def paper_of(job: PrintJob) -> Paper:
    """Return the paper of a job; raise msgspec.ValidationError when the payload is none."""
    return _decoder.decode(job.payload)
