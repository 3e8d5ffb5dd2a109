"""A hub with one store and one till, as the hub's own tests have it."""

import pytest

from tests.hub.conftest import rig, shelf, shelves

__all__ = ["rig", "shelf", "shelves"]


@pytest.fixture
def base() -> str:
    """What is looked at here is the same on every database."""
    return "sqlite"
