"""The simulator finds every planted bug, within 500 seeds."""

import os

import msgspec
import pytest

from tests.sim.bugs import all_bugs
from tests.sim.running import RECORDED, SEEDS_TO_FIND, find, yard
from tests.sim.world import run_seed

SOAK = bool(os.environ.get("OMNIPOS_SOAK"))


def test_there_are_bugs_enough() -> None:
    assert len(all_bugs()) >= 25
    recorded = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, int])
    assert sorted(recorded) == all_bugs()
    assert all(seed < SEEDS_TO_FIND for seed in recorded.values())


@pytest.mark.parametrize("name", all_bugs())
def test_the_simulator_finds(name: str) -> None:
    recorded = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, int])[name]
    # The recorded seed only saves the search: a change of the product may shift all stories.
    seeds = range(SEEDS_TO_FIND) if SOAK else [recorded, *range(SEEDS_TO_FIND)]
    found = find(name, seeds)
    assert found is not None, f"{SEEDS_TO_FIND} seeds do not show {name}"


def test_a_bug_is_gone_when_its_run_is_over() -> None:
    assert run_seed(1, yard(), bug="movement_sign").violations
    assert not run_seed(1, yard()).violations
