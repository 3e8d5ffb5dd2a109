"""The till's data folder: its lock, its two databases, and the one thread that writes the books."""

import asyncio
import fcntl
import os
import shutil
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection as Connection
from typing import TypeVar

from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _
from omnipos.mirroring.files import FILES, REST, file_of
from omnipos.store.identity import Identity
from omnipos.store.mending import begin_anew, damaged_copy, is_damage, look_for_damage, marked
from omnipos.store.mirrorfiles import (
    USUAL_CACHE_KIB,
    attach,
    attach_all,
    bring_ready_file_up_to_date,
    connect,
    mirror_path,
    sweep,
)
from omnipos.store.schema import MIGRATIONS
from omnipos.store.soundness import check_end

Result = TypeVar("Result")

BOOKS_FILE = "books.db"
RESERVE_FILE = "reserve"
RESERVE_BYTES = 4 << 20
FILLING_CACHE_KIB = 8000


class Store:
    """An open data folder. `run` and `call` do work on the writer thread, the only one that writes."""

    def __init__(self, folder: Path) -> None:
        """Open a folder for selling, making what is missing.

        Raises StoreTrouble when another program has it open, when it is newer than this
        program, or when it cannot be written.
        """
        self.folder = folder
        self.identity: Identity | None = None
        """Who this till is; once told, it changes on the writer thread alone, with its epoch."""
        self.damage = ""
        """What is wrong with the journal, as a sentence for a person; empty when nothing is known."""
        self.on_damage: Callable[[], None] = lambda: None
        """What to call when a part of the mirror was found damaged; on the writer thread."""
        self._wounded = False
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = lock_folder(folder)
        except OSError as error:
            raise StoreTrouble(
                _(
                    "The data folder {folder} cannot be written: {reason}. Nothing was changed and all sales"
                    " are safe. Make the folder writable, then try again."
                ).format(folder=folder, reason=error.strerror)
            ) from error
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="books")
        try:
            self.books: Connection = self._writer.submit(self._open).result()
        except BaseException as error:
            self._writer.shutdown()
            os.close(self._lock)
            if isinstance(error, sqlite3.DatabaseError | OSError):
                raise StoreTrouble(
                    _("The data folder {folder} cannot be used: {reason}. Nothing was changed in it.").format(
                        folder=folder, reason=error
                    )
                ) from error
            raise

    def _open(self) -> Connection:
        _open_mirror_once(self.folder)
        sweep(self.folder)
        books = connect(self.folder / BOOKS_FILE)
        try:
            _bring_up_to_date(books, "books", self.folder)
            check_end(books)
            attach_all(books, self.folder)
        except BaseException:
            books.close()
            raise
        return books

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do some work on the writer thread and return what it returns."""
        return await asyncio.wrap_future(self._writer.submit(self._told_plainly, work))

    def call(self, work: Callable[[], Result]) -> Result:
        """Do some work on the writer thread and wait for it; for threads that may wait."""
        return self._writer.submit(self._told_plainly, work).result()

    def _told_plainly(self, work: Callable[[], Result]) -> Result:
        try:
            if self._wounded:
                self._reopen()
            return work()
        except BaseException as error:
            # A statement that was being read would hold the connection to what it saw then,
            # for as long as somebody keeps the error.
            traceback.clear_frames(error.__traceback__)
            if not isinstance(error, sqlite3.DatabaseError):
                raise
            raise self._trouble(error) from error

    def _reopen(self) -> None:
        """Forget all that the failed connection believes, and read again what is really on disk."""
        with suppress(sqlite3.Error):
            self.books.close()
        self.books = self._open()
        self._wounded = False

    def take_up(self, file: str) -> None:
        """Read a file of the mirror that was named anew; on the writer thread, between two pieces of work."""
        try:
            self.books.execute(f"DETACH DATABASE {file}")
        except sqlite3.OperationalError:
            # Somebody kept a half-read answer: a connection of its own is free of it.
            self._reopen()
            return
        attach(self.books, self.folder, file)

    def _trouble(self, error: sqlite3.DatabaseError) -> Exception:
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if kind == sqlite3.SQLITE_IOERR:
            # After a failed write or sync nobody knows what the system still has in memory alone.
            self._wounded = True
            return StoreTrouble(
                _(
                    "The disk failed ({reason}). All earlier sales are safe. The books are read again from"
                    " the disk now: look whether the last sale is among them before you take it again."
                ).format(reason=error)
            )
        if is_damage(error):
            if marked(self.folder) or look_for_damage(self.folder):
                self.on_damage()
                return StoreTrouble(damaged_copy(error))
            return StoreTrouble(
                _(
                    "The till's books are damaged ({reason}). Nothing was changed. Save what is unsent with"
                    " omnipos export-outbox FILE, and put a backup back with omnipos restore FILE."
                ).format(reason=error)
            )
        if not isinstance(error, sqlite3.OperationalError):
            return error
        return StoreTrouble(
            _(
                "The disk did not take this ({reason}). Nothing was changed and all earlier sales"
                " are safe. Free some space or call for help, then try again."
            ).format(reason=error)
        )

    def close(self) -> None:
        """Finish what is being written and let go of the folder."""
        self._writer.submit(self.books.close).result()
        self._writer.shutdown()
        os.close(self._lock)


@contextmanager
def transaction(db: Connection) -> Iterator[None]:
    """Write all or nothing: everything inside is on disk when this ends, or none of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


