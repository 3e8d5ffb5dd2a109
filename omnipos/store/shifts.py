"""Shifts on disk: which one is open, and the closed ones with their reports, which never change."""

from collections.abc import Iterator
from itertools import chain
from sqlite3 import Connection

import msgspec

from omnipos.domain.shift import ShiftReport
from omnipos.events import Event, ShiftOpened, type_of_kind
from omnipos.store.archive import archived_events, archives
from omnipos.store.journal import read_events

FIRST_SHIFT = "1"
"""The first shift of a till's first epoch."""

_decode = msgspec.json.Decoder(ShiftReport).decode


class OpenShift(msgspec.Struct, frozen=True, kw_only=True):
    """The shift that is open: all behind the close before it, with the cash which that one left."""

    shift: str
    closed_before: int
    after_epoch: int
    after_seq: int
    left_minor: int


def open_shift(db: Connection) -> OpenShift:
    """Return the shift that is open now; one is always open, from the last close on.

    Its id holds the epoch in which the one before it was closed: of two lives of a till that parted,
    no shift has the id of another's, but for the one that was open when they did.
    """
    row = db.execute(
        "SELECT count, epoch, seq, left_minor FROM shift_closed ORDER BY count DESC LIMIT 1"
    ).fetchone()
    if row is None:
        (first,) = db.execute("SELECT coalesce(min(epoch), 1) FROM epoch").fetchone()
        shift = FIRST_SHIFT if first == 1 else f"{first}-{FIRST_SHIFT}"
        return OpenShift(shift=shift, closed_before=0, after_epoch=0, after_seq=0, left_minor=0)
    count, epoch, seq, left_minor = row
    return OpenShift(
        shift=f"{epoch}-{count + 1}",
        closed_before=count,
        after_epoch=epoch,
        after_seq=seq,
        left_minor=left_minor,
    )


def left_foreign(db: Connection, shift: OpenShift) -> dict[str, int]:
    """Return what the Z before an open shift left of other currencies, in their minor units."""
    report = closed_shift(db, shift.closed_before) if shift.closed_before else None
    return report.left_foreign() if report else {}


def events_of(db: Connection, shift: OpenShift) -> Iterator[Event]:
    """Return what happened in the open shift, in order, also what has left for the archives."""
    place = (shift.after_epoch, shift.after_seq)
    old = [one for one in archives(db) if (one.last_epoch, one.last_seq) > place]
    found = chain.from_iterable(archived_events(db, one) for one in old)
    behind = (one for one in found if (one.header.epoch, one.header.seq) > place)
    return chain(behind, read_events(db, *place))


def is_float_counted(db: Connection, shift: OpenShift) -> bool:
    """Tell whether the float of the open shift was counted into the drawer."""
    row = db.execute(
        "SELECT 1 FROM event WHERE (epoch, seq) > (?, ?) AND type = ? LIMIT 1",
        (shift.after_epoch, shift.after_seq, type_of_kind(ShiftOpened)),
    ).fetchone()
    return row is not None


def insert_closed(db: Connection, event: Event, report: ShiftReport) -> None:
    """Keep a closed shift beside the event that reports it; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT INTO shift_closed VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            report.count,
            report.shift,
            report.number,
            event.header.epoch,
            event.header.seq,
            report.until_ms,
            report.left_minor,
            msgspec.json.encode(report),
        ),
    )


def closed_shift(db: Connection, count: int) -> ShiftReport | None:
    """Return the Z report of that count."""
    row = db.execute("SELECT report FROM shift_closed WHERE count = ?", [count]).fetchone()
    return _decode(row[0]) if row else None


def closed_shifts(db: Connection, limit: int) -> list[ShiftReport]:
    """Return the latest Z reports, the newest first."""
    rows = db.execute("SELECT report FROM shift_closed ORDER BY count DESC LIMIT ?", [limit])
    return [_decode(body) for (body,) in rows]


def report_at(db: Connection, epoch: int, seq: int) -> ShiftReport | None:
    """Return the report that the books hold for the event of a close."""
    row = db.execute("SELECT report FROM shift_closed WHERE epoch = ? AND seq = ?", (epoch, seq)).fetchone()
    return _decode(row[0]) if row else None
