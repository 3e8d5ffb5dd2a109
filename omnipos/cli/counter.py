"""Starting the counter: the screens, or the same till line by line."""

import asyncio
import contextlib
import ctypes
import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnipos.cli.folders import data_dir_option
from omnipos.cli.idling import Idling
from omnipos.cli.opening import is_enrolled, open_till
from omnipos.cli.ownhub import is_kept_here
from omnipos.cli.stopping import run_stoppable, stopping_in_order
from omnipos.cli.training import in_turn
from omnipos.config import Settings
from omnipos.domain.errors import StoreTrouble
from omnipos.services.till import Till

if TYPE_CHECKING:
    from screens.app import TillApp

SWITCH_S = 0.0005
ARENA_MAX = -8
"""The C library's number for how many heaps it keeps; it gives each thread one otherwise."""


def run_screens(folder: Path) -> None:
    """Start the till on a folder; set it up first when there is none.

    A folder that cannot be used is told on a screen that stays until somebody acts.
    """
    while True:
        try:
            _set_up_and_run(folder)
            return
        except StoreTrouble as trouble:
            if not sys.stdout.isatty():
                raise
            from screens.trouble import TroubleApp

            if not TroubleApp(str(trouble)).run():
                raise


def _set_up_and_run(folder: Path) -> None:
    if not is_enrolled(folder):
        from omnipos.cli.first_start import set_up

        if not set_up(folder):
            return
    with stopping_in_order():
        run_till(folder)


def run_till(folder: Path) -> None:
    """Open the till of a folder and show its screens until they are left."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(ARENA_MAX, 1)
    gc.disable()  # until it has started: hardly anything made by then is garbage
    with open_till(folder) as (till, settings):
        in_turn(till, settings, partial(_show, settings))


def _show(settings: Settings, till: Till) -> bool:
    """Show a till's screens until they are left; tell whether training is to begin or to end."""
    from screens.app import TillApp

    app = TillApp(till, settings)
    run_stoppable(partial(_run, app), app.exit)
    return app.changes_training


async def _run(app: "TillApp") -> None:
    loop = asyncio.get_running_loop()
    idling = Idling(lambda: app.idle_ms / 1000, loop.call_later)
    idling.begin()
    app.tidy = idling.tidy
    # Syncing and printing give way quickly: a scan is not to wait 5 ms for each of its steps.
    sys.setswitchinterval(SWITCH_S)
    await app.run_async()


@click.command()
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="Answer each line with one JSON object.")
def plain(data_dir: Path, as_json: bool) -> None:
    """Sell line by line: for screen readers, slow lines and scripts. Type help for the commands."""
    with stopping_in_order(), open_till(data_dir) as (till, settings):
        # No screen is painted first, so the hub is tried at once; only one just started is not there yet.
        if not is_kept_here(data_dir):
            till.syncing.nudge()
        in_turn(till, settings, partial(_talk, settings, as_json))


def _talk(settings: Settings, as_json: bool, till: Till) -> bool:
    """Talk until the end; tell whether training is to begin or to end."""
    from screens.plain import PlainCounter

    counter = PlainCounter(till, settings, as_json=as_json, out=sys.stdout)
    counter.run(sys.stdin)
    return counter.changes_training