class Mirror:
    """The writing connections to a mirror, one a file, each opened when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        """Take the data folder; nothing is opened yet."""
        self.folder = folder
        self._files: dict[str, Connection] = {}

    def of(self, stream: str) -> Connection:
        """Return the connection to the file that a stream fills."""
        return self.file(file_of(stream))

    def file(self, file: str) -> Connection:
        """Return the connection to a file of the mirror."""
        if file not in self._files:
            db = connect(mirror_path(self.folder, file), durable=False)
            try:
                if file == REST:
                    _bring_up_to_date(db, file, self.folder)
                else:
                    bring_ready_file_up_to_date(db, file)
            except BaseException:
                db.close()
                raise
            self._files[file] = db
        return self._files[file]

    def let_go(self, file: str) -> None:
        """Close one file; it is opened again when it is next asked for."""
        if file in self._files:
            self._files.pop(file).close()

    def close(self) -> None:
        """Let go of all files."""
        for file in tuple(self._files):
            self.let_go(file)


def _open_mirror_once(folder: Path) -> None:
    """See that the mirror can be opened and says who may sign in; a file of it that cannot is begun anew.

    It keeps no till shut: all of it is at the hub. What is damaged elsewhere is found when it is read.
    """
    try:
        with closing(open_mirror(folder)) as mirror:
            for table in ("shop", "staff"):
                mirror.file(REST).execute(f"SELECT sum(length(body)) FROM {table}").fetchone()
        return
    except sqlite3.DatabaseError as error:
        damaged = look_for_damage(folder) if is_damage(error) else ()
        if not damaged:
            raise
    for file in damaged:
        begin_anew(folder, file)
    open_mirror(folder).close()


def open_mirror(folder: Path) -> Mirror:
    """Return what writes the mirror that is current, making it when there is none."""
    mirror = Mirror(folder)
    try:
        for file in FILES:
            mirror.file(file)
    except BaseException:
        mirror.close()
        raise
    return mirror


def open_to_read(folder: Path) -> Connection:
    """Return a read-only connection to the books with the mirror attached; never checkpoints.

    Raises StoreTrouble when there is no till in the folder.
    """
    books = open_books_to_read(folder)
    attach_all(books, folder)
    return books


def open_books_to_read(folder: Path) -> Connection:
    """Return a read-only connection to the books alone, whatever version wrote them."""
    path = folder / BOOKS_FILE
    if not path.exists():
        raise StoreTrouble(
            _("There is no till in {folder}. Name its folder with --data-dir.").format(folder=folder)
        )
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
    )


@contextmanager
def roomy(mirror: Connection) -> Iterator[None]:
    """Give a mirror more memory while much is written to it: it is filled at random places."""
    mirror.execute(f"PRAGMA cache_size = {-FILLING_CACHE_KIB}")
    try:
        yield
    finally:
        mirror.execute(f"PRAGMA cache_size = {-USUAL_CACHE_KIB}")
        mirror.execute("PRAGMA shrink_memory")


def keep_reserve(folder: Path) -> None:
    """Hold some room on the disk, so that what is unsent can be exported when the disk is full."""
    path = folder / RESERVE_FILE
    if path.exists() or shutil.disk_usage(folder).free < 4 * RESERVE_BYTES:
        return
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, RESERVE_BYTES)
    except OSError:
        path.unlink()  # no room after all, or a file system that cannot hold any
    finally:
        os.close(handle)


def free_reserve(folder: Path) -> None:
    """Let go of the room that is held, where the disk is full; the next start holds it again."""
    path = folder / RESERVE_FILE
    if path.exists() and shutil.disk_usage(folder).free < RESERVE_BYTES:
        path.unlink()


def _bring_up_to_date(db: Connection, which: str, folder: Path) -> None:
    applied = _applied(db, which)
    if applied == MIGRATIONS[which]:
        return
    if applied - MIGRATIONS[which]:
        raise StoreTrouble(
            _(
                "This data folder was written by a newer OmniPOS. Nothing was changed."
                " Install the newer version to sell with it."
            )
        )
    # Only here, as sqlite-utils is slow to import and a till starts many times on the same tables.
    from omnipos.store.migrations import migrate

    migrate(db, which, folder)


def _applied(db: Connection, which: str) -> set[str]:
    kept = db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    if kept is None:
        return set()
    rows = db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", [which])
    return {name for (name,) in rows}


def lock_folder(folder: Path) -> int:
    """Lock a data folder until the handle is closed; raise StoreTrouble while a till is open on it."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise StoreTrouble(
            _("A till is already open on {folder}. Close it first; its data is safe.").format(folder=folder)
        ) from None
    return lock
