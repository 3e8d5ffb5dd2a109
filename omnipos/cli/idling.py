"""What a till with screens does while nobody types: it imports what comes next and tidies its memory."""

import contextlib
import ctypes
import gc
import importlib
from collections import deque
from collections.abc import Callable

FIRST_S = 0.5
"""The first screen is painted and takes keys before anything else is imported."""
STEP_S = 0.05
QUIET_S = 0.5
SETTLED_S = 2.0
"""By then syncing and printing have imported what they need."""
TRIM_S = 10.0
MOST_PUT_OFF = 4
"""In a rush it waits no longer than two seconds for a quiet moment: holes grow by a megabyte in each ten."""
GARBAGE = 5000
"""So many new objects are looked through in the middle of a rush, a millisecond; the rest waits for quiet."""
NEXT_ROOMS = ("argon2", "screens.following", "screens.around_sale", "screens.sell", "screens.charging")
"""What a sign-in and the first sale need, in steps too short for anybody to feel."""


class Idling:
    """The small work of an event loop between keys; it gives way to whoever types or scans."""

    def __init__(
        self, idle_s: Callable[[], float], later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        """Take how long nobody typed, and the loop's way to call something later."""
        self._idle_s = idle_s
        self._later = later
        self._rooms = deque(NEXT_ROOMS)
        self._is_tidy = False
        self._put_off = 0

    def begin(self) -> None:
        """Begin, as the screens do."""
        self._later(FIRST_S, self._make_ready)
        self._later(SETTLED_S, self._settle)

    def tidy(self) -> None:
        """Let go of what starting left behind, once; for a moment in which nobody waits.

        What the start made stays for ever and need not be looked through again.
        """
        if not self._is_tidy:
            self._is_tidy = True
            gc.collect()
            gc.freeze()

    @property
    def _is_quiet(self) -> bool:
        return self._idle_s() >= QUIET_S

    def _make_ready(self) -> None:
        if self._is_quiet and self._rooms:
            importlib.import_module(self._rooms.popleft())
        if self._rooms:
            self._later(STEP_S, self._make_ready)

    def _settle(self) -> None:
        if self._is_tidy or self._is_quiet:
            self.tidy()
            gc.freeze()
            gc.set_threshold(GARBAGE)
            gc.enable()
            self._later(TRIM_S, self._give_memory_back)
        else:
            self._later(QUIET_S, self._settle)

    def _give_memory_back(self) -> None:
        if self._is_quiet or self._put_off >= MOST_PUT_OFF:
            if self._is_quiet:
                gc.collect()
            self._put_off = 0
            give_back()
            self._later(TRIM_S, self._give_memory_back)
        else:
            self._put_off += 1
            self._later(QUIET_S, self._give_memory_back)


def give_back() -> None:
    """Give the system back what a day of sales left unused.

    Only the C library can, where it is GNU's.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
