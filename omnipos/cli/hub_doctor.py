"""`omnipos hub doctor`: settings, keys, database, disk, streams, tills and backups, a line each."""

import shutil
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from omnipos.cli.doctor import LITTLE_SPACE, tell
from omnipos.cli.hub_serving import place_of, serving_options, settings_of
from omnipos.domain.errors import DomainError, EntryRefused
from omnipos.findings import Finding
from omnipos.locale import _, later

if TYPE_CHECKING:
    from hub.settings import HubSettings

OLD_BACKUP_S = 26 * 3600
"""A backup each night, and two hours for it."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@serving_options
def doctor(as_json: bool, **given: Any) -> None:
    """Look at a hub's settings, database, streams, tills and backups; exit code 1 when something is bad."""
    findings = list(_findings(given))
    tell(findings, as_json)
    sys.exit(1 if any(one.level == "bad" for one in findings) else 0)


def _findings(given: dict[str, Any]) -> Iterator[Finding]:
    try:
        settings = settings_of(**given)
        address, key, place = place_of(settings, given["data_dir"])
    except DomainError as refusal:
        yield Finding(check=later("settings"), ok=False, say=str(refusal))
        return
    yield Finding(check="settings", ok=True, say=_("{database}, at {bind}").format(
        database=address, bind=settings.bind
    ))  # fmt: skip
    yield _keys(key)
    yield _disk(place)
    yield from _database(address, key, settings)
    yield _backups(settings)


def _keys(key: Path) -> Finding:
    from hub.settings import refuse_open_file
    from omnipos.signing import HUB_KEY

    for file in (key, key.with_name(HUB_KEY)):
        try:
            refuse_open_file(file)
        except EntryRefused as refusal:
            return Finding(check=later("keys"), ok=False, say=str(refusal))
        if not file.exists():
            say = _("{file} is missing.").format(file=file)
            do = _("A hub's first start makes it. If tills know this hub, put it back from the backup.")
            return Finding(check=later("keys"), ok=False, say=say, do=do)
    return Finding(check="keys", ok=True, say=_("both there, and read by nobody else"))


def _disk(place: Path) -> Finding:
    there = next(one for one in (place, *place.parents) if one.exists())
    free = shutil.disk_usage(there).free
    say = _("{free} MB free").format(free=free >> 20)
    if free >= LITTLE_SPACE:
        return Finding(check=later("disk"), ok=True, say=say)
    return Finding(check="disk", ok=False, say=say, do=_("Free some space: a full disk stops the hub."))


def _database(address: str, key: Path, settings: "HubSettings") -> Iterator[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from hub.database import Database, is_url
    from hub.looking import look

    if not is_url(address) and not Path(address).exists():
        say = _("There is no database {file} yet.").format(file=address)
        yield Finding(check=later("database"), ok=False, say=say, do=_("omnipos hub serve makes it."))
        return
    database: Database | None = None
    try:
        database = Database(address, key.parent)
        yield from look(database, time.time_ns() // 1_000_000, settings.unseen_minutes)
    except SQLAlchemyError as trouble:
        why = " ".join(str(getattr(trouble, "orig", trouble)).split())
        do = _("Look whether it runs, whether a firewall is between, and whether this user may read it.")
        yield Finding(
            check=later("database"), ok=False, say=_("It does not answer: {why}").format(why=why), do=do
        )
    except DomainError as refusal:
        yield Finding(check="database", ok=False, say=str(refusal))
    finally:
        if database is not None:
            database.close()


def _backups(settings: "HubSettings") -> Finding:
    if not settings.backup_folder:
        say = _("backup_folder is not set: nobody looks whether backups are made.")
        do = _("Name it in hub.toml, and have omnipos hub backup write there each night.")
        return Finding(check=later("backup"), ok=False, soft=True, say=say, do=do)
    made_s = max((_made_s(file) for file in Path(settings.backup_folder).glob("*")), default=0.0)
    if not made_s:
        say = _("There is no backup in {folder}.").format(folder=settings.backup_folder)
        return Finding(check=later("backup"), ok=False, say=say, do=_("Make one: omnipos hub backup FILE"))
    hours = round((time.time() - made_s) / 3600)
    say = _("the newest is {hours} h old").format(hours=hours)
    if time.time() - made_s <= OLD_BACKUP_S:
        return Finding(check="backup", ok=True, say=say)
    return Finding(check="backup", ok=False, say=say, do=_("Look why it was not made last night."))


def _made_s(file: Path) -> float:
    """Return when a backup was made; 0 for a file that is none."""
    from hub.backups import MANIFEST, Manifest

    try:
        with zipfile.ZipFile(file) as packed:
            return msgspec.json.decode(packed.read(MANIFEST), type=Manifest).made_at_ms / 1000
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.MsgspecError):
        return 0.0
