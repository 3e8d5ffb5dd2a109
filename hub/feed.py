"""Streams out: gapless numbers taken late in each transaction, and pages of the newest states."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from hub import tables
from hub.database import upsert
from hub.epochs import Place, cursor_for, place_of
from hub.sharing import Behind, Shared
from hub.unit import Unit
from omnipos.domain.stocktake import SeenPlace
from omnipos.protocol import MOST_CHANGES

CATALOGUE = "catalogue"
CUSTOMERS = "customers"
ACCOUNTS = "accounts"
STAFF = "staff"
SETTINGS = "settings"

KEPT_DELETIONS_MS = 400 * 86_400_000
"""For so long a deletion stays in its stream."""

# Numbers of the hub's own lists come from the same table; no till can ask for these names.
EVENT_NUMBERS = "hub/events"
SALE_NUMBERS = "hub/sales"
EXCEPTION_NUMBERS = "hub/exceptions"


def stock_stream(store_id: str) -> str:
    """Return the name of a store's stock stream."""
    return f"stock/{store_id}"


def orders_stream(store_id: str) -> str:
    """Return the name of a store's orders stream."""
    return f"orders/{store_id}"


def exceptions_stream(store_id: str) -> str:
    """Return the name of a store's stream of what a person must settle."""
    return f"exceptions/{store_id}"


def approvals_stream(store_id: str) -> str:
    """Return the name of a store's stream of what managers are asked for and allowed."""
    return f"approvals/{store_id}"


def baskets_stream(store_id: str) -> str:
    """Return the name of a store's stream of baskets that follow their cashiers from till to till."""
    return f"baskets/{store_id}"


def streams_of(store_id: str) -> tuple[str, ...]:
    """Return the streams a till of a store pulls, in the order it should."""
    return (
        SETTINGS,
        STAFF,
        CATALOGUE,
        orders_stream(store_id),
        CUSTOMERS,
        ACCOUNTS,
        stock_stream(store_id),
        exceptions_stream(store_id),
        approvals_stream(store_id),
        baskets_stream(store_id),
    )


