"""The mirror's products and customers: of what changed only the rows that differ are written.

Most changes are a price or some points, and the indexes for searching cost many times as much as the row.
"""

from collections.abc import Callable, Sequence
from sqlite3 import Connection
from typing import TypeVar

import msgspec

from omnipos.domain.barcode import canonical
from omnipos.domain.catalogue import Product
from omnipos.domain.customer import Customer
from omnipos.domain.names import search_words

_encode = msgspec.json.Encoder().encode
_decode_product = msgspec.json.Decoder(Product).decode
_decode_customer = msgspec.json.Decoder(Customer).decode

Kind = TypeVar("Kind")
Known = dict[str, tuple[int, Kind]]
"""What the mirror has, by id: the rank, by which its other rows are found, and the record."""


def write_products(db: Connection, products: list[Product]) -> None:
    """Add or change products; one that is known keeps its rank."""
    # Asked first: a removed row keeps its rank, and may be the last.
    free = _next_rank(db, "product")
    known = _known(db, "product", [one.product_id for one in products], _decode_product)
    new: list[tuple[int, Product]] = []
    same_keys: list[tuple[int, Product]] = []
    other_keys: list[tuple[int, Product]] = []
    unnamed: list[tuple[int, str]] = []
    named: list[tuple[int, str]] = []
    for product in products:
        rank, old = known.get(product.product_id, (0, None))
        if old is None:
            rank, free = free, free + 1
            new.append((rank, product))
        else:
            (same_keys if _product_keys(old) == _product_keys(product) else other_keys).append(
                (rank, product)
            )
        if old is None or (old.name, old.sku) != (product.name, product.sku):
            named.append((rank, _product_words(product)))
            if old is not None:
                unnamed.append((rank, _product_words(old)))
    db.executemany(
        "UPDATE product SET body = ? WHERE rank = ?", [(_encode(one), rank) for rank, one in same_keys]
    )
    gone = [(one.product_id,) for _rank, one in other_keys]
    db.executemany("DELETE FROM product WHERE product_id = ?", gone)
    db.executemany("DELETE FROM barcode WHERE product_id = ?", gone)
    _insert_products(db, other_keys + new)
    _reindex(db, "product_search", unnamed, named)


def _insert_products(db: Connection, ranked: Sequence[tuple[int, Product]]) -> None:
    db.executemany(
        "INSERT INTO product VALUES (?, ?, ?, ?, ?, ?)",
        [
            (rank, one.product_id, one.sku.upper(), one.plu.upper(), _encode(one), one.family)
            for rank, one in ranked
        ],
    )
    db.executemany(
        "INSERT OR REPLACE INTO barcode VALUES (?, ?, ?)",
        [
            (canonical(code.code), one.product_id, code.quantity_milli)
            for _rank, one in ranked
            for code in one.barcodes
        ],
    )


def remove_products(db: Connection, ids: Sequence[str]) -> None:
    """Remove products, those of them that are there."""
    known = _known(db, "product", ids, _decode_product)
    _reindex(db, "product_search", [(rank, _product_words(one)) for rank, one in known.values()], [])
    gone = [(one,) for one in known]
    db.executemany("DELETE FROM product WHERE product_id = ?", gone)
    db.executemany("DELETE FROM barcode WHERE product_id = ?", gone)


def write_customers(db: Connection, customers: list[Customer]) -> None:
    """Add or change customers; one that is known keeps its rank."""
    # A hub that is back from a backup may have forgotten whom it was to forget.
    erased = {row[0] for row in db.execute("SELECT customer_id FROM erased")}
    customers = [one for one in customers if one.customer_id not in erased]
    free = _next_rank(db, "customer")
    known = _known(db, "customer", [one.customer_id for one in customers], _decode_customer)
    rows, bodies = [], []
    unnamed: list[tuple[int, str]] = []
    named: list[tuple[int, str]] = []
    for customer in customers:
        rank, old = known.get(customer.customer_id, (0, None))
        if old is None:
            rank, free = free, free + 1
        if old is not None and old.phone == customer.phone:
            bodies.append((_encode(customer), rank))
        else:
            digits = customer.phone.removeprefix("+")
            rows.append((rank, customer.customer_id, digits, digits[-4:], _encode(customer)))
        if old is None or old.name != customer.name:
            named.append((rank, _customer_words(customer)))
            if old is not None:
                unnamed.append((rank, _customer_words(old)))
    db.executemany("UPDATE customer SET body = ? WHERE rank = ?", bodies)
    db.executemany("INSERT OR REPLACE INTO customer VALUES (?, ?, ?, ?, ?)", rows)
    _reindex(db, "customer_search", unnamed, named)


def remove_customers(db: Connection, ids: Sequence[str]) -> None:
    """Remove customers, those of them that are there."""
    known = _known(db, "customer", ids, _decode_customer)
    _reindex(db, "customer_search", [(rank, _customer_words(one)) for rank, one in known.values()], [])
    db.executemany("DELETE FROM customer WHERE customer_id = ?", [(one,) for one in known])


def _known(db: Connection, table: str, ids: Sequence[str], decode: Callable[[bytes], Kind]) -> Known[Kind]:
    rows = db.execute(
        f"SELECT {table}_id, rank, body FROM {table} WHERE {table}_id IN (SELECT value FROM json_each(?))",
        [_encode(ids)],
    )
    return {one: (rank, decode(body)) for one, rank, body in rows}


def _next_rank(db: Connection, table: str) -> int:
    row = db.execute(f"SELECT coalesce(max(rank), 0) + 1 FROM {table}").fetchone()
    return int(row[0])


def _reindex(
    db: Connection, table: str, gone: Sequence[tuple[int, str]], come: Sequence[tuple[int, str]]
) -> None:
    # A contentless index forgets a row only when told its old words.
    db.executemany(f"INSERT INTO {table}({table}, rowid, words) VALUES ('delete', ?, ?)", gone)
    db.executemany(f"INSERT INTO {table}(rowid, words) VALUES (?, ?)", come)
    # Words stay when their last row goes: they only say what there is to look for.
    first: dict[str, int] = {}
    for rank, words in come:
        for word in words.split():
            first.setdefault(word, rank)
    known = table.replace("_search", "_word")
    db.executemany(f"INSERT OR IGNORE INTO {known} VALUES (?, ?)", sorted(first.items()))


def _product_keys(product: Product) -> tuple[object, ...]:
    """Return what a product's row and barcodes have beside its body."""
    return product.sku, product.plu, product.family, product.barcodes


def _product_words(product: Product) -> str:
    return " ".join(search_words(f"{product.name} {product.sku}"))


def _customer_words(customer: Customer) -> str:
    return " ".join(search_words(customer.name))
