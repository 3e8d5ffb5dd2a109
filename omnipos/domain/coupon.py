"""Coupons: whether a code counts at a moment, and why the offer that it opens gives nothing yet."""

from collections.abc import Iterable

import msgspec

from omnipos.domain.promotions.matching import holds
from omnipos.domain.promotions.promotion import Coupon, Occasion, Promotion
from omnipos.locale import _


def fault_of(coupon: Coupon, used: int, at_ms: int) -> str:
    """Return in a word or two why a coupon does not count; empty when it does. `used` is all known uses."""
    if at_ms < coupon.valid_from_ms:
        return _("not valid yet")
    if 0 < coupon.valid_until_ms <= at_ms:
        return _("no longer valid")
    if 0 < coupon.most_uses <= used:
        return _("used already")
    return ""


def opened_by(given: Iterable[tuple[Coupon, int]], at_ms: int) -> dict[str, str]:
    """Return the promotions that coupons with their known uses open: by id, each with the code.

    Of two codes for one promotion the first counts.
    """
    opened: dict[str, str] = {}
    for coupon, used in given:
        if not fault_of(coupon, used, at_ms):
            opened.setdefault(coupon.promotion_id, coupon.code)
    return opened


def idle_because(promotion: Promotion, occasion: Occasion) -> str:
    """Return in a few words why an open promotion gives nothing: a condition, or the goods in the basket."""
    if occasion.at_ms < promotion.valid_from_ms:
        return _("not valid yet")
    if not promotion.active or 0 < promotion.valid_until_ms <= occasion.at_ms:
        return _("no longer valid")
    if (promotion.stores and occasion.store_code not in promotion.stores) or (
        promotion.channels and occasion.channel not in promotion.channels
    ):
        return _("not in this shop")
    if promotion.groups and occasion.group not in promotion.groups:
        return _("only for {groups}").format(groups=", ".join(promotion.groups))
    timed = msgspec.structs.replace(promotion, needs_coupon=False)
    if not holds(msgspec.structs.replace(timed, weekdays=()), occasion):
        return _("not at this hour")
    return _("nothing for it yet") if holds(timed, occasion) else _("not today")
