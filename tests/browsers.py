"""The browser that pages are tested in: Debian's chromium, driven by playwright."""

import os
import shutil
from collections.abc import Callable

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
SANDBOX = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
"""What chromium must be told to run as root in a container, where CI runs."""


def chromium(which: Callable[[str], str | None] = shutil.which) -> str:
    """Return the path of the browser; without one the test is skipped, and fails in CI."""
    found = next((path for path in map(which, NAMES) if path), None)
    if found is not None:
        return found
    missing = "There is no chromium here. On Debian: apt-get install chromium; `make test` does it for root."
    if os.environ.get("CI") or os.environ.get("OMNIPOS_ALL_TESTS"):
        pytest.fail(missing)
    pytest.skip(missing)
