"""One writing transaction: its connection, its time, and what it will tell the streams at its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from hub.locks import Key, hold
from omnipos.protocol import Record


class WriteConflict(Exception):
    """Another process changed the same row first; the same request may be tried again."""


class NeedsAll(Exception):
    """Something does not fit that was written beside others: the hub for itself finds what it is."""


class OutcomeUnknown(Exception):
    """The database was lost while it committed: whether the work was kept is not known."""


class Unit:
    """A writing transaction in progress."""

    def __init__(
        self, conn: Connection, now_ms: int, mark: str = "", *, beside: bool = False, ahead: bool = False
    ) -> None:
        """Begin with nothing to tell; `mark` names the run of the hub that writes.

        `beside` says that others write at the same time, who are not to wait for this one's numbers;
        `ahead` says that it takes them at once all the same.
        """
        self.conn = conn
        self.now_ms = now_ms
        self.mark = mark
        self.beside = beside
        self.ahead = ahead
        self._late: list[Callable[[], None]] = []
        self.changes: dict[str, dict[str, Record | None]] = {}
        self.erased: set[tuple[str, str]] = set()
        self.exceptions: list[dict[str, Any]] = []

    def tell(self, stream: str, key: str, record: Record | None) -> None:
        """Remember the newest state of one key of a stream; None says it is gone."""
        self.changes.setdefault(stream, {})[key] = record

    def last(self, write: Callable[[], None]) -> None:
        """Write rows that bear running numbers: late, where others write beside; else at once.

        Who takes a number holds up everybody who wants the next one until the commit.
        """
        if self.beside and not self.ahead:
            self._late.append(write)
        else:
            write()

    def hold(self, key: Key) -> None:
        """Keep others who write beside from one thing until the commit.

        Only for what is written late or ahead: it holds the events' numbers by then, so that two can
        never wait for each other.
        """
        if self.beside:
            hold(self.conn, key)

    def write_late(self) -> None:
        """Write what was put off: at the end, or before something reads it.

        Raises NeedsAll for what is no trouble of the database's: alone, the work finds which event it is.
        """
        late, self._late = self._late, []
        try:
            for write in late:
                write()
        except (DBAPIError, WriteConflict):
            raise
        except Exception as trouble:
            raise NeedsAll from trouble

    def erase(self, stream: str, key: str) -> None:
        """Remember that one key is gone because a person asked to be forgotten."""
        self.tell(stream, key, None)
        self.erased.add((stream, key))

    def note(
        self,
        kind: str,
        detail: str,
        *,
        store_id: str,
        device_id: str = "",
        event_id: str = "",
        order_id: str = "",
    ) -> None:
        """Remember something that a person must settle."""
        self.exceptions.append(
            {
                "kind": kind,
                "detail": detail,
                "store_id": store_id,
                "device_id": device_id,
                "event_id": event_id,
                "order_id": order_id,
                "at_ms": self.now_ms,
            }
        )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Run a block that leaves no trace when it fails."""
        changes = {stream: dict(keys) for stream, keys in self.changes.items()}
        exceptions, erased, late = list(self.exceptions), set(self.erased), list(self._late)
        nested = self.conn.begin_nested()
        try:
            yield
        except BaseException as trouble:
            self.changes, self.exceptions, self.erased, self._late = changes, exceptions, erased, late
            try:
                nested.rollback()
            except OperationalError:
                # A full disk ends the whole transaction by itself; what it failed on says more.
                if not isinstance(trouble, OperationalError):
                    raise
            raise
        nested.commit()
