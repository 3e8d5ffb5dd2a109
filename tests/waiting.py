"""Waiting for what another thread or process does, without sleeping for a time somebody guessed."""

import time
from collections.abc import Callable

PATIENCE_S = 20.0


def until(true: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fail with what was waited for when it does not come."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.005)
