"""`python -m tests.fuzz SEED [LINES]`: plays what random hands do and tells how the till breaks."""

import sys
from random import Random

from tests.fuzz.hands import shortest, trouble_of
from tests.fuzz.lines import lines


def main(seed: int, count: int) -> int:
    """Play a seed; print its trouble and the shortest replay, and return 1 for it."""
    typed = list(lines(Random(seed), count))
    broken = trouble_of(typed)
    if broken is None:
        sys.stdout.write(f"seed {seed}: {count} lines, and the till stands\n")
        return 0
    replay = "\n".join(map(repr, shortest(typed, broken)))
    sys.stdout.write(f"seed {seed}, line {broken.line}: {broken}\n{replay}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000))
