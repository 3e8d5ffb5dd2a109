"""Coupons in the plain counter: given, taken off again, and said."""

from omnipos.domain.errors import CouponRefused
from omnipos.locale import _
from omnipos.services import couponing, selling
from omnipos.services.selling import BasketView
from screens.plain_talk import Answer, Talk
from screens.plain_words import coupon_words, total_words


def coupon(talk: Talk, rest: str) -> Answer:
    """`coupon HEMAT10` gives one, `coupon off HEMAT10` takes it off, `coupon` says those in the basket."""
    verb, _space, code = rest.partition(" ")
    if verb.casefold() == "off":
        view = talk.till.call(couponing.take_off, code)
        said = _("Coupon {code} is taken off.").format(code=code.strip())
        return Answer(say=f"{said} {total_words(view)}")
    if not rest:
        return Answer(say=_all_words(talk.till.call(selling.current)))
    return give(talk, rest)


def give(talk: Talk, code: str) -> Answer:
    """Give a coupon and say what it does."""
    view = talk.till.call(couponing.give, code)
    return Answer(say=f"{coupon_words(view.coupons[-1], view.basket.currency)} {total_words(view)}")


def _all_words(view: BasketView) -> str:
    if not view.coupons:
        raise CouponRefused(_("No coupon is in this basket. Type coupon and its code to give one."))
    return " ".join(coupon_words(one, view.basket.currency) for one in view.coupons)
