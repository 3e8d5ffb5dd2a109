"""A queue of 50,000 sales sent to a hub, beside plain SQL writing the same rows in the same batches."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.plain import postgres_seconds, sqlite_seconds
from bench.pushing import drain
from bench.queueing import queue_sales, stock_hub
from bench.rows import BarKind, Row, row
from tests.hubs import HubProcess
from tests.postgres import Cluster
from tests.sync.conftest import EnrolledTill

SALES = 50_000
TILLS = 20


class Place(NamedTuple):
    """A hub on one kind of database, and what its rows cost by plain SQL once it has ended."""

    hub: HubProcess
    floor: Callable[[], float]


@contextlib.contextmanager
def on_sqlite(folder: Path) -> Iterator[Place]:
    """Run a hub on a SQLite file."""
    hub = HubProcess(folder / "hub")
    try:
        yield Place(hub, lambda: sqlite_seconds(folder / "hub" / "hub.db", folder / "floor.db"))
    finally:
        hub.stop()


@contextlib.contextmanager
def on_postgres(folder: Path) -> Iterator[Place]:
    """Run a hub on a PostgreSQL that waits for its disk."""
    cluster = Cluster(durable=True)
    try:
        name = cluster.fresh()
        hub = HubProcess(folder / "hub", cluster.address(name))
        try:
            yield Place(hub, lambda: postgres_seconds(cluster, name))
        finally:
            hub.stop()
    finally:
        cluster.remove()


def measure(folder: Path) -> list[Row]:
    """Drain queues into hubs on both databases and return the rows."""
    return [
        one
        for name, place in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres))
        for tills in (1, TILLS)
        for one in _drained(folder / f"{name}-{tills}", name, place, tills)
    ]


def _drained(
    folder: Path, name: str, place: Callable[[Path], contextlib.AbstractContextManager[Place]], tills: int
) -> list[Row]:
    with place(folder) as (hub, floor):
        hub.set_up_shop()
        products = stock_hub(hub)
        counters = [EnrolledTill(hub, folder / f"till-{number}") for number in range(tills)]
        for number, counter in enumerate(counters):
            assert counter.engine.once().ok
            queue_sales(counter.till, products, SALES // tills, seed=number)
        done = drain(counters)
        assert done.events == SALES, done.events
        for counter in counters:
            counter.close()
        floor_s = floor()
    who = "one till" if tills == 1 else f"{tills} tills"
    what = f"{SALES:,} queued sales (4 lines) drained by {who}, {name}"
    rows = [row(what, "once", done.seconds, floor_s, 4.0, BarKind.RATIO, "s")]
    if tills == 1:
        rows.append(row("the same, by itself", "once", done.seconds, 0.0, 30.0, BarKind.ABSOLUTE, "s"))
    return rows
