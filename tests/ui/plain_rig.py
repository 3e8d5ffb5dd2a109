"""Conversations with a plain counter, for its tests."""

import io
from collections.abc import Callable
from typing import Any

import msgspec

from omnipos.config import Settings
from omnipos.services.till import Till
from screens.plain import PlainCounter

INDOMIE, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"


def counter(
    till: Till, *, as_json: bool = False, pause: Callable[[float], None] | None = None
) -> PlainCounter:
    """Begin a conversation that never really waits."""
    return PlainCounter(
        till, Settings(), as_json=as_json, out=io.StringIO(), pause=pause or (lambda _seconds: None)
    )


def say(till: Till, *lines: str) -> str:
    """Say some lines in one conversation and return the answer to the last."""
    talk = counter(till)
    answers = [talk.answer(line) for line in lines]
    assert answers[-1] is not None
    return answers[-1]


def tell(till: Till, *lines: str) -> dict[str, Any]:
    """Say some lines as a program and return the object that answers the last."""
    talk = counter(till, as_json=True)
    answers = [talk.answer(line) for line in lines]
    assert answers[-1] is not None
    found: dict[str, Any] = msgspec.json.decode(answers[-1])
    assert found["say"], "there is always something to say"
    assert (found["error"] is None) == found["ok"]
    return found
