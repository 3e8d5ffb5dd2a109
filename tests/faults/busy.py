"""A till that sells and syncs without a pause, on a thread of its own, while something happens to its hub."""

import threading
from pathlib import Path

from sync.wire import Wire
from tests.faults.lives import INDOMIE, KOPI, TEH
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

PATIENCE_S = 30.0


class BusyTill:
    """Sells and syncs until it is told to end, and remembers what went wrong on the way."""

    def __init__(self, hub: HubProcess, folder: Path, address: str = "") -> None:
        """Enrol with a hub, and ask it at another address from then on."""
        self.counter = EnrolledTill(hub, folder)
        if address:
            client = self.counter.client
            client.close()
            client.address, client._wire = address, Wire(address)
        assert self.counter.engine.once().ok
        self.sold_minor: list[int] = []
        self.troubles: list[str] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._failure: BaseException | None = None

    @property
    def device_id(self) -> str:
        """Who it is."""
        return self.counter.identity.device_id

    def start(self) -> None:
        """Begin to sell."""
        self._thread.start()

    def end(self) -> None:
        """Stop selling, and send what is left; fail for whatever went wrong at the counter."""
        self._enough.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        if self._failure is not None:
            raise self._failure

    def acknowledged(self) -> set[int]:
        """Return which of its events the till was told that the hub has."""
        query = "SELECT seq FROM outbox WHERE state <> 'waiting'"
        books = self.counter.store.books
        return {seq for (seq,) in self.counter.store.call(lambda: books.execute(query).fetchall())}

    def levels(self) -> dict[str, int]:
        """Fetch what is new and return what the till's copy says is on hand of each product."""
        assert self.counter.engine.once().ok
        books = self.counter.store.books
        query = "SELECT product_id, on_hand_milli FROM mirror.stock"
        return dict(self.counter.store.call(lambda: books.execute(query).fetchall()))

    def _work(self) -> None:
        codes = (INDOMIE, TEH, KOPI)
        try:
            while not self._enough.is_set():
                chosen = codes[len(self.sold_minor) % 3]
                self.sold_minor.append(sell(self.counter, chosen).total_minor)
                self._sync()
            while self._sync():
                pass
        except BaseException as failure:
            self._failure = failure

    def _sync(self) -> int:
        outcome = self.counter.engine.once()
        if outcome.error:
            self.troubles.append(outcome.error)
            self._enough.wait(0.05)  # a cashier would not sell faster either
        return outcome.waiting
