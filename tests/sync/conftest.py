"""A hub with a shop, and a till enrolled with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.cli.joining import join
from omnipos.cli.membership import load_pass
from omnipos.domain.staff import Role, Staff
from omnipos.services import leasing
from omnipos.services.till import Till
from omnipos.store.connection import BOOKS_FILE, Store
from omnipos.store.identity import load_identity
from sync.client import HubClient
from sync.engine import SyncEngine
from tests.hubs import HubProcess
from tests.rigs import HandClock, QuietLine


class EnrolledTill:
    """A till with an engine that syncs when it is told to."""

    def __init__(self, hub: HubProcess, folder: Path) -> None:
        """Enrol with the hub's first store; a folder that is a till already is only opened again."""
        if not (folder / BOOKS_FILE).exists():
            join(folder, hub.address, hub.enrol_code(), "counter")
        self.clock = HandClock()
        self.store = Store(folder)
        identity = self.store.call(lambda: load_identity(self.store.books))
        assert identity is not None, "the folder is a till's"
        self.identity = identity
        self.client = HubClient(hub.address, device=load_pass(folder))
        self.engine = SyncEngine(
            self.store,
            self.identity,
            self.clock,
            self.client,
            answer=lambda: self.till.call(leasing.answer),
        )
        self.till = Till(self.store, self.clock, self.identity, QuietLine(), self.engine)
        self.till.staff = Staff(staff_id="s-sari", name="Sari", role=Role.CASHIER, pin_hash="")

    def close(self) -> None:
        """Let go of everything."""
        self.engine.stop()
        self.store.close()


@pytest.fixture(scope="module")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub with a shop, for all tests of a module."""
    hub = HubProcess(tmp_path_factory.mktemp("hub"))
    hub.set_up_shop()
    yield hub
    hub.stop()


@pytest.fixture
def counter(running_hub: HubProcess, tmp_path: Path) -> Iterator[EnrolledTill]:
    """A till enrolled with the hub."""
    counter = EnrolledTill(running_hub, tmp_path / "till")
    yield counter
    counter.close()
