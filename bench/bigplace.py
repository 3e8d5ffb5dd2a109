"""A hub and its till with so many products, customers and stored sales, on SQLite and then on PostgreSQL."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import bigbooks, bigshop
from bench.moving import to_postgres
from bench.progress import tell
from bench.queueing import queue_sales
from bench.tables import SqliteTables
from tests.hubs import HubProcess
from tests.postgres import ALWAYS, Cluster
from tests.sync.conftest import EnrolledTill

REAL_SALES = 2000
"""Sold by the till and pushed for real; the others are copies of these."""
MANAGER = {"staff_id": "s-rina", "name": "Rina", "role": "manager", "pin": "9876"}
"""Who opens the back office."""
_FOR_FILLING = {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "8GB"}


class BigPlace:
    """A hub and its till with so many products, customers and stored sales."""

    def __init__(self, folder: Path, goods: int, sales: int, first_sold: Path | None = None) -> None:
        """Make them; but for a few real sales all is written straight to where it lies.

        `first_sold` is where a copy of the till is put as it stands after its first sale.
        """
        tell(f"{goods:,} products and customers with {sales:,} sales: written into {folder.name}")
        self.folder = folder
        self.goods = bigshop.sample(goods, 4000)
        self.hub = HubProcess(folder / "hub")
        self.hub.set_up_shop()
        self.hub.ask("PUT", "/v1/staff", {"staff": [MANAGER]})
        self.till = self._open_till()
        self.stop()
        tables = SqliteTables(folder / "hub" / "hub.db")
        bigshop.fill_hub(tables, goods, goods, time.time_ns() // 1_000_000)
        tell("the hub has them")
        bigshop.fill_mirror(folder / "till", tables, goods, goods)
        tell("the till has them")
        tables.close()
        self.start()
        self._sell(1)
        if first_sold is not None:
            self.stop()
            shutil.copytree(folder / "till", first_sold / "till")
            self.start()
        self._sell(min(sales, REAL_SALES) - 1)
        if sales > REAL_SALES:
            self._sell_many(sales - REAL_SALES)
        tell("done")

    def _sell(self, count: int) -> None:
        queue_sales(self.till.till, list(self.goods), count)
        assert self.till.engine.once().ok

    def _sell_many(self, count: int) -> None:
        self.stop()
        books = self.folder / "till" / "books.db"
        copies = bigbooks.fill_books(books, count)
        tell("the till has the sales")
        tables = SqliteTables(self.folder / "hub" / "hub.db")
        bigbooks.fill_hub(tables, books, copies)
        tables.close()
        self.start()
        self.till.clock.at_ms = copies[-1].at_ms + 1000

    def read_through(self) -> None:
        """Read the hub's file once: a hub that runs all day has it in memory, one just written may not."""
        file = self.folder / "hub" / "hub.db"
        if file.exists():  # PostgreSQL has its own memory
            with file.open("rb") as source:
                while source.read(1 << 22):
                    pass

    def _open_till(self) -> EnrolledTill:
        till = EnrolledTill(self.hub, self.folder / "till")
        outcome = till.engine.once()
        assert (outcome.ok, outcome.waiting) == (True, 0), outcome
        return till

    def start(self) -> None:
        """Start the hub, and open the till where its clock stood."""
        at_ms = self.till.clock.at_ms
        self.hub.start()
        self.till = self._open_till()
        self.till.clock.at_ms = at_ms

    def stop(self) -> None:
        """Close the till and end the hub."""
        self.till.close()
        self.hub.stop()

    def move(self, cluster: Cluster) -> None:
        """Let the hub, which does not run, go on with a PostgreSQL that has all that its file had."""
        file, name = self.folder / "hub" / "hub.db", cluster.fresh()
        count = to_postgres(file, cluster.address(name))
        file.unlink()
        self.hub.database = cluster.address(name)
        tell(f"{count:,} rows of {self.folder.name} copied to PostgreSQL")


@contextmanager
def moved_to_postgres(*places: BigPlace) -> Iterator[None]:
    """Let places that do not run go on with one PostgreSQL, which is durable once it is filled."""
    cluster = Cluster(settings=_FOR_FILLING)
    try:
        for one in places:
            one.move(cluster)
        cluster.stop()
        os.sync()
        cluster.settings = dict(ALWAYS)
        cluster.start()
        with running(*places):
            yield
    finally:
        cluster.remove()


@contextmanager
def running(*places: BigPlace) -> Iterator[None]:
    """Start some places; they are ended after."""
    started = []
    try:
        for one in places:
            one.start()
            started.append(one)
        yield
    finally:
        for one in started:
            one.stop()
