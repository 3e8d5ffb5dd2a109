"""Sealed archives: old events that the hub has leave the journal for files that are never changed again."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import msgspec

from omnipos.domain.errors import StoreTrouble
from omnipos.events import Event
from omnipos.locale import _
from omnipos.store.connection import transaction
from omnipos.store.guards import guard, unguard
from omnipos.store.journal import COLUMNS, event_at, event_of_row, event_row

FOLDER = "archive"
_TABLE = """
CREATE TABLE event (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, event_id TEXT NOT NULL,
    type TEXT NOT NULL, schema INTEGER NOT NULL, occurred_at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL, shift TEXT NOT NULL, catalogue_rev INTEGER NOT NULL,
    body BLOB NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID
"""


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed file. `hash` is the chain's checkpoint: the hash of the last event in it."""

    number: int
    first_epoch: int
    first_seq: int
    last_epoch: int
    last_seq: int
    events: int
    hash: bytes
    sha256: bytes

    @property
    def name(self) -> str:
        """The file's name in the folder of archives."""
        return f"journal-{self.number:05}.db"


def archives(db: Connection) -> list[Archive]:
    """Return all archives of these books, the oldest first."""
    rows = db.execute(f"SELECT {', '.join(Archive.__struct_fields__)} FROM archive ORDER BY number")
    return [Archive(**dict(zip(Archive.__struct_fields__, row, strict=True))) for row in rows]


def leaving(db: Connection, before_ms: int, most: int) -> list[Event]:
    """Return the oldest events, at the hub and older than a time, up to the first that is not.

    The last of them stays, so that a journal is never without its head.
    """
    prefixed = ", ".join(f"e.{name.strip()}" for name in COLUMNS.split(","))
    rows = db.execute(
        f"SELECT {prefixed}, o.state = 'acked' AND e.occurred_at_ms < ? FROM event e"
        " JOIN outbox o USING (epoch, seq) ORDER BY e.epoch, e.seq LIMIT ?",
        (before_ms, most + 1),
    )
    found = []
    for *row, may_leave in rows:
        if not may_leave:
            break
        found.append(event_of_row(tuple(row)))
    return found[:-1]


def seal_away(db: Connection, folder: Path, events: Sequence[Event]) -> Archive:
    """Move events into a new sealed file; at any moment they are in the journal, in the file, or in both."""
    number = len(archives(db)) + 1
    first, last = events[0].header, events[-1]
    path = folder / FOLDER / f"journal-{number:05}.db"
    archive = Archive(
        number=number,
        first_epoch=first.epoch,
        first_seq=first.seq,
        last_epoch=last.header.epoch,
        last_seq=last.header.seq,
        events=len(events),
        hash=last.hash,
        sha256=_write(path, events),
    )
    place = (archive.last_epoch, archive.last_seq)
    with transaction(db):
        marks = ", ".join("?" for _field in Archive.__struct_fields__)
        db.execute(f"INSERT INTO archive VALUES ({marks})", msgspec.structs.astuple(archive))
        unguard(db, "event")
        for table in ("event", "outbox", "personal"):
            db.execute(f"DELETE FROM {table} WHERE (epoch, seq) <= (?, ?)", place)
        guard(db, "event")
    return archive


def _write(path: Path, events: Sequence[Event]) -> bytes:
    """Write a file whole or not at all, on disk when this returns; return its SHA-256."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(unfinished, isolation_level=None)) as file:
        file.execute("PRAGMA synchronous = FULL")
        file.execute(_TABLE)
        file.execute("BEGIN")
        marks = ", ".join("?" for _column in COLUMNS.split(","))
        file.executemany(f"INSERT INTO event VALUES ({marks})", map(event_row, events))
        file.execute("COMMIT")
    unfinished.chmod(0o400)
    unfinished.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return digest(path)


def digest(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def trouble_of(db: Connection, archive: Archive) -> str:
    """Return what is wrong with an archive's file, as a sentence; empty when it is as it was sealed."""
    path = _path(db, archive)
    if not path.exists():
        return _("The archive {file} is missing: put it back from a backup.").format(file=path)
    if digest(path) != archive.sha256:
        return _("The archive {file} was changed after it was sealed.").format(file=path)
    return ""


def archived_events(db: Connection, archive: Archive) -> Iterator[Event]:
    """Yield the events of an archive in order. Raises StoreTrouble when its file cannot be read."""
    with _open(db, archive) as file:
        for row in file.execute(f"SELECT {COLUMNS} FROM event ORDER BY epoch, seq"):
            yield event_of_row(row)


def find_event(db: Connection, epoch: int, seq: int) -> Event | None:
    """Return an event from the journal or its archives. Raises StoreTrouble when its file cannot be read."""
    return event_at(db, epoch, seq) or _archived_event(db, epoch, seq)


def _archived_event(db: Connection, epoch: int, seq: int) -> Event | None:
    for archive in archives(db):
        if (archive.first_epoch, archive.first_seq) <= (epoch, seq) <= (archive.last_epoch, archive.last_seq):
            with _open(db, archive) as file:
                row = file.execute(
                    f"SELECT {COLUMNS} FROM event WHERE epoch = ? AND seq = ?", (epoch, seq)
                ).fetchone()
            return event_of_row(row) if row else None
    return None


def _path(db: Connection, archive: Archive) -> Path:
    (books,) = (row[2] for row in db.execute("PRAGMA database_list") if row[1] == "main")
    return Path(books).parent / FOLDER / archive.name


def _open(db: Connection, archive: Archive) -> "closing[Connection]":
    trouble = trouble_of(db, archive) if not _path(db, archive).exists() else ""
    if trouble:
        raise StoreTrouble(trouble)
    uri = f"{_path(db, archive).absolute().as_uri()}?mode=ro&immutable=1"
    return closing(sqlite3.connect(uri, uri=True, isolation_level=None))
