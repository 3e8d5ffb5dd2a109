"""A hub with one store and one till, as the hub's own tests have it."""

from tests.hub.conftest import rig, shelf

__all__ = ["rig", "shelf"]
