"""A shop of a million products, customers and stored sales, beside a small one in the same run.

What the till does alone is measured once; what the hub answers on SQLite and, with the same rows, on
PostgreSQL. OMNIPOS_BENCH_MILLION=20000 measures a smaller one, to try the measuring itself.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import httpx

from bench import bigplace, changing, office
from bench.bigplace import MANAGER, BigPlace
from bench.counter import till_in
from bench.draining import on_postgres, on_sqlite
from bench.progress import tell
from bench.queueing import queue_sales
from bench.rows import BarKind, Row, percentile, row
from omnipos.protocol import MOST_EVENTS, PushAnswer, PushBatch
from omnipos.services import finding, recognising, selling, tendering
from omnipos.services.finding import ItemOffer
from sync.push import push_all

MANY = int(os.environ.get("OMNIPOS_BENCH_MILLION", "1000000"))
FEW = 10_000
A_SHELF = 300
SALES_TIMED = 100
PUSHED = 1500
STARTS = 5
TURNS = 3
TYPED = ("susu", "choc bio", "kopi", "indomie", "chocolat", "bis", "te", "lait")
NUMBERS = ("081200007919", "+62 812 3456", "0812 99", "7919", "08125")


def measure(folder: Path) -> list[Row]:
    """Return the rows of a big shop."""
    rows = _changed(folder)
    few = BigPlace(folder / "few", FEW, 1)
    many = BigPlace(folder / "many", MANY, MANY, first_sold=folder / "stocked")
    few.stop()
    many.stop()
    with bigplace.running(few, many):
        rows += [*_grown(few, many, AT_THE_TILL), _phones_at_till(many)]
        rows += _at_hub(few, many, "SQLite")
    with bigplace.moved_to_postgres(few, many):
        rows += _at_hub(few, many, "PostgreSQL")
    return rows + _starts(folder)


def _changed(folder: Path) -> list[Row]:
    rows = []
    for name, place in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres)):
        tell(f"changed products at {changing.TILLS} tills, {name}")
        with place(folder / name) as (hub, _floor):
            hub.set_up_shop()
            rows += changing.measure(folder / name, hub, f", {name}")
    return rows


def _grown(
    few: BigPlace, many: BigPlace, kinds: Mapping[str, Callable[[BigPlace], list[float]]], told: str = ""
) -> list[Row]:
    size = f"{FEW:,} → {MANY:,} products, 1 → {MANY:,} sales{told}"
    rows = []
    for name, timed in kinds.items():
        tell(f"{name}{told}")
        # In turns, so that what else the machine does falls on both alike.
        turns = [(timed(few), timed(many)) for _turn in range(TURNS)]
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


def _scanned(shop: BigPlace, code: str) -> None:
    found = finding.scanned(shop.till.till, code)
    assert isinstance(found, ItemOffer)
    selling.ring(shop.till.till, [(found.item, found.quantity_milli)])


def _scans(shop: BigPlace) -> list[float]:
    def scan_all() -> list[float]:
        codes = [one["sku"] for one in shop.goods[:SALES_TIMED]]
        times = _each(lambda code: _scanned(shop, code), codes)
        selling.void_basket(shop.till.till)
        return times

    return shop.till.store.call(scan_all)


def _searches(shop: BigPlace) -> list[float]:
    keys = [text[:end] for text in TYPED for end in range(1, len(text) + 1)]

    def search_all() -> list[float]:
        return _each(lambda key: finding.offers(shop.till.till, key), keys)

    return shop.till.store.call(search_all)


def _sales(shop: BigPlace) -> list[float]:
    def sell_all() -> list[float]:
        times = []
        for first in range(0, SALES_TIMED * 4, 4):
            for one in shop.goods[first : first + 4]:
                _scanned(shop, one["sku"])
            times += _each(lambda _all: tendering.pay_cash(shop.till.till, 20_000_000), ("all",))
        return times

    return shop.till.store.call(sell_all)


AT_THE_TILL = {"scan": _scans, "search, per key": _searches, "sale": _sales}


def _pushes(shop: BigPlace) -> list[float]:
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


def _at_hub(few: BigPlace, many: BigPlace, told: str) -> list[Row]:
    """Return the rows of what a hub answers: pushes, look-ups, and the pages of its back office."""
    for shop in (few, many):
        shop.read_through()
    pushed = _grown(few, many, {"push of 500 sales": _pushes}, f", {told}")
    pages = office.measure(many.hub.address, MANAGER, _typed(many), told)
    return [*pushed, _phones_at_hub(many, told), *pages]


def _typed(shop: BigPlace) -> dict[str, list[str]]:
    """Return what is searched for in the back office, all of it there."""
    newest = "SELECT receipt_number FROM sale ORDER BY seq DESC LIMIT 1"
    (receipt,) = shop.till.store.call(lambda: shop.till.store.books.execute(newest).fetchone())
    names = [one["name"].split() for one in shop.goods[::1000]]
    return {
        "products": [shop.goods[0]["sku"], "BIG-8", *(" ".join(name[:2]) for name in names)],
        "customers": ["0812 00007919", "+62 8120", "siti", "sri tan kusuma"],
        "sales": [receipt, receipt[:-2], receipt[:-4]],
    }


def _phones_at_hub(shop: BigPlace, told: str) -> Row:
    key = (shop.hub.folder / "admin.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=shop.hub.address, headers=headers, trust_env=False) as line:

        def ask(number: str) -> None:
            asked = {"phone": number, "country": "ID", "limit": "20"}
            line.get("/v1/customers", params=asked).raise_for_status()

        times = _each(ask, NUMBERS * 40)
    name = f"phone among {MANY:,} customers at the hub, over HTTP, {told}"
    return row(name, "p95", percentile(times, 95), 0, 10.0, BarKind.ABSOLUTE)


def _phones_at_till(shop: BigPlace) -> Row:
    keys = [number[:end] for number in NUMBERS for end in range(1, len(number) + 1)] * 5

    def search_all() -> list[float]:
        return _each(lambda key: recognising.find(shop.till.till, key), keys)

    name = f"phone among {MANY:,} customers at the till, per key"
    return row(name, "p95", percentile(shop.till.store.call(search_all), 95), 0, 10.0, BarKind.ABSOLUTE)


def _starts(folder: Path) -> list[Row]:
    """Return the rows of starting the till: the big one's with its sales, and with its products alone."""
    BigPlace(folder / "shelf", A_SHELF, 1).stop()
    times: dict[str, list[float]] = {"shelf": [], "stocked": [], "many": []}
    tell("starts")
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
