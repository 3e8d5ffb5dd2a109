"""`omnipos reset`: make a computer no till again, only when nothing that it knows alone is lost by it."""

import shutil
from pathlib import Path

import click

from omnipos.cli.folders import data_dir_option
from omnipos.cli.ownhub import FOLDER, has_own_hub
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _, ngettext
from omnipos.services.exporting import unsent_and_unexported
from omnipos.store.connection import BOOKS_FILE, Store, open_books_to_read


@click.command()
@data_dir_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(data_dir: Path, yes: bool) -> None:
    """Make this computer no till again; refused while sales are neither at the hub nor exported."""
    check_nothing_is_lost(data_dir)
    if has_own_hub(data_dir):
        raise EntryRefused(
            _(
                "The hub of this shop is in {folder} too, so nothing was removed."
                " Take it elsewhere first: omnipos backup FILE"
            ).format(folder=data_dir / FOLDER)
        )
    if not yes:
        click.confirm(_("Remove the till in {folder}?").format(folder=data_dir), abort=True)
    store = Store(data_dir)
    try:
        check_nothing_is_lost(data_dir)
        shutil.rmtree(data_dir)
    finally:
        store.close()
    click.echo(_("There is no till in {folder} any more.").format(folder=data_dir))


def check_nothing_is_lost(folder: Path) -> None:
    """Raise EntryRefused when wiping a folder would lose what is neither at the hub nor exported."""
    if not (folder / BOOKS_FILE).exists():
        return
    books = open_books_to_read(folder)
    try:
        unsent = unsent_and_unexported(books, folder)
    finally:
        books.close()
    if unsent:
        raise EntryRefused(
            ngettext(
                "{events} entry of the till in {folder} is not at the hub, so nothing was removed."
                " Sync, or save it first: omnipos export-outbox FILE",
                "{events} entries of the till in {folder} are not at the hub, so nothing was removed."
                " Sync, or save them first: omnipos export-outbox FILE",
                unsent,
            ).format(events=unsent, folder=folder)
        )
