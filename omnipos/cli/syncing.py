"""`omnipos sync`: send and fetch everything now, by the running till or in its place."""

import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from omnipos.cli.control import ask_running_till
from omnipos.cli.folders import data_dir_option
from omnipos.locale import _

KEYS = ("ok", "pushed", "pulled", "waiting", "online", "error")


@click.command()
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def sync(data_dir: Path, as_json: bool) -> None:
    """Send and fetch everything now; exit code 1 says that it did not work. Selling needs none of it."""
    outcome = ask_running_till(data_dir, "sync")
    if outcome is None:
        outcome = _in_its_place(data_dir)
    told = {key: outcome.get(key) for key in KEYS}
    if as_json:
        click.echo(json.dumps(told))
    elif told["ok"]:
        text = _("In step with the hub: {pushed} sent, {pulled} fetched, {waiting} waiting.")
        click.echo(text.format(**told))
    else:
        click.echo(told["error"])
    sys.exit(0 if told["ok"] else 1)


def _in_its_place(folder: Path) -> dict[str, Any]:
    from omnipos.cli.opening import open_to_sync

    with open_to_sync(folder) as engine:
        return msgspec.structs.asdict(engine.once())
