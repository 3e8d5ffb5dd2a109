"""Coupons: whether a code counts at a moment, and why the offer that it opens gives nothing yet."""

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
    if not _is_its_hour(promotion, occasion):
        return _("not at this hour")
    if promotion.weekdays and occasion.weekday not in promotion.weekdays and not promotion.from_minute:
        return _("not today")
    return _("nothing for it yet")


def _is_its_hour(promotion: Promotion, occasion: Occasion) -> bool:
    first, until = promotion.from_minute, promotion.until_minute
    if first <= until:
        return first == until or first <= occasion.minute < until
    return occasion.minute >= first or occasion.minute < until
