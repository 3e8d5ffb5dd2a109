"""A damaged file of the mirror: told apart from damaged books, and begun anew, as all of it is at the hub."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from omnipos.locale import _
from omnipos.mirroring.applying import note_erased
from omnipos.mirroring.files import CUSTOMERS, FILES, READY, make_tables
from omnipos.store.mirrorfiles import connect, mirror_path, put_in_place, seal

BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether a database is not what was written to it."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in BROKEN


def damaged_copy(error: sqlite3.Error) -> str:
    """Return what a person is told of it."""
    return _(
        "This till's copy of the shop's data is damaged ({reason}). Nothing was changed and all sales are"
        " safe. The copy is fetched anew as soon as the hub answers; then try again."
    ).format(reason=error)


def look_for_damage(folder: Path) -> tuple[str, ...]:
    """Return the files of the mirror that are damaged, and mark them, so that they are fetched anew."""
    found = tuple(file for file in FILES if not _is_sound(mirror_path(folder, file)))
    for file in found:
        # A disk that takes no mark finds the damage again.
        with suppress(OSError):
            _mark(folder, file).touch(0o600)
    return found


def marked(folder: Path) -> tuple[str, ...]:
    """Return the files of the mirror that were found damaged."""
    return tuple(file for file in FILES if _mark(folder, file).exists())


def begin_anew(folder: Path, file: str) -> None:
    """Put an empty file in the place of a damaged one; who asked to be forgotten is carried over."""
    made = folder / f"{file}.anew"
    for leftover in folder.glob(f"{made.name}*"):
        leftover.unlink()
    with closing(connect(made, durable=False)) as db:
        if file in READY:
            make_tables(db, file)
        if file == CUSTOMERS:
            with suppress(sqlite3.DatabaseError), closing(_reader(mirror_path(folder, file))) as old:
                erased = old.execute("SELECT customer_id FROM erased").fetchall()
                db.execute("BEGIN IMMEDIATE")
                note_erased(db, [one for (one,) in erased])
                db.execute("COMMIT")
    seal(made)
    put_in_place(folder, file, made)
    _mark(folder, file).unlink(missing_ok=True)


def _mark(folder: Path, file: str) -> Path:
    return folder / f"{file}.damaged"


def _is_sound(path: Path) -> bool:
    try:
        with closing(_reader(path)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError as error:
        return not is_damage(error)


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