class RawChange(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol.Change whose record is the JSON as it lies in the table."""

    number: int
    key: str
    record: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    erased: bool | msgspec.UnsetType = msgspec.UNSET


SharedChanges = Shared[tuple[RawChange, ...]]


class RawPage(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol.Page of raw changes."""

    stream: str
    after: int
    upto: int
    head: int
    cursor: str
    changes: tuple[RawChange, ...]
    applied_epoch: int
    applied_seq: int
    as_of_ms: int
    must_refetch: bool = False
    applied: tuple[SeenPlace, ...] = ()
    checksum: str = ""


def take_numbers(conn: Connection, stream: str, count: int) -> int:
    """Take some numbers of a stream, gapless and in commit order; return the first."""
    heads = tables.stream_head
    last = conn.scalar(
        update(heads).where(heads.c.stream == stream).values(n=heads.c.n + count).returning(heads.c.n)
    )
    if last is None:
        # Another process may have its first number of the stream at this moment.
        rows = [{"stream": stream, "n": count}]
        last = upsert(conn, heads, rows, add=("n",), returning=("n",))[0].n
    return int(last) - count + 1


def publish(unit: Unit) -> dict[str, int]:
    """Write what the transaction has to tell and return the new heads of its streams.

    It is called once, last, so that heads are locked briefly.
    """
    told: dict[str, int] = {}
    for stream in sorted(unit.changes):
        records = unit.changes[stream]
        first = take_numbers(unit.conn, stream, len(records))
        told[stream] = first + len(records) - 1
        _mark(unit, stream, first)
        rows = [
            {
                "stream": stream,
                "key": key,
                "number": first + index,
                "record": None if record is None else msgspec.json.encode(record).decode(),
                "as_of_ms": unit.now_ms,
                "erased": (stream, key) in unit.erased,
            }
            for index, (key, record) in enumerate(records.items())
        ]
        upsert(unit.conn, tables.change, rows, replace=("number", "record", "as_of_ms", "erased"))
    unit.changes, unit.erased = {}, set()
    return told


def _mark(unit: Unit, stream: str, since: int) -> None:
    """Note from which number on this run of the hub writes a stream, once.

    A hub put back to a backup runs anew. What it writes then may have the numbers of what was lost,
    but never the mark, so a cursor into the lost part is known for what it is.
    """
    marks = tables.stream_mark
    known = unit.conn.scalar(
        select(marks.c.since).where(marks.c.stream == stream, marks.c.mark == unit.mark).limit(1)
    )
    if known is None:
        unit.conn.execute(insert(marks).values(stream=stream, since=since, mark=unit.mark))


_hub, _heads, _marks, _change_rows = tables.hub, tables.stream_head, tables.stream_mark, tables.change
# Built once: a till asks for each of its streams often, and building a statement takes longer than it does.
_STAND = select(_hub.c.hub_epoch, func.coalesce(_heads.c.n, 0), func.coalesce(_heads.c.floor, 0)).select_from(
    _hub.outerjoin(_heads, _heads.c.stream == bindparam("stream"))
)
_MARK = (
    select(_marks.c.mark)
    .where(_marks.c.stream == bindparam("stream"), _marks.c.since <= bindparam("number"))
    .order_by(_marks.c.since.desc())
    .limit(1)
)
_BEHIND = (
    select(_change_rows.c.number, _change_rows.c.key, _change_rows.c.record, _change_rows.c.erased)
    .where(_change_rows.c.stream == bindparam("stream"), _change_rows.c.number > bindparam("after"))
    .order_by(_change_rows.c.number)
    .limit(bindparam("most"))
)


class Stand(NamedTuple):
    """Where a stream stands: the hub's epoch, its newest number, and the last one that left it."""

    hub_epoch: str
    head: int
    floor: int


def stand_of(conn: Connection, stream: str) -> Stand:
    """Return where a stream stands; its head is 0 before its first change."""
    row = conn.execute(_STAND, {"stream": stream}).one()
    return Stand(str(row[0]), int(row[1]), int(row[2]))


def mark_at(conn: Connection, stream: str, number: int) -> str:
    """Return the mark of the run that began the part of a stream in which a number lies; empty for none."""
    return conn.scalar(_MARK, {"stream": stream, "number": number}) or ""


def head_of(conn: Connection, stream: str) -> int:
    """Return the number of a stream's newest change; 0 for none."""
    return stand_of(conn, stream).head


def is_behind(conn: Connection, cursors: Mapping[str, str], store_id: str) -> bool:
    """Tell whether a till of a store has a cursor that this hub's life has not come to yet."""
    for stream in streams_of(store_id):
        stand = stand_of(conn, stream)
        place = place_of(cursors.get(stream, ""), stand.hub_epoch)
        if place is not None and _is_lost(conn, stream, place, stand):
            return True
    return False


def _is_lost(conn: Connection, stream: str, place: Place, stand: Stand) -> bool:
    """Tell whether a place is beyond the head, or lay in a part that a backup did not have."""
    return place.number > stand.head or place.mark != mark_at(conn, stream, place.number)


def page_of(
    conn: Connection,
    stream: str,
    cursor: str,
    limit: int,
    *,
    now_ms: int,
    shared: SharedChanges | None = None,
) -> RawPage:
    """Return the changes behind a cursor, oldest first; the applied position is the caller's to add.

    A cursor of another hub's life, beyond the head, into a part that was lost with a backup, or older
    than a deletion that has left the stream gets a page that says to fetch all again.
    """
    stand = stand_of(conn, stream)
    place = place_of(cursor, stand.hub_epoch)
    after = place.number if place is not None else 0
    blank = RawPage(
        stream=stream,
        after=after,
        upto=0,
        head=stand.head,
        cursor="",
        changes=(),
        applied_epoch=0,
        applied_seq=0,
        as_of_ms=now_ms,
    )
    if place is None or (cursor and not _follows(conn, stream, place, stand)):
        return msgspec.structs.replace(blank, after=0, must_refetch=True)
    most = max(1, min(limit, MOST_CHANGES))
    is_new = after < stand.head or not cursor
    mark = mark_at(conn, stream, stand.head) if is_new else place.mark
    changes: tuple[RawChange, ...] = ()
    if after < stand.head:
        behind = Behind(stand.hub_epoch, stream, after, most, stand.head, stand.floor, mark)
        changes = (shared or SharedChanges()).page(behind, lambda: _behind(conn, stream, after, most))
    upto = stand.head
    if len(changes) == most and changes[-1].number != upto:
        upto = changes[-1].number
        mark = mark_at(conn, stream, upto)
    return msgspec.structs.replace(
        blank, upto=upto, cursor=cursor_for(stand.hub_epoch, upto, mark), changes=changes
    )


def _behind(conn: Connection, stream: str, after: int, most: int) -> tuple[RawChange, ...]:
    rows = conn.execute(_BEHIND, {"stream": stream, "after": after, "most": most})
    return tuple(_change(row.number, row.key, row.record, erased=row.erased) for row in rows.all())


def can_follow(conn: Connection, stream: str, cursor: str) -> bool:
    """Tell whether the pages behind a cursor begin where it stands."""
    stand = stand_of(conn, stream)
    place = place_of(cursor, stand.hub_epoch)
    return place is not None and _follows(conn, stream, place, stand)


def _follows(conn: Connection, stream: str, place: Place, stand: Stand) -> bool:
    return place.number >= stand.floor and not _is_lost(conn, stream, place, stand)


def compact(unit: Unit) -> None:
    """Let deletions leave the streams that are older than any till may be away; erasures stay for ever.

    A cursor from before the last one that left is told to fetch all again.
    """
    change, heads = tables.change, tables.stream_head
    is_old = (
        change.c.record.is_(None) & (change.c.as_of_ms < unit.now_ms - KEPT_DELETIONS_MS) & ~change.c.erased
    )
    gone = unit.conn.execute(
        select(change.c.stream, func.max(change.c.number).label("last"))
        .where(is_old)
        .group_by(change.c.stream)
        .order_by(change.c.stream)
    ).all()
    for row in gone:
        # Another till's hello may do the same at this moment, and have seen more.
        lower = (heads.c.stream == row.stream) & (heads.c.floor < row.last)
        unit.conn.execute(update(heads).where(lower).values(floor=row.last))
    if gone:
        unit.conn.execute(delete(change).where(is_old))


def _change(number: int, key: str, record: str | None, *, erased: bool) -> RawChange:
    if record is None:
        return RawChange(number=number, key=key, erased=erased or msgspec.UNSET)
    return RawChange(number=number, key=key, record=msgspec.Raw(record))
