"""Paying by QR code in the plain counter: the code is printed, the reference is typed."""

from omnipos.domain.errors import TenderRefused
from omnipos.domain.money import format_money, parse_money
from omnipos.locale import _
from omnipos.services import qr_paying, selling
from omnipos.services.tendering import Paid
from screens.plain_talk import Answer, Talk


def show(talk: Talk, written: str = "") -> Answer:
    """`pay qr`, `pay qr 20000`: print the shop's code for all that is due, or for a sum."""
    currency = talk.till.call(selling.current).basket.currency
    amount = _amount(written, currency)
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
    return Answer(say=said, more={"qr": {"payload": code.payload, "amount_minor": code.amount_minor}})


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
