"""A checksum over what is live in a stream, in whatever order it came: hub and till each work out theirs.

Every live key has a number of its own in its stream, so the numbers say which state of which key is there.
"""

from collections.abc import Sequence
from hashlib import blake2b
from sqlite3 import Connection

from omnipos.protocol import Change

TERM = "((number % 1000000007) * 2654435761) % 4294967291"
"""What one live number adds to the sum, in SQL; it fits 64 bits, and so does a sum of a billion of them."""


def count_changes(db: Connection, changes: Sequence[Change]) -> None:
    """Note which numbers are live after some changes; the caller owns the transaction."""
    if not is_counted(db):
        return
    live = {_hash(one.key): one.number for one in changes if one.record is not None}
    gone = [(_hash(one.key),) for one in changes if one.record is None]
    db.executemany("DELETE FROM live WHERE hash = ?", gone)
    db.executemany("INSERT OR REPLACE INTO live VALUES (?, ?)", live.items())


def is_counted(db: Connection) -> bool:
    """Tell whether what is live in a file was noted from its beginning."""
    return db.execute("SELECT 1 FROM checksum WHERE sum IS NULL").fetchone() is None


def checksum_of(db: Connection) -> str:
    """Return the checksum of a mirror's file, empty where it was not counted from the beginning."""
    if not is_counted(db):
        return ""
    return written(*db.execute(f"SELECT count(*), coalesce(sum({TERM}), 0) FROM live").fetchone())


def written(count: int, total: int) -> str:
    """Return a checksum as it crosses the wire."""
    return f"{count}:{total}"


def forget_counts(db: Connection) -> None:
    """Begin again, with nothing live."""
    db.execute("DELETE FROM live")
    db.execute("DELETE FROM checksum")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
