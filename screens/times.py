"""Times of day as the shop's own clock shows them."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from omnipos.locale import _, ngettext


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


LATEST_MS = 7_258_118_400_000
"""The year 2200; a time beyond it is somebody's mistake and shown as this."""


def local(at_ms: int, zone: str) -> datetime:
    """Return a time by a shop's clock; by UTC where its time zone is not known."""
    return datetime.fromtimestamp(min(max(at_ms, 0), LATEST_MS) / 1000, _zone(zone) or UTC)


def clock(at_ms: int, zone: str) -> str:
    """Return the time of day, `14:32`."""
    return f"{local(at_ms, zone):%H:%M}"


def day(at_ms: int, zone: str) -> str:
    """Return the day, `21/11/26`."""
    return f"{local(at_ms, zone):%d/%m/%y}"


def day_of(date: str) -> str:
    """Return a business date, `2026-11-21`, as a day; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(date):%d/%m/%y}"
    except ValueError:
        return date


def day_or_clock(at_ms: int, now_ms: int, zone: str) -> str:
    """Return the time of day for today, else the day."""
    return clock(at_ms, zone) if day(at_ms, zone) == day(now_ms, zone) else day(at_ms, zone)


def time_left(at_ms: int, now_ms: int) -> str:
    """Return how long is left until a time, or by how much it has passed."""
    length = age(min(at_ms, now_ms), max(at_ms, now_ms))
    return length if at_ms >= now_ms else _("{length} late").format(length=length)


def age(at_ms: int, now_ms: int) -> str:
    """Return how long ago a time was: `12 min`, `3 h 05`, `2 days`."""
    minutes = max(now_ms - at_ms, 0) // 60_000
    if minutes < 60:
        return ngettext("{count} min", "{count} min", minutes).format(count=minutes)
    if minutes < 48 * 60:
        return _("{hours} h {minutes:02d}").format(hours=minutes // 60, minutes=minutes % 60)
    days = minutes // (24 * 60)
    return ngettext("{count} day", "{count} days", days).format(count=days)
