"""A hub on a real database behind its API, with one store, products and a till: on SQLite and PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.context import Hub
from hub.database import Database
from tests import postgres
from tests.hub.rig import HubRig, RigTill, open_rig


class Shelf(NamedTuple):
    """A hub that is set up, to be used for each test anew: its files, its database, its till."""

    folder: Path
    name: str
    """The database in this process's cluster; empty for a file."""
    till: RigTill

    def bring_to(self, folder: Path) -> None:
        """Make a folder and the database as they were when the hub was set up."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        if self.name:
            postgres.shared().bring_back(self.name)

    def open(self, folder: Path) -> HubRig:
        """Open the hub of a folder."""
        return HubRig(folder, postgres.shared().address(self.name) if self.name else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest) -> str:
    """Which database the hub is on; what is about the file alone asks for SQLite by parametrize."""
    return str(request.param)


@pytest.fixture(scope="session")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Shelf]:
    """How a hub of each database is set up, once."""

    @cache
    def made(base: str) -> Shelf:
        folder = tmp_path_factory.mktemp("hub")
        name = postgres.shared().fresh() if base == "postgresql" else ""
        with open_rig(folder, postgres.shared().address(name) if name else "") as rig:
            till = rig.till
        if name:
            postgres.shared().keep(name)
        return Shelf(folder, name, till)

    return made


@pytest.fixture
def shelf(shelves: Callable[[str], Shelf], base: str) -> Shelf:
    """A hub that is set up, for a test to open."""
    return shelves(base)


@pytest.fixture
def rig(shelf: Shelf, tmp_path: Path) -> Iterator[HubRig]:
    """A hub with store S1, tax PPN, products A and B at 3,500 and 6,000, and one till."""
    shelf.bring_to(tmp_path)
    rig = shelf.open(tmp_path)
    rig.till = shelf.till
    with rig.client:
        yield rig
    rig.close()


@pytest.fixture
def hubs(rig: HubRig) -> Iterator[list[Hub]]:
    """Three hubs as three processes have them, on one database."""
    with ExitStack() as opened:
        found = []
        for _process in range(3):
            database = Database(rig.hub.database.address, rig.folder)
            opened.callback(database.close)
            found.append(Hub(database, now_ms=lambda: rig.now_ms))
        yield found
