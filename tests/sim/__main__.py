"""`python -m tests.sim SEED [LAST]`: run seeds, print what was broken, and with --trace all that happened."""

import argparse
import sys
import time

from tests.sim.bugs import all_bugs, weather_for
from tests.sim.world import STEPS, run_seed
from tests.sim.yard import Yard


def main() -> int:
    """Run the seeds that were asked for; return 1 when something was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("last", type=int, nargs="?", help="run all seeds up to this one")
    parser.add_argument("--steps", type=int, default=STEPS, help="how much happens before all is put right")
    parser.add_argument("--bug", choices=all_bugs(), default="", help="plant a bug in the product")
    parser.add_argument("--sound", action="store_true", help="only the weather of that bug, not the bug")
    parser.add_argument("--trace", action="store_true", help="print everything that happened")
    asked = parser.parse_args()
    yard = Yard()
    begun, faults, broken = time.perf_counter(), 0, 0
    try:
        for seed in range(asked.seed, (asked.last or asked.seed) + 1):
            planted = "" if asked.sound else asked.bug
            outcome = run_seed(seed, yard, asked.steps, planted, weather_for(asked.bug))
            faults += outcome.faults
            if asked.trace:
                sys.stdout.write("\n".join(outcome.trace) + "\n")
            if outcome.violations or asked.last is None:
                broken += bool(outcome.violations)
                sys.stdout.write(f"seed {seed}: {outcome.faults} faults, trace {outcome.trace_hash[:16]}\n")
                sys.stdout.writelines(f"  {one}\n" for one in outcome.violations)
                sys.stdout.flush()
    finally:
        yard.close()
    took = time.perf_counter() - begun
    sys.stdout.write(f"{faults} faults in {took:.1f} s; {broken} seeds broke something\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
