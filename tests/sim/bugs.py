"""Bugs to plant, one at a time: each a mistake that somebody makes sooner or later in such a program.

The product has no switch for them; each replaces a function of it for the time of one run. The
simulator has to find every one: a check that finds nothing proves nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

Planted = AbstractContextManager[None]
BUGS: dict[str, Callable[[], Planted]] = {}
"""Every bug by its name."""

WEATHER: dict[str, Mapping[str, float]] = {}
"""What the weather is certain to hold when a bug is looked for; ordinary weather has it seldom."""

Body = Callable[[], dict[str, Any]]


def needs(**weather: float) -> Callable[[Body], Body]:
    """Say which weather brings a bug to light; fields of `weather.Weather`, the rest is left to the seed."""

    def registered(body: Body) -> Body:
        WEATHER[body.__name__] = weather
        return body

    return registered


def bug(body: Body) -> Body:
    """Register a bug: a function that returns what it puts in whose place, by dotted names."""

    @contextmanager
    def planted() -> Iterator[None]:
        patches = [mock.patch(name, new) for name, new in body().items()]
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in reversed(patches):
                patch.stop()

    BUGS[body.__name__] = planted
    return body


def plant(name: str) -> Planted:
    """Return the bug of that name, to be planted for a block."""
    all_bugs()
    return BUGS[name]()


def weather_for(name: str) -> Mapping[str, float]:
    """Return the weather a bug is looked for in; none is the seed's own."""
    all_bugs()
    return WEATHER.get(name, {})


def all_bugs() -> list[str]:
    """Return the names of all bugs."""
    from tests.sim import bugs_of_hub, bugs_of_money, bugs_of_prices, bugs_of_records, bugs_of_till

    modules = (bugs_of_hub, bugs_of_money, bugs_of_prices, bugs_of_records, bugs_of_till)
    assert all(one.bug is bug for one in modules)
    return sorted(BUGS)
