"""Simulated tills: the real store, services and sync engine on a real data folder, in this thread."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from omnipos.cli.joining import join, join_anew
from omnipos.cli.membership import load_pass
from omnipos.domain.errors import StoreTrouble
from omnipos.domain.staff import Role, Staff
from omnipos.mirroring.files import FILES
from omnipos.protocol import Hint
from omnipos.services import leasing
from omnipos.services.epochs import begin_restored
from omnipos.services.till import Till
from omnipos.store.connection import Store
from omnipos.store.identity import load_identity
from omnipos.store.mirrorfiles import mirror_path
from sync.client import HubClient
from sync.engine import SyncEngine, SyncOutcome
from tests.rigs import QuietLine
from tests.sim.reading import Reader
from tests.sim.sandbox import Machine, Sandbox

ADDRESS = "http://127.0.0.1:8787"


class SimClock:
    """A machine's own clock: the true time and what it is wrong by."""

    def __init__(self, true_ms: Callable[[], int]) -> None:
        """Begin right."""
        self._true_ms = true_ms
        self.wrong_by_ms = 0

    def now_ms(self) -> int:
        """UTC milliseconds, as far as this machine knows."""
        return max(self._true_ms() + self.wrong_by_ms, 0)

    def monotonic_ms(self) -> int:
        """Milliseconds that never jump."""
        return self._true_ms()

    def monotonic_s(self) -> float:
        """Seconds that never jump."""
        return self._true_ms() / 1000


class TillMachine(Machine):
    """One till: a folder on a disk, and while it is on the program that works with it."""

    till: Till
    engine: SyncEngine

    def __init__(self, name: str, folder: Path, box: Sandbox, true_ms: Callable[[], int]) -> None:
        """A computer that is off, its folder perhaps still empty."""
        super().__init__(name)
        self.folder = folder
        self.box = box
        self.clock = SimClock(true_ms)
        self.cut_off_until_ms = 0
        self.syncing = False
        self.asking = False
        self.store: Store | None = None
        self._reader = Reader(self._files)

    def enrol(self, code: str) -> None:
        """Make the folder a till, as `omnipos enrol` does; the machine is off again afterwards."""
        self.is_on = True
        with self.box.on(self):
            join(self.folder, ADDRESS, code, self.name)
        self.is_on = False

    def boot(self) -> None:
        """Start the program on what lies on the disk; a lit fuse may burn down here already."""
        self.is_on = True
        self.lives += 1
        with self.box.on(self):
            self.store = store = Store(self.folder)
            identity = store.call(lambda: load_identity(store.books))
            assert identity is not None, "an enrolled folder is a till"
            client = HubClient(ADDRESS, device=load_pass(self.folder, self.clock.monotonic_s))
            self.engine = engine = SyncEngine(
                store,
                identity,
                self.clock,
                client,
                spread=self.box.chance.course.random,
                answer=lambda: till.call(leasing.answer),
            )
            engine.rejoin = self._rejoin
            # As in the product, questions have a line of their own beside the syncing.
            self.questions = HubClient(ADDRESS, device=load_pass(self.folder, self.clock.monotonic_s))
            self.till = till = Till(store, self.clock, identity, QuietLine(), engine)
            self.till.staff = Staff(staff_id="s-sari", name="Sari", role=Role.CASHIER, pin_hash="")

    def _rejoin(self, code: str) -> None:
        """Become a till of one's own, as a copied folder must; the engine's client goes on with it."""
        join_anew(self.folder, self.engine._client, code)

    def begin_restored(self) -> None:
        """Do to a folder put back what `omnipos restore` does, before anything is sold."""
        self.is_on = True
        with self.box.on(self):
            store = Store(self.folder)
            store.call(lambda: begin_restored(store.books, self.clock))
            store.close()
        self.is_on = False

    def die(self) -> None:
        """End the program at once, and take its locks and what it did not commit with it."""
        self.is_on, self.fuse, self.syncing = False, 0, False
        self.drop_connections()
        if self.store is not None:
            os.close(self.store._lock)
            self.store = None

    def sync(self, hints: Mapping[str, int] | None = None) -> SyncOutcome | None:
        """Do one round as the engine's thread does, of all or after hints; None when its disk failed."""
        self.syncing = True
        try:
            with self.box.on(self):
                if hints is None:
                    return self.engine.once()
                for stream, head in hints.items():
                    self.engine._hear(Hint(stream=stream, head=head))
                return self.engine._go_round(hinted=True)
        except (sqlite3.OperationalError, StoreTrouble):
            self.engine._refused("the disk")
            return None
        finally:
            self.syncing = False

    def read(self) -> sqlite3.Connection:
        """Return the books beside the program, for looking only, past every fault."""
        return self._reader.open()

    def leave(self) -> None:
        """Let go of all that is open."""
        self.die()
        self._reader.close()

    def _files(self) -> dict[str, Path]:
        mirrors = {file: mirror_path(self.folder, file) for file in FILES}
        return {"main": self.folder / "books.db", **mirrors}
