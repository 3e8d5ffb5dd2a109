"""`omnipos hub backup FILE` and `omnipos hub restore FILE`, on a SQLite file and on PostgreSQL."""

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from omnipos.cli.exporting import written_whole
from omnipos.cli.hub_serving import place_of, place_options, settings_of
from omnipos.cli.ownhub import KEY_FILE, lock_keeper
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.locale import _
from omnipos.secretfiles import write_secret
from omnipos.services.till import SystemClock

Command = TypeVar("Command", bound=Callable[..., Any])

PROGRAMS_VARIABLE = "OMNIPOS_POSTGRES_PROGRAMS"


def _options(command: Command) -> Command:
    """Give a command FILE, the hub whose data it is about and where PostgreSQL's programs are."""
    decorated = click.option(
        "--programs",
        default="",
        envvar=PROGRAMS_VARIABLE,
        help=f"The folder of pg_dump, pg_restore and psql; else ${PROGRAMS_VARIABLE}, else the PATH.",
    )(place_options(command))
    return click.argument("file", type=click.Path(path_type=Path, dir_okay=False))(decorated)


def _place(given: dict[str, Any]) -> tuple[str, Path]:
    """Return a hub's database as it is opened, and where the owner's key lies, its own beside it."""
    address, key, _folder = place_of(settings_of(bind="", **given), given["data_dir"])
    return address, key


@click.command()
@_options
def backup(file: Path, programs: str, **given: Any) -> None:
    """Save the hub's database and key to FILE; the hub goes on meanwhile. The owner's key is not in it."""
    from hub import backups
    from hub.database import is_url

    source, key = _place(given)
    kind = backups.Kind.POSTGRESQL if is_url(source) else backups.Kind.SQLITE
    try:
        with (
            written_whole(file) as unfinished,
            backups.packing(unfinished, kind, key.parent, SystemClock().now_ms()) as part,
        ):
            if kind is backups.Kind.POSTGRESQL:
                from hub import dumps

                dumps.dump(source, part, dumps.Programs(programs))
            else:
                backups.copy_sqlite(Path(source), part)
    except (OSError, sqlite3.Error) as error:
        raise StoreTrouble(
            _("The file {file} was not written: {reason}. The hub's data is untouched; try another disk.")
            .format(file=file, reason=error)
        ) from error  # fmt: skip
    click.echo(
        _(
            "The backup is in {file}. It names customers and holds the hub's key: keep it safe,"
            " and not on this computer alone."
        ).format(file=file)
    )


@click.command()
@_options
@click.option("--replace", default="", metavar="NAME", help="The database's name, to replace what is in it.")
def restore(file: Path, programs: str, replace: str, **given: Any) -> None:
    """Put a hub's backup back while no hub runs. Every till then fetches and sends again by itself."""
    from hub.database import is_url

    target, key = _place(given)
    # A hub on a file holds the folder of that file, wherever its keys lie.
    home = key.parent if is_url(target) else Path(target).parent
    for folder in (home, key.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = home / f"before-restore-{SystemClock().now_ms()}"
    with _held(home):
        if is_url(target):
            _restore_postgres(file, target, key, programs, replace, aside)
        else:
            _restore_sqlite(file, Path(target), key, replace, aside)
    click.echo(_("The hub is restored. Every till fetches all again, and sends what the hub has lost."))
    click.echo(_("The owner's key is in {file}.").format(file=key))
    if aside.exists():
        click.echo(
            _("What was there before lies in {folder}; nothing of it was deleted.").format(folder=aside)
        )


@contextlib.contextmanager
def _held(home: Path) -> Iterator[None]:
    lock = lock_keeper(home)
    if lock is None:
        raise StoreTrouble(
            _("A hub runs on {folder} already. Its data is safe; stop it first.").format(folder=home)
        )
    try:
        yield
    finally:
        os.close(lock)


def _restore_sqlite(file: Path, database: Path, key: Path, replace: str, aside: Path) -> None:
    from hub import backups

    if database.exists() and replace != database.name:
        raise EntryRefused(backups.must_name(database.name))
    with backups.unpacking(file, backups.Kind.SQLITE, database.parent) as place:
        if key.exists():
            (place / KEY_FILE).write_bytes(key.read_bytes())
        renew(str(place / backups.Kind.SQLITE), place / KEY_FILE)
        backups.put_sqlite_in_place(place, database, key.parent, aside)
        if not key.exists():
            write_secret(key, (place / KEY_FILE).read_bytes())


def _restore_postgres(file: Path, address: str, key: Path, programs: str, replace: str, aside: Path) -> None:
    from hub import backups, dumps

    with backups.unpacking(file, backups.Kind.POSTGRESQL, key.parent) as place:
        dumps.load(
            address,
            place / backups.Kind.POSTGRESQL,
            dumps.Programs(programs),
            replace=replace,
            hub_epoch=secrets.token_hex(8),
        )
        backups.put_key_in_place(place, key.parent, aside)
    renew(address, key)


def renew(database: str, key: Path) -> None:
    """Bring a restored database to this program's version and let the hub know that it is restored."""
    from hub import epochs, shops
    from hub.context import Hub
    from hub.serving import open_database
    from hub.unit import Unit

    def begin_anew(unit: Unit) -> None:
        shop = shops.first_shop(unit.conn)
        epochs.renew(unit, shop.store_id if shop else "", "")

    restored = Hub(open_database(database, key))
    try:
        restored.database.write(lambda conn: restored.run(conn, begin_anew))
    finally:
        restored.database.close()
