"""A till whose line to a real hub runs through the proxy, and what is compared on both sides."""

import gzip
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from omnipos.store import outbox
from omnipos.store.mirror import cursors
from sync.wire import Wire
from tests.faults.proxy import Exchange, Fault, FaultProxy, Pass
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

IDM, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"


class ProxiedTill(EnrolledTill):
    """An enrolled till that asks its hub through a proxy of its own."""

    def __init__(self, hub: HubProcess, folder: Path) -> None:
        """Enrol straight, fetch the shop, then put the proxy in between."""
        super().__init__(hub, folder)
        assert self.engine.once().ok
        self.proxy = FaultProxy(hub.port)
        self.go_through(self.proxy.address)

    def go_through(self, address: str) -> None:
        """Ask the hub at another address from now on."""
        self.client.close()
        self.client.address = address
        self.client._wire = Wire(address)

    def sell(self, *codes: str) -> int:
        """Sell some goods for cash and return the total, in minor units."""
        return sell(self, *codes).total_minor

    def begin_anew(self) -> None:
        """Let the next round begin with hello."""
        self.engine._streams = None

    def waiting(self) -> int:
        """Return how many events wait for the hub."""
        return self.store.call(lambda: outbox.count_waiting(self.store.books)).events

    def verdicts(self) -> list[tuple[str, str]]:
        """Return state and verdict of every event, in order."""
        rows = self.store.call(
            lambda: self.store.books.execute(
                "SELECT state, verdict FROM outbox ORDER BY epoch, seq"
            ).fetchall()
        )
        return [(state, verdict.split(" ")[0]) for state, verdict in rows]

    def mirrored(self) -> dict[str, Any]:
        """Return every cursor and every product's price: what a page changes together."""
        books = self.store.books

        def read() -> dict[str, Any]:
            prices = books.execute("SELECT product_id, body FROM product ORDER BY 1").fetchall()
            return {"cursors": cursors(books), "products": prices}

        return self.store.call(read)


@contextmanager
def proxied(hub: HubProcess, folder: Path) -> Iterator[ProxiedTill]:
    """Open a till behind a proxy; both end with the block."""
    till = ProxiedTill(hub, folder)
    try:
        with till.proxy:
            yield till
    finally:
        till.close()


def events_in(exchange: Exchange) -> bytes:
    """Return the plain body of a push."""
    zipped = b"content-encoding: gzip" in exchange.head.lower()
    return gzip.decompress(exchange.body) if zipped else exchange.body


def totals(hub: HubProcess) -> tuple[int, int]:
    """Return how many sales the hub has, and their sum in minor units."""
    told = hub.ask("GET", "/v1/totals")
    return told["sales"], told["total_minor"]


def event_ids(till: EnrolledTill) -> list[str]:
    """Return the ids of all facts in a till's journal, in order."""
    rows = till.store.call(
        lambda: till.store.books.execute("SELECT event_id FROM event ORDER BY epoch, seq").fetchall()
    )
    return [event_id for (event_id,) in rows]


def hub_event_ids(hub: HubProcess, device_id: str) -> list[str]:
    """Return the ids of all facts that a hub keeps of a till, as they lie in its database, in order."""
    database = sqlite3.connect(f"{(hub.folder / 'hub.db').as_uri()}?mode=ro", uri=True)
    try:
        rows = database.execute(
            "SELECT event_id FROM event WHERE device_id = ? ORDER BY epoch, seq", [device_id]
        )
        return [event_id for (event_id,) in rows]
    finally:
        database.close()


def once(fault: Fault, path: str) -> Callable[[Exchange], Fault]:
    """Choose a fault for the first exchange of a path, and none for all others."""
    left = [fault]

    def choose(exchange: Exchange) -> Fault:
        return left.pop() if left and exchange.path.startswith(path) else Pass()

    return choose


def agree(till: ProxiedTill, hub: HubProcess) -> None:
    """Check that the hub has every fact of a till exactly once, in order, and no trouble with any."""
    assert till.waiting() == 0
    assert hub_event_ids(hub, till.identity.device_id) == event_ids(till)
    assert {state for state, _verdict in till.verdicts()} == {"acked"}
