"""When the hub is asked again, and for how much: full jitter, the wishes of the hub, what the line bears."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

FIRST_S = 1.0
LONGEST_S = 60.0
LONGEST_WISH_MS = 900_000
"""A page that is not the hub's may ask for a year; nobody keeps a till from its hub for so long."""


class BackOff:
    """How long to leave alone what failed: a random time up to 1, 2, 4 … 60 s, without end."""

    def __init__(self, spread: Callable[[], float] = random.random) -> None:
        """Take where the jitter comes from, 0 to 1: all tills lose a hub at the same moment."""
        self.failures = 0
        self._spread = spread

    def worked(self) -> None:
        """Begin anew."""
        self.failures = 0

    def failed(self) -> None:
        """Grow."""
        self.failures += 1

    def wait_s(self) -> float:
        """Return how many seconds to wait now."""
        longest_s = min(LONGEST_S, FIRST_S * (1 << min(max(self.failures - 1, 0), 6)))
        return self._spread() * longest_s


class Portion:
    """How much is fetched at a time: half when the line breaks over it, twice as much when it holds."""

    def __init__(self, most: int, least: int) -> None:
        """Begin with the most."""
        self.now = most
        self._most, self._least = most, least

    def broke(self) -> None:
        """Take less."""
        self.now = max(self.now // 2, self._least)

    def held(self) -> None:
        """Take more again."""
        self.now = min(self.now * 2, self._most)


def wish_ms(headers: Mapping[str, str]) -> int:
    """Return how long an answer asks to be left alone; 0 for no wish (RFC 9110, 10.2.3).

    The wish is seconds, or a date, which is read against the date of the answer itself: this
    computer's clock may be wrong.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        # As many digits as anybody likes may stand there.
        return min(int(asked[:9]) * 1000, LONGEST_WISH_MS)
    until, sent = _date(asked), _date(headers.get("date", ""))
    if until is None:
        return 0
    wait_s = (until - (sent or datetime.now(UTC))).total_seconds()
    return min(max(int(wait_s * 1000), 0), LONGEST_WISH_MS)


def _date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
