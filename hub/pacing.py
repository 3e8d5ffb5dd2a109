"""How often one caller may ask: a bucket of requests that fills again, in each hub process for itself."""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from hub.problems import Refused
from omnipos.locale import _

MOST_CALLERS = 10_000
"""Beyond it the one that was quiet for longest begins anew."""


class Pace:
    """The requests of each caller: `burst` at once, `per_s` a second in the long run."""

    def __init__(self, burst: int, per_s: int, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets."""
        self.burst = burst
        self.per_s = per_s
        self._monotonic_s = monotonic_s
        self._callers: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Count one request; raise Refused, which says when to come again, for one too many."""
        now = self._monotonic_s()
        left, since = self._callers.pop(caller, (float(self.burst), now))
        left = min(left + (now - since) * self.per_s, float(self.burst))
        allowed = left >= 1
        self._callers[caller] = (left - 1 if allowed else left, now)
        if len(self._callers) > MOST_CALLERS:
            self._callers.popitem(last=False)
        if not allowed:
            raise Refused(
                429,
                "too_many",
                _("Too many requests at once. Nothing was changed; try again in a moment."),
                retry_after_s=max(ceil((1 - left) / self.per_s), 1),
            )
