"""The mirror's writing side: a page of a stream and its cursor in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from sqlite3 import Connection
from typing import Any

import msgspec

from omnipos.domain.account import Account
from omnipos.domain.approval import ApprovalCase
from omnipos.domain.barcode import canonical
from omnipos.domain.exceptions import ExceptionCase
from omnipos.domain.following import AwayBasket, StaffPlace
from omnipos.domain.order import Order
from omnipos.domain.quotation import Quotation
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from omnipos.domain.stock import StockLevel
from omnipos.mirroring.applying import apply_changes, forget_rows, save_place
from omnipos.mirroring.files import FILES, READY, kind_of
from omnipos.mirroring.keys import id_in
from omnipos.protocol import Change, Page, Record
from omnipos.store.approvals import write_cases
from omnipos.store.connection import Mirror, transaction
from omnipos.store.following import write_moves, write_places
from omnipos.store.quotations import write_quotations

_encode = msgspec.json.Encoder().encode

NOT_OF_THIS_LIFE = -1
"""In a page's applied epoch: how much of this till's own journal the stream contains is not said."""


class PageOutOfPlace(Exception):
    """A page does not join the one before it; the stream must be fetched again from its start."""


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a stream is applied. The hub's copy holds this till's events up to the applied place."""

    stream: str
    cursor: str
    upto: int
    applied_epoch: int
    applied_seq: int
    as_of_ms: int


def cursors(where: Connection | Mirror) -> dict[str, Cursor]:
    """Return how far each stream is applied, by its name.

    They are asked of a connection to the books with the mirror beside it, or of what writes the mirror.
    """
    if isinstance(where, Mirror):
        return _all_cursors((where.file(file), "cursor") for file in FILES)
    return _all_cursors((where, f"{file}.cursor") for file in FILES)


def _all_cursors(tables: Iterable[tuple[Connection, str]]) -> dict[str, Cursor]:
    found = {}
    for db, table in tables:
        for row in db.execute(
            f"SELECT stream, cursor, upto, applied_epoch, applied_seq, as_of_ms FROM {table}"
        ):
            found[row[0]] = Cursor(**dict(zip(Cursor.__struct_fields__, row, strict=True)))
    return found


def apply_page(mirror: Mirror, page: Page) -> None:
    """Apply a page and move its cursor: both or neither.

    Raises PageOutOfPlace when the page does not begin where the last one ended.
    """
    apply_to_file(mirror.of(page.stream), page)


def apply_to_file(db: Connection, page: Page) -> None:
    """Do `apply_page` with a connection to the file that the page's stream fills."""
    with transaction(db):
        _apply_page(db, page)


def refetch_stream(mirror: Mirror, stream: str, pages: Iterable[Page]) -> int:
    """Replace all that a stream filled by its pages from the beginning; return how many changes.

    One transaction: readers sell from the old copy until the new one is whole, and keep the
    old one when a page does not come.
    """
    changes = 0
    db = mirror.of(stream)
    with transaction(db):
        _forget(db, stream)
        for page in pages:
            _apply_page(db, page)
            changes += len(page.changes)
    return changes


def keep_streams(mirror: Mirror, streams: Sequence[str]) -> None:
    """Let go of what streams filled that this till no longer has; those of their kind come anew."""
    known = cursors(mirror)
    gone = {kind_of(stream) for stream in known if stream not in streams}
    for stream in known:
        if kind_of(stream) in gone:
            with transaction(mirror.of(stream)):
                _forget(mirror.of(stream), stream)


def fetch_anew(mirror: Mirror, stream: str) -> None:
    """Have a stream fetched from its start; what it filled stays until then."""
    with transaction(mirror.of(stream)):
        mirror.of(stream).execute("UPDATE cursor SET cursor = '' WHERE stream = ?", [stream])


def _apply_page(mirror: Connection, page: Page) -> None:
    old = mirror.execute(
        "SELECT upto, applied_epoch, applied_seq FROM cursor WHERE stream = ?", [page.stream]
    ).fetchone() or (0, 0, 0)
    if page.after != old[0]:
        raise PageOutOfPlace(f"{page.stream} stands at {old[0]}, the page begins at {page.after}")
    _apply(mirror, page.stream, page.changes)
    complete = page.upto == page.head
    said = complete and page.applied_epoch != NOT_OF_THIS_LIFE
    applied = (page.applied_epoch, page.applied_seq) if said else old[1:]
    save_place(mirror, page.stream, page.cursor, page.upto, applied, page.as_of_ms)
    if complete and page.applied:
        mirror.executemany(
            "INSERT OR REPLACE INTO place_applied VALUES (?, ?, ?, ?)",
            [(page.stream, one.device_id, one.epoch, one.seq) for one in page.applied],
        )


