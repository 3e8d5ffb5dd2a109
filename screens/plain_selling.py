"""Ringing up and paying in the plain counter: one line of text in, one answer out."""

from functools import partial

import msgspec

from omnipos.domain.barcode import is_gtin
from omnipos.domain.errors import (
    BasketRefused,
    CustomerRefused,
    EntryRefused,
    ItemUnknown,
    PaymentOpen,
    TenderRefused,
)
from omnipos.domain.money import format_money, parse_money
from omnipos.domain.phone import bare, to_e164
from omnipos.domain.quantity import parse_quantity
from omnipos.domain.sale import Sale
from omnipos.domain.tender import CardSlip
from omnipos.locale import _, ngettext
from omnipos.services import finding, reprinting, selling, tendering, watching
from omnipos.services.finding import ItemOffer, NewCustomerOffer, Offer
from omnipos.services.selling import BasketView
from screens import plain_asking, plain_balances, plain_payments, plain_qr
from screens.plain_json import sale_shape
from screens.plain_talk import Answer, Talk
from screens.plain_words import (
    STANDING_WORDS,
    basket_words,
    due_words,
    receipt_words,
    sale_words,
    time_words,
    total_words,
)
from screens.times import age

SLIP_WORDS = {
    "acquirer": "acquirer",
    "scheme": "scheme",
    "trace": "trace_number",
    "last4": "last_four",
}
MOST_ALTERNATIVES = 3


def ring(talk: Talk, offer: ItemOffer, text: str, given: plain_asking.Given) -> Answer:
    """Ring an item up and say its line; after a name, say what else it may have meant."""
    answer = plain_asking.ring(talk, offer, given)
    said = answer.say
    if offer.by_name and answer.ok:
        others = [
            one.item.product.name
            for one in talk.till.call(finding.offers, text)
            if isinstance(one, ItemOffer) and one.item.product != offer.item.product
        ]
        if others:
            names = ", ".join(others[:MOST_ALTERNATIVES])
            said += " " + _("It was the first match. Others are {names}.").format(names=names)
    return msgspec.structs.replace(answer, say=said)


def understand(talk: Talk, text: str) -> Offer:
    """Return what a line that is no command means; raise EntryRefused or ItemUnknown.

    A line may come from a scanner or from fingers. A barcode that nothing answers to is not offered as
    somebody's new phone number unless it is written as one.
    """
    found = talk.till.call(finding.understood, text)
    if isinstance(found, NewCustomerOffer):
        if not _reads_as_phone(found.phone, talk.till.call(lambda till: till.shop()).country):
            return talk.till.call(finding.scanned, found.phone)
        raise ItemUnknown(
            _("Nobody has the number {phone} yet. Type customer add NAME, {phone} to add them.").format(
                phone=found.phone
            )
        )
    return found


def _reads_as_phone(number: str, country: str) -> bool:
    try:
        to_e164(number, country)
    except CustomerRefused:
        return False
    return number.startswith(("0", "+")) or not is_gtin(bare(number))


def change_quantity(talk: Talk, rest: str) -> Answer:
    """`qty 3` for the line rung last, `qty 3 2` for line 2."""
    quantity, _space, number = rest.partition(" ")
    view = talk.till.call(selling.current)
    if not view.basket.lines:
        raise BasketRefused(_("The basket is empty. Scan something first."))
    if quantity and not quantity.strip("0.,"):
        raise EntryRefused(_("The quantity must be more than nothing. Type void 2 to take line 2 out."))
    line_id = line_id_of(view, number) if number.strip() else _last_line_id(talk, view)
    changed = talk.till.call(selling.change_quantity, line_id, parse_quantity(quantity))
    return Answer(say=plain_asking.line_and_total(talk, changed))


def _last_line_id(talk: Talk, view: BasketView) -> int:
    ids = [line.line_id for line in view.basket.lines]
    return talk.touched if talk.touched in ids else ids[-1]


def line_id_of(view: BasketView, number: str) -> int:
    """Return the line that a typed number means; raise EntryRefused for none."""
    written = number.strip()
    count = len(view.basket.lines)
    if not (written.isascii() and written.isdigit() and len(written) <= 4 and 1 <= int(written) <= count):
        raise EntryRefused(
            ngettext(
                "There is no line {number}; the basket has {count} line.",
                "There is no line {number}; the basket has {count} lines.",
                count,
            ).format(number=written[:20], count=count)
        )
    return view.basket.lines[int(written) - 1].line_id


