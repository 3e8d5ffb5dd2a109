"""Styles that one counter of a test has read need not be parsed again by the next: a fifth of its cost."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse_rules = Stylesheet._parse_rules
_kept: dict[tuple[Any, ...], list[RuleSet]] = {}


def _parse_once(self: Stylesheet, css: str, *where: Any, **named: Any) -> list[RuleSet]:
    """Return the rules of some CSS, which depend on it, its place and the colours of the theme."""
    key = (css, where, tuple(named.items()), tuple(self._variables.items()))
    if key not in _kept:
        _kept[key] = _parse_rules(self, css, *where, **named)
    return _kept[key]


@pytest.fixture(scope="session", autouse=True)
def styles_are_parsed_once() -> Iterator[None]:
    """Keep parsed styles for all tests of a folder that asks for it."""
    Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign]
    yield
    Stylesheet._parse_rules = _parse_rules  # type: ignore[method-assign]
