"""Changes of a big stream into the file that it fills, the same at the hub and at the till."""

from collections.abc import Callable, Iterable, Sequence
from sqlite3 import Connection
from typing import Any

from omnipos.domain.customer import Customer
from omnipos.mirroring import goods
from omnipos.mirroring.checksum import count_changes, forget_counts
from omnipos.mirroring.files import CATALOGUE, ROWS
from omnipos.mirroring.keys import id_in
from omnipos.mirroring.rows import remove_customers, write_customers
from omnipos.protocol import Change, Record

WRITERS: dict[type, Callable[[Connection, list[Any]], None]] = {
    **goods.WRITERS,
    Customer: write_customers,
}
"""How each kind of record is written."""


def apply_changes(db: Connection, stream: str, changes: Sequence[Change]) -> None:
    """Write the newest states of some keys, each named once; the caller owns the transaction."""
    by_type: dict[type, list[Record]] = {}
    gone = []
    for change in changes:
        if change.record is None:
            gone.append(change.key)
        else:
            by_type.setdefault(type(change.record), []).append(change.record)
    if gone:
        _delete(db, stream, gone)
    if stream != CATALOGUE:
        note_erased(db, [id_in(one.key, "customer") for one in changes if one.erased])
    for kind, records in by_type.items():
        WRITERS[kind](db, records)
    count_changes(db, changes)


def note_erased(db: Connection, ids: Iterable[str]) -> None:
    """Keep who asked to be forgotten, for ever; the caller owns the transaction."""
    db.executemany("INSERT OR IGNORE INTO erased VALUES (?)", [(one,) for one in ids])


def forget_people(db: Connection, ids: Sequence[str]) -> None:
    """Take out who asked to be forgotten, and keep that they did."""
    db.execute("BEGIN IMMEDIATE")
    note_erased(db, ids)
    remove_customers(db, ids)
    db.execute("COMMIT")


def save_place(
    db: Connection, stream: str, cursor: str, upto: int, applied: tuple[int, int], as_of_ms: int
) -> None:
    """Write down how far a stream is applied; the caller owns the transaction."""
    row = (stream, cursor, upto, *applied, as_of_ms)
    db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?)", row)


def forget_rows(db: Connection, stream: str) -> None:
    """Empty the file of a stream but for who asked to be forgotten; the caller owns the transaction."""
    for table in ROWS[stream]:
        db.execute(
            f"INSERT INTO {table}({table}) VALUES ('delete-all')"
            if table.endswith("_search")
            else f"DELETE FROM {table}"
        )
    db.execute("DELETE FROM cursor")
    forget_counts(db)


def _delete(db: Connection, stream: str, keys: list[str]) -> None:
    if stream == CATALOGUE:
        goods.delete_goods(db, keys)
    else:
        remove_customers(db, [id_in(key, "customer") for key in keys])
