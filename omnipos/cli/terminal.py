"""`omnipos terminal`: a simulated card terminal, to try card payments and their accidents without money."""

import json
from pathlib import Path

import click

from omnipos.cli.folders import data_dir_option
from omnipos.cli.stopping import stopping_in_order
from omnipos.locale import _

BEHAVIOURS = ("approve", "decline", "hang", "lose-answer", "die")


@click.group()
def terminal() -> None:
    """Try card payments with a simulated card terminal."""


@terminal.command()
@click.option("--port", default=0, help="The loopback port to listen at; 0 for any that is free.")
@click.option(
    "--behave",
    type=click.Choice(BEHAVIOURS),
    default="approve",
    help="What becomes of a payment.",
    show_default=True,
)
@click.option(
    "--memory", type=click.Path(path_type=Path, dir_okay=False), help="Where it remembers payments."
)
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as one JSON object.")
@data_dir_option
def simulate(port: int, behave: str, memory: Path | None, as_json: bool, data_dir: Path) -> None:
    """Be a card terminal until Ctrl-C. It remembers payments by their ids and charges none twice."""
    from terminals.simulator import Behaviour, Simulator

    path = memory or data_dir / "simulated-terminal.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Simulator(path, port, Behaviour(behave)) as server, stopping_in_order():
        address = f"tcp://127.0.0.1:{server.port}"
        if as_json:
            click.echo(json.dumps({"terminal": address, "port": server.port, "memory": str(path)}))
        else:
            click.echo(
                _('A simulated card terminal listens. In omnipos.toml: terminal = "{address}"').format(
                    address=address
                )
            )
        server.serve_forever(poll_interval=0.1)
