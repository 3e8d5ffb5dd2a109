"""A hub on a real SQLite file behind its API, with one store, products and a till."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.rig import HubRig, RigTill, open_rig


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RigTill]:
    """The files of a hub that is set up, and its till, to be copied for each test."""
    folder = tmp_path_factory.mktemp("hub")
    with open_rig(folder) as rig:
        return folder, rig.till


@pytest.fixture
def rig(shelf: tuple[Path, RigTill], tmp_path: Path) -> Iterator[HubRig]:
    """A hub with store S1, tax PPN, products A and B at 3,500 and 6,000, and one till."""
    folder, till = shelf
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    rig = HubRig(tmp_path)
    rig.till = till
    with rig.client:
        yield rig
