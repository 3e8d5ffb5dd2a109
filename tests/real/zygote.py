"""Starts tills or hubs quickly for the kill tests: imports everything once, then forks one a request.

It is told on its command line what it starts. A request for a counter is a line `FOLDER STDIN STDOUT`,
for a hub `DATABASE PORT INSTANCE`; the answer is the new process's id. A counter is a whole till on that
folder: store, spool, syncing, plain counter.
"""

import os
import sys
from pathlib import Path


def serve_counter(folder: str, read_from: str, write_to: str) -> None:
    """Be a plain counter that answers with JSON until its input ends."""
    import printing.composing
    import printing.spool
    import screens.plain
    import sync.engine
    from omnipos.cli.opening import open_till

    assert printing.composing
    assert printing.spool
    assert sync.engine
    if not folder:
        return
    with (
        open(read_from) as lines,
        open(write_to, "w") as answers,
        open_till(Path(folder)) as (till, settings),
    ):
        screens.plain.PlainCounter(till, settings, as_json=True, out=answers).run(lines)


def serve_hub(database: str, port: str, instance: str) -> None:
    """Be a hub until the process is ended."""
    import granian.server.embed

    import hub.app
    import hub.serving

    assert granian.server.embed
    assert hub.app
    if database:
        os.environ[hub.serving.INSTANCE] = instance
        hub.serving.serve(database, f"127.0.0.1:{port}", ready=lambda _address: None)


def main() -> None:
    """Fork a process per request; collect those that ended."""
    be = {"counter": serve_counter, "hub": serve_hub}[sys.argv[1]]
    be("", "", "")  # only imports
    while request := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            be(*request.split())
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
