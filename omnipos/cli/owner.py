"""How the owner's commands find a hub and its key: by options, or the hub of the data folder."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from omnipos.cli.folders import default_folder, folder_in_use, folder_of, use_folder
from omnipos.cli.membership import load_membership
from omnipos.cli.ownhub import FOLDER, KEY_FILE, Running, running_hub
from omnipos.config import load_settings
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from sync.owner import OwnerClient

Command = TypeVar("Command", bound=Callable[..., Any])


def hub_options(command: Command) -> Command:
    """Give a command `address` and `key_file` of the hub it works on."""
    decorated = click.option(
        "--key-file",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=_key_file,
        help="The hub's admin.key; else the one beside the data folder's hub.",
    )(command)
    decorated = click.option(
        "--hub", "address", default="", callback=_address, help="The hub's address; else the data folder's."
    )(decorated)
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        is_eager=True,
        expose_value=False,
        callback=_folder,
        help="The folder of a till or hub.",
    )(decorated)


def _folder(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    use_folder(context, value or default_folder())


def _address(context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value:
        return value
    folder = folder_of(context)
    running: Running | None = running_hub(folder)
    if running is not None:
        return running.address
    member = load_membership(folder)
    if member is None:
        raise EntryRefused(
            _("There is no hub in {folder}. Name its address with --hub.").format(folder=folder)
        )
    return member.hub


def _key_file(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    return value or folder_of(context) / FOLDER / KEY_FILE


@contextlib.contextmanager
def owner_line(address: str, key_file: Path) -> Iterator[OwnerClient]:
    """Open a line to a hub with the owner's key."""
    try:
        key = key_file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EntryRefused(
            _("The hub's key {file} cannot be read: {reason}. Name it with --key-file.").format(
                file=key_file, reason=getattr(error, "strerror", error)
            )
        ) from error
    folder = folder_in_use() or default_folder()
    running = running_hub(folder)
    own = running is not None and address == running.address
    client = OwnerClient(address, key, private_http=own or load_settings(folder).private_http)
    try:
        yield client
    finally:
        client.close()
