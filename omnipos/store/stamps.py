"""The till's hybrid clock on disk: its last stamp survives a restart, and it learns the hub's time."""

from sqlite3 import Connection

from omnipos.domain.hybrid import BEGINNING, HybridStamp, tick
from omnipos.mirroring.files import FILES


def draw_stamp(db: Connection, now_ms: int, device_id: str) -> HybridStamp:
    """Return the stamp of an edit made now and keep it; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    row = db.execute("SELECT wall_ms, count FROM hybrid_clock").fetchone()
    last = HybridStamp(wall_ms=row[0], count=row[1]) if row else BEGINNING
    stamp = tick(last, now_ms, hub_time_ms(db), device_id)
    db.execute("INSERT OR REPLACE INTO hybrid_clock VALUES (1, ?, ?)", (stamp.wall_ms, stamp.count))
    return stamp


def hub_time_ms(db: Connection) -> int:
    """Return the hub's time as it was when something was last fetched from it, 0 for never."""
    found = (db.execute(f"SELECT coalesce(max(as_of_ms), 0) FROM {file}.cursor").fetchone() for file in FILES)
    return max(int(as_of_ms) for (as_of_ms,) in found)