def _forget(mirror: Connection, stream: str) -> None:
    if stream in READY:
        forget_rows(mirror, stream)
        return
    mirror.execute(f"DELETE FROM {_TABLES[kind_of(stream)]}")
    mirror.execute("DELETE FROM cursor WHERE stream = ?", [stream])
    mirror.execute("DELETE FROM place_applied WHERE stream = ?", [stream])


_TABLES = {
    "orders": "orders",
    "stock": "stock",
    "staff": "staff",
    "settings": "shop",
    "exceptions": "exception_case",
    "approvals": "approval_case",
    "baskets": "basket_news",
    "accounts": "account",
}


def _apply(db: Connection, stream: str, changes: Sequence[Change]) -> None:
    if stream in READY:
        apply_changes(db, stream, changes)
        return
    by_type: dict[type, list[Record]] = {}
    gone = []
    for change in changes:
        if change.record is None:
            gone.append(change.key)
        else:
            by_type.setdefault(type(change.record), []).append(change.record)
    if gone:
        _delete(db, kind_of(stream), gone)
    for kind, records in by_type.items():
        _WRITERS[kind](db, records)


def _delete(db: Connection, family: str, keys: list[str]) -> None:
    if family == "accounts":
        rows = [key.split("/", 2) for key in keys]
        db.executemany("DELETE FROM account WHERE kind = ? AND currency = ? AND account_id = ?", rows)
        return
    kind, column = _KEYS[family]
    ids = [(id_in(key, kind),) for key in keys]
    db.executemany(f"DELETE FROM {_TABLES[family]} WHERE {column} = ?", ids)


_KEYS = {
    "orders": ("order", "order_id"),
    "stock": ("stock", "product_id"),
    "staff": ("staff", "staff_id"),
    "settings": ("shop", "store_id"),
    "exceptions": ("exception", "number"),
    "approvals": ("approval", "approval_id"),
    "baskets": ("news", "key"),
}


def _write_stock(db: Connection, levels: list[StockLevel]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO stock VALUES (?, ?, ?, ?)",
        [(one.product_id, one.store_id, one.on_hand_milli, one.held_milli) for one in levels],
    )


def _write_orders(db: Connection, orders: list[Order]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                one.order_id,
                one.number.upper(),
                canonical(one.collection_code),
                one.state.value,
                one.promised_at_ms,
                one.customer_id,
                one.customer_phone.removeprefix("+"),
                _encode(one),
                one.asked_by_device_id,
            )
            for one in orders
        ],
    )


def _write_staff(db: Connection, staff: list[Staff]) -> None:
    rows = [(one.staff_id, _encode(one)) for one in staff]
    db.executemany("INSERT OR REPLACE INTO staff VALUES (?, ?)", rows)


def _write_shops(db: Connection, shops: list[Shop]) -> None:
    rows = [(one.store_id, _encode(one)) for one in shops]
    db.executemany("INSERT OR REPLACE INTO shop VALUES (?, ?)", rows)


def _write_accounts(db: Connection, accounts: list[Account]) -> None:
    rows = [(one.kind.value, one.account_id, one.currency, _encode(one)) for one in accounts]
    db.executemany("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)", rows)


def _write_exceptions(db: Connection, cases: list[ExceptionCase]) -> None:
    rows = [(one.number, one.is_open, one.device_id, one.event_id, _encode(one)) for one in cases]
    db.executemany("INSERT OR REPLACE INTO exception_case VALUES (?, ?, ?, ?, ?)", rows)


_WRITERS: dict[type, Callable[[Connection, list[Any]], None]] = {
    StockLevel: _write_stock,
    Order: _write_orders,
    Staff: _write_staff,
    Shop: _write_shops,
    ExceptionCase: _write_exceptions,
    ApprovalCase: write_cases,
    AwayBasket: write_moves,
    StaffPlace: write_places,
    Quotation: write_quotations,
    Account: _write_accounts,
}
