"""A hub on a real SQLite file behind its API, with one store, products and a till."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.rig import HubRig, open_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[HubRig]:
    """A hub with store S1, tax PPN, products A and B at 3,500 and 6,000, and one till."""
    with open_rig(tmp_path) as rig:
        yield rig
