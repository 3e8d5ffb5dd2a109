"""Tills whose folders are copied, put back and opened again, as disks are in a shop."""

import shutil
import sqlite3
from pathlib import Path

from omnipos.cli.membership import load_pass
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Role, Staff
from omnipos.services.till import Till
from omnipos.services.verifying import Verification, verify
from omnipos.store.connection import Store
from omnipos.store.identity import load_identity
from sync.client import HubClient
from sync.engine import SyncEngine
from tests.hubs import HubProcess
from tests.rigs import HandClock, QuietLine
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

INDOMIE, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"


class ReopenedTill(EnrolledTill):
    """A till on a folder that was enrolled before, with the key that lies in it."""

    def __init__(self, folder: Path, hub: HubProcess) -> None:
        """Open the folder; nothing is sent yet."""
        self.clock = HandClock()
        self.store = Store(folder)
        identity = self.store.call(lambda: load_identity(self.store.books))
        assert identity is not None
        self.identity = identity
        self.client = HubClient(hub.address, device=load_pass(folder))
        self.engine = SyncEngine(self.store, identity, self.clock, self.client)
        self.till = Till(self.store, self.clock, identity, QuietLine(), self.engine)
        self.till.staff = Staff(staff_id="s-sari", name="Sari", role=Role.CASHIER, pin_hash="")


class Disk:
    """The folder of one till: closed, copied, put back and opened again."""

    def __init__(self, hub: HubProcess, folder: Path) -> None:
        """Enrol a till and sync it once."""
        self.hub, self.folder = hub, folder
        self.counter: EnrolledTill = EnrolledTill(hub, folder)
        self.is_open = True
        (folder / "omnipos.toml").write_text('language = "en"\n')
        assert self.counter.engine.once().ok

    def copy(self, to: Path) -> Path:
        """Copy the folder while its till is closed for a moment; return the copy."""
        self.close()
        shutil.copytree(self.folder, to)
        self.open()
        return to

    def put_back(self, copy: Path) -> None:
        """Put a copy in the folder's place and open it."""
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)
        self.open()

    def close(self) -> None:
        """Close the folder, if it is not closed yet."""
        if self.is_open:
            self.counter.close()
        self.is_open = False

    def open(self) -> None:
        """Open the folder again."""
        self.counter = ReopenedTill(self.folder, self.hub)
        self.is_open = True

    def open_again(self) -> None:
        """Close the folder and open it, as a till that is left and started does."""
        self.close()
        self.open()

    def second(self, copy: Path) -> "Disk":
        """Return a second till that runs on a copy."""
        disk = object.__new__(Disk)
        disk.hub, disk.folder = self.hub, copy
        disk.open()
        return disk

    def sell(self, *codes: str) -> Sale:
        """Ring up some codes and take the exact cash."""
        return sell(self.counter, *codes)

    def sync(self) -> None:
        """Sync once; all goes well and nothing waits."""
        outcome = self.counter.engine.once()
        assert (outcome.ok, outcome.waiting, outcome.error) == (True, 0, "")

    def verify(self) -> Verification:
        """Verify the folder."""
        return self.counter.store.call(lambda: verify(self.counter.store.books))

    def receipts(self) -> list[str]:
        """Return the receipt numbers in the folder, oldest first."""
        books = self.counter.store.books
        query = "SELECT receipt_number FROM sale ORDER BY epoch, seq"
        return [number for (number,) in self.counter.store.call(lambda: books.execute(query).fetchall())]

    def receipts_on_disk(self) -> int:
        """Return how many sales a closed folder holds."""
        books = sqlite3.connect(self.folder / "books.db")
        try:
            return int(books.execute("SELECT count(*) FROM sale").fetchone()[0])
        finally:
            books.close()


def hub_sales(hub: HubProcess) -> dict[str, str]:
    """Return the receipt number of every sale at the hub, by its id."""
    return {one["sale_id"]: one["receipt_number"] for one in hub.ask("GET", "/v1/sales?limit=1000")["sales"]}


def exceptions(hub: HubProcess) -> list[str]:
    """Return the kinds of all exceptions, oldest first."""
    return [one["kind"] for one in hub.ask("GET", "/v1/exceptions")["exceptions"]]
