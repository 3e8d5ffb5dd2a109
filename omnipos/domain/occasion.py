"""When and where a basket is priced: the moment in the shop's own time zone."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from omnipos.domain.promotions.promotion import Occasion
from omnipos.domain.shop import Shop

_zone = lru_cache(maxsize=64)(ZoneInfo)


def occasion_at(
    shop: Shop, at_ms: int, *, group: str = "", channel: str = "store", coupons: dict[str, str] | None = None
) -> Occasion:
    """Return the occasion of a sale in a shop at a moment (UTC milliseconds)."""
    local = _local(shop, at_ms)
    return Occasion(
        at_ms=at_ms,
        weekday=local.isoweekday(),
        minute=local.hour * 60 + local.minute,
        group=group.casefold(),
        channel=channel,
        store_code=shop.code,
        coupons=coupons or {},
    )


def date_at(shop: Shop, at_ms: int) -> date:
    """Return the day that it is in a shop at a moment (UTC milliseconds)."""
    return _local(shop, at_ms).date()


def minute_at(shop: Shop, at_ms: int) -> str:
    """Write a moment (UTC milliseconds) as a shop's clock shows it, `2026-11-21 17:00`, to be sorted too."""
    return f"{_local(shop, at_ms):%Y-%m-%d %H:%M}"


def _local(shop: Shop, at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(shop.time_zone))
