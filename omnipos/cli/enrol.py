"""`omnipos enrol URL CODE`: make this computer a till of a hub."""

import socket
from pathlib import Path

import click

from omnipos.cli.folders import data_dir_option
from omnipos.domain.errors import DomainError
from omnipos.locale import _


@click.command()
@click.argument("url")
@click.argument("code")
@data_dir_option
@click.option(
    "--private-http", is_flag=True, help="Allow a hub in the shop's own network without encryption."
)
@click.option("--name", default="", help="What the hub calls this till; else the computer's name.")
def enrol(url: str, code: str, data_dir: Path, private_http: bool, name: str) -> None:
    """Make this computer a till of the hub at URL, with the one-time CODE that the hub gave."""
    from omnipos.cli.joining import join

    who = join(data_dir, url, code, name or socket.gethostname(), private_http=private_http)
    click.echo(
        _("This is now till {number} of store {store}. Start it with: omnipos").format(
            number=who.till_number, store=who.store_code
        )
    )
    trouble = _fetch(data_dir)
    if trouble:
        text = _(
            "This till is enrolled, but could not fetch the shop: {reason}"
            " Nobody can sign in before that; a started till fetches it when the hub answers."
        )
        click.echo(text.format(reason=trouble), err=True)


def _fetch(folder: Path) -> str:
    """Fetch the whole shop, so that people can sign in at once; return what kept it from coming."""
    from omnipos.cli.opening import open_to_sync

    try:
        with open_to_sync(folder) as engine:
            return engine.once().error
    except DomainError as trouble:
        return str(trouble)
