"""Paying by QR code in the plain counter: the code is printed; the acquirer says it is paid, or a person."""

from functools import partial

from omnipos.domain.errors import PaymentOpen, TenderRefused
from omnipos.domain.money import format_money, parse_money
from omnipos.domain.payment import Payment
from omnipos.domain.tender import TenderKind
from omnipos.locale import _
from omnipos.ports import QrAsking
from omnipos.services import paying, qr_paying, selling
from omnipos.services.qr_paying import CodeToPay
from omnipos.services.tendering import Paid
from screens import plain_payments
from screens.plain_talk import Answer, Talk
from screens.plain_words import total_words


def show(talk: Talk, written: str = "") -> Answer:
    """`pay qr`, `pay qr 20000`: print a code for all that is due, or for a sum."""
    currency = talk.till.call(selling.current).basket.currency
    amount = _amount(written, currency)
    acquirer = talk.till.acquirer
    if acquirer is not None:
        return _once_sure(talk, acquirer, amount)
    code = talk.till.call(qr_paying.standing_code, amount)
    talk.till.call(qr_paying.print_code, code)
    said = _(
        "The {scheme} code to {merchant} is printed for {sum}. When the customer's phone shows it paid:"
        " pay qr {amount} REFERENCE. Nobody else verifies it."
    ).format(
        scheme=code.scheme,
        merchant=code.merchant,
        sum=format_money(code.amount_minor, currency),
        amount=written.casefold() or "all",
    )
    return Answer(say=said, more=_shape(code))


def _once_sure(talk: Talk, acquirer: QrAsking, amount: int | None) -> Answer:
    view = talk.till.call(selling.current)
    if (view.basket.guarded or talk.unlocked) and not view.basket.is_empty:
        question = _("Basket {number} was put aside before. {total}").format(
            number=view.basket.number, total=total_words(view)
        )
        act = partial(_ask, talk, acquirer, amount)
        talk.ask(question, [(_("leave it"), partial(plain_payments.left, talk)), (_("make a code"), act)])
    try:
        return _ask(talk, acquirer, amount)
    except PaymentOpen as refusal:
        again = partial(_ask, talk, acquirer, amount, again=True)
        talk.ask(
            str(refusal),
            [(_("leave it"), partial(plain_payments.left, talk)), (_("make another code"), again)],
        )


def _ask(talk: Talk, acquirer: QrAsking, amount: int | None, *, again: bool = False) -> Answer:
    payment = talk.till.call(paying.ask, TenderKind.QR, acquirer.provider, amount, again=again)
    acquirer.begin(payment)
    talk.unlocked = False
    waited = 0.0
    while waited < plain_payments.PATIENCE_S:
        code = acquirer.code_of(payment.payment_id)
        if code is not None:
            return _printed(talk, payment, talk.till.call(qr_paying.code_of_payment, payment, code))
        if payment.payment_id in talk.heard:
            break
        talk.pause(plain_payments.LOOK_EVERY_S)
        waited += plain_payments.LOOK_EVERY_S
    return plain_payments.wait(talk, payment)


def _printed(talk: Talk, payment: Payment, code: CodeToPay) -> Answer:
    talk.till.call(qr_paying.print_code, code)
    said = _(
        "The {scheme} code to {merchant} is printed for {sum}. The sale is paid as soon as the acquirer says"
        " so: payment {number} again asks now, payment {number} cancel closes the code."
    ).format(
        scheme=code.scheme,
        merchant=code.merchant,
        sum=format_money(code.amount_minor, payment.currency),
        number=payment.number,
    )
    return Answer(say=said, more={**_shape(code), **plain_payments.shape(payment)})


def _shape(code: CodeToPay) -> dict[str, object]:
    shape: dict[str, object] = {"payload": code.payload, "amount_minor": code.amount_minor}
    if code.expires_at_ms:
        shape["expires_at_ms"] = code.expires_at_ms
    return {"qr": shape}


def take(talk: Talk, words: list[str]) -> Paid:
    """`pay qr all REFERENCE`, `pay qr 20000 REFERENCE`: take what the customer's phone shows as paid."""
    currency = talk.till.call(selling.current).basket.currency
    reference = " ".join(words[1:])
    return talk.till.call(qr_paying.pay_unverified, _amount(words[0], currency), reference)


def _amount(written: str, currency: str) -> int | None:
    if not written or written.casefold() == "all":
        return None
    if not any(c.isdigit() for c in written):
        raise TenderRefused(
            _("Type pay qr for the code; when it is paid, the sum and the reference: pay qr all REFERENCE.")
        )
    return parse_money(written, currency)
