"""Makes a stream's snapshot: in a process of its own, so that no request waits for it.

Run as `python -m hub.snapmaking` with an `Order` as JSON on its standard input, which stays open for as
long as the work is wanted.
"""

import fcntl
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from sqlite3 import Connection as File

import msgspec
from sqlalchemy import Connection, select

from hub import feed, tables
from hub.context import wall_clock_ms
from hub.database import Database
from hub.epochs import cursor_for, epoch_of
from hub.snapshots import Shelf
from omnipos.mirroring.applying import apply_changes, save_place
from omnipos.mirroring.files import make_tables
from omnipos.protocol import Change, Record, Snapshot

PAGE = 5000
"""Changes read in one transaction, so that none of them is long."""
NICENESS = 10


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to make: the snapshot of a stream of a hub's database, on the shelf in a folder."""

    database: str
    home: str
    stream: str
    folder: str


def make(database: Database, stream: str, shelf: Shelf) -> Snapshot:
    """Write all of a stream into a new file, as a till that pulls it would, and put it on the shelf."""
    shelf.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in shelf.folder.glob(f"{stream}.*.unfinished"):
        left.unlink(missing_ok=True)
    path = shelf.folder / f"{stream}.{os.getpid()}.unfinished"
    try:
        with closing(_fast(path)) as file:
            make_tables(file, stream)
            as_of, cursor = _fill(database, stream, file)
            (rows,) = file.execute("SELECT count(*) FROM live").fetchone()
            _tidy(file, stream)
        return shelf.put(stream, path, as_of, cursor, rows, wall_clock_ms())
    finally:
        path.unlink(missing_ok=True)


def _fast(path: Path) -> File:
    # Nothing here outlives a crash: the file is begun again.
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode = OFF",
        "synchronous = OFF",
        "cache_size = -64000",
        "locking_mode = EXCLUSIVE",
    ):
        db.execute(f"PRAGMA {pragma}")
    return db


def _fill(database: Database, stream: str, file: File) -> tuple[int, str]:
    at, cursor, as_of_ms = 0, "", 0
    file.execute("BEGIN")
    while not cursor:
        changes, at, cursor, newest_ms = database.read(partial(_page, stream=stream, after=at))
        apply_changes(file, stream, changes)
        as_of_ms = max(as_of_ms, newest_ms)
    # Nothing of now is in the file, so that all who make it of the same changes make the same parts.
    save_place(file, stream, cursor, at, (0, 0), as_of_ms)
    file.execute("COMMIT")
    return at, cursor


def _page(conn: Connection, stream: str, after: int) -> tuple[list[Change], int, str, int]:
    """Return the changes behind a number, how far they go, at the head its cursor, and as of when."""
    change = tables.change
    head = feed.head_of(conn, stream)
    rows = conn.execute(
        select(change.c.number, change.c.key, change.c.record, change.c.erased, change.c.as_of_ms)
        .where(change.c.stream == stream, change.c.number > after)
        .order_by(change.c.number)
        .limit(PAGE)
    ).all()
    changes = [
        Change(
            number=row.number,
            key=row.key,
            record=None if row.record is None else msgspec.json.decode(row.record, type=Record),
            erased=bool(row.erased),
        )
        for row in rows
    ]
    as_of_ms = max((row.as_of_ms for row in rows), default=0)
    if len(rows) == PAGE and rows[-1].number < head:
        return changes, int(rows[-1].number), "", as_of_ms
    return changes, head, cursor_for(epoch_of(conn), head, feed.mark_at(conn, stream, head)), as_of_ms


def _tidy(file: File, stream: str) -> None:
    """Leave the file as a till reads it best: one segment of full text, no free pages, found to be sound."""
    search = {"catalogue": "product_search", "customers": "customer_search"}[stream]
    file.execute(f"INSERT INTO {search}({search}) VALUES ('optimize')")  # noqa: S608 - one of two names
    file.execute("VACUUM")
    sound = file.execute("PRAGMA quick_check").fetchone()[0]
    assert sound == "ok", f"the new snapshot is damaged: {sound}"


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Tell whether nobody else makes snapshots in a folder, and keep it so for a block."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / "making", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main() -> None:
    """Make what was ordered, unless another process is at it."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(OSError):  # where the system forbids it the work is done all the same
        os.nice(NICENESS)
    shelf = Shelf(Path(order.folder))
    with only_one(shelf.folder) as mine:
        if mine:
            database = Database(order.database, Path(order.home))
            try:
                make(database, order.stream, shelf)
            finally:
                database.close()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
