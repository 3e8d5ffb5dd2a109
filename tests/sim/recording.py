"""`python -m tests.sim.recording [BUG ...]`: look where planted bugs are found, and write the seeds down.

The seeds that are recorded are tried first: what still holds is kept.
"""

import sys
from concurrent.futures import as_completed

import msgspec

from tests.sim.bugs import all_bugs
from tests.sim.running import RECORDED, SEEDS_TO_FIND, all_cores, find, seeds_for


def main() -> int:
    """Search on all cores and write the table; return 1 when a bug was not found."""
    known = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, int])
    names = sys.argv[1:] or all_bugs()
    with all_cores() as pool:
        searches = {
            pool.submit(find, name, seeds_for(known.get(name), SEEDS_TO_FIND)): name for name in names
        }
        for search in as_completed(searches):
            name, seed = searches[search], search.result()
            sys.stdout.write(f"{name:<44} {seed}\n")
            sys.stdout.flush()
            known.pop(name, None)
            if seed is not None:
                known[name] = seed
            table = {one: known[one] for one in all_bugs() if one in known}
            RECORDED.write_bytes(msgspec.json.format(msgspec.json.encode(table)) + b"\n")
    return 0 if set(names) <= known.keys() else 1


if __name__ == "__main__":
    sys.exit(main())
