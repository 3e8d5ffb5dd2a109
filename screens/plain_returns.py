"""Returns in the plain counter: the sale found, its lines brought back, the money given back."""

from functools import partial

import msgspec

from omnipos.domain.errors import EntryRefused, ReturnRefused
from omnipos.domain.money import format_money, parse_money
from omnipos.domain.quantity import PIECE_MILLI, format_quantity, parse_quantity
from omnipos.domain.refunding import may_go_back, next_paid
from omnipos.domain.returning import Found
from omnipos.domain.tender import CardSlip, Tender, TenderKind, tender_words
from omnipos.locale import _
from omnipos.services import finding, lowest_pricing, returning, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.returning import Back
from omnipos.services.selling import BasketView
from screens import plain_payments
from screens.plain_json import sale_shape
from screens.plain_talk import Answer, Talk
from screens.plain_words import sale_words, time_words, total_words

MEANS = {
    "cash": TenderKind.CASH,
    "card": TenderKind.CARD,
    "qr": TenderKind.QR,
    "gift": TenderKind.GIFT_CARD,
    "credit": TenderKind.STORE_CREDIT,
    "account": TenderKind.ACCOUNT,
    "online": TenderKind.ONLINE,
}
DAMAGED = "damaged"


def find(talk: Talk, rest: str) -> Answer:
    """`return S1-1-000017` or an order's number says what may come back; alone the customer's latest."""
    customer = "" if rest else talk.till.call(selling.current).basket.customer_id
    if not rest and not customer:
        raise EntryRefused(_("Type return and the number of a receipt or order: return S1-1-000017."))
    asked = returning.ask_hub(talk.till, rest, customer)
    found = talk.till.call(returning.find, asked, rest, customer)
    if len(found) > 1:
        numbers = ", ".join(one.sale.receipt_number for one in found)
        said = _("Several sales: {numbers}. Type return and one of them.").format(numbers=numbers)
        return Answer(say=said, more={"sales": [_shape(one) for one in found]})
    talk.found = found[0]
    return Answer(say=_found_words(talk, found[0]), more={"sales": [_shape(found[0])]})


def _shape(found: Found) -> dict[str, object]:
    left = [{"line": one.line_no, "name": one.line.name, "left_milli": one.left_milli} for one in found.lines]
    return {"receipt": sale_shape(found.sale), "lines": left, "asked_hub": found.asked_hub}


def _found_words(talk: Talk, found: Found) -> str:
    shop = talk.till.call(lambda till: till.shop())
    said = [
        _("Receipt {number} of {time}.").format(
            number=found.sale.receipt_number,
            time=time_words(found.sale.completed_at_ms, shop, talk.till.clock.now_ms()),
        )
    ]
    if not found.asked_hub:
        said.append(_("The hub was not asked: only what this till knows has come back is counted."))
    late = talk.till.call(returning.late_words, found)
    said += [late] if late else []
    said += [
        _("Line {number}: {name}, {left} of {sold} may come back.").format(
            number=one.line_no,
            name=one.line.name,
            left=format_quantity(one.left_milli, one.line.unit, shop.currency),
            sold=format_quantity(one.line.quantity_milli, one.line.unit, shop.currency),
        )
        for one in found.lines
    ]
    said.append(_("Type return-line 1 all REASON, or return-line 1 2 REASON."))
    return " ".join(said)


def bring(talk: Talk, rest: str) -> Answer:
    """`return-line 1 all REASON` brings line 1 back, `return-line 1 2 damaged REASON` two damaged of it.

    Instead of how many, a serial number says which; what is weighed may be said by weight, 0.25.
    """
    found = talk.found
    if found is None:
        raise ReturnRefused(_("Type return and the number of the receipt first."))
    number, _space, behind = rest.partition(" ")
    quantity, _space, reason = behind.strip().partition(" ")
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= len(found.lines) and reason):
        raise EntryRefused(_("Type the line, how many or all, and the reason: return-line 1 all too small."))
    sold = found.lines[int(number[:4]) - 1]
    serials = tuple(one for one in sold.serials if one.casefold() == quantity.casefold())
    milli = sold.left_milli if quantity.casefold() == "all" else PIECE_MILLI
    if not serials and quantity.casefold() != "all":
        milli = parse_quantity(quantity)
    reason, is_damaged = _damaged(reason)
    back = Back(line_no=sold.line_no, quantity_milli=milli, damaged=is_damaged, serials=serials)

    def give(word: Word) -> Answer:
        return _brought(talk.till.call(returning.bring, found, [back], reason, word))

    return talk.allowing(give)


def _damaged(reason: str) -> tuple[str, bool]:
    first, _space, behind = reason.partition(" ")
    return (behind or first, True) if first.casefold() == DAMAGED else (reason, False)


