"""Card payments at the terminal, and payments that nobody knows the end of, in the plain counter."""

from functools import partial

import msgspec

from omnipos.domain.errors import EntryRefused, PaymentOpen, TenderRefused
from omnipos.domain.money import parse_money
from omnipos.domain.payment import Payment, PaymentState
from omnipos.domain.tender import TenderKind
from omnipos.locale import _
from omnipos.services import giving_back, paying, resolving, selling, tendering
from omnipos.services.approving import NOBODY, Word
from omnipos.services.paying import Heard
from screens.payment_words import outcome_words, payment_words
from screens.plain_talk import Answer, Talk
from screens.plain_words import due_words, sale_words, total_words

PATIENCE_S = 5.0
"""How long a line waits for the terminal; the payment goes on without it."""
LOOK_EVERY_S = 0.01


def pay(talk: Talk, written: str) -> Answer:
    """`pay card` asks the terminal for all that is due, `pay card 20000` for a part."""
    view = talk.till.call(selling.current)
    amount = parse_money(written, view.basket.currency) if written and written.casefold() != "all" else None
    begin = partial(charge, talk, amount)
    if (view.basket.guarded or talk.unlocked) and not view.basket.is_empty:
        question = _("Basket {number} was put aside before. {total}").format(
            number=view.basket.number, total=total_words(view)
        )
        talk.ask(question, [(_("leave it"), partial(left, talk)), (_("ask the terminal"), begin)])
    try:
        return begin()
    except PaymentOpen as refusal:
        again = partial(charge, talk, amount, again=True)
        talk.ask(str(refusal), [(_("leave it"), partial(left, talk)), (_("charge again"), again)])


def left(talk: Talk) -> Answer:
    return Answer(
        say=_("Nothing was changed. {total}").format(total=total_words(talk.till.call(selling.current)))
    )


def charge(
    talk: Talk,
    amount_minor: int | None,
    *,
    again: bool = False,
    refund_of: str = "",
    word: Word = NOBODY,
) -> Answer:
    """Ask the terminal for a payment of the basket, below zero for a refund, and wait a little."""
    charging = talk.till.charging
    if charging is None:
        raise TenderRefused(
            _("Type the sum and the approval code from the card slip: pay card 20000 123456, or all 123456.")
        )
    payment = talk.till.call(
        paying.ask,
        TenderKind.CARD,
        charging.provider,
        amount_minor,
        again=again,
        refund_of=refund_of,
        word=word,
    )
    charging.begin(payment)
    talk.unlocked = False
    return wait(talk, payment)


def wait(talk: Talk, payment: Payment) -> Answer:
    """Wait a little for the end of a payment and say what is known by then."""
    waited = 0.0
    while payment.payment_id not in talk.heard and waited < PATIENCE_S:
        talk.pause(LOOK_EVERY_S)
        waited += LOOK_EVERY_S
    heard = talk.heard.pop(payment.payment_id, None)
    if heard is None:
        asked = outcome_words(Heard(payment=payment))
        later = _("It goes on by itself: type payments to see, or park and serve the next.")
        return Answer(say=f"{asked} {later}", more=shape(payment))
    return _said(heard)


def _said(heard: Heard) -> Answer:
    said, more = outcome_words(heard), shape(heard.payment)
    if heard.paid is None:
        is_well = heard.payment.state in (PaymentState.APPROVED, PaymentState.ASKED)
        return Answer(say=said, ok=is_well, more=more)
    if heard.paid.sale is None:
        return Answer(say=f"{said} {due_words(heard.paid.view)}", more=more)
    return Answer(say=sale_words(heard.paid.sale), sale=heard.paid.sale, more=more)


def shape(payment: Payment) -> dict[str, object]:
    return {"payment": msgspec.to_builtins(payment)}


def list_payments(talk: Talk, _rest: str) -> Answer:
    """`payments` lists those that nobody knows the end of, and those that are in no sale."""
    found = talk.till.call(resolving.open_payments)
    more: dict[str, object] = {"payments": msgspec.to_builtins(found)}
    if not found:
        return Answer(say=_("Every payment is known."), more=more)
    return Answer(say=" ".join(payment_words(one) for one in found), more=more)


def payment(talk: Talk, rest: str) -> Answer:
    """`payment 3` says it; behind it again, cancel, paid CODE REASON or unpaid REASON."""
    number, _space, what = rest.partition(" ")
    verb, _space, behind = what.strip().partition(" ")
    found = talk.till.call(resolving.payment_numbered, number)
    behind = behind.strip()
    match verb.casefold():
        case "":
            heard = Heard(payment=found)
            return Answer(say=f"{payment_words(found)} {outcome_words(heard)}", more=shape(found))
        case "again" | "cancel" as act:
            asked = talk.till.asked_of(found)
            if asked is None:
                raise TenderRefused(_("Who was asked for this payment is not set on this till any more."))
            (asked.ask_again if act == "again" else asked.cancel)(found)
            return wait(talk, found)
        case "paid":
            code, _space, reason = behind.partition(" ")
            return talk.allowing(partial(_said_paid, talk, found, code, reason.strip()))
        case "unpaid":
            return talk.allowing(partial(_said_unpaid, talk, found, behind))
        case "back":
            return give_back(talk, talk.till.call(giving_back.ask_astray_back, found.payment_id))
        case "given" | "kept" as what:
            say = giving_back.said_given_back if what == "given" else giving_back.said_kept
            return talk.allowing(
                lambda word: _settled(talk, talk.till.call(say, found.payment_id, behind, word))
            )
        case _:
            raise EntryRefused(
                _(
                    "Type payment 3 again, payment 3 cancel, payment 3 paid CODE REASON, payment 3 unpaid"
                    " REASON, payment 3 back, payment 3 given REASON or payment 3 kept REASON."
                )
            )


def ask_where_back(talk: Talk) -> None:
    """Ask, of a payment that can be given back where it was asked for, whether it is to be there."""
    tenders = talk.till.call(selling.current).basket.tenders
    if not tenders or not talk.till.call(giving_back.can_ask_back, tenders[-1]):
        return
    question = _("The last payment was made at the terminal or by QR code.")
    answers = [
        (_("leave it"), partial(left, talk)),
        (_("give it back there"), partial(_last_back, talk)),
        (_("take it back here, it was voided by hand"), partial(_voided, talk)),
    ]
    talk.ask(question, answers)


def _last_back(talk: Talk) -> Answer:
    return give_back(talk, talk.till.call(giving_back.ask_last_back))


def _voided(talk: Talk) -> Answer:
    view = talk.till.call(tendering.take_back)
    return Answer(say=_("The last payment is taken back. {due}").format(due=due_words(view)))


def give_back(talk: Talk, refund: Payment) -> Answer:
    """Ask for money to go back where it was paid, and wait a little."""
    asked = talk.till.asked_of(refund)
    if asked is not None:
        asked.begin(refund)
    return wait(talk, refund)


def _said_paid(talk: Talk, found: Payment, code: str, reason: str, word: Word) -> Answer:
    heard = talk.till.call(resolving.said_paid, found.payment_id, code, reason, word)
    return _settled(talk, heard)


def _said_unpaid(talk: Talk, found: Payment, reason: str, word: Word) -> Answer:
    heard = talk.till.call(resolving.said_unpaid, found.payment_id, reason, word)
    return _settled(talk, heard)


def _settled(talk: Talk, heard: Heard) -> Answer:
    talk.heard.pop(heard.payment.payment_id, None)
    answer = _said(heard)
    return msgspec.structs.replace(answer, ok=True)
