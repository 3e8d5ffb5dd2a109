"""Payments that nobody knows the end of: the list of them, and what a manager says became of each."""

import msgspec

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused, TenderRefused
from omnipos.domain.names import clean_text
from omnipos.domain.payment import WATCH_MS, Payment, PaymentOutcome, PaymentState
from omnipos.domain.staff import Right
from omnipos.domain.tender import CardSlip, QrSlip, TenderKind, check_slip
from omnipos.locale import _
from omnipos.services import approving, paying
from omnipos.services.approving import Word
from omnipos.services.paying import Heard
from omnipos.services.till import Till
from omnipos.store import payments
from omnipos.store.connection import transaction


def open_payments(till: Till) -> tuple[Payment, ...]:
    """Return the payments that are not ended, the oldest first; the day cannot be closed before they are."""
    return tuple(payments.open_payments(till.store.books))


def payment_numbered(till: Till, number: str) -> Payment:
    """Return an open payment by the number that people call it; raise EntryRefused."""
    wanted = clean_text(number, 12).removeprefix("#")
    for payment in payments.open_payments(till.store.books):
        if str(payment.number) == wanted:
            return payment
    raise EntryRefused(
        _("No payment {number} is open here. Type payments for all of them.").format(number=wanted)
    )


def after_start(till: Till) -> tuple[Payment, ...]:
    """Say of what was being asked for when the till ended that it is unknown; return what is open."""
    with transaction(till.store.books):
        payments.forget_askers(till.store.books)
    return open_payments(till)


def closed_codes(till: Till) -> tuple[Payment, ...]:
    """Return the codes that were closed and may be paid after all, until each was looked at in the end."""
    return tuple(payments.closed_codes(till.store.books))


def looked_at(till: Till, payment_id: str) -> None:
    """Take note that a closed code was not paid by now; once its time is over it is looked at no more."""
    payment = payments.payment_by_id(till.store.books, payment_id)
    if payment is None:
        return
    left_ms = payment.watch_until_ms - till.clock.now_ms()
    if payment.watch_until_ms and not 0 < left_ms <= WATCH_MS:  # over, or the clock was put back
        with transaction(till.store.books):
            over = msgspec.structs.replace(payment, watch_until_ms=0)
            payments.save_payment(till.store.books, over)


def said_paid(till: Till, payment_id: str, code: str, reason: str, word: Word | None = None) -> Heard:
    """Take a manager's word that an unknown payment was paid; `code` is the approval code or reference.

    Raises WordNeeded, SignInRefused, NotAllowed, EntryRefused without a reason, TenderRefused without a code.
    """
    payment = _unknown(till, payment_id)
    approval = approving.word_for(till, Right.PAYMENT, _reason(reason), word or Word())
    code = free_text(code, 24)
    if not code:
        raise TenderRefused(_("Type the approval code or reference that proves the payment."))
    if payment.kind is TenderKind.QR:
        told = msgspec.structs.replace(payment, qr=QrSlip(reference=code), reason=approval.reason)
    else:
        slip = check_slip(CardSlip(approval_code=code))
        told = msgspec.structs.replace(payment, card=slip, reason=approval.reason)
    return paying.approved(till, told, PaymentOutcome.SAID_PAID, approval)


def said_unpaid(till: Till, payment_id: str, reason: str, word: Word | None = None) -> Heard:
    """Take a manager's word that an unknown payment was not paid; its basket can be paid again."""
    payment = _unknown(till, payment_id)
    approval = approving.word_for(till, Right.PAYMENT, _reason(reason), word or Word())
    return paying.ended_unpaid(till, payment, PaymentOutcome.SAID_UNPAID, approval.reason, approval)


def _unknown(till: Till, payment_id: str) -> Payment:
    payment = paying.one(till, payment_id)
    if payment.state is PaymentState.ASKED:
        raise TenderRefused(_("This payment is still being asked for. Wait for its end, or cancel it first."))
    if payment.state is not PaymentState.UNKNOWN:
        raise TenderRefused(_("This payment is not unknown any more."))
    return payment


def _reason(text: str) -> str:
    reason = free_text(text, approving.LONGEST_REASON)
    if not reason:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    return reason
