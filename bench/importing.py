"""From a CSV file until its last product sells at the till, beside plain SQL writing the same rows twice."""

import sqlite3
import subprocess
import time
from pathlib import Path

from bench.rows import BarKind, Row, row
from bench.shop import product_rows, write_csv
from bench.terminal import python
from omnipos.services import finding
from omnipos.services.finding import ItemOffer
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

ROWS = (
    "CREATE TABLE product (rank INTEGER PRIMARY KEY, id TEXT UNIQUE, sku TEXT, plu TEXT, body BLOB)",
    "CREATE INDEX product_sku ON product (sku)",
    "CREATE TABLE barcode (code TEXT, id TEXT, quantity INTEGER, PRIMARY KEY (code, id)) WITHOUT ROWID",
    "CREATE INDEX barcode_id ON barcode (id)",
)
SEARCH = "CREATE VIRTUAL TABLE search USING fts5 (words, content='', detail='none', prefix='1 2 3')"


def measure(hub: HubProcess, counter: EnrolledTill, folder: Path) -> list[Row]:
    """Import all products through the hub's API and pull them to the till; return the row."""
    csv = write_csv(folder / "products.csv")
    floor = _plain(folder / "hub-floor.db", search=False) + _plain(folder / "till-floor.db", search=True)
    command = ["-m", "omnipos", "import", "products", str(csv), "--hub", hub.address]
    key = ["--key-file", str(hub.folder / "admin.key")]
    begin = time.perf_counter()
    subprocess.run(python(*command, *key), check=True, stdout=subprocess.DEVNULL)
    outcome = counter.engine.once()
    assert outcome.ok, outcome.error
    found = counter.till.call(finding.scanned, product_rows()[-1][0])
    assert isinstance(found, ItemOffer)
    seconds = time.perf_counter() - begin
    name = f"{len(product_rows()):,} products from CSV until the last one sells"
    return [row(name, "once", seconds, floor, 6.0, BarKind.RATIO, "s")]


def _plain(path: Path, *, search: bool) -> float:
    """Return the seconds that plain executemany takes for the rows and indexes of one database."""
    rows = [
        (i, f"product-{i:028d}", barcode, "", f'{{"name":"{name}","price":{price}}}'.encode().ljust(230))
        for i, (barcode, name, price) in enumerate(product_rows())
    ]
    begin = time.perf_counter()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    for statement in (*ROWS, *((SEARCH,) if search else ())):
        db.execute(statement)
    db.execute("BEGIN")
    db.executemany("INSERT INTO product VALUES (?, ?, ?, ?, ?)", rows)
    codes = [(code, key, 1000) for _rank, key, code, _plu, _body in rows]
    db.executemany("INSERT OR REPLACE INTO barcode VALUES (?, ?, ?)", codes)
    if search:
        words = [(i, name) for i, (_code, name, _price) in enumerate(product_rows())]
        db.executemany("INSERT INTO search(rowid, words) VALUES (?, ?)", words)
    db.execute("COMMIT")
    db.close()
    return time.perf_counter() - begin
