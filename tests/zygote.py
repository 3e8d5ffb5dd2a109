"""Starts tills or hubs quickly for tests: imports everything once, then forks one a request.

It is told on its command line what it starts. A counter is a whole till on a folder: store, spool,
syncing, plain counter. A hub is what `hub.serving.serve` makes of it, on an application built here.
"""

import gc
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.forking import Order

Be = Callable[..., None]


def counter() -> Be:
    """Import all that a counter ever does; return what is a plain counter that answers with JSON."""
    import argon2
    import httpx
    import httpx_sse

    import omnipos.services.archiving
    import omnipos.services.verifying
    import printing.composing
    import printing.folder
    import printing.paper
    import printing.spool
    import screens.plain
    import sync.engine
    from omnipos.cli.opening import open_till

    assert all((argon2, httpx, httpx_sse, omnipos.services.archiving, omnipos.services.verifying))
    assert all((printing.folder, printing.paper, printing.spool, sync.engine))
    printing.composing.JobComposer(42, "cp437").prepare()

    def serve(folder: str, read_from: str, write_to: str) -> None:
        with (
            open(read_from) as lines,
            open(write_to, "w") as answers,
            open_till(Path(folder)) as (till, settings),
        ):
            screens.plain.PlainCounter(till, settings, as_json=True, out=answers).run(lines)

    return serve


def hub() -> Be:
    """Import all that a hub ever does, build its application and the tables of a new one."""
    import granian.server.embed

    import hub.app
    import hub.context
    import hub.database
    import hub.postgres
    import hub.serving

    assert all((granian.server.embed, hub.postgres))
    create_app, new_hub = hub.app.create_app, hub.context.Hub
    kept = new_hub.__new__(new_hub)
    app = create_app(kept)
    empty = Path(tempfile.mkdtemp()) / "hub.db"
    made = hub.database.Database(str(empty))
    hub.database.migrate(made)
    made.close()

    def begun(*asked: Any, **named: Any) -> "hub.context.Hub":
        kept.__init__(*asked, **named)  # type: ignore[misc]
        return kept

    def serve(database: str, bind: str, admin_key: str) -> None:
        hub.context.Hub = begun  # type: ignore[assignment,misc]
        hub.app.create_app = lambda own, sender=None: app if sender is None else create_app(own, sender)
        if not hub.database.is_url(database) and not Path(database).exists():
            shutil.copyfile(empty, database)
        hub.serving.serve(database, bind, admin_key=Path(admin_key), ready=lambda _address: None)

    return serve


def main() -> None:
    """Fork a process per request until there are no more."""
    be = {"counter": counter, "hub": hub}[sys.argv[1]]()
    gc.collect()
    gc.freeze()
    # Nothing is left of one that ended, and nobody has to ask for it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while request := sys.stdin.buffer.readline():
        child = os.fork()
        if child == 0:
            _live(be, msgspec.json.decode(request, type=Order))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _live(be: Be, order: Order) -> None:
    """Be what was ordered, to the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.folder)
    try:
        be(*order.words)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
