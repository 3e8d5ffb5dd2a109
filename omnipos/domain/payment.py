"""Payments asked for outside: what was asked of a card terminal or an acquirer, and how it ended."""

from enum import StrEnum

import msgspec

from omnipos.domain.tender import CardSlip, QrSlip, Tender, TenderKind
from omnipos.locale import later


class PaymentState(StrEnum):
    """What is known of a payment. The first three are open: somebody or something must still end them."""

    ASKED = "asked"
    """Written to disk and being asked for now."""
    UNKNOWN = "unknown"
    """Asked for, and nobody knows the end."""
    ASTRAY = "astray"
    """The money moved, but no sale has it."""
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    """Ended without money: before, or by giving it back."""


WATCH_MS = 15 * 60_000
"""How long a closed code is looked at."""

OPEN_STATES = (PaymentState.ASKED, PaymentState.UNKNOWN, PaymentState.ASTRAY)

STATE_WORDS = {
    PaymentState.ASKED: later("being asked"),
    PaymentState.UNKNOWN: later("unknown"),
    PaymentState.ASTRAY: later("paid, in no sale"),
    PaymentState.APPROVED: later("approved"),
    PaymentState.DECLINED: later("declined"),
    PaymentState.CANCELLED: later("cancelled"),
}


class PaymentOutcome(StrEnum):
    """How a payment ended, and who says so: the terminal or acquirer, or a person."""

    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    SAID_PAID = "said_paid"
    """A manager saw that it was paid."""
    SAID_UNPAID = "said_unpaid"
    """A manager saw that it was not."""
    GIVEN_BACK = "given_back"
    """It was paid, in no sale, and the customer has the money again."""
    KEPT = "kept"
    """It was paid, in no sale, and the shop keeps it for the reason given."""


class Said(StrEnum):
    """What a terminal or an acquirer says of one payment."""

    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    PENDING = "pending"
    """It is still under way."""
    NEVER_HEARD = "never_heard"
    """It was never asked for there."""
    UNREACHED = "unreached"
    """Nothing could be sent, so nothing was asked for by this call."""
    UNANSWERED = "unanswered"
    """Something may have been sent, and no answer came."""


class PaymentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of a terminal or an acquirer, or that there was none; `reason` is said to the cashier."""

    said: Said
    card: CardSlip | None = None
    qr: QrSlip | None = None
    reason: str = ""


class QrCode(msgspec.Struct, frozen=True, kw_only=True):
    """What an acquirer made for a customer to scan; `said` is PENDING when there is something to show."""

    said: Said
    content: str = ""
    reference: str = ""
    expires_at_ms: int = 0
    reason: str = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One payment asked for outside. Below zero it is a refund."""

    payment_id: str
    basket_id: str
    kind: TenderKind
    amount_minor: int
    currency: str
    provider: str
    """Which terminal or acquirer was asked: the setting's name for it, no address."""
    asked_at_ms: int
    staff_id: str
    number: int = 0
    """What people call it on this till."""
    state: PaymentState = PaymentState.ASKED
    refund_of: str = ""
    """The payment that a refund gives back, where it is known."""
    card: CardSlip | None = None
    qr: QrSlip | None = None
    reason: str = ""
    """Why it is unknown, was declined, or is settled by hand."""
    watch_until_ms: int = 0
    """Until when a closed code is looked at, for a customer's bank may pay it after all; 0 is not at all."""

    @property
    def is_open(self) -> bool:
        """Whether somebody or something must still end it."""
        return self.state in OPEN_STATES


def tender_of(payment: Payment) -> Tender:
    """Return the tender that an approved payment is."""
    return Tender(
        kind=payment.kind,
        amount_minor=payment.amount_minor,
        card=payment.card,
        qr=payment.qr,
        payment_id=payment.payment_id,
    )
