"""Money back through the terminal: a tender of an unfinished sale, or a payment that is in no sale."""

import msgspec

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused, TenderRefused
from omnipos.domain.payment import Payment, PaymentOutcome, PaymentState
from omnipos.domain.staff import Approval, Right
from omnipos.domain.tender import Tender
from omnipos.locale import _
from omnipos.services import approving, paying, tendering
from omnipos.services.approving import Word
from omnipos.services.paying import Heard
from omnipos.services.selling import open_basket
from omnipos.services.till import Till
from omnipos.store import baskets, payments
from omnipos.store.connection import transaction

NOBODY = Word()


def can_ask_back(till: Till, tender: Tender) -> bool:
    """Tell whether who was asked for a tender can be asked to give it back from here."""
    paid = payments.payment_by_id(till.store.books, tender.payment_id) if tender.payment_id else None
    return paid is not None and till.asked_of(paid) is not None


def ask_last_back(till: Till) -> Payment:
    """Write down that the last tender of the open basket is about to be given back where it was asked for."""
    till.signed_in(Right.SELL)
    basket = open_basket(till)
    tendering.check_none_open(basket, again=False)
    paid = payments.payment_by_id(till.store.books, basket.tenders[-1].payment_id) if basket.tenders else None
    if paid is None:
        raise TenderRefused(_("The last payment was not made at the terminal."))
    back = _back(till, paid)
    after = msgspec.structs.replace(basket, payments=(back.payment_id,))
    with transaction(till.store.books):
        back = paying.write_intent(till, back)
        baskets.save_basket(till.store.books, basket, after, back.asked_at_ms)
    return back


def ask_astray_back(till: Till, payment_id: str) -> Payment:
    """Write down that a payment which is in no sale is about to be given back where it was asked for."""
    till.signed_in(Right.SELL)
    paid = _astray(till, payment_id)
    if paid.amount_minor < 0:
        raise TenderRefused(_("This money went to the customer. Say what became of it."))
    if any(one.refund_of == payment_id for one in payments.open_payments(till.store.books)):
        raise TenderRefused(_("It is being given back already. Wait for the end of that."))
    back = _back(till, paid)
    with transaction(till.store.books):
        return paying.write_intent(till, back)


def said_given_back(till: Till, payment_id: str, reason: str, word: Word = NOBODY) -> Heard:
    """Take a manager's word that the customer has the money of a payment in no sale again."""
    return _settled(till, payment_id, PaymentOutcome.GIVEN_BACK, reason, word)


def said_kept(till: Till, payment_id: str, reason: str, word: Word = NOBODY) -> Heard:
    """Take a manager's word that the shop keeps the money of a payment in no sale, and why."""
    return _settled(till, payment_id, PaymentOutcome.KEPT, reason, word)


def _settled(till: Till, payment_id: str, outcome: PaymentOutcome, reason: str, word: Word) -> Heard:
    paid = _astray(till, payment_id)
    reason = free_text(reason, approving.LONGEST_REASON)
    if not reason:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    approval: Approval = approving.word_for(till, Right.PAYMENT, reason, word)
    return paying.ended_astray(till, paid, outcome, reason, approval)


def _astray(till: Till, payment_id: str) -> Payment:
    paid = paying.one(till, payment_id)
    if paid.state is not PaymentState.ASTRAY:
        raise TenderRefused(_("This payment is not in no sale any more."))
    return paid


def _back(till: Till, paid: Payment) -> Payment:
    return Payment(
        payment_id=till.new_id(),
        basket_id=paid.basket_id,
        kind=paid.kind,
        amount_minor=-paid.amount_minor,
        currency=paid.currency,
        provider=paid.provider,
        asked_at_ms=till.clock.now_ms(),
        staff_id=till.staff.staff_id if till.staff else "",
        refund_of=paid.payment_id,
    )
