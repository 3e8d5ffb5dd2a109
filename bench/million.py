"""A shop of a million products, customers and stored sales, beside a small one in the same run.

OMNIPOS_BENCH_MILLION=100000 measures a smaller one, to try the measuring itself.
"""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from bench import bigbooks, bigshop, changing
from bench.counter import till_in
from bench.queueing import queue_sales
from bench.rows import BarKind, Row, percentile, row
from bench.tables import SqliteTables
from omnipos.protocol import MOST_EVENTS, PushAnswer, PushBatch
from omnipos.services import finding, recognising, selling, tendering
from omnipos.services.finding import ItemOffer
from sync.push import push_all
from tests.hubs import HubProcess
from tests.postgres import fresh_database
from tests.sync.conftest import EnrolledTill

MANY = int(os.environ.get("OMNIPOS_BENCH_MILLION", "1000000"))
FEW = 10_000
A_SHELF = 300
REAL_SALES = 2000
"""Sold by the till and pushed for real; the others are copies of these."""
SALES_TIMED = 100
PUSHED = 1500
STARTS = 5
TYPED = ("susu", "choc bio", "kopi", "indomie", "chocolat", "bis", "te", "lait")
NUMBERS = ("081200007919", "+62 812 3456", "0812 99", "7919", "08125")


