"""Starts plain counters quickly for the kill tests: imports everything once, then forks one a request.

A request is a line `FOLDER STDIN STDOUT`; the answer is the new process's id. Each child is a
whole till on that folder: store, spool, syncing, plain counter.
"""

import os
import sys
from pathlib import Path

import omnipos.cli.counter
import printing.composing
import printing.spool
import screens.plain
import sync.engine
from omnipos.cli.opening import open_till

LOADED = (omnipos.cli.counter, printing.composing, printing.spool, screens.plain, sync.engine)


def serve_counter(folder: str, read_from: str, write_to: str) -> None:
    """Be a plain counter that answers with JSON until its input ends."""
    with (
        open(read_from) as lines,
        open(write_to, "w") as answers,
        open_till(Path(folder)) as (till, settings),
    ):
        screens.plain.PlainCounter(till, settings, as_json=True, out=answers).run(lines)


def main() -> None:
    """Fork a counter per request; collect those that ended."""
    while request := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            serve_counter(*request.split())
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        # The asker says when the child is to be gone, so that none is left behind.
        assert sys.stdin.readline() == "gone\n"
        os.waitpid(child, 0)
        sys.stdout.write("reaped\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
