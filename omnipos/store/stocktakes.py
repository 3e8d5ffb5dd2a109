"""The count that is under way at this till: its lines, and what the till knew of the others at its start."""

from collections.abc import Sequence
from sqlite3 import Connection

import msgspec

from omnipos.domain.stocktake import CountedLine, SeenPlace

_decode_seen = msgspec.json.Decoder(tuple[SeenPlace, ...]).decode
_decode_line = msgspec.json.Decoder(CountedLine).decode


class Stocktake(msgspec.Struct, frozen=True, kw_only=True):
    """A count under way, the line counted last first."""

    stocktake_id: str
    started_at_ms: int
    seen: tuple[SeenPlace, ...]
    lines: tuple[CountedLine, ...]


def places_applied(db: Connection, store_id: str) -> tuple[SeenPlace, ...]:
    """Return how much of each journal the mirror's stock of a store contains."""
    rows = db.execute(
        "SELECT device_id, epoch, seq FROM mirror.place_applied WHERE stream = ? ORDER BY device_id, epoch",
        [f"stock/{store_id}"],
    )
    return tuple(SeenPlace(device_id=row[0], epoch=row[1], seq=row[2]) for row in rows)


def current_stocktake(db: Connection) -> Stocktake | None:
    """Return the count under way."""
    head = db.execute("SELECT stocktake_id, started_at_ms, seen FROM stocktake").fetchone()
    if head is None:
        return None
    rows = db.execute("SELECT body FROM stocktake_line ORDER BY at DESC")
    return Stocktake(
        stocktake_id=head[0],
        started_at_ms=head[1],
        seen=_decode_seen(head[2]),
        lines=tuple(_decode_line(body) for (body,) in rows),
    )


def begin_stocktake(db: Connection, stocktake_id: str, started_at_ms: int, seen: Sequence[SeenPlace]) -> None:
    """Begin a count; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    row = (stocktake_id, started_at_ms, msgspec.json.encode(tuple(seen)))
    db.execute("INSERT INTO stocktake VALUES (1, ?, ?, ?)", row)


def put_line(db: Connection, line: CountedLine) -> None:
    """Keep a product as it was counted last; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT OR REPLACE INTO stocktake_line"
        " VALUES (?, (SELECT coalesce(max(at), 0) + 1 FROM stocktake_line), ?)",
        (line.product_id, msgspec.json.encode(line)),
    )


def drop_line(db: Connection, product_id: str) -> None:
    """Take a product out of the count; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("DELETE FROM stocktake_line WHERE product_id = ?", [product_id])


def end_stocktake(db: Connection) -> None:
    """Let go of the count; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("DELETE FROM stocktake")
    db.execute("DELETE FROM stocktake_line")
