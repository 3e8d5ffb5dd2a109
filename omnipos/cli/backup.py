"""`omnipos backup FILE` and `omnipos restore FILE`: a shop's data out of a computer and into another."""

import contextlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from omnipos.cli.exporting import written_whole
from omnipos.cli.folders import data_dir_option
from omnipos.cli.hub_backup import renew
from omnipos.cli.joining import join_anew
from omnipos.cli.membership import Membership, load_membership, save_membership, till_client
from omnipos.cli.ownhub import FOLDER, has_own_hub, hub_database, keep_hub, key_file, lock_keeper
from omnipos.cli.verify import verified
from omnipos.domain.errors import DomainError, StoreTrouble
from omnipos.locale import _, ngettext
from omnipos.services import backing_up
from omnipos.services.backing_up import HUB_PART, Manifest
from omnipos.services.epochs import begin_restored
from omnipos.services.till import SystemClock
from omnipos.store import outbox
from omnipos.store.connection import Store, lock_folder, open_books_to_read

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@file_argument
@data_dir_option
def backup(file: Path, data_dir: Path) -> None:
    """Save the till, and the hub in its folder, to FILE; the till goes on meanwhile. No key is in it."""
    member = load_membership(data_dir)
    try:
        with written_whole(file) as unfinished:
            hub = (member.hub, member.hub_key) if member else ("", "")
            backing_up.back_up(data_dir, hub, unfinished, SystemClock().now_ms())
    except (OSError, sqlite3.Error) as error:
        raise StoreTrouble(
            _(
                "The file {file} was not written: {reason}. The till's data is untouched; try another disk."
            ).format(file=file, reason=error)
        ) from error
    click.echo(
        _(
            "The backup is in {file}. It names customers: keep it safe, and not on this computer alone."
        ).format(file=file)
    )


@click.command()
@file_argument
@data_dir_option
@click.option("--code", default="", help="A one-time code of the hub, for a computer that is no till yet.")
@click.option("--hub", "address", default="", help="The hub's address, if it is not the one of then.")
def restore(file: Path, data_dir: Path, code: str, address: str) -> None:
    """Put a backup back, on a stopped till or a new computer. It sells on under a new letter."""
    manifest = backing_up.read_manifest(file)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = _put_back(file, manifest, data_dir)
    store = Store(data_dir)
    try:
        identity = store.call(lambda: begin_restored(store.books, SystemClock()))
    finally:
        store.close()
    if HUB_PART in manifest.parts:
        renew(str(hub_database(data_dir)), key_file(data_dir))
    note = _make_member(data_dir, manifest, code, address)
    found = verified(data_dir)
    text = _("Till {number} of store {store} is restored: events {events}, sales {sales}.")
    click.echo(
        text.format(
            number=identity.till_number, store=identity.store_code, events=found.events, sales=found.sales
        )
    )
    if aside is not None:
        click.echo(
            _("What was there before lies in {folder}; nothing of it was deleted.").format(folder=aside)
        )
        note = f"{note}\n{_unsent_there(aside)}".strip()
    for line in (note, *found.findings):
        if line:
            click.echo(line)
    sys.exit(1 if found.findings else 0)


def _unsent_there(aside: Path) -> str:
    """Say what of the old folder is not at the hub; a folder too broken to be read says nothing."""
    with (
        contextlib.suppress(DomainError, sqlite3.Error),
        contextlib.closing(open_books_to_read(aside)) as books,
    ):
        unsent = outbox.count_unsent(books)
        if unsent:
            return ngettext(
                "{events} entry there is not at the hub."
                " Save it: omnipos export-outbox FILE --data-dir {folder}",
                "{events} entries there are not at the hub."
                " Save them: omnipos export-outbox FILE --data-dir {folder}",
                unsent,
            ).format(events=unsent, folder=aside)
    return ""


def _put_back(file: Path, manifest: Manifest, folder: Path) -> Path | None:
    """Put the databases in place; return where the old ones lie now, None when there were none."""
    aside = folder / f"before-restore-{SystemClock().now_ms()}"
    with (
        _held(folder, hub_too=HUB_PART in manifest.parts),
        tempfile.TemporaryDirectory(dir=folder, prefix=".restoring") as place,
    ):
        backing_up.unpack(file, manifest, Path(place))
        backing_up.put_in_place(Path(place), folder, manifest, aside)
    return aside if aside.exists() else None


@contextlib.contextmanager
def _held(folder: Path, *, hub_too: bool) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, lock_folder(folder))
        if hub_too:
            (folder / FOLDER).mkdir(exist_ok=True, mode=0o700)
            keeper = lock_keeper(folder / FOLDER)
            if keeper is None:
                raise StoreTrouble(
                    _("A hub runs on {folder} already. Its data is safe; stop it first.").format(
                        folder=folder / FOLDER
                    )
                )
            stack.callback(os.close, keeper)
        yield


def _make_member(folder: Path, manifest: Manifest, code: str, address: str) -> str:
    """Give a computer that is no till yet its place at the hub; return what is left to do, as a sentence."""
    if load_membership(folder) is not None and not code:
        return ""
    hub = address or manifest.hub
    if load_membership(folder) is None:
        save_membership(folder, Membership(hub=hub, hub_key=manifest.hub_key))
    try:
        if code:
            join_anew(folder, till_client(folder, hub), code)
        elif has_own_hub(folder):
            _join_own_hub(folder, manifest.store_code)
        else:
            return _(
                "It sells, but its hub does not know this computer yet. Enrol it: omnipos enrol URL CODE"
            )
    except DomainError as refusal:
        return str(refusal)
    return ""


def _join_own_hub(folder: Path, store_code: str) -> None:
    from hub.messages import EnrolCode, EnrolCodeWish
    from omnipos.cli.owner import owner_line

    with keep_hub(folder) as child:
        assert child is not None, "nobody else keeps the hub of a folder just restored"
        child.wait_ready()
        with owner_line(child.address, key_file(folder)) as line:
            code = line.post("/v1/enrol-codes", EnrolCode, EnrolCodeWish(store_code=store_code)).code
        join_anew(folder, till_client(folder, child.address), code)
