"""Pages of changes that many tills ask for at one moment: each is read from the database once."""

import threading
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
KEPT = 4
"""Pages kept: when something changes, all tills want what is behind one of a few places."""


class Behind(NamedTuple):
    """What is behind a place of a stream, as it is at one head of one life of the hub's database."""

    hub_epoch: str
    stream: str
    after: int
    most: int
    head: int
    floor: int
    """The last deletion that left the stream: it leaves without a new number."""
    mark: str
    """Of the run that wrote the head: what was lost with a backup or a machine had another."""


class Shared(Generic[T]):
    """The pages that were read last; any thread may ask."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._kept: dict[Behind, T] = {}

    def page(self, behind: Behind, read: Callable[[], T]) -> T:
        """Return what is behind a place, read now or by whoever asked before."""
        with self._lock:
            found = self._kept.get(behind)
        if found is None:
            found = read()
            with self._lock:
                self._kept[behind] = found
                while len(self._kept) > KEPT:
                    del self._kept[next(iter(self._kept))]
        return found
