"""Many seeds at once: chunks of them in as many processes as there are cores."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.sim.bugs import weather_for
from tests.sim.world import Outcome, run_seed
from tests.sim.yard import Yard

SEEDS_TO_FIND = 500
"""Within how many seeds every planted bug must be found."""
SEEDS_MORE = 60
"""How many further seeds are looked at in CI where the recorded one shows a bug no more."""
RECORDED = Path(__file__).parent / "recorded.json"
"""The seed on which each planted bug was found last; `python -m tests.sim.recording` writes it."""

GIVING_WAY = 10
"""How far the pool stands back: what it computes can wait, what runs beside it often has a clock to keep."""

_yards: list[Yard] = []


def yard() -> Yard:
    """Return this process's yard, making it at the first call."""
    if not _yards:
        _yards.append(Yard())
    return _yards[0]


def run_chunk(first: int, count: int) -> list[Outcome]:
    """Run some seeds and return what came of each, without the traces of those that went well."""
    return [_without_trace(run_seed(seed, yard())) for seed in range(first, first + count)]


def _without_trace(outcome: Outcome) -> Outcome:
    return outcome if outcome.violations else msgspec.structs.replace(outcome, trace=())


@contextmanager
def all_cores() -> Iterator[ProcessPoolExecutor]:
    """Give a pool of fresh processes, one a core; they take the time that other tests leave them."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        os.cpu_count() or 1, mp_context=context, initializer=os.nice, initargs=(GIVING_WAY,)
    ) as pool:
        yield pool


def story(outcome: Outcome) -> str:
    """Return what a person needs who looks into a broken seed."""
    broken = "\n".join(f"  {one}" for one in outcome.violations)
    last = "\n".join(outcome.trace[-30:])
    return f"seed {outcome.seed} broke:\n{broken}\nreplay: python -m tests.sim {outcome.seed} --trace\n{last}"


Chunks = dict[int, Future[list[Outcome]]]


def shows(bug: str, seed: int) -> bool:
    """Return whether a seed breaks with a bug planted, and is well in the same weather without it."""
    weather = weather_for(bug)
    broken = run_seed(seed, yard(), bug=bug, weather=weather).violations
    # A planted function that no longer fits the product only crashes; that finds nothing.
    if all(one.startswith(CRASHES) for one in broken):
        return False
    return not run_seed(seed, yard(), weather=weather).violations


def find(bug: str, seeds: Iterable[int]) -> int | None:
    """Return the first of some seeds that shows a bug."""
    return next((seed for seed in seeds if shows(bug, seed)), None)


def seeds_for(recorded: int | None, most: int) -> list[int]:
    """Return the seeds to look at, the recorded one first; `most` are further ones."""
    first = [] if recorded is None else [recorded]
    return [*first, *[seed for seed in range(most + 1) if seed != recorded][:most]]


CRASHES = ("TypeError", "AttributeError", "NameError", "the hub met an error of its own")
