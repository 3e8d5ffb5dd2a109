"""A queue of 50,000 sales sent to a hub, beside plain SQL writing the same rows in the same batches."""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from bench.queueing import queue_sales, stock_hub
from bench.rows import BarKind, Row, row
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

SALES = 50_000


def measure(folder: Path) -> list[Row]:
    """Drain one till's queue into a hub of its own and return the rows."""
    hub = HubProcess(folder / "draining-hub")
    try:
        hub.set_up_shop()
        products = stock_hub(hub)
        counter = EnrolledTill(hub, folder / "draining-till")
        assert counter.engine.once().ok
        queue_sales(counter.till, products, SALES)
        begin = time.perf_counter()
        outcome = counter.engine.once()
        seconds = time.perf_counter() - begin
        assert (outcome.ok, outcome.pushed, outcome.waiting) == (True, SALES, 0), outcome
        counter.close()
    finally:
        hub.stop()
    floor = plain_seconds(hub.folder / "hub.db", folder / "draining-floor.db")
    name = f"{SALES:,} queued sales (4 lines) drained by one till"
    return [
        row(name, "once", seconds, floor, 30.0, BarKind.ABSOLUTE, "s"),
        row(
            "the same, against plain SQL in the same batches", "once", seconds, floor, 4.0, BarKind.RATIO, "s"
        ),
    ]


def plain_seconds(drained: Path, path: Path) -> float:
    """Return what writing a drained hub's rows again takes: one executemany a table, one commit a batch."""
    source = sqlite3.connect(f"{drained.as_uri()}?mode=ro", uri=True)
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000", "wal_autocheckpoint=4000"):
        db.execute(f"PRAGMA {pragma}")
    for (made,) in source.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY type DESC"):
        db.execute(made)
    seconds = 0.0
    for batch in _batches(source):
        begin = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        for statement, rows in batch:
            db.executemany(statement, rows)
        db.execute("COMMIT")
        seconds += time.perf_counter() - begin
    db.close()
    source.close()
    return seconds


def _batches(source: sqlite3.Connection) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """Yield the statements of each batch: a batch is what the hub received in one moment."""
    events = source.execute("SELECT * FROM event ORDER BY number")
    moment = [one[0] for one in events.description].index("received_at_ms")
    name = [one[0] for one in events.description].index("event_id")
    for _at, group in groupby(events, itemgetter(moment)):
        rows = list(group)
        yield _batch(source, rows, [one[name] for one in rows])


def _batch(source: sqlite3.Connection, events: list[Any], ids: list[str]) -> list[tuple[str, Sequence[Any]]]:
    marks = ",".join("?" * len(ids))
    sales = source.execute(f"SELECT * FROM sale WHERE event_id IN ({marks}) ORDER BY number", ids).fetchall()
    keys = [one[:2] for one in sales]
    made = [(_insert("event", events), events), (_insert("sale", sales), sales)]
    for table in ("sale_line", "sale_tender"):
        query = f"SELECT * FROM {table} WHERE store_id = ? AND sale_id = ?"
        rows = [one for key in keys for one in source.execute(query, key)]
        made.append((_insert(table, rows), rows))
    query = "SELECT * FROM stock_movement WHERE store_id = ? AND movement_id BETWEEN ? AND ?"
    store = keys[0][0]
    moves = [one for key in ids for one in source.execute(query, (store, f"{key}:", f"{key};"))]
    made.append((_insert("stock_movement", moves), moves))
    query = f"SELECT customer_id, sale_id FROM sale WHERE event_id IN ({marks}) AND customer_id <> ''"
    buyers = source.execute(query, ids).fetchall()
    return made + _levels(source, store, moves) + _cards(source, buyers)


def _levels(source: sqlite3.Connection, store: str, moves: list[Any]) -> list[tuple[str, Sequence[Any]]]:
    """Return the balances that a batch moves, and what the stock stream tells of them."""
    sums: dict[str, int] = defaultdict(int)
    for _store, _id, product, quantity, *_rest in moves:
        sums[product] += quantity
    rows = [(store, product, total) for product, total in sorted(sums.items())]
    return [(_LEVEL, rows), *_told(source, f"stock/{store}", list(sums))]


def _cards(source: sqlite3.Connection, buyers: list[tuple[str, str]]) -> list[tuple[str, Sequence[Any]]]:
    """Return the points that a batch earns, the customers that it changes, and what is told of them."""
    query = "SELECT * FROM points_entry WHERE customer_id = ? AND source = ?"
    points = [one for buyer, sale in buyers for one in source.execute(query, (buyer, f"sale:{sale}"))]
    ids = sorted({buyer for buyer, _sale in buyers})
    cards = [source.execute("SELECT * FROM customer WHERE customer_id = ?", [one]).fetchone() for one in ids]
    return [
        (_insert("points_entry", points), points),
        (_insert("customer", cards, "OR REPLACE"), cards),
        *_told(source, "customers", ids),
    ]


def _told(source: sqlite3.Connection, stream: str, keys: list[str]) -> list[tuple[str, Sequence[Any]]]:
    query = "SELECT stream, key, record, as_of_ms FROM change WHERE stream = ? AND key = ?"
    return [(_TOLD, [source.execute(query, (stream, key)).fetchone() for key in keys])]


def _insert(table: str, rows: Sequence[Any], otherwise: str = "") -> str:
    marks = ",".join("?" * len(rows[0])) if rows else "?"
    return f"INSERT {otherwise} INTO {table} VALUES ({marks})"


_LEVEL = (
    "INSERT INTO stock_level (store_id, product_id, on_hand_milli, held_milli, as_of_ms)"
    " VALUES (?, ?, ?, 0, 0)"
    " ON CONFLICT (store_id, product_id) DO UPDATE SET on_hand_milli = on_hand_milli + excluded.on_hand_milli"
)
_TOLD = (
    "INSERT INTO change (stream, key, number, record, as_of_ms)"
    " SELECT ?1, ?2, coalesce((SELECT max(number) FROM change WHERE stream = ?1), 0) + 1, ?3, ?4 WHERE TRUE"
    " ON CONFLICT (stream, key) DO UPDATE SET number = excluded.number, record = excluded.record"
)
