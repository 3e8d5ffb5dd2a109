"""Scanners are keyboards: tells a burst of keys that is a scan from what a person types."""

import re
from collections.abc import Sequence
from typing import NamedTuple

SHORTEST_SCAN = 6
LONGEST_SEGMENT = 1000
_QUANTITY = re.compile(r"\d{1,5}(?:[.,]\d{1,3})?\*")


class Stroke(NamedTuple):
    """One printable key and when it was struck, in milliseconds of any steady clock."""

    character: str
    at_ms: float


class Ended(NamedTuple):
    """What an Enter or Tab ended.

    `typed` was still held back and belongs to the typing; `taken_back` was passed on as typing
    and turned out to be the beginning of the scan.
    """

    scan: str
    typed: tuple[Stroke, ...]
    taken_back: str


class BurstReader:
    """Collects one segment of printable keys at a time and says what it was.

    A segment of six or more characters ended by Enter or Tab, with a mean gap within the limit, is
    a scan. Characters typed by hand before it in the same segment stay typing.
    """

    def __init__(self, gap_ms: int) -> None:
        """Begin with an empty segment; `gap_ms` is the longest mean gap of a scanner."""
        self._gap_ms = gap_ms
        self._strokes: list[Stroke] = []
        self._released = 0

    @property
    def is_holding(self) -> bool:
        """Whether keys are held back until it is clear what they are."""
        return self._released < len(self._strokes)

    def add(self, stroke: Stroke) -> tuple[Stroke, ...]:
        """Take a key; return the ones before it that a slow gap has shown to be typing, so far."""
        slow = bool(self._strokes) and stroke.at_ms - self._strokes[-1].at_ms >= _slow_ms(self._gap_ms)
        due = self.release() if slow else ()
        if len(self._strokes) >= LONGEST_SEGMENT:
            due = (*due, *self.release())
            self._strokes, self._released = [], 0
        self._strokes.append(stroke)
        return due

    def release(self) -> tuple[Stroke, ...]:
        """Give out what is held as typing, for nobody waits for it; a scan may still take it back."""
        held = tuple(self._strokes[self._released :])
        self._released = len(self._strokes)
        return held

    def stands_alone(self, stroke: Stroke, let_go: Sequence[Stroke], within_ms: float) -> bool:
        """Whether a key has none close to it in its segment, or among those that were let go with it."""
        return all(
            one is stroke or abs(one.at_ms - stroke.at_ms) >= within_ms for one in (*self._strokes, *let_go)
        )

    def break_off(self) -> tuple[Stroke, ...]:
        """End the segment without a scan: another key was hit. Return what was held."""
        held = self.release()
        self._strokes, self._released = [], 0
        return held

    def end(self, at_ms: float) -> Ended:
        """End the segment with an Enter or Tab struck at a time."""
        strokes, released = self._strokes, self._released
        self._strokes, self._released = [], 0
        start = scan_start(strokes, at_ms, self._gap_ms)
        if start is None:
            return Ended("", tuple(strokes[released:]), "")
        return Ended(
            scan="".join(stroke.character for stroke in strokes[start:]),
            typed=tuple(strokes[released:start]),
            taken_back="".join(stroke.character for stroke in strokes[start:released]),
        )


def scan_start(strokes: Sequence[Stroke], end_ms: float, gap_ms: float) -> int | None:
    """Return where in a segment its scan begins, None when there is none."""
    times = [stroke.at_ms for stroke in strokes] + [end_ms]
    quantity = _QUANTITY.match("".join(stroke.character for stroke in strokes[:10]))
    if quantity and _is_fast(times, quantity.end(), gap_ms):
        return quantity.end()
    whole = _is_fast(times, 0, gap_ms)
    slow = [i for i in range(1, len(strokes)) if times[i] - times[i - 1] >= _slow_ms(gap_ms)]
    if slow and _is_fast(times, slow[-1], gap_ms):
        # One slow gap decides nothing; a prefix that was slow all through was typed by hand.
        by_hand = len(slow) == slow[-1] and len(slow) >= 2
        if by_hand or not whole:
            return slow[-1]
    if whole:
        return 0
    return next((i for i in range(1, len(strokes)) if _is_fast(times, i, gap_ms)), None)


def _is_fast(times: Sequence[float], start: int, gap_ms: float) -> bool:
    count = len(times) - 1 - start
    # A thousandth more: event times are floats of seconds.
    return count >= SHORTEST_SCAN and times[-1] - times[start] <= count * gap_ms + 0.001


def _slow_ms(gap_ms: float) -> float:
    return 3 * gap_ms
