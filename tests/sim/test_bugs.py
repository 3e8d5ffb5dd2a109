"""The simulator finds every planted bug: on its recorded seed or a few more, in the long run within 500."""

import os
from collections.abc import Iterator
from concurrent.futures import Future

import msgspec
import pytest

from tests.sim.bugs import all_bugs, weather_for
from tests.sim.running import RECORDED, SEEDS_MORE, SEEDS_TO_FIND, all_cores, find, seeds_for, yard
from tests.sim.world import run_seed

SOAK = bool(os.environ.get("OMNIPOS_SOAK"))

pytestmark = pytest.mark.xdist_group("seeds")
"""One worker asks for all bugs: another would search for all of them again."""


def test_there_are_bugs_enough() -> None:
    assert len(all_bugs()) >= 25
    recorded = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, int])
    assert sorted(recorded) == all_bugs()
    assert all(seed < SEEDS_TO_FIND for seed in recorded.values())


def test_a_process_that_planted_nothing_yet_knows_the_weather() -> None:
    with all_cores() as pool:
        assert pool.submit(weather_for, "restore_begins_no_epoch").result() == {
            "till_restores": 0.5,
            "hub_restores": 0.0,
            "clones": 0.0,
        }


@pytest.fixture(scope="module")
def searches() -> Iterator[dict[str, Future[int | None]]]:
    """All bugs under way on all cores."""
    recorded = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, int])
    # A change of the product may shift every story, so that a bug shows on other seeds than before.
    seeds = {
        name: range(SEEDS_TO_FIND) if SOAK else seeds_for(seed, SEEDS_MORE) for name, seed in recorded.items()
    }
    with all_cores() as pool:
        yield {name: pool.submit(find, name, seeds[name]) for name in recorded}


@pytest.mark.parametrize("name", all_bugs())
def test_the_simulator_finds(searches: dict[str, Future[int | None]], name: str) -> None:
    seed = searches[name].result()
    assert seed is not None, f"{name} is not shown; record anew: python -m tests.sim.recording {name}"


def test_a_bug_is_gone_when_its_run_is_over() -> None:
    assert run_seed(1, yard(), bug="movement_sign").violations
    assert not run_seed(1, yard()).violations