def void(talk: Talk, rest: str) -> Answer:
    """`void 2` takes line 2 out; `void all` gives the whole basket up after a numbered choice."""
    view = talk.till.call(selling.current)
    if rest.casefold() == "all":
        if view.basket.is_empty:
            raise BasketRefused(_("The basket is empty."))
        question = _("Giving up basket {number}: {total}").format(
            number=view.basket.number, total=total_words(view)
        )
        talk.ask(question, [(_("keep it"), partial(_kept, talk)), (_("void it"), partial(_void_all, talk))])
    if not rest:
        raise EntryRefused(_("Say which line: void 2. Or void all for the whole basket."))
    line_id = line_id_of(view, rest)
    line = next(one for one in view.basket.lines if one.line_id == line_id)
    after = talk.till.call(selling.void_line, line_id)
    talk.touched = after.touched
    taken = _("{name} is taken out.").format(name=line.name)
    return Answer(say=f"{taken} {total_words(after)}")


def _kept(talk: Talk) -> Answer:
    return Answer(say=_("Nothing was changed. {total}").format(total=_total_now(talk)))


def _void_all(talk: Talk) -> Answer:
    before = talk.till.call(selling.current)
    talk.till.call(selling.void_basket)
    return Answer(say=_("Basket {number} is given up.").format(number=before.basket.number))


def _total_now(talk: Talk) -> str:
    return total_words(talk.till.call(selling.current))


def say_basket(talk: Talk, _rest: str) -> Answer:
    """`basket` reads the whole basket out."""
    return Answer(say=basket_words(talk.till.call(selling.current)))


def pay(talk: Talk, rest: str) -> Answer:
    """`pay cash 50000`, `pay card all CODE`, `pay qr`, `pay qr all REFERENCE`; sums in major units."""
    plain_asking.check_nothing_asked(talk)
    means, _space, what = rest.partition(" ")
    match means.casefold():
        case "cash":
            return _pay_cash(talk, what.strip())
        case "card":
            if talk.till.charging is not None and len(what.split()) < 2:
                return plain_payments.pay(talk, what.strip())
            return _pay_card(talk, what.split())
        case "qr":
            words = what.split()
            return _paid(talk, plain_qr.take(talk, words)) if len(words) > 1 else plain_qr.show(talk, what)
        case "back":
            plain_payments.ask_where_back(talk)
            view = talk.till.call(tendering.take_back)
            return Answer(say=_("The last payment is taken back. {due}").format(due=due_words(view)))
        case other:
            answer = plain_balances.pay(talk, other, what.strip())
            if answer is None:
                raise EntryRefused(_("Type pay cash 50000, pay card 20000 CODE, pay qr or pay back."))
            return answer


def _pay_cash(talk: Talk, written: str) -> Answer:
    view = talk.till.call(selling.current)
    if written:
        return _take_cash(talk, parse_money(written, view.basket.currency))
    if (view.basket.guarded or talk.unlocked) and not view.basket.is_empty:
        question = _("Basket {number} was put aside before. {total}").format(
            number=view.basket.number, total=total_words(view)
        )
        talk.ask(
            question,
            [
                (_("leave it"), partial(_kept, talk)),
                (_("take {cash} in cash").format(cash=_cash_due(view)), partial(_take_cash, talk, None)),
            ],
        )
    return _take_cash(talk, None)


def _cash_due(view: BasketView) -> str:
    return format_money(view.due.cash_due_minor, view.basket.currency)


def _take_cash(talk: Talk, amount_minor: int | None, *, again: bool = False) -> Answer:
    try:
        return _paid(talk, talk.till.call(tendering.pay_cash, amount_minor, again=again))
    except PaymentOpen as refusal:
        anyway = partial(_take_cash, talk, amount_minor, again=True)
        talk.ask(str(refusal), [(_("leave it"), partial(_kept, talk)), (_("take cash all the same"), anyway)])


def _pay_card(talk: Talk, words: list[str]) -> Answer:
    plain = [word for word in words if "=" not in word]
    if len(plain) != 2:
        raise TenderRefused(
            _("Type the sum and the approval code from the card slip: pay card 20000 123456, or all 123456.")
        )
    written, code = plain
    slip = _slip(code, [word for word in words if "=" in word])
    currency = talk.till.call(selling.current).basket.currency
    amount = None if written.casefold() == "all" else parse_money(written, currency)
    return _paid(talk, talk.till.call(tendering.pay_card, amount, slip))


def _slip(code: str, options: list[str]) -> CardSlip:
    fields = {}
    for option in options:
        name, _equals, value = option.partition("=")
        if name.casefold() not in SLIP_WORDS or not value:
            raise TenderRefused(
                _("“{option}” is not on a card slip. Known are {known}.").format(
                    option=option[:20], known=", ".join(f"{one}=" for one in SLIP_WORDS)
                )
            )
        fields[SLIP_WORDS[name.casefold()]] = value
    return msgspec.convert(fields | {"approval_code": code}, CardSlip)


