"""A connection that dies at its n-th write, as a pulled plug or a full disk does."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from omnipos.services.till import Till


class FaultyConnection:
    """A connection whose n-th statement that writes raises; reading and ROLLBACK go on."""

    def __init__(self, real: sqlite3.Connection, fail_at: int) -> None:
        """Let a number of writes through."""
        self._real = real
        self._fail_at = fail_at
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def _count(self, statement: str) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "COMMIT"):
            self.writes += 1
            if self.writes == self._fail_at:
                raise sqlite3.OperationalError("database or disk is full")

    def execute(self, statement: str, *args: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        self._count(statement)
        return self._real.execute(statement, *args)

    def executemany(self, statement: str, *args: Any) -> sqlite3.Cursor:
        """Execute many, or fail before the first."""
        self._count(statement)
        return self._real.executemany(statement, *args)


@contextmanager
def failing_at(till: Till, write: int) -> Iterator[FaultyConnection]:
    """Let a till's n-th write from now on fail; 0 lets all of them through and counts them."""
    real = till.store.books
    faulty = FaultyConnection(real, write)
    till.store.books = faulty  # type: ignore[assignment]
    try:
        yield faulty
    finally:
        till.store.books = real


def everything(till: Till) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of the books, table by table."""

    def read() -> dict[str, list[tuple[Any, ...]]]:
        db = till.store.books
        return {
            name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("_")
        }

    return till.store.call(read)
