"""How the owner's commands find a hub and its key: by options, or the hub of the data folder."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from omnipos.cli.folders import default_folder, folder_in_use, folder_of, use_folder
from omnipos.cli.hub_serving import place_of
from omnipos.cli.membership import load_membership
from omnipos.cli.ownhub import FOLDER, KEY_FILE, Running, running_hub
from omnipos.config import load_settings
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from sync.errors import Failed, Retryable
from sync.owner import OwnerClient

if TYPE_CHECKING:
    from hub.settings import HubSettings
    from omnipos.domain.shop import Shop

Command = TypeVar("Command", bound=Callable[..., Any])

_CONFIG = "omnipos.hub_config"
_PUBLIC = "omnipos.hub_public_address"


def hub_options(command: Command) -> Command:
    """Give a command `address` and `key_file` of the hub it works on."""
    file = click.Path(path_type=Path, dir_okay=False)
    decorated = click.option(
        "--key-file",
        type=file,
        callback=_key_file,
        help="The hub's admin.key; else the one beside the data folder's hub.",
    )(command)
    decorated = click.option(
        "--hub", "address", default="", callback=_address, help="The hub's address; else the data folder's."
    )(decorated)
    decorated = click.option(
        "--config",
        type=file,
        is_eager=True,
        expose_value=False,
        callback=_keep_config,
        help="The hub.toml of a hub on this machine; else the data folder's.",
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


def _keep_config(context: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    context.meta[_CONFIG] = value


def _settings(context: click.Context) -> "HubSettings | None":
    """Return what a hub is told by --config, or by the hub.toml of the folder; None without either."""
    folder, config = folder_of(context), context.meta.get(_CONFIG)
    if config is None and not (folder / "hub.toml").exists():
        return None
    from hub import settings

    return settings.load_settings(folder, config=config)


def _address(context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value:
        return value
    folder = folder_of(context)
    settings = _settings(context)
    context.meta[_PUBLIC] = settings.address.rstrip("/") if settings else ""
    running: Running | None = None if context.meta.get(_CONFIG) else running_hub(folder)
    if running is not None:
        return running.address
    if settings is not None:
        # A hub that listens everywhere is asked on its own machine.
        return f"http://{settings.bind.replace('0.0.0.0:', '127.0.0.1:')}"
    member = load_membership(folder)
    if member is None:
        raise EntryRefused(
            _(
                "There is no hub in {folder}. Name its address with --hub and its key with --key-file, or, on"
                " its own machine, its settings with --config."
            ).format(folder=folder)
        )
    return member.hub


def public_address(address: str) -> str:
    """Return where tills find the hub that is asked at `address`: what its settings say, else the same."""
    return click.get_current_context().meta.get(_PUBLIC) or address


def _key_file(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    settings = None if value else _settings(context)
    if settings is not None:
        return place_of(settings, folder_of(context))[1]
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
    except Retryable as trouble:
        if isinstance(trouble, Failed) or trouble.wait_ms:
            raise  # the hub's own words say what is to be done
        said = _(
            "The hub at {address} cannot be asked: {reason}. Look whether it runs there; on its own machine"
            " omnipos hub doctor says more."
        )
        reason = str(trouble).rstrip(".")
        raise Retryable(said.format(address=address, reason=reason), trouble.wait_ms) from trouble
    finally:
        client.close()


def store_named(line: OwnerClient, code: str | None) -> "Shop":
    """Return a hub's store, its first for None; raise EntryRefused, which names those there are."""
    from hub.messages import Stores

    stores = line.get("/v1/stores", Stores).stores
    if not stores:
        raise EntryRefused(_("The hub has no store yet. Make one with: omnipos hub add-store"))
    found = next((shop for shop in stores if code in (None, shop.code)), None)
    if found is None:
        known = ", ".join(shop.code for shop in stores)
        raise EntryRefused(_("There is no store {code}. There are: {known}.").format(code=code, known=known))
    return found
