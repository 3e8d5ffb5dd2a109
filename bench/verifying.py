"""Verifying a journal, beside nothing but reading and hashing the same rows."""

import hashlib
import time
from pathlib import Path

import msgspec

from bench.queueing import queue_sales
from bench.rows import BarKind, Row, percentile, row
from omnipos.events import GENESIS
from omnipos.services.verifying import check_link, verify
from omnipos.store import journal
from omnipos.store.connection import Connection, open_to_read
from tests.rigs import selling_till

SALES = 20_000
ROUNDS = 5


def measure(folder: Path) -> list[Row]:
    """Return the rows for the chain alone, and for the books compared with it."""
    till = selling_till(folder / "verified")
    products = [
        {"product_id": f"p-{i}", "sku": f"SKU-{i:05d}", "name": f"Biskuit {i} g", "price_minor": 1000 + i}
        for i in range(5000)
    ]
    queue_sales(till, products, SALES)
    till.store.close()
    db = open_to_read(folder / "verified")
    bare, chain, whole = [], [], []
    for _round in range(ROUNDS):
        bare.append(_bare(db))
        chain.append(_chain(db))
        whole.append(_whole(db))
    db.close()
    floor = percentile(bare, 50)
    return [
        row(f"journal of {SALES:,} sales verified", "p50", percentile(chain, 50), floor, 1.5, BarKind.RATIO),
        row(
            "the same, and all books compared with it", "p50", percentile(whole, 50), floor, 0.0, BarKind.TOLD
        ),
    ]


def _bare(db: Connection) -> float:
    begin = time.perf_counter()
    encode, head = msgspec.json.Encoder().encode, GENESIS
    rows = db.execute(f"SELECT {journal.COLUMNS} FROM event ORDER BY epoch, seq")
    for *header, body, _prev, _own in rows:
        head = hashlib.sha256(head + encode(header) + hashlib.sha256(body).digest()).digest()
    seconds = time.perf_counter() - begin
    last = journal.head_of(db)
    assert last is not None
    assert last.hash == head
    return seconds * 1000


def _chain(db: Connection) -> float:
    begin = time.perf_counter()
    head, place = GENESIS, (0, 0)
    for event in journal.read_events(db):
        assert check_link(event, head, place) == []
        head, place = event.hash, (event.header.epoch, event.header.seq)
    return (time.perf_counter() - begin) * 1000


def _whole(db: Connection) -> float:
    begin = time.perf_counter()
    report = verify(db)
    seconds = time.perf_counter() - begin
    assert report.findings == ()
    assert report.sales == SALES
    return seconds * 1000
