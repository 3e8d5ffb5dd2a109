"""What each right is called where a person reads of it."""

from omnipos.domain.staff import Right
from omnipos.locale import _, later

RIGHT_WORDS = {
    Right.SELL: later("selling"),
    Right.COLLECT: later("collection"),
    Right.REPORT: later("reports"),
    Right.COUNT: later("stocktake"),
    Right.OVERRIDE: later("exception to the rules"),
    Right.SETTLE: later("settling exceptions"),
    Right.DISCOUNT: later("discount"),
    Right.PRICE: later("price by hand"),
    Right.RETURN: later("return"),
    Right.RETURN_FREELY: later("return without receipt"),
    Right.REFUND_CASH: later("refund in cash"),
    Right.DRAWER: later("cash in or out"),
    Right.NO_SALE: later("drawer without a sale"),
    Right.CASH_UP: later("cash-up"),
    Right.PAYMENT: later("unknown payment"),
    Right.ACCOUNT: later("sale on account"),
    Right.STAFF: later("staff"),
    Right.TRAIN: later("training"),
}


def right_words(right: str) -> str:
    """Return what a right is called; one of a newer program by its own code."""
    known = [one for one in Right if one.value == right]
    return _(RIGHT_WORDS[known[0]]) if known and known[0] in RIGHT_WORDS else right
