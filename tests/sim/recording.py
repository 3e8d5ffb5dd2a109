"""`python -m tests.sim.recording`: find every planted bug anew and write down on which seed."""

import sys

import msgspec

from tests.sim.bugs import all_bugs
from tests.sim.running import RECORDED, SEEDS_TO_FIND, all_cores, find


def main() -> int:
    """Search on all cores and write the table; return 1 when a bug was not found."""
    with all_cores() as pool:
        searches = {name: pool.submit(find, name, range(SEEDS_TO_FIND)) for name in all_bugs()}
        found = {}
        for name, search in searches.items():
            found[name] = search.result()
            sys.stdout.write(f"{name:<44} {found[name]}\n")
            sys.stdout.flush()
    known = {name: seed for name, seed in found.items() if seed is not None}
    RECORDED.write_bytes(msgspec.json.format(msgspec.json.encode(known)) + b"\n")
    return 0 if len(known) == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
