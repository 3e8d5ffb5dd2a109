"""Coupons at the till: given by the customer, looked up in the mirror, and taken off again."""

import msgspec

from omnipos.domain.basket import Basket
from omnipos.domain.coupon import fault_of
from omnipos.domain.errors import CouponRefused
from omnipos.domain.names import clean_text
from omnipos.domain.promotions.promotion import Coupon
from omnipos.domain.staff import Right
from omnipos.locale import _
from omnipos.services import pricedesk
from omnipos.services.selling import BasketView, open_basket, save, view_of
from omnipos.services.till import Till
from omnipos.store import prices

MOST_COUPONS = 50
LONGEST_CODE = 60


def give(till: Till, code: str) -> BasketView:
    """Put a coupon into the basket; it opens its promotion from then on. Raises CouponRefused.

    What this till cannot know, a use at another till that has not come here yet, the hub finds.
    """
    till.signed_in(Right.SELL)
    before = open_basket(till)
    _check_unpaid(before)
    coupon = _coupon(till, code)
    _check_usable(till, before, coupon)
    after = msgspec.structs.replace(before, coupons=(*before.coupons, coupon.code))
    view = view_of(till, after)
    save(till, before, after)
    return view


def take_off(till: Till, code: str) -> BasketView:
    """Take a coupon out of the basket again; raise CouponRefused when it is not in it."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    _check_unpaid(before)
    written = clean_text(code, LONGEST_CODE)
    left = tuple(one for one in before.coupons if one.upper() != written.upper())
    if left == before.coupons:
        raise CouponRefused(_("Coupon {code} is not in this basket.").format(code=written))
    after = msgspec.structs.replace(before, coupons=left)
    view = view_of(till, after)
    save(till, before, after)
    return view


def _check_unpaid(basket: Basket) -> None:
    if basket.tenders:
        raise CouponRefused(
            _("Part of this sale is paid already. Take the payment back first, then change its coupons.")
        )


def _coupon(till: Till, code: str) -> Coupon:
    written = clean_text(code, LONGEST_CODE)
    coupon = prices.coupon_by_code(till.store.books, written)
    if coupon is None:
        raise CouponRefused(
            _(
                "No coupon has the code {code} here. Is it typed right, and is the till in step with the hub?"
            ).format(code=written)
        )
    return coupon


def _check_usable(till: Till, basket: Basket, coupon: Coupon) -> None:
    code, now_ms = coupon.code, till.clock.now_ms()
    if code in basket.coupons:
        raise CouponRefused(_("Coupon {code} is in this basket already; it counts once.").format(code=code))
    if len(basket.coupons) >= MOST_COUPONS:
        raise CouponRefused(_("This basket has as many coupons as one sale can take."))
    promotion = prices.promotion_by_id(till.store.books, coupon.promotion_id)
    if promotion is None:
        raise CouponRefused(
            _("Coupon {code} is for an offer that is not known here. Ask the manager.").format(code=code)
        )
    opened = {one.promotion_id: one.code for one in pricedesk.coupons_in(till, basket)}
    if coupon.promotion_id in opened:
        raise CouponRefused(
            _("Coupon {other} opens the same offer, {name}. Keep {code} for another time.").format(
                other=opened[coupon.promotion_id], name=promotion.name, code=code
            )
        )
    over = not promotion.active or 0 < promotion.valid_until_ms <= now_ms
    fault = fault_of(coupon, pricedesk.uses_of(till, coupon), now_ms)
    if fault or over or now_ms < promotion.valid_from_ms:
        why = fault or (_("no longer valid") if over else _("not valid yet"))
        raise CouponRefused(
            _("Coupon {code} ({name}) is {why}. Nothing was changed.").format(
                code=code, name=promotion.name, why=why
            )
        )