def _paid(talk: Talk, paid: tendering.Paid) -> Answer:
    talk.unlocked = False
    if paid.sale is None:
        tender = paid.view.basket.tenders[-1]
        taken = format_money(tender.amount_minor, paid.view.basket.currency)
        return Answer(say=_("{amount} taken. {due}").format(amount=taken, due=due_words(paid.view)))
    said = sale_words(paid.sale)
    if paid.view.basket.order:
        order = _("Order {number} is handed over.").format(number=paid.view.basket.order.number)
        said = f"{said} {order}"
    return Answer(say=said, sale=paid.sale)


def park(talk: Talk, rest: str) -> Answer:
    """`park` puts the basket aside; what is typed behind it stands by it as a note."""
    plain_asking.check_nothing_asked(talk)
    before = talk.till.call(selling.current).basket.number
    talk.till.call(selling.park, rest)
    return Answer(
        say=_("Basket {number} is parked. Type recall {number} to take it up again.").format(number=before)
    )


def recall(talk: Talk, rest: str) -> Answer:
    """`recall` takes up the only parked basket, `recall 17` that one."""
    if rest and not (rest.isascii() and rest.isdigit() and int(rest[:9]) > 0):
        raise EntryRefused(_("Type recall and the number of a parked basket, such as recall 17."))
    view = talk.till.call(selling.recall, int(rest[:9] or 0))
    talk.touched = 0
    return Answer(say=basket_words(view))


def list_parked(talk: Talk, _rest: str) -> Answer:
    """`parked` lists the baskets put aside."""
    found = talk.till.call(selling.parked)
    shop, now_ms = talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms()
    if not found:
        return Answer(say=_("No basket is parked."), more={"parked": []})
    said = [
        ngettext(
            "Basket {number}, {count} line, {total}, parked {time}, {age} ago{whose}.",
            "Basket {number}, {count} lines, {total}, parked {time}, {age} ago{whose}.",
            one.lines,
        ).format(
            number=one.number,
            count=one.lines,
            total=format_money(one.total_minor, shop.currency),
            time=time_words(one.parked_at_ms, shop, now_ms),
            age=age(one.parked_at_ms, now_ms),
            whose="".join(f", {text}" for text in (one.customer_name, one.note) if text),
        )
        for one in found
    ]
    return Answer(say=" ".join(said), more={"parked": msgspec.to_builtins(found)})


def say_receipt(talk: Talk, rest: str) -> Answer:
    """`receipt S1-1-000017` reads a sale out and says where it is; alone it is the last one."""
    sale = talk.till.call(reprinting.sale_with, rest)
    return receipt_answer(talk, sale)


def receipt_answer(talk: Talk, sale: Sale) -> Answer:
    """Read an earlier sale out, and say whether it is at the hub."""
    found = talk.till.call(watching.standings, [sale.receipt_number])
    standing = found[sale.receipt_number]
    said = receipt_words(sale, talk.till.call(lambda till: till.shop()), talk.till.clock.now_ms())
    shape = sale_shape(sale) | {"standing": standing.value}
    return Answer(say=f"{said} {_(STANDING_WORDS[standing])}", more={"receipt": shape})


def reprint(talk: Talk, rest: str) -> Answer:
    """`reprint` prints the last receipt again, marked COPY; `reprint S1-1-000017` that one."""
    sale = talk.till.call(reprinting.reprint, rest)
    said = _("Receipt {number} is printed again, marked COPY.").format(number=sale.receipt_number)
    return Answer(say=said, more={"receipt": sale_shape(sale)})


def reprint_locked(talk: Talk, sale: Sale) -> Answer:
    """`reprint` on a till that locked itself behind a sale prints that sale again."""
    talk.till.call(reprinting.print_locked, sale)
    said = _("Receipt {number} is printed again, marked COPY.").format(number=sale.receipt_number)
    return Answer(say=said, more={"receipt": sale_shape(sale)})


def gift_receipt(talk: Talk, rest: str) -> Answer:
    """`gift-receipt` prints the last sale's goods without prices; `gift-receipt S1-1-000017` that one's.

    Numbers of lines behind it, `gift-receipt S1-1-000017 1 3`, put those on it alone.
    """
    number, *places = rest.split() or [""]
    if not all(one.isascii() and one.isdigit() and len(one) < 5 for one in places):
        raise EntryRefused(
            _("Type the numbers of the lines behind the receipt: gift-receipt S1-1-000017 1 3.")
        )
    sale = talk.till.call(reprinting.print_gift_receipt, number, [int(one) for one in places])
    said = _("The gift receipt of {number} is printed, without prices.").format(number=sale.receipt_number)
    return Answer(say=said, more={"receipt": sale_shape(sale)})
