"""A new till of a hub with a million products, until its first sale, beside copying the same bytes."""

import gzip
import hashlib
import itertools
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.rows import BarKind, Row, row
from bench.shop import product_rows
from hub.database import Database
from hub.snapmaking import make, only_one
from hub.snapshots import Shelf
from omnipos.domain.catalogue import Barcode, Product
from omnipos.protocol import Snapshot
from omnipos.services import finding, selling
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

PRODUCTS = 1_000_000
MOST_S = 60.0


def measure(folder: Path, products: int = PRODUCTS) -> list[Row]:
    """Return the rows of a new till's start."""
    hub = HubProcess(folder / "hub")
    try:
        hub.set_up_shop()
        fill(hub.folder / "hub.db", products)
        begin = time.perf_counter()
        made = _make(hub)
        making_s = time.perf_counter() - begin
        begin = time.perf_counter()
        till = EnrolledTill(hub, folder / "till")
        outcome = till.engine.once()
        assert outcome.ok, outcome.error
        found = till.till.call(finding.scanned, "8998866200578")
        assert isinstance(found, finding.ItemOffer), found
        till.till.call(selling.ring, [(found.item, 1000)])
        ready_s = time.perf_counter() - begin
        count = "SELECT count(*) FROM catalogue.product"
        assert till.store.call(lambda: till.store.books.execute(count).fetchone()) == (products + 3,)
        till.close()
    finally:
        hub.stop()
    floor_s = _copy(hub.folder / "snapshots", made, folder / "floor.db")
    name = f"a new till with {products:,} products, enrolment to first line"
    sent = sum(one.bytes for one in made.parts) / 1e6
    return [
        row(name, "once", ready_s, floor_s, MOST_S, BarKind.ABSOLUTE, "s"),
        row(
            "the same, against copying and unpacking the same bytes",
            "once",
            ready_s,
            floor_s,
            3.0,
            BarKind.RATIO,
            "s",
        ),
        row("making the snapshot of it at the hub", "once", making_s, 0.0, 0.0, BarKind.TOLD, "s"),
        row("the snapshot as it is sent", "", sent, made.bytes / 1e6, 0.0, BarKind.TOLD, "MB"),
    ]


def fill(database: Path, products: int) -> None:
    """Put products straight into a hub's catalogue stream, numbered behind what is there."""
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("PRAGMA busy_timeout = 10000")
    (head,) = db.execute("SELECT n FROM stream_head WHERE stream = 'catalogue'").fetchone()
    db.execute("BEGIN IMMEDIATE")
    db.executemany(
        "INSERT INTO change (stream, key, number, record, as_of_ms, erased)"
        " VALUES ('catalogue', ?, ?, ?, 1, 0)",
        (
            (one.product_id, head + number, msgspec.json.encode(one).decode())
            for number, one in enumerate(many(products), start=1)
        ),
    )
    db.execute("UPDATE stream_head SET n = n + ? WHERE stream = 'catalogue'", [products])
    db.execute("COMMIT")
    db.close()


def many(count: int) -> Iterator[Product]:
    """Yield products like the real ones, each with a name, a SKU and a barcode of its own."""
    real = product_rows()
    for number, (_barcode, name, price) in zip(range(count), itertools.cycle(real), strict=False):
        key = hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()
        yield Product(
            product_id=f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}",
            sku=f"M{number:07}",
            name=f"{name} {number // len(real)}" if number >= len(real) else name,
            price_minor=price,
            tax_code="PPN",
            barcodes=(Barcode(code=f"{2_000_000_000_000 + number * 7}"),),
        )


def _make(hub: HubProcess) -> Snapshot:
    database, shelf = Database(str(hub.folder / "hub.db")), Shelf(hub.folder / "snapshots")
    try:
        with only_one(shelf.folder) as mine:
            assert mine, "the hub makes one by itself already"
            return make(database, "catalogue", shelf)
    finally:
        database.close()


def _copy(parts: Path, made: Snapshot, target: Path) -> float:
    """Return the seconds that copying all parts and unpacking them into one file takes."""
    begin = time.perf_counter()
    with target.open("wb") as file:
        for one in made.parts:
            copied = target.with_suffix(".part")
            copied.write_bytes((parts / f"{one.sha256}.gz").read_bytes())
            file.write(gzip.decompress(copied.read_bytes()))
    return time.perf_counter() - begin
