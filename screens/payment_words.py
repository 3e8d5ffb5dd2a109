"""How payments asked for outside are said, on screen and in the plain counter."""

from typing import assert_never

from omnipos.domain.money import format_money
from omnipos.domain.payment import STATE_WORDS, Payment, PaymentState
from omnipos.domain.tender import TENDER_WORDS, TenderKind
from omnipos.locale import _
from omnipos.services.paying import Heard
from omnipos.services.selling import BasketView


def amount_words(payment: Payment) -> str:
    """Return a payment's sum; a refund's without its sign."""
    return format_money(abs(payment.amount_minor), payment.currency)


def come_back_words(view: BasketView) -> str:
    """Say that goods came back into the basket, and what F12 does: an exchange may leave a rest to pay."""
    total_minor = view.totals.total_minor
    if total_minor < 0:
        return _("It is in the basket to come back. F12 gives the money back.")
    if not total_minor:
        return _("It is in the basket to come back. Nothing is left to pay; F12 ends the exchange.")
    amount = format_money(total_minor, view.basket.currency)
    return _("It is in the basket to come back. {amount} is left to pay with F12.").format(amount=amount)


def outcome_words(heard: Heard) -> str:
    """Return what became of a payment, whether money moved, and what to do next."""
    payment = heard.payment
    amount, why = amount_words(payment), payment.reason
    match payment.state:
        case PaymentState.ASKED if payment.kind is TenderKind.QR:
            return _("The acquirer is asked for {amount}.").format(amount=amount)
        case PaymentState.APPROVED if payment.kind is TenderKind.QR and payment.amount_minor > 0:
            return _saved(_("{amount} is paid by QR code.").format(amount=amount), heard)
        case PaymentState.UNKNOWN if payment.kind is TenderKind.QR:
            said = _("Nobody knows yet whether {amount} was paid by QR code.").format(amount=amount)
            rest = _("The till goes on asking; park the basket and serve the next.")
            return " ".join(part for part in (said, why, rest) if part)
        case PaymentState.ASTRAY if payment.kind is TenderKind.QR:
            return _(
                "Payment {number}: {amount} was paid by QR code, but its sale is paid already or gone."
                " Give it back, or say why it is kept."
            ).format(number=payment.number, amount=amount)
        case PaymentState.ASKED:
            return _("The terminal is asked for {amount}.").format(amount=amount)
        case PaymentState.APPROVED if payment.amount_minor < 0:
            return _("{amount} went back to the card.").format(amount=amount)
        case PaymentState.APPROVED:
            return _saved(_("{amount} is paid by card.").format(amount=amount), heard)
        case PaymentState.DECLINED:
            said = _("Declined: nothing of the {amount} moved.").format(amount=amount)
            return f"{said} {why}".rstrip()
        case PaymentState.CANCELLED:
            said = _("Ended without payment: nothing of the {amount} moved.").format(amount=amount)
            return f"{said} {why}".rstrip()
        case PaymentState.UNKNOWN:
            said = _("Nobody knows yet whether {amount} was charged.").format(amount=amount)
            rest = _("The till goes on asking; do not charge again. Park the basket and serve the next.")
            return " ".join(part for part in (said, why, rest) if part)
        case PaymentState.ASTRAY:
            return _(
                "Payment {number}: {amount} was charged, but its sale is paid already or gone."
                " Give it back, or say why it is kept."
            ).format(number=payment.number, amount=amount)
        case unknown:
            assert_never(unknown)


def _saved(said: str, heard: Heard) -> str:
    sale = heard.paid.sale if heard.paid else None
    return f"{said} " + _("Sale {number} saved.").format(number=sale.receipt_number) if sale else said


def payment_words(payment: Payment) -> str:
    """Return one payment as a list says it."""
    return _("Payment {number}, {kind}, {amount}, {state}.").format(
        number=payment.number,
        kind=_(TENDER_WORDS[payment.kind]),
        amount=format_money(payment.amount_minor, payment.currency),
        state=_(STATE_WORDS[payment.state]),
    )
