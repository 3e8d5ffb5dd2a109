"""Random keys over all screens: the counter stays up, and the till verifies."""

import os
from collections.abc import Sequence
from random import Random
from typing import cast

import pytest

from screens.sell import SellScreen
from tests.fuzz.hands import Broken, shorter
from tests.fuzz.keys import play, strokes

SOAK = bool(os.environ.get("OMNIPOS_SOAK"))
SEQUENCES = 2_000 if SOAK else 50
TRIES = 40
STROKES = 60 if SOAK else 12


async def trouble_of(done: Sequence[str], seed: int) -> Broken | None:
    """Return what breaks by some strokes, None when nothing does."""
    try:
        await play(done, large=seed % 4 == 0, manager=seed % 2 == 0)
    except Broken as broken:
        return broken
    except Exception as error:
        return Broken(-1, f"the counter ended with {error!r}")
    return None


async def _shortest(done: Sequence[str], broken: Broken, seed: int) -> list[str]:
    search = shorter(done, broken, TRIES)
    try:
        fewer = next(search)
        while True:
            fewer = search.send(await trouble_of(fewer, seed) is not None)
    except StopIteration as found:
        return cast(list[str], found.value)


@pytest.mark.parametrize("seed", range(SEQUENCES))
async def test_whatever_keys_are_struck_the_counter_stays_up(seed: int) -> None:
    done = list(strokes(Random(seed), STROKES))
    broken = await trouble_of(done, seed)
    if broken is not None:
        replay = await _shortest(done, broken, seed)
        pytest.fail(f"seed {seed}: {broken}\nshortest replay:\n" + "\n".join(map(repr, replay)))


async def test_a_bug_behind_a_key_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stumble(_screen: SellScreen) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(SellScreen, "do_park", stumble)
    done = ["scan 8998866200578", "type 3*", "press escape", "press f4", "press f1"]
    broken = await trouble_of(done, 0)
    assert broken is not None
    assert str(broken) == "'press f4' met a bug: a key or scan met a bug: ZeroDivisionError()"
    assert await _shortest(done, broken, 0) == ["press f4"]
