"""A seed replays to the byte: twice in one process, and in another with other hashes of strings."""

import os
import subprocess
import sys
from pathlib import Path

from tests.sim.running import yard
from tests.sim.world import run_seed

ROOT = Path(__file__).parents[2]


def test_a_seed_runs_the_same_way_every_time() -> None:
    first = run_seed(11, yard())
    run_seed(12, yard())
    again = run_seed(11, yard())
    assert first.trace == again.trace
    assert first == again
    assert first.faults > 0


def test_a_seed_runs_the_same_way_in_another_process() -> None:
    here = run_seed(13, yard())
    for hashes in ("1", "2"):
        command = [sys.executable, "-m", "tests.sim", "13", "--trace"]
        environment = os.environ | {"PYTHONHASHSEED": hashes}
        told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        *trace, result, _sums = told.stdout.splitlines()
        assert tuple(trace) == here.trace
        assert here.trace_hash[:16] in result


def test_another_seed_is_another_story() -> None:
    assert run_seed(11, yard()).trace_hash != run_seed(12, yard()).trace_hash