class BigShop:
    """A hub and its till with so many products, customers and stored sales."""

    def __init__(self, folder: Path, goods: int, sales: int) -> None:
        """Make them; but for a few real sales all is written straight to where it lies."""
        self.folder = folder
        self.goods = bigshop.sample(goods, 4000)
        self.hub = HubProcess(folder / "hub")
        self.hub.set_up_shop()
        with_shop = self._till()
        with_shop.close()
        self.hub.stop()
        tables = SqliteTables(folder / "hub" / "hub.db")
        bigshop.fill_hub(tables, goods, goods, time.time_ns() // 1_000_000)
        bigshop.fill_mirror(folder / "till", tables, goods, goods)
        tables.close()
        self.hub.start()
        self.till = self._till()
        queue_sales(self.till.till, list(self.goods), min(sales, REAL_SALES))
        assert self.till.engine.once().ok
        if sales > REAL_SALES:
            self._sell_many(sales - REAL_SALES)

    def _till(self) -> EnrolledTill:
        till = EnrolledTill(self.hub, self.folder / "till")
        outcome = till.engine.once()
        assert (outcome.ok, outcome.waiting) == (True, 0), outcome
        return till

    def _sell_many(self, count: int) -> None:
        self.till.close()
        books = self.folder / "till" / "books.db"
        copies = bigbooks.fill_books(books, count)
        self.hub.stop()
        tables = SqliteTables(self.folder / "hub" / "hub.db")
        bigbooks.fill_hub(tables, books, copies)
        tables.close()
        self.hub.start()
        self.till = self._till()
        self.till.clock.at_ms = copies[-1].at_ms + 1000

    def close(self) -> None:
        """Let go of everything."""
        self.till.close()
        self.hub.stop()


def measure(folder: Path) -> list[Row]:
    """Return the rows of a big shop."""
    rows = _changed(folder)
    few, many = BigShop(folder / "few", FEW, 1), BigShop(folder / "many", MANY, MANY)
    try:
        rows += [*_grown(few, many), _at_hub(many), _at_till(many)]
    finally:
        few.close()
        many.close()
    return rows + _starts(folder)


def _changed(folder: Path) -> list[Row]:
    rows = []
    for name, database in (("SQLite", ""), ("PostgreSQL", "fresh")):
        if database:
            with fresh_database() as address:
                rows += _changed_at(folder / name, name, address)
        else:
            rows += _changed_at(folder / name, name, "")
    return rows


def _changed_at(folder: Path, name: str, address: str) -> list[Row]:
    hub = HubProcess(folder / "hub", address)
    try:
        hub.set_up_shop()
        return changing.measure(folder, hub, f", {name}")
    finally:
        hub.stop()


def _grown(few: BigShop, many: BigShop) -> list[Row]:
    size = f"{FEW:,} → {MANY:,} products, 1 → {MANY:,} sales"
    kinds: tuple[tuple[str, Callable[[BigShop], list[float]]], ...] = (
        ("scan", _scans),
        ("search, per key", _searches),
        ("sale", _sales),
        ("push of 500 sales", _pushes),
    )
    rows = []
    for name, timed in kinds:
        # In turns, so that what else the machine does falls on both alike.
        turns = [(timed(few), timed(many)) for _turn in range(3)]
        small, big = ([one for turn in turns for one in turn[side]] for side in (0, 1))
        rows.append(
            row(f"{name}: {size}", "p50", percentile(big, 50), percentile(small, 50), 1.5, BarKind.RATIO)
        )
    return rows


def _each(work: Callable[[str], object], words: Iterable[str]) -> list[float]:
    """Return how long some work took with each of some words (ms)."""
    times = []
    for word in words:
        begin = time.perf_counter()
        work(word)
        times.append((time.perf_counter() - begin) * 1000)
    return times


def _scanned(shop: BigShop, code: str) -> None:
    found = finding.scanned(shop.till.till, code)
    assert isinstance(found, ItemOffer)
    selling.ring(shop.till.till, [(found.item, found.quantity_milli)])


def _scans(shop: BigShop) -> list[float]:
    def scan_all() -> list[float]:
        codes = [one["sku"] for one in shop.goods[:SALES_TIMED]]
        times = _each(lambda code: _scanned(shop, code), codes)
        selling.void_basket(shop.till.till)
        return times

    return shop.till.store.call(scan_all)


def _searches(shop: BigShop) -> list[float]:
    keys = [text[:end] for text in TYPED for end in range(1, len(text) + 1)]

    def search_all() -> list[float]:
        return _each(lambda key: finding.offers(shop.till.till, key), keys)

    return shop.till.store.call(search_all)


def _sales(shop: BigShop) -> list[float]:
    def sell_all() -> list[float]:
        times = []
        for first in range(0, SALES_TIMED * 4, 4):
            for one in shop.goods[first : first + 4]:
                _scanned(shop, one["sku"])
            times += _each(lambda _all: tendering.pay_cash(shop.till.till, 20_000_000), ("all",))
        return times

    return shop.till.store.call(sell_all)


def _pushes(shop: BigShop) -> list[float]:
    till, times = shop.till, list[float]()
    queue_sales(till.till, list(shop.goods), PUSHED)
    send = till.client.push

    def timed(batch: PushBatch) -> PushAnswer:
        begin = time.perf_counter()
        answer = send(batch)
        if len(batch.events) == MOST_EVENTS:
            times.append((time.perf_counter() - begin) * 1000)
        return answer

    till.client.push = timed  # type: ignore[method-assign]
    push_all(till.store, till.client, lambda _settled: None)
    till.client.push = send  # type: ignore[method-assign]
    return times


def _at_hub(shop: BigShop) -> Row:
    key = (shop.hub.folder / "admin.key").read_text().strip()
    with httpx.Client(base_url=shop.hub.address, headers={"Authorization": f"Bearer {key}"}) as line:

        def ask(number: str) -> None:
            asked = {"phone": number, "country": "ID", "limit": "20"}
            line.get("/v1/customers", params=asked).raise_for_status()

        times = _each(ask, NUMBERS * 40)
    name = f"phone among {MANY:,} customers at the hub, over HTTP"
    return row(name, "p95", percentile(times, 95), 0, 10.0, BarKind.ABSOLUTE)


def _at_till(shop: BigShop) -> Row:
    keys = [number[:end] for number in NUMBERS for end in range(1, len(number) + 1)] * 5

    def search_all() -> list[float]:
        return _each(lambda key: recognising.find(shop.till.till, key), keys)

    name = f"phone among {MANY:,} customers at the till, per key"
    return row(name, "p95", percentile(shop.till.store.call(search_all), 95), 0, 10.0, BarKind.ABSOLUTE)


def _starts(folder: Path) -> list[Row]:
    """Return the rows of starting the till: the big one's with its sales, and with its products alone."""
    shelf = BigShop(folder / "shelf", A_SHELF, 1)
    shelf.close()
    stocked = BigShop(folder / "stocked", MANY, 1)
    stocked.close()
    times: dict[str, list[float]] = {"shelf": [], "stocked": [], "many": []}
    for _start in range(STARTS):
        for name, taken in times.items():
            with till_in(folder / name / "till") as program:
                program.wait_for("Sari")
                program.time_of(b"\r", "PIN")
                taken.append((program.monotonic() - program.started) * 1000)
    small, stock, sold = (percentile(taken, 50) for taken in times.values())
    return [
        row(f"start with {MANY:,} products", "p50", stock, small, 1.1, BarKind.RATIO),
        row(f"start with {MANY:,} products and as many sales", "p50", sold, small, 0.0, BarKind.TOLD),
    ]
