"""When and where a basket is priced: the moment in the shop's own time zone."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from omnipos.domain.promotions.promotion import Occasion
from omnipos.domain.shop import Shop

_zone = lru_cache(maxsize=64)(ZoneInfo)


def occasion_at(
    shop: Shop, at_ms: int, *, group: str = "", channel: str = "store", coupons: dict[str, str] | None = None
) -> Occasion:
    """Return the occasion of a sale in a shop at a moment (UTC milliseconds)."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(shop.time_zone))
    return Occasion(
        at_ms=at_ms,
        weekday=local.isoweekday(),
        minute=local.hour * 60 + local.minute,
        group=group.casefold(),
        channel=channel,
        store_code=shop.code,
        coupons=coupons or {},
    )
