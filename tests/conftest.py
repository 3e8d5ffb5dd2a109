"""What all tests share: a till on a small shop, and how many of them run at once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from omnipos.locale import speak
from omnipos.services.till import Till
from tests.forking import Zygote
from tests.hubs import HubProcess
from tests.rigs import HandClock, QuietLine, selling_till

# A machine that is busy with other tests is slow, and no test is wrong for it.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_xdist_auto_num_workers() -> int:
    """Take one worker more than there are processors: some always wait, for a process or for the seeds."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def _forked_hubs() -> Iterator[None]:
    HubProcess.zygote = Zygote("hub")
    yield
    HubProcess.zygote.close()
    HubProcess.zygote = None


@pytest.fixture(autouse=True)
def _english() -> None:
    speak("en")


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands still until it is moved."""
    return HandClock()


@pytest.fixture
def line() -> QuietLine:
    """A line to the hub and a spool that count their nudges."""
    return QuietLine()


@pytest.fixture
def till(tmp_path: Path, clock: HandClock, line: QuietLine) -> Iterator[Till]:
    """A till on the small shop, the cashier Sari signed in."""
    till = selling_till(tmp_path / "till", clock, line)
    yield till
    till.store.close()
