"""Finishing a sale and searching, in the services, beside the same rows by plain SQL."""

import sqlite3
import time
from pathlib import Path

from bench.rows import BarKind, Row, percentile, row
from bench.shop import product_rows
from omnipos.domain.catalogue import Barcode, Product
from omnipos.services import finding, selling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from tests.rigs import fill, selling_till

SALES = 300
COMMON = ("chocolat", "bio", "lait", "c", "ch", "de", "choc bio", "indomie", "mil")
_PLAIN = (
    "CREATE TABLE event (epoch, seq, id, type, schema, at, actor, shift, rev, body, prev, hash,"
    " PRIMARY KEY (epoch, seq))",
    "CREATE UNIQUE INDEX event_id ON event (id)",
    "CREATE TABLE outbox (epoch, seq, state, attempts, next, verdict, PRIMARY KEY (epoch, seq))",
    "CREATE TABLE sale (id PRIMARY KEY, receipt UNIQUE, number, epoch, seq, at, staff, customer, orders,"
    " total, tax, rounding, change, UNIQUE (epoch, seq))",
    "CREATE TABLE sale_line (sale, position, product, quantity, amount, tax, tax_minor,"
    " PRIMARY KEY (sale, position)) WITHOUT ROWID",
    "CREATE TABLE sale_tender (sale, position, kind, amount, PRIMARY KEY (sale, position)) WITHOUT ROWID",
    "CREATE TABLE movement (epoch, seq, position, product, quantity, reason,"
    " PRIMARY KEY (epoch, seq, position)) WITHOUT ROWID",
    "CREATE TABLE counter (name PRIMARY KEY, value)",
    "CREATE TABLE print_job (id INTEGER PRIMARY KEY, kind, copy, payload, state, error, at)",
    "CREATE TABLE basket (id PRIMARY KEY, number, state, at, head)",
    "CREATE TABLE basket_line (basket, line, body, PRIMARY KEY (basket, line)) WITHOUT ROWID",
    "INSERT INTO counter VALUES ('receipt', 0)",
)


def fill_products(folder: Path) -> None:
    """Fill a till's mirror with all products."""
    products = [
        Product(
            product_id=f"p{i}",
            sku=barcode,
            name=name,
            price_minor=price,
            tax_code="PPN",
            barcodes=(Barcode(code=barcode),),
        )
        for i, (barcode, name, price) in enumerate(product_rows())
    ]
    for start in range(0, len(products), 1000):
        part = products[start : start + 1000]
        fill(folder, "catalogue", *((f"product:{one.product_id}", one) for one in part))


def measure(folder: Path) -> list[Row]:
    """Return the rows for a sale and for searching."""
    till = selling_till(folder / "till")
    fill_products(folder / "till")
    sale = _sales(till)
    plain = _plain_sales(folder / "plain.db")
    search = till.store.call(lambda: _searches(till))
    lookup = till.store.call(lambda: _bare_lookups(till))
    till.store.close()
    return [
        row("finish a sale in the service (4 lines, 1 tender)", "p50", sale, plain, 4.0, BarKind.RATIO),
        row("search as you type, per key, in the service", "p95", search, lookup, 10.0, BarKind.ABSOLUTE),
    ]


def _sales(till: Till) -> float:
    codes = ("8998866200578", "8996006855893", "8991002101425", product_rows()[0][0])
    times = []
    for _sale in range(SALES):
        for code in codes:
            found = till.call(finding.scanned, code)
            assert isinstance(found, ItemOffer)
            till.call(selling.ring, [(found.item, found.quantity_milli)])
        till.store.call(lambda: times.append(_timed_payment(till)))
    return percentile(times, 50)


def _timed_payment(till: Till) -> float:
    begin = time.perf_counter()
    paid = tendering.pay_cash(till, 200_000)
    assert paid.sale is not None
    return (time.perf_counter() - begin) * 1000


def _plain_sales(path: Path) -> float:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    for statement in _PLAIN:
        db.execute(statement)
    body, head, payload, line = b"x" * 1500, b"x" * 300, b"x" * 2200, b"x" * 250
    times = []
    for seq in range(1, SALES + 1):
        sale, basket = f"sale-{seq:032d}", f"basket-{seq:030d}"
        db.execute("INSERT INTO basket VALUES (?, ?, 'open', 0, ?)", (basket, seq, head))
        rows = [(basket, i, line) for i in range(4)]
        db.executemany("INSERT INTO basket_line VALUES (?, ?, ?)", rows)
        begin = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE counter SET value = value + 1 WHERE name = 'receipt'")
        db.execute(
            "INSERT INTO event VALUES (1,?,?,'sale',1,0,'staff','1',1,?,?,?)",
            (seq, f"event-{seq:032d}", body, b"h" * 32, b"h" * 32),
        )
        db.execute("INSERT INTO outbox VALUES (1, ?, 'waiting', 0, 0, '')", (seq,))
        db.execute(
            "INSERT INTO sale VALUES (?,?,?,1,?,0,'staff','','',1,1,1,1)", (sale, f"S1-1-{seq}", seq, seq)
        )
        lines = [(sale, i, f"product-{i:028d}") for i in range(4)]
        db.executemany("INSERT INTO sale_line VALUES (?,?,?,1000,3500,'PPN',347)", lines)
        db.execute("INSERT INTO sale_tender VALUES (?, 0, 'cash', 50000)", (sale,))
        moves = [(seq, i, f"product-{i:028d}") for i in range(4)]
        db.executemany("INSERT INTO movement VALUES (1,?,?,?,-1000,'sale')", moves)
        db.execute("DELETE FROM basket_line WHERE basket = ?", (basket,))
        db.execute("DELETE FROM basket WHERE id = ?", (basket,))
        db.execute(
            "INSERT INTO print_job (kind, copy, payload, state, error, at) VALUES ('r',0,?,'queued','',0)",
            (payload,),
        )
        db.execute("COMMIT")
        times.append((time.perf_counter() - begin) * 1000)
    db.close()
    return percentile(times, 50)


def _searches(till: Till) -> float:
    times = []
    for text in COMMON:
        for end in range(1, len(text) + 1):
            for _again in range(5):
                begin = time.perf_counter()
                finding.offers(till, text[:end])
                times.append((time.perf_counter() - begin) * 1000)
    return percentile(times, 95)


def _bare_lookups(till: Till) -> float:
    times = []
    for text in COMMON * 20:
        begin = time.perf_counter()
        till.store.books.execute(
            "SELECT rowid FROM catalogue.product_search WHERE product_search MATCH ? LIMIT 20",
            [f'"{text.split()[0]}"*'],
        ).fetchall()
        times.append((time.perf_counter() - begin) * 1000)
    return percentile(times, 95)
