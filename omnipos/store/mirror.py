"""The mirror's writing side: a page of a stream and its cursor in one transaction."""

import re
from collections.abc import Callable, Iterable, Sequence
from sqlite3 import Connection
from typing import Any

import msgspec

from omnipos.domain.account import Account
from omnipos.domain.approval import ApprovalCase
from omnipos.domain.barcode import canonical
from omnipos.domain.catalogue import ListPrice, Product
from omnipos.domain.customer import Customer
from omnipos.domain.exceptions import ExceptionCase
from omnipos.domain.following import AwayBasket, StaffPlace
from omnipos.domain.order import Order
from omnipos.domain.promotions.promotion import Coupon, Promotion
from omnipos.domain.quotation import Quotation
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff
from omnipos.domain.stock import StockLevel
from omnipos.domain.tax import Tax
from omnipos.protocol import Change, Page, Record
from omnipos.store.approvals import write_cases
from omnipos.store.connection import transaction
from omnipos.store.following import write_moves, write_places
from omnipos.store.mirror_rows import remove_customers, remove_products, write_customers, write_products
from omnipos.store.quotations import write_quotations

NOT_OF_THIS_LIFE = -1
"""In a page's applied epoch: how much of this till's own journal the stream contains is not said."""

_encode = msgspec.json.Encoder().encode


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


def cursors(db: Connection, schema: str = "main") -> dict[str, Cursor]:
    """Return how far each stream is applied, by its name; `schema` is where the mirror is attached."""
    rows = db.execute(
        f"SELECT stream, cursor, upto, applied_epoch, applied_seq, as_of_ms FROM {schema}.cursor"
    )
    found = (Cursor(**dict(zip(Cursor.__struct_fields__, row, strict=True))) for row in rows)
    return {one.stream: one for one in found}


def apply_page(mirror: Connection, page: Page) -> None:
    """Apply a page and move its cursor: both or neither.

    Raises PageOutOfPlace when the page does not begin where the last one ended.
    """
    with transaction(mirror):
        _apply_page(mirror, page)


def refetch_stream(mirror: Connection, stream: str, pages: Iterable[Page]) -> int:
    """Replace all that a stream filled by its pages from the beginning; return how many changes.

    One transaction: readers sell from the old copy until the new one is whole, and keep the
    old one when a page does not come.
    """
    changes = 0
    with transaction(mirror):
        _forget(mirror, stream)
        for page in pages:
            _apply_page(mirror, page)
            changes += len(page.changes)
    return changes


def keep_streams(mirror: Connection, streams: Sequence[str]) -> None:
    """Let go of what streams filled that this till no longer has; those of their kind come anew."""
    gone = {_kind(stream) for stream in cursors(mirror) if stream not in streams}
    if not gone:
        return
    with transaction(mirror):
        for stream in cursors(mirror):
            if _kind(stream) in gone:
                _forget(mirror, stream)


def fetch_anew(mirror: Connection, stream: str) -> None:
    """Have a stream fetched from its start; what it filled stays until then."""
    with transaction(mirror):
        mirror.execute("UPDATE cursor SET cursor = '' WHERE stream = ?", [stream])


def _kind(stream: str) -> str:
    return stream.partition("/")[0]


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
    mirror.execute(
        "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?)",
        (page.stream, page.cursor, page.upto, *applied, page.as_of_ms),
    )
    if complete:
        mirror.executemany(
            "INSERT OR REPLACE INTO place_applied VALUES (?, ?, ?, ?)",
            [(page.stream, one.device_id, one.epoch, one.seq) for one in page.applied],
        )


def _forget(mirror: Connection, stream: str) -> None:
    for table in _TABLES[_kind(stream)]:
        mirror.execute(
            f"INSERT INTO {table}({table}) VALUES ('delete-all')"
            if table.endswith("_search")
            else f"DELETE FROM {table}"
        )
    mirror.execute("DELETE FROM cursor WHERE stream = ?", [stream])
    mirror.execute("DELETE FROM place_applied WHERE stream = ?", [stream])


