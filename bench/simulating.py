"""Simulated seeds: how long 1,000 of them take on all cores, and how many faults they meet a second."""

import os
import time

from bench.rows import BarKind, Row, row
from tests.sim.running import all_cores, run_chunk, story

SEEDS = 1000
CHUNK = 25


def measure() -> list[Row]:
    """Return the rows for 1,000 seeds: seconds for all, and milliseconds of one core for each fault."""
    begun = time.perf_counter()
    with all_cores() as pool:
        chunks = [pool.submit(run_chunk, first, CHUNK) for first in range(0, SEEDS, CHUNK)]
        outcomes = [one for chunk in chunks for one in chunk.result()]
    took_s = time.perf_counter() - begun
    broken = [one for one in outcomes if one.violations]
    assert not broken, f"seeds {[one.seed for one in broken]}; " + story(broken[0])
    faults = sum(one.faults for one in outcomes)
    cores = os.cpu_count() or 1
    return [
        row(f"{SEEDS:,} simulated seeds, {cores} cores", "", took_s, 0.0, 0.0, BarKind.TOLD, "s"),
        row(
            f"one simulated fault, {faults:,} of them ({faults / took_s:,.0f} a second)",
            "mean",
            took_s / faults * 1000,
            0.0,
            0.0,
            BarKind.TOLD,
        ),
    ]
