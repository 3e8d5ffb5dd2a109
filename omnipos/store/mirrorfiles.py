"""The files of a till's mirror: which one is in use, how it is opened, and how the first ones came apart."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from sqlite3 import Connection

from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _
from omnipos.mirroring.files import CUSTOMERS, FILES, READY, REST, ROWS, VERSION, make_tables, version_of

FIRST = {file: f"{file}-1.db" for file in FILES}
"""What each file is called until another one is named in its place."""
USUAL_CACHE_KIB = 300


def connect(path: Path, *, durable: bool = True) -> Connection:
    """Return the writing connection to a database, which is made when there is none."""
    if not path.exists():
        # Names, phone numbers and hashes of PINs are for the till's owner alone.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    # A mirror can be fetched again, so its commits need not wait for the disk.
    conn = sqlite3.connect(path.absolute().as_uri(), uri=True, isolation_level=None, check_same_thread=False)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute(f"PRAGMA cache_size = {-USUAL_CACHE_KIB}")
    if not durable:
        conn.execute("PRAGMA wal_autocheckpoint = 4000")
    # Without this a REPLACE would slip past the triggers that refuse deletes.
    conn.execute("PRAGMA recursive_triggers = ON")
    conn.execute("PRAGMA busy_timeout = 5000")
    return conn


def mirror_path(folder: Path, file: str = REST) -> Path:
    """Return the file in use; a new one is written beside it and named in the pointer."""
    pointer = _pointer(folder, file)
    return folder / (pointer.read_text().strip() if pointer.exists() else FIRST[file])


def _pointer(folder: Path, file: str) -> Path:
    return folder / ("current" if file == REST else f"current-{file}")


def attach(db: Connection, folder: Path, file: str) -> None:
    """Let a connection read the file that is in use."""
    uri = mirror_path(folder, file).absolute().as_uri()
    db.execute(f"ATTACH DATABASE ? AS {file}", [f"{uri}?mode=ro"])
    db.execute(f"PRAGMA {file}.cache_size = {-USUAL_CACHE_KIB}")


def attach_all(db: Connection, folder: Path) -> None:
    """Let a connection read the whole mirror; a file that was replaced meanwhile is looked for again."""
    for turn in range(3):
        try:
            for file in FILES:
                attach(db, folder, file)
        except sqlite3.OperationalError:
            if turn == 2:
                raise
            for file in FILES:
                with suppress(sqlite3.OperationalError):
                    db.execute(f"DETACH DATABASE {file}")
        else:
            return


def bring_ready_file_up_to_date(db: Connection, file: str) -> None:
    """Make the tables of a file that the hub could make as well; raise StoreTrouble for a newer one."""
    version = version_of(db)
    if version > VERSION:
        raise StoreTrouble(
            _(
                "This data folder was written by a newer OmniPOS. Nothing was changed."
                " Install the newer version to sell with it."
            )
        )
    if version == 0:
        make_tables(db, file)


def come_apart(db: Connection, folder: Path) -> None:
    """Carry what one file held of all streams into files of their own; a migration lets go of the old rows.

    `db` writes the old file, whose tables are up to date but for that migration. It may be cut off at
    any step: the old file loses nothing before the new ones are whole.
    """
    known = "SELECT 1 FROM product UNION ALL SELECT 1 FROM customer UNION ALL SELECT 1 FROM erased LIMIT 1"
    if db.execute(known).fetchone() is None:
        return
    needed, free = mirror_path(folder).stat().st_size * 2, shutil.disk_usage(folder).free
    if free < needed:
        raise StoreTrouble(
            _(
                "The disk has no room to bring the till's data up to date. Nothing was changed and all"
                " sales are safe. Free {megabytes} MB, then start again."
            ).format(megabytes=(needed - free) // 1_000_000 + 1)
        )
    for file in READY:
        _carry(db, folder, file)


def _carry(db: Connection, folder: Path, file: str) -> None:
    unfinished = folder / f"{file}.apart"
    for leftover in folder.glob(f"{unfinished.name}*"):
        leftover.unlink()
    with closing(connect(unfinished, durable=False)) as made:
        make_tables(made, file)
    db.execute("ATTACH DATABASE ? AS apart", [unfinished.absolute().as_uri()])
    db.execute("BEGIN IMMEDIATE")
    for table in (*ROWS[file], *(("erased",) if file == CUSTOMERS else ())):
        if table.endswith("_word"):
            _list_words(db, table)
            continue
        for part in _SHADOWS if table.endswith("_search") else ("",):
            db.execute(f"DELETE FROM apart.{table}{part}")
            db.execute(f"INSERT INTO apart.{table}{part} SELECT * FROM main.{table}{part}")
    db.execute("INSERT INTO apart.cursor SELECT * FROM main.cursor WHERE stream = ?", [file])
    # What was written before sums were kept is not in the sum.
    db.execute("INSERT INTO apart.checksum VALUES (1, NULL)")
    db.execute("COMMIT")
    db.execute("DETACH DATABASE apart")
    seal(unfinished)
    os.replace(unfinished, folder / FIRST[file])
    sync_folder(folder)


def _list_words(db: Connection, table: str) -> None:
    """List the words of a full-text index, each with the first row that has it."""
    search = table.replace("_word", "_search")
    db.execute(f"CREATE VIRTUAL TABLE temp.listed USING fts5vocab(main, {search}, instance)")
    db.execute(f"INSERT INTO apart.{table} SELECT term, min(doc) FROM temp.listed GROUP BY term")
    db.execute("DROP TABLE temp.listed")


_SHADOWS = ("_data", "_idx", "_docsize", "_config")
"""The tables behind a full-text index without content (sqlite.org/fts5.html, “FTS5 Data Structures”)."""


def seal(path: Path) -> None:
    """Put all of a database into its one file, and have that on the disk."""
    with closing(sqlite3.connect(path.absolute().as_uri(), uri=True, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(folder: Path, file: str, made: Path) -> Path:
    """Name a sealed file as the one in use and return the old one; a crash leaves the one or the other."""
    old = mirror_path(folder, file)
    number = int(old.stem.rpartition("-")[2]) + 1
    new = folder / f"{file}-{number}.db"
    for leftover in folder.glob(f"{new.name}*"):
        leftover.unlink()  # of a crash before it was named
    os.replace(made, new)
    sync_folder(folder)
    pointer = _pointer(folder, file)
    unfinished = pointer.with_name(f"{pointer.name}.new")
    with unfinished.open("w") as written:
        written.write(new.name)
        written.flush()
        os.fsync(written.fileno())
    os.replace(unfinished, pointer)
    sync_folder(folder)
    return old


def sweep(folder: Path) -> None:
    """Let go of files of the mirror that are no longer named; who still reads one keeps what they opened."""
    for file in FILES:
        named = mirror_path(folder, file).name
        for path in folder.glob(f"{file}-*.db*"):
            if not path.name.startswith(named):
                path.unlink(missing_ok=True)
