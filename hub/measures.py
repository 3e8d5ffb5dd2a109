"""What one hub process counts of itself while it runs: requests, transactions, lines for hints, memory."""

import os
import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Labels = tuple[tuple[str, str], ...]


class Durations:
    """How long things took, by labels: a histogram with a few bounds, for any thread."""

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self._lock = threading.Lock()
        self._buckets: dict[Labels, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS_S) + 1))
        self._sums_s: dict[Labels, float] = defaultdict(float)

    def add(self, labels: Labels, seconds: float) -> None:
        """Count one."""
        with self._lock:
            self._buckets[labels][bisect_left(BOUNDS_S, seconds)] += 1
            self._sums_s[labels] += seconds

    @contextmanager
    def timing(self, labels: Labels) -> Iterator[None]:
        """Count how long the block takes, however it ends."""
        began_s = time.perf_counter()
        try:
            yield
        finally:
            self.add(labels, time.perf_counter() - began_s)

    def read(self) -> Iterator[tuple[Labels, list[int], float]]:
        """Return labels, how many took up to each bound and beyond the last, and the sum of seconds."""
        with self._lock:
            told = [(labels, list(n), self._sums_s[labels]) for labels, n in self._buckets.items()]
        return iter(sorted(told))


class Counts:
    """Counts by labels, for any thread."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._lock = threading.Lock()
        self._counts: Counter[Labels] = Counter()

    def add(self, labels: Labels = (), n: int = 1) -> None:
        """Add to one."""
        with self._lock:
            self._counts[labels] += n

    def read(self) -> list[tuple[Labels, int]]:
        """Return all of them."""
        with self._lock:
            return sorted(self._counts.items())


TRANSACTION_S = Durations()
"""How long this process's transactions took, with the wait for their turn and with every try of them."""
RETRIES = Counts()
"""Transactions that were begun again, by whether they write."""
WRITE: Labels = (("kind", "write"),)
READ: Labels = (("kind", "read"),)


class Measures:
    """All that one process measures; it begins anew with each start, as Prometheus expects."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.requests = Counts()
        self.request_s = Durations()
        self.rows = Counts()
        """Rows that came and went: events pushed, changes pulled."""
        self.started_s = time.time()


def memory_bytes() -> int:
    """Return the memory that this process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    """Return how many files and lines this process has open; 0 where the system does not say."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 0