def _brought(view: BasketView, price_words: str = "") -> Answer:
    line = view.basket.lines[-1]
    said = _("{quantity} {name} in the basket to come back, {amount}.").format(
        quantity=format_quantity(-line.quantity_milli, line.unit, view.basket.currency),
        name=line.name,
        amount=format_money(line.returned.value_minor if line.returned else 0, view.basket.currency),
    )
    then = _("Type refund to give the money back.")
    if len(view.basket.lines) > 1:
        then = f"{total_words(view)} {then}" if view.totals.total_minor < 0 else total_words(view)
    return Answer(say=" ".join(filter(None, (said, price_words, then))))


def bring_without_receipt(talk: Talk, rest: str) -> Answer:
    """`return-goods 2*CODE REASON` brings goods without a receipt back; a manager allows it."""
    what, _space, reason = rest.partition(" ")
    if not reason:
        raise EntryRefused(
            _("Type the code of the goods and the reason: return-goods 2*8998866200578 broken.")
        )
    milli, code = finding.split_quantity(what)
    item = talk.till.call(returning.item_back, code)
    reason, is_damaged = _damaged(reason)
    asked = lowest_pricing.ask_hub(talk.till, item.product)
    least = talk.till.call(lowest_pricing.lowest, item.product, asked)

    def give(word: Word) -> Answer:
        view = talk.till.call(
            returning.bring_without_receipt,
            item,
            milli or PIECE_MILLI,
            reason,
            asked=asked,
            damaged=is_damaged,
            word=word,
        )
        return _brought(view, lowest_pricing.words(least))

    return talk.allowing(give)


def refund(talk: Talk, rest: str) -> Answer:
    """`refund` says how the money may go back; `refund cash`, `refund card 5000 CODE` and others give it."""
    view = talk.till.call(selling.current)
    if not may_go_back(view.basket):
        raise ReturnRefused(_("Nothing in this basket comes back."))
    words = rest.split()
    if not words:
        return _say_ways(talk, view)
    if words[0].casefold() == "done":
        return _paid(talk.till.call(tendering.finish))
    kind = MEANS.get(words[0].casefold())
    if kind is None:
        raise EntryRefused(_("Type refund and one of {known}.").format(known=", ".join([*MEANS, "done"])))
    tender = _tender(talk, kind, words[1:])
    if kind is TenderKind.CARD and talk.till.charging is not None and len(words) < 3:
        paid = next_paid(view.basket, kind)
        refund_of = paid.payment_id if paid else ""
        return talk.allowing(
            lambda word: plain_payments.charge(talk, tender.amount_minor, refund_of=refund_of, word=word)
        )
    return talk.allowing(partial(_give, talk, tender))


def _say_ways(talk: Talk, view: BasketView) -> Answer:
    if view.due.due_minor >= 0:
        then = _("Type refund done to finish an even exchange.")
        return Answer(say=f"{total_words(view)} {then}")
    names = {kind: name for name, kind in MEANS.items()}
    ways = talk.till.call(returning.ways_back)
    money = view.basket.currency
    said = "; ".join(f"refund {names[one.kind]}: {_way_words(one, money)}" for one in ways)
    more = [{"means": names[one.kind], "amount_minor": one.amount_minor} for one in ways]
    return Answer(say=_("The money may go back so: {ways}.").format(ways=said), more={"refund": more})


def _way_words(way: Tender, money: str) -> str:
    if way.amount_minor == 0:
        return _("Nothing: in cash it is rounded away")
    return f"{tender_words(way)} {format_money(-way.amount_minor, money)}"


def _tender(talk: Talk, kind: TenderKind, words: list[str]) -> Tender:
    view = talk.till.call(selling.current)
    ways = [one for one in talk.till.call(returning.ways_back) if one.kind is kind]
    owed = view.due.cash_due_minor if kind is TenderKind.CASH else view.due.due_minor
    way = ways[0] if ways else Tender(kind=kind, amount_minor=owed)
    if words and words[0].casefold() != "all":
        way = msgspec.structs.replace(way, amount_minor=-parse_money(words[0], view.basket.currency))
    if kind is TenderKind.CARD:
        code = words[1] if len(words) > 1 else ""
        way = msgspec.structs.replace(way, card=CardSlip(approval_code=code))
    return way


def _give(talk: Talk, tender: Tender, word: Word) -> Answer:
    return _paid(talk.till.call(returning.give_back, tender, word))


def _paid(paid: tendering.Paid) -> Answer:
    if paid.sale is not None:
        return Answer(say=sale_words(paid.sale), sale=paid.sale)
    money = paid.view.basket.currency
    given = format_money(-paid.view.basket.tenders[-1].amount_minor, money)
    rest = format_money(-paid.view.due.due_minor, money)
    return Answer(say=_("{amount} given back, {rest} still goes back.").format(amount=given, rest=rest))
