"""A hub on a real process, and a till behind a proxy."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.store.connection import RESERVE_BYTES
from tests.faults.lines import ProxiedTill, proxied
from tests.faults.lives import Disk
from tests.hubs import HubProcess


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub with a shop, for all tests of a module."""
    hub = HubProcess(tmp_path_factory.mktemp("hub"))
    hub.set_up_shop()
    yield hub
    hub.stop()


@pytest.fixture
def own_hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A hub with a shop for one test alone: it is killed, put back or counted."""
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    yield hub
    hub.stop()


@pytest.fixture
def disk(own_hub: HubProcess, tmp_path: Path) -> Iterator[Disk]:
    """The folder of a till of that hub."""
    disk = Disk(own_hub, tmp_path / "till")
    yield disk
    disk.close()


@pytest.fixture
def till(hub: HubProcess, tmp_path: Path) -> Iterator[ProxiedTill]:
    """A till behind a proxy."""
    with proxied(hub, tmp_path / "till") as till:
        yield till


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that is soon full."""
    place = tmp_path / "disk"
    place.mkdir()
    size = RESERVE_BYTES * 5 + (8 << 20)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "omnipos-test", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets tests mount nothing; the full disk is also tested without")
    yield place
    subprocess.run(["umount", str(place)], check=True)
