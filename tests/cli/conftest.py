"""One demo shop that runs for all tests which leave it as good as they found it."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.rigs import Demo


@pytest.fixture(autouse=True)
def _logs_are_closed() -> Iterator[None]:
    """Close the log that a command run in this process opened."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo shop."""
    running = Demo(tmp_path_factory.mktemp("demo") / "shop")
    yield running
    running.end()


@pytest.fixture(scope="session")
def home(demo: Demo) -> Path:
    """The home of the user to whom the demo shop belongs."""
    return demo.folder.parent
