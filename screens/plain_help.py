"""What the plain counter understands, told in one answer."""

from omnipos.locale import _
from screens.plain_talk import Answer


def tell_all() -> Answer:
    """Return all commands with an example of each."""
    said = _(
        "Scan or type an item, 3*item, a customer's phone, #order or a receipt number. Commands:"
        " sign-in NAME PIN, sign-out, basket, qty 3, void 2, void all, customer PHONE, customer add"
        " NAME, PHONE, customer none, coupon CODE, coupon off CODE, pay cash 50000, pay card 20000 CODE,"
        " park, parked, recall 17, orders, order N, pick CODE, ready N PLACE, hand-over N CODE, ask N,"
        " give-back N, take-over N REASON, override N REASON, reprint, receipt N, exceptions, exception"
        " N, settle N ANSWER, report, customer edit name NAME, count CODE, count finish, status, sync,"
        " quit."
    )
    asking = _(
        "When goods ask something: answer 0.482, answer yes, answer none; or at once, 4131 weight=0.482."
    )
    by_hand = _(
        "By hand: discount 2 10% REASON, discount all 5000 REASON, discount 2 back, price 2 3000 REASON,"
        " price 2 back, allow NAME PIN, price-check CODE."
    )
    managers = _(
        "For managers: ask-manager, approvals, grant 1, refuse 1, staff; a badge is scanned as it is."
    )
    untaxed = _("Without tax: no-tax REASON, CERTIFICATE; no-tax off charges it again.")
    by_code = _("By QR code: pay qr prints it; pay qr all REFERENCE takes what the customer's phone shows.")
    card = _(
        "Card terminal: pay card, pay card 20000; payments lists unknown ones, payment 3 again, payment 3"
        " cancel, payment 3 paid CODE REASON, payment 3 unpaid REASON."
    )
    around = _(
        "Notes: note TEXT for the receipt, line-note 2 TEXT for a line; off takes one away."
        " gift-receipt N prints goods without prices; e-receipt N saves a web page and a PDF,"
        " e-receipt N to ADDRESS sends it."
        " buyer NUMBER, NAME, ADDRESS for a tax invoice."
        " To practise: training, and training off."
    )
    money = _(
        "Gift cards and credit: gift sell new 50000, gift sell CODE 50000, gift balance CODE, pay gift CODE,"
        " pay credit, pay account, pay-off, pay foreign USD 10."
    )
    quotes = _(
        "Quotes: quote NOTE keeps the basket, quote-list, quote-recall N, quote-recall N today, deposit N"
        " 50000, quote-print N, quote-cancel N."
    )
    cash = _(
        "The drawer: drawer, float 2*100000, pay-in 50000 REASON, pay-out 20000 REASON, drop 500000,"
        " no-sale REASON, x, close 3*100000 12*500 left 200000 (or count-cash), z, z 17."
    )
    back = _(
        "Goods that come back: return N, return-line 1 all REASON, return-goods CODE REASON, refund,"
        " refund cash. A basket of yours at another till: baskets, take-basket N."
    )
    told = (said, by_hand, asking, untaxed, managers, by_code, card, money, quotes, around, cash, back)
    return Answer(say=" ".join(told))
