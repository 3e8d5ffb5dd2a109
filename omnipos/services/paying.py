"""Payments asked for outside: the intent is on disk before anybody is asked, its end goes with its tender.

The same for a card terminal and for an acquirer's QR code. Nothing here talks to either: whoever does so
calls `ask` first, then `heard` with each answer, however late it comes.
"""

from typing import assert_never

import msgspec

from omnipos.domain.basket import Basket
from omnipos.domain.errors import TenderRefused
from omnipos.domain.names import clean_text
from omnipos.domain.payment import (
    WATCH_MS,
    Payment,
    PaymentAnswer,
    PaymentOutcome,
    PaymentState,
    Said,
    tender_of,
)
from omnipos.domain.refunding import check_means
from omnipos.domain.staff import Approval
from omnipos.domain.tender import Tender, TenderKind
from omnipos.events import PaymentAsked, PaymentEnded, TenderTakenBack
from omnipos.locale import _
from omnipos.services import taking_back, tendering
from omnipos.services.approving import NOBODY, Word
from omnipos.services.tendering import Paid
from omnipos.services.till import Till
from omnipos.store import baskets, journal, payments
from omnipos.store.connection import transaction


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as it is known now, and what its tender did where it was taken just now."""

    payment: Payment
    paid: Paid | None = None


def ask(
    till: Till,
    kind: TenderKind,
    provider: str,
    amount_minor: int | None = None,
    *,
    again: bool = False,
    refund_of: str = "",
    word: Word = NOBODY,
) -> Payment:
    """Write down that a payment of the open basket is about to be asked for; None is all that is due.

    A sum named below zero is a refund, of the payment `refund_of` where that is known. `again` says that
    somebody means it though another one is not known yet.
    Raises TenderRefused, PaymentOpen for a second one that nobody confirmed, and WordNeeded for a refund
    that who is signed in may not give.
    """
    view = tendering.to_be_paid(till) if amount_minor is None else tendering.to_pay(till)
    db, owed = till.store.books, view.due.due_minor
    basket = after = view.basket
    amount = owed if amount_minor is None else amount_minor
    if amount == 0 or (amount > 0) != (owed > 0) or abs(amount) > abs(owed):
        raise TenderRefused(_("That is not what is due. Type a sum up to what is due."))
    tendering.check_none_open(basket, again=again)
    if amount < 0:
        check_means(basket, Tender(kind=kind, amount_minor=amount), till.shop().cash_rounding)
        after, _given = taking_back.allow_money(till, basket, "", word)
    payment = Payment(
        payment_id=till.new_id(),
        basket_id=basket.basket_id,
        kind=kind,
        amount_minor=amount,
        currency=basket.currency,
        provider=provider,
        asked_at_ms=till.clock.now_ms(),
        staff_id=till.staff.staff_id if till.staff else "",
        refund_of=refund_of,
    )
    after = msgspec.structs.replace(after, payments=(*basket.payments, payment.payment_id), guarded=False)
    with transaction(db):
        payment = write_intent(till, payment)
        baskets.save_basket(db, basket, after, payment.asked_at_ms)
    till.syncing.nudge()
    return payment


def write_intent(till: Till, payment: Payment) -> Payment:
    """Write a payment that is about to be asked for, and number it; the caller owns the transaction."""
    payment = msgspec.structs.replace(payment, number=journal.draw(till.store.books, "payment"))
    fact = PaymentAsked(
        payment_id=payment.payment_id,
        basket_id=payment.basket_id,
        kind=payment.kind,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        provider=payment.provider,
        refund_of=payment.refund_of,
    )
    journal.append(till.store.books, till.stamp(), fact)
    payments.save_payment(till.store.books, payment)
    return payment


def heard(till: Till, payment_id: str, answer: PaymentAnswer, *, first: bool = False) -> Heard:
    """Take what a terminal or acquirer says of a payment, or that it says nothing; twice is harmless.

    `first` marks the answer to the very first asking: when that reached nobody, nothing was asked for.
    An UNREACHED to any later question says nothing of the payment.

    An approved one becomes a tender of its basket, on the counter or parked, in the same transaction; the
    last one completes the sale. Where there is no such basket any more, or it takes no such sum, the
    payment is astray: paid, and in no sale.
    """
    payment = one(till, payment_id)
    reason = clean_text(answer.reason)
    match answer.said:
        case Said.APPROVED if payment.card or payment.qr or payment.state is PaymentState.APPROVED:
            return Heard(payment=payment)  # known already
        case Said.APPROVED:
            told = msgspec.structs.replace(payment, card=answer.card, qr=answer.qr, reason=reason)
            return approved(till, told, PaymentOutcome.APPROVED)
        case _ if payment.state not in (PaymentState.ASKED, PaymentState.UNKNOWN):
            return Heard(payment=payment)
        case Said.PENDING:
            return Heard(payment=payment)
        case Said.DECLINED:
            return ended_unpaid(till, payment, PaymentOutcome.DECLINED, reason)
        case Said.CANCELLED if payment.kind is TenderKind.QR and payment.amount_minor > 0:
            watched_ms = till.clock.now_ms() + WATCH_MS
            payment = msgspec.structs.replace(payment, watch_until_ms=watched_ms)
            return ended_unpaid(till, payment, PaymentOutcome.CANCELLED, reason)
        case Said.CANCELLED | Said.NEVER_HEARD:
            return ended_unpaid(till, payment, PaymentOutcome.CANCELLED, reason)
        case Said.UNREACHED if first:
            return ended_unpaid(till, payment, PaymentOutcome.CANCELLED, reason)
        case Said.UNANSWERED | Said.UNREACHED:
            return _unknown(till, payment, reason)
        case unknown:
            assert_never(unknown)


def one(till: Till, payment_id: str) -> Payment:
    """Return a payment by its id; raise TenderRefused when there is none."""
    payment = payments.payment_by_id(till.store.books, payment_id)
    if payment is None:
        raise TenderRefused(_("There is no such payment here."))
    return payment


def approved(
    till: Till, payment: Payment, outcome: PaymentOutcome, approval: Approval | None = None
) -> Heard:
    """Take a payment that was paid as a tender of its basket, or say that it is astray."""
    basket = baskets.basket_by_id(till.store.books, payment.basket_id)
    done = msgspec.structs.replace(payment, state=PaymentState.APPROVED)
    undone = _undoes(till, basket, payment)
    if undone is not None:
        return _undo(till, basket, done, undone, outcome, approval)
    if basket is not None:
        freed = _without(basket, payment)
        try:
            with till.on_behalf_of(payment.staff_id):
                paid = tendering.take_into(
                    till, basket, freed, tender_of(done), lambda: _write(till, done, outcome, approval)
                )
        except TenderRefused:
            pass  # the money moved all the same
        else:
            return _told(till, Heard(payment=done, paid=paid))
    astray = msgspec.structs.replace(payment, state=PaymentState.ASTRAY)
    with transaction(till.store.books), till.on_behalf_of(payment.staff_id):
        _write(till, astray, outcome, approval)
        _free(till, basket, astray)
    till.syncing.nudge()
    return _told(till, Heard(payment=astray))


def _undoes(till: Till, basket: Basket | None, refund: Payment) -> Payment | None:
    """Return the payment that a refund undoes: one in no sale, or a tender of a sale not finished."""
    paid = payments.payment_by_id(till.store.books, refund.refund_of) if refund.refund_of else None
    held = {tender.payment_id for tender in basket.tenders} if basket else set()
    if paid is None or not (paid.state is PaymentState.ASTRAY or paid.payment_id in held):
        return None
    return paid


def _undo(
    till: Till,
    basket: Basket | None,
    refund: Payment,
    paid: Payment,
    outcome: PaymentOutcome,
    approval: Approval | None,
) -> Heard:
    """Write that a payment was given back: the refund, the payment, and the tender that it was."""
    db = till.store.books
    gone = msgspec.structs.replace(paid, state=PaymentState.CANCELLED)
    with transaction(db), till.on_behalf_of(refund.staff_id):
        _write(till, refund, outcome, approval)
        _write(till, gone, PaymentOutcome.GIVEN_BACK, approval)
        if basket is not None:
            taken = [tender for tender in basket.tenders if tender.payment_id == paid.payment_id]
            left = tuple(tender for tender in basket.tenders if tender not in taken)
            after = _without(msgspec.structs.replace(basket, tenders=left), refund)
            baskets.save_basket(db, basket, after, till.clock.now_ms())
            for tender in taken:
                fact = TenderTakenBack(basket_id=basket.basket_id, tender=tender)
                journal.append(db, till.stamp(), fact)
    till.syncing.nudge()
    return _told(till, Heard(payment=refund))


def ended_astray(
    till: Till, payment: Payment, outcome: PaymentOutcome, reason: str, approval: Approval
) -> Heard:
    """Write what a manager says became of a payment that is in no sale."""
    is_back = outcome is PaymentOutcome.GIVEN_BACK
    state = PaymentState.CANCELLED if is_back else PaymentState.APPROVED
    ended = msgspec.structs.replace(payment, state=state, reason=reason)
    with transaction(till.store.books):
        _write(till, ended, outcome, approval)
    till.syncing.nudge()
    return _told(till, Heard(payment=ended))


def ended_unpaid(
    till: Till,
    payment: Payment,
    outcome: PaymentOutcome,
    reason: str,
    approval: Approval | None = None,
) -> Heard:
    """Write that no money moved; the basket is as it was before it was asked for."""
    state = PaymentState.DECLINED if outcome is PaymentOutcome.DECLINED else PaymentState.CANCELLED
    ended = msgspec.structs.replace(payment, state=state, reason=reason)
    with transaction(till.store.books), till.on_behalf_of(payment.staff_id):
        _write(till, ended, outcome, approval)
        _free(till, baskets.basket_by_id(till.store.books, payment.basket_id), ended)
    till.syncing.nudge()
    return _told(till, Heard(payment=ended))


def _unknown(till: Till, payment: Payment, reason: str) -> Heard:
    after = msgspec.structs.replace(payment, state=PaymentState.UNKNOWN, reason=reason)
    if after == payment:
        return Heard(payment=payment)
    with transaction(till.store.books):
        payments.save_payment(till.store.books, after)
    known = Heard(payment=after)
    return known if payment.state is PaymentState.UNKNOWN else _told(till, known)


def _told(till: Till, known: Heard) -> Heard:
    till.on_payment(known)
    return known


def _write(till: Till, payment: Payment, outcome: PaymentOutcome, approval: Approval | None) -> None:
    fact = PaymentEnded(
        payment_id=payment.payment_id,
        outcome=outcome,
        card=payment.card,
        qr=payment.qr,
        reason=payment.reason,
        approval=approval,
    )
    journal.append(till.store.books, till.stamp(), fact)
    payments.save_payment(till.store.books, payment)


def _free(till: Till, basket: Basket | None, payment: Payment) -> None:
    if basket is not None:
        baskets.save_basket(till.store.books, basket, _without(basket, payment), till.clock.now_ms())


def _without(basket: Basket, payment: Payment) -> Basket:
    """Return a basket that no longer waits for a payment; nothing paid, and its prices may move again."""
    left = tuple(payment_id for payment_id in basket.payments if payment_id != payment.payment_id)
    is_held = basket.tenders or left
    return msgspec.structs.replace(basket, payments=left, priced_at_ms=basket.priced_at_ms if is_held else 0)
