"""Which data folder a command works on."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_IN_USE = "omnipos.folder"


def default_folder(name: str = "omnipos") -> Path:
    """Return `$OMNIPOS_DATA_DIR`, or the folder's place under the XDG data home."""
    chosen = os.environ.get("OMNIPOS_DATA_DIR")
    if chosen:
        return Path(chosen)
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / name


def folder_in_use() -> Path | None:
    """Return the data folder of the command that runs now."""
    context = click.get_current_context(silent=True)
    return folder_of(context) if context else None


def folder_of(context: click.Context) -> Path:
    """Return the data folder of a command; the default one when it named none."""
    folder = context.meta.get(_IN_USE)
    return folder if isinstance(folder, Path) else default_folder()


def use_folder(context: click.Context, folder: Path) -> Path:
    """Remember the data folder of the command that runs now, for its log."""
    context.meta[_IN_USE] = folder.absolute()
    return folder.absolute()


def _resolved(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    if value is None:
        # `omnipos --data-dir X plain` and `omnipos plain --data-dir X` are the same.
        value = context.meta.get(_IN_USE) if context.parent else None
    return use_folder(context, value or default_folder())


def data_dir_option(command: Command) -> Command:
    """Give a command the option --data-dir, as an absolute path in `data_dir`."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        callback=_resolved,
        help="The till's folder; else $OMNIPOS_DATA_DIR, else the user's data folder.",
    )(command)
