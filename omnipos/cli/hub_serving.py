"""`omnipos hub serve`: what a hub is told by options, environment and hub.toml, and where its files are."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from omnipos.cli.folders import data_dir_option, use_folder
from omnipos.cli.hubchild import PARENT_VARIABLE
from omnipos.cli.ownhub import hub_database, take_keeper_lock
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.locale import _

if TYPE_CHECKING:
    from hub.settings import HubSettings

Command = TypeVar("Command", bound=Callable[..., Any])


def place_options(command: Command) -> Command:
    """Give a command where a hub keeps its data and keys; what an option leaves out stands in hub.toml."""
    file = click.Path(path_type=Path, dir_okay=False)
    decorated = click.option(
        "--database", default="", help="An SQLite file, or postgresql://…; else a file in the data folder."
    )(data_dir_option(command))
    decorated = click.option(
        "--admin-key", type=file, help="The owner's key; else admin.key beside the SQLite file."
    )(decorated)
    return click.option("--config", type=file, help="The settings; else hub.toml in the data folder.")(
        decorated
    )


def serving_options(command: Command) -> Command:
    """Give a command what a hub serves with; what an option leaves out stands in hub.toml."""
    return click.option("--bind", default="", show_default="127.0.0.1:8311", help="HOST:PORT to listen at.")(
        place_options(command)
    )


def settings_of(
    database: str, admin_key: Path | None, bind: str, config: Path | None, data_dir: Path
) -> "HubSettings":
    """Return all that a hub is told; raises EntryRefused with the key and what to do."""
    from hub.settings import load_settings

    key = str(admin_key.absolute()) if admin_key else ""
    return load_settings(data_dir, config=config, database=database, bind=bind, admin_key_file=key)


def place_of(settings: "HubSettings", folder: Path) -> tuple[str, Path, Path]:
    """Return a hub's database as it is opened, the owner's key and the folder of its files."""
    key = Path(settings.admin_key_file).absolute() if settings.admin_key_file else None
    if "://" not in settings.database:
        path = Path(settings.database).absolute() if settings.database else hub_database(folder)
        return str(path), key or path.with_name("admin.key"), path.parent
    if key is None:
        raise EntryRefused(
            _(
                "A hub on PostgreSQL keeps its keys in files: name the owner's with --admin-key FILE or"
                " admin_key_file in hub.toml. At the first start it is made, and hub.key beside it; every"
                " machine of this hub needs both."
            )
        )
    return settings.database, key, key.parent


def serve_hub(database: str, admin_key: Path | None, bind: str, config: Path | None, data_dir: Path) -> None:
    """Serve a hub until it is told to stop."""
    settings = settings_of(database, admin_key, bind, config, data_dir)
    address, key, place = place_of(settings, data_dir)
    _refuse_place(place, key)
    use_folder(click.get_current_context(), place)
    try:
        from hub.serving import BindTaken, serve
    except ModuleNotFoundError as missing:
        raise StoreTrouble(
            _("The hub's own parts are not installed ({part}). Install omnipos with its extra “hub”.").format(
                part=missing.name
            )
        ) from missing
    # A till that runs this hub inside itself holds the lock already.
    # On PostgreSQL any number of hubs may serve.
    alone = "://" not in address and not os.environ.get(PARENT_VARIABLE)
    lock = take_keeper_lock(place, f"http://{settings.bind}") if alone else None
    try:
        serve(address, settings.bind, admin_key=key, settings=settings)
    except BindTaken as taken:
        raise EntryRefused(
            _("{reason} Choose another address with --bind, or bind in hub.toml.").format(reason=taken)
        ) from taken
    finally:
        if lock is not None:
            os.close(lock)


def _refuse_place(place: Path, key: Path) -> None:
    from hub.settings import refuse_open_file
    from omnipos.signing import HUB_KEY

    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        writable = os.access(place, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise StoreTrouble(
            _("{folder} cannot be written. Give the hub's user the right, or name another folder.").format(
                folder=place
            )
        )
    for file in (key, place / HUB_KEY):
        refuse_open_file(file)
