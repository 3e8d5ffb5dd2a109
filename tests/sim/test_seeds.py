"""Whatever fails in whatever order, nothing is lost, doubled or told differently: seed after seed."""

import os
from collections.abc import Iterator

import pytest

from tests.sim.running import Chunks, all_cores, run_chunk, story

SEEDS = 100_000 if os.environ.get("OMNIPOS_SOAK") else 300
CHUNK = SEEDS // 20
FOUND = (334, 496, 569, 621, 763)
"""Seeds that broke something once, behind those that always run."""

pytestmark = pytest.mark.xdist_group("seeds")
"""One worker asks for all chunks: they run on all cores by themselves."""


@pytest.fixture(scope="module")
def chunks() -> Iterator[Chunks]:
    """All seeds under way on all cores."""
    with all_cores() as pool:
        yield {first: pool.submit(run_chunk, first, CHUNK) for first in range(0, SEEDS, CHUNK)} | {
            seed: pool.submit(run_chunk, seed, 1) for seed in FOUND
        }


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_seed_breaks_anything(chunks: Chunks, first: int) -> None:
    outcomes = chunks[first].result()
    assert [one.seed for one in outcomes] == list(range(first, first + CHUNK))
    broken = [one for one in outcomes if one.violations]
    assert not broken, f"{len(broken)} seeds; " + story(broken[0])
    assert sum(one.faults for one in outcomes) > CHUNK, "the weather is too good to prove anything"


@pytest.mark.parametrize("seed", FOUND)
def test_a_seed_that_broke_something_once_is_well(chunks: Chunks, seed: int) -> None:
    (outcome,) = chunks[seed].result()
    assert not outcome.violations, story(outcome)
    assert outcome.faults, "the weather is too good to prove anything"
