"""QR codes to be paid by: the acquirer's for one payment, or the shop's own, its reference never verified."""

import msgspec

from omnipos.domain.cardnumber import free_text
from omnipos.domain.emvqr import QrScheme, read_payload, with_amount
from omnipos.domain.errors import QrRefused, TenderRefused
from omnipos.domain.paper import QrCodePaper
from omnipos.domain.payment import Payment, QrCode
from omnipos.domain.tender import QrSlip, Tender, TenderKind
from omnipos.locale import _
from omnipos.services import tendering
from omnipos.services.tendering import Paid
from omnipos.services.till import Till
from omnipos.store import printjobs
from omnipos.store.connection import transaction

LONGEST_REFERENCE = 40


class CodeToPay(msgspec.Struct, frozen=True, kw_only=True):
    """A code for the customer to scan, to the character, and what it is for."""

    payload: str
    amount_minor: int
    scheme: str
    merchant: str
    acquirer: str = ""
    has_amount: bool = False
    """Whether the code asks for the sum itself; else the customer types it."""
    expires_at_ms: int = 0
    """0 for a standing code, which does not expire."""


def standing_code(till: Till, amount_minor: int | None = None) -> CodeToPay:
    """Return the shop's own code for a sum of the open basket; None is all that is due.

    The code stays as the bank gave it, unless the shop has allowed its tills to put the sum into it.
    Raises TenderRefused when the shop has none, or for a sum that is not due.
    """
    settings = till.shop().qr
    if not settings.static_payload:
        raise TenderRefused(
            _("This shop has no QR code to be paid by. The owner sets it: omnipos hub store-qr.")
        )
    view = tendering.to_pay(till)
    amount = view.due.due_minor if amount_minor is None else amount_minor
    if not 0 < amount <= view.due.due_minor:
        raise TenderRefused(_("That is not what is due. Type a sum up to what is due."))
    code = read_payload(settings.static_payload)
    if settings.allow_amount:
        code = with_amount(code, amount)
    return CodeToPay(
        payload=code.text,
        amount_minor=amount,
        scheme=code.scheme.value,
        merchant=code.merchant,
        acquirer=settings.acquirer,
        has_amount=bool(code.amount),
    )


def code_of_payment(till: Till, payment: Payment, made: QrCode) -> CodeToPay:
    """Return what an acquirer made for a payment, as it is shown: to the character."""
    try:
        code = read_payload(made.content)
    except QrRefused:  # not by the standard; what is in it is the acquirer's business
        code = None
    return CodeToPay(
        payload=made.content,
        amount_minor=payment.amount_minor,
        scheme=code.scheme.value if code else QrScheme.OTHER.value,
        merchant=code.merchant if code else till.shop().name,
        has_amount=True,
        expires_at_ms=made.expires_at_ms,
    )


def print_code(till: Till, code: CodeToPay) -> None:
    """Print a code to be paid by, for a counter that cannot show it."""
    now_ms = till.clock.now_ms()
    paper = QrCodePaper(
        payload=code.payload,
        amount_minor=code.amount_minor,
        shop=till.shop(),
        printed_at_ms=now_ms,
        scheme=code.scheme,
        merchant=code.merchant,
        expires_at_ms=code.expires_at_ms,
        has_amount=code.has_amount,
    )
    with transaction(till.store.books):
        printjobs.insert_job(till.store.books, paper, now_ms)
    till.printing.nudge()


def pay_unverified(till: Till, amount_minor: int | None, reference: str, *, again: bool = False) -> Paid:
    """Take a payment by the standing code, by the reference on the customer's phone; None is all that is due.

    Nobody but the cashier has seen it: the tender says so for ever. `again` says that somebody means it
    though a payment of this basket is not known yet. Raises TenderRefused, PaymentOpen, EntryRefused.
    """
    view = tendering.to_pay(till)
    tendering.check_none_open(view.basket, again=again)
    amount = view.due.due_minor if amount_minor is None else amount_minor
    slip = QrSlip(
        reference=free_text(reference, LONGEST_REFERENCE), acquirer=till.shop().qr.acquirer, verified=False
    )
    return tendering.take(till, Tender(kind=TenderKind.QR, amount_minor=amount, qr=slip))