_TABLES = {
    "catalogue": ("product", "barcode", "product_search", "tax", "list_price", "promotion", "coupon"),
    "customers": ("customer", "customer_search"),
    "orders": ("orders",),
    "stock": ("stock",),
    "staff": ("staff",),
    "settings": ("shop",),
    "exceptions": ("exception_case",),
    "approvals": ("approval_case",),
    "baskets": ("basket_news",),
    "accounts": ("account",),
}


def _apply(db: Connection, stream: str, changes: Sequence[Change]) -> None:
    by_type: dict[type, list[Record]] = {}
    gone = []
    for change in changes:
        if change.record is None:
            gone.append(change.key)
        else:
            by_type.setdefault(type(change.record), []).append(change.record)
    if gone:
        _delete(db, _kind(stream), gone)
    erased = [(_id_in(change.key, "customer"),) for change in changes if change.erased]
    db.executemany("INSERT OR IGNORE INTO erased VALUES (?)", erased)
    for kind, records in by_type.items():
        _WRITERS[kind](db, records)


def _delete(db: Connection, family: str, keys: list[str]) -> None:
    match family:
        case "catalogue":
            _delete_goods(db, keys)
        case "accounts":
            rows = [key.split("/", 2) for key in keys]
            db.executemany("DELETE FROM account WHERE kind = ? AND currency = ? AND account_id = ?", rows)
        case "customers":
            remove_customers(db, [_id_in(key, "customer") for key in keys])
        case _:
            (table,) = _TABLES[family]
            kind, column = _KEYS[family]
            ids = [(_id_in(key, kind),) for key in keys]
            db.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)


_KEYS = {
    "orders": ("order", "order_id"),
    "stock": ("stock", "product_id"),
    "staff": ("staff", "staff_id"),
    "settings": ("shop", "store_id"),
    "exceptions": ("exception", "number"),
    "approvals": ("approval", "approval_id"),
    "baskets": ("news", "key"),
}


_CATALOGUE_KINDS = {
    "tax": "DELETE FROM tax WHERE code = ?",
    "promotion": "DELETE FROM promotion WHERE promotion_id = ?",
    "coupon": "DELETE FROM coupon WHERE code = ?",
    "list_price": "DELETE FROM list_price WHERE product_id = ? AND customers = ?",
}
"""What else the catalogue holds, by the word before its keys; a key without one is a product's id."""


def _delete_goods(db: Connection, keys: list[str]) -> None:
    products = []
    for key in keys:
        kind = re.split("[/:]", key, maxsplit=1)[0]
        if kind in _CATALOGUE_KINDS:
            # A group's name may have any mark in it, a product's id none.
            one = _id_in(key, kind)
            db.execute(_CATALOGUE_KINDS[kind], one.split("/", 1) if kind == "list_price" else [one])
        else:
            products.append(_id_in(key, "product"))
    remove_products(db, products)


def _id_in(key: str, kind: str) -> str:
    # A key is an id, or its kind before it: `tax/PPN`, `product:p-1`. An id may hold either mark itself.
    return key[len(kind) + 1 :] if key.startswith((f"{kind}:", f"{kind}/")) else key


def _write_taxes(db: Connection, taxes: list[Tax]) -> None:
    rows = [(tax.code, _encode(tax)) for tax in taxes]
    db.executemany("INSERT OR REPLACE INTO tax VALUES (?, ?)", rows)


def _write_list_prices(db: Connection, prices: list[ListPrice]) -> None:
    rows = [(one.product_id, one.group, _encode(one)) for one in prices]
    db.executemany("INSERT OR REPLACE INTO list_price VALUES (?, ?, ?)", rows)


def _write_promotions(db: Connection, promotions: list[Promotion]) -> None:
    rows = [(one.promotion_id, _encode(one)) for one in promotions]
    db.executemany("INSERT OR REPLACE INTO promotion VALUES (?, ?)", rows)


def _write_coupons(db: Connection, coupons: list[Coupon]) -> None:
    rows = [(one.code.upper(), _encode(one)) for one in coupons]
    db.executemany("INSERT OR REPLACE INTO coupon VALUES (?, ?)", rows)


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
    Product: write_products,
    Tax: _write_taxes,
    ListPrice: _write_list_prices,
    Promotion: _write_promotions,
    Coupon: _write_coupons,
    Customer: write_customers,
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
