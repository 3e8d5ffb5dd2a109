"""`python -m tests.golden`: write the golden files of facts that have none yet.

With `--unreleased` also those of the newest schema whose shape changed: only while no program that
writes this schema has been released. Afterwards a change of shape needs the next schema.
"""

import sys

from tests.golden.examples import examples, file_of, golden, write


def main() -> None:
    """Write what is missing and say what was written."""
    anew = "--unreleased" in sys.argv[1:]
    for name, fact in examples().items():
        if anew or not file_of(name).exists():
            write(file_of(name), golden(fact))
            sys.stdout.write(f"{file_of(name).name}\n")


if __name__ == "__main__":
    main()
