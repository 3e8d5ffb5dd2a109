"""A checksum over what is live in a stream, in whatever order it came: hub and till keep one each."""

from collections.abc import Sequence
from hashlib import blake2b
from sqlite3 import Connection

import msgspec

from omnipos.protocol import Change

_HALF, _WHOLE = 1 << 63, 1 << 64


def mark_of(key: str, number: int) -> int:
    """Return what one live key adds to the sum: another number for each of its states."""
    return _hash(f"{number}/{key}")


def wrapped(total: int) -> int:
    """Return a sum as it is kept, in 64 bits with a sign."""
    return (total + _HALF) % _WHOLE - _HALF


def count_changes(db: Connection, changes: Sequence[Change]) -> None:
    """Bring the sum of a mirror's file up to some changes; the caller owns the transaction."""
    total = sum_of(db)
    if total is None:
        return
    hashes = {change.key: _hash(change.key) for change in changes}
    known = dict(
        db.execute(
            "SELECT hash, number FROM live WHERE hash IN (SELECT value FROM json_each(?))",
            [msgspec.json.encode(list(hashes.values()))],
        ).fetchall()
    )
    gone = []
    for change in changes:
        at = hashes[change.key]
        before = known.pop(at, None)
        if before is not None:
            total -= mark_of(change.key, before)
        if change.record is None:
            gone.append((at,))
        else:
            known[at] = change.number
            total += mark_of(change.key, change.number)
    db.executemany("DELETE FROM live WHERE hash = ?", gone)
    db.executemany("INSERT OR REPLACE INTO live VALUES (?, ?)", known.items())
    db.execute("INSERT OR REPLACE INTO checksum VALUES (1, ?)", [wrapped(total)])


def sum_of(db: Connection) -> int | None:
    """Return the sum of a mirror's file; None where it was not counted from the beginning."""
    row = db.execute("SELECT sum FROM checksum").fetchone()
    return 0 if row is None else row[0]


def forget_counts(db: Connection) -> None:
    """Begin the sum again, with nothing live."""
    db.execute("DELETE FROM live")
    db.execute("DELETE FROM checksum")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
