"""Gift cards, store credit, accounts and foreign cash in the plain counter."""

from omnipos.domain.account import AccountKind, Standing, masked_code
from omnipos.domain.errors import EntryRefused, TenderRefused
from omnipos.domain.money import format_money, parse_money
from omnipos.locale import _
from omnipos.services import balances, cardpaper, gifting, selling
from omnipos.services.approving import Word
from omnipos.services.tendering import Paid
from screens.plain_talk import Answer, Talk
from screens.plain_words import due_words, sale_words, time_words, total_words

NEW = "new"


def pay(talk: Talk, means: str, rest: str) -> Answer | None:
    """Take `pay gift CODE`, `pay credit`, `pay account` and `pay foreign USD 10`; None for others."""
    till = talk.till
    match means:
        case "gift":
            code, amount = _code_and_sum(rest)
            return _paid(talk, till.call(balances.pay_gift_card, code, _sum(talk, amount)))
        case "credit":
            return _paid(talk, till.call(balances.pay_store_credit, _sum(talk, rest)))
        case "account":
            amount_minor = _sum(talk, rest)

            def lend(word: Word) -> Answer:
                return _paid(talk, till.call(balances.pay_on_account, amount_minor, word))

            return talk.allowing(lend)
        case "foreign":
            code, _space, amount = rest.partition(" ")
            if not amount.strip():
                raise TenderRefused(_("Type the currency and the sum: pay foreign USD 10."))
            return _paid(talk, till.call(balances.pay_foreign, code, amount.strip()))
        case _:
            return None


def _code_and_sum(rest: str) -> tuple[str, str]:
    code, _space, amount = rest.partition(" ")
    if not code:
        raise TenderRefused(_("Type the card's code: pay gift 9912345678901234, and a sum if not all."))
    return code, amount.strip()


def _sum(talk: Talk, written: str) -> int | None:
    if not written:
        return None
    return parse_money(written, talk.till.call(lambda till: till.shop()).currency)


def _paid(talk: Talk, paid: Paid) -> Answer:
    talk.unlocked = False
    money = paid.view.basket.currency
    if paid.sale is None:
        taken = format_money(paid.view.basket.tenders[-1].amount_minor, money)
        return Answer(say=_("{amount} taken. {due}").format(amount=taken, due=due_words(paid.view)))
    left = talk.till.call(cardpaper.balances_after, paid.sale)
    said = [sale_words(paid.sale)]
    for one in left:
        amount = format_money(one.balance_minor, money)
        match one.kind:
            case AccountKind.GIFT_CARD:
                text = _("Gift card {code} has {amount} left.")
            case AccountKind.STORE_CREDIT:
                text = _("Store credit left: {amount}.")
            case AccountKind.ACCOUNT:
                text = _("The customer owes {amount} now.")
            case AccountKind.DEPOSIT:
                text = _("On quote {number} {amount} are paid now.")
        said.append(text.format(number=one.account_id, code=masked_code(one.account_id), amount=amount))
    return Answer(say=" ".join(said), sale=paid.sale)


def gift(talk: Talk, rest: str) -> Answer:
    """`gift sell CODE AMOUNT` or `gift sell new AMOUNT` puts money on a card; `gift balance CODE` says it."""
    verb, _space, behind = rest.partition(" ")
    match verb.casefold():
        case "sell":
            return _sell(talk, behind.strip())
        case "balance" if behind.strip():
            standing = talk.till.call(balances.card_standing, behind)
            return Answer(say=standing_words(talk, standing), more={"balance_minor": standing.balance_minor})
        case _:
            raise EntryRefused(_("Type gift sell new 50000, gift sell CODE 50000 or gift balance CODE."))


def _sell(talk: Talk, rest: str) -> Answer:
    code, _space, amount = rest.partition(" ")
    amount_minor = _sum(talk, amount.strip())
    if not code or amount_minor is None:
        raise EntryRefused(_("Type the card and the sum: gift sell new 50000, or gift sell CODE 50000."))
    written = "" if code.casefold() == NEW else code
    view = talk.till.call(gifting.sell_card, amount_minor, written)
    talk.touched = view.touched
    line = view.basket.lines[-1]
    said = f"{line.name}, {format_money(line.amount_minor, view.basket.currency)}."
    return Answer(say=f"{said} {total_words(view)}")


def pay_off(talk: Talk, rest: str) -> Answer:
    """`pay-off` puts all that the customer owes on account into the basket, `pay-off 20000` a part."""
    view = talk.till.call(gifting.pay_off, _sum(talk, rest))
    talk.touched = view.touched
    amount = format_money(view.basket.lines[-1].amount_minor, view.basket.currency)
    return Answer(
        say=_("{amount} of the debt are paid with this basket. {total}").format(
            amount=amount, total=total_words(view)
        )
    )


def say_card(talk: Talk, code: str) -> Answer:
    """Say what is on a card that was scanned or typed alone."""
    standing = talk.till.call(balances.card_standing, code)
    said = standing_words(talk, standing)
    if talk.till.call(selling.current).basket.lines:
        said += " " + _("Type pay gift and its code to pay with it.")
    return Answer(say=said, more={"balance_minor": standing.balance_minor})


def standing_words(talk: Talk, standing: Standing) -> str:
    """Say what is on a card, and as of when."""
    code = masked_code(standing.account_id)
    if not standing.is_known:
        return _("No gift card that this till knows has this code.")
    shop, now_ms = talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms()
    as_of = time_words(standing.as_of_ms, shop, now_ms) if standing.as_of_ms else _("never")
    amount = format_money(standing.balance_minor, standing.currency)
    said = _("Gift card {code}: {amount}, as of {time}.").format(code=code, amount=amount, time=as_of)
    if standing.account is not None and standing.account.blocked:
        said += " " + _("It is blocked.")
    return said
