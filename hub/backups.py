"""Backups of a hub: one file with its database as it was at one moment, and its key.

A backup is a zip of the database, `hub.key` and `manifest.json`. The database is a SQLite file, or
PostgreSQL's own dump. The hub's key is in it, as no till would believe the restored hub without it;
the owner's key is not: the restored hub takes the one that lies in its folder, or makes one.
"""

import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec

from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.locale import _
from omnipos.packing import damaged, digest, unpack_parts
from omnipos.secretfiles import write_secret
from omnipos.signing import HUB_KEY

FORMAT = "omnipos-hub-backup-1"
MANIFEST = "manifest.json"


class Kind(StrEnum):
    """What the database of a backup is."""

    SQLITE = "hub.db"
    POSTGRESQL = "hub.dump"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: which kind of database, made when, and the SHA-256 (hex) of each part by name."""

    format: str
    kind: Kind
    made_at_ms: int
    parts: dict[str, str]


@contextmanager
def packing(unfinished: Path, kind: Kind, home: Path, now_ms: int) -> Iterator[Path]:
    """Give a path to put the database at; with the key of the hub in `home` it becomes a backup."""
    key = home / HUB_KEY
    if not key.exists():
        raise StoreTrouble(
            _(
                "The hub's key {file} is missing: no till would believe a hub without it. Nothing was saved."
            ).format(file=key)
        )
    with tempfile.TemporaryDirectory(dir=unfinished.parent, prefix=".backup") as place:
        database = Path(place) / kind
        yield database
        parts = {kind.value: database, HUB_KEY: key}
        manifest = Manifest(
            format=FORMAT,
            kind=kind,
            made_at_ms=now_ms,
            parts={name: digest(path) for name, path in parts.items()},
        )
        # PostgreSQL's dump is small already; looking for more takes longer than making it.
        how = zipfile.ZIP_DEFLATED if kind is Kind.SQLITE else zipfile.ZIP_STORED
        with zipfile.ZipFile(unfinished, "w", how, compresslevel=3) as packed:
            for name, path in parts.items():
                packed.write(path, name)
            packed.writestr(MANIFEST, msgspec.json.encode(manifest))


def copy_sqlite(source: Path, copy: Path) -> None:
    """Copy a SQLite database as it is at one moment; whoever writes to it goes on."""
    if not source.exists():
        raise StoreTrouble(
            _("There is no hub's database {file}. Name it with --database.").format(file=source)
        )
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(copy)) as target,
    ):
        original.backup(target)


@contextmanager
def unpacking(file: Path, kind: Kind, beside: Path) -> Iterator[Path]:
    """Give a folder, made beside another, with the parts of a backup, each as it was when it was made."""
    manifest = _read(file)
    if manifest.kind is not kind:
        raise EntryRefused(
            _(
                "{file} is the backup of a hub on another kind of database. Nothing was changed."
                " Put it back where it came from: a SQLite file, or PostgreSQL."
            ).format(file=file)
        )
    with tempfile.TemporaryDirectory(dir=beside, prefix=".restoring") as place:
        unpack_parts(file, manifest.parts, Path(place))
        if kind is Kind.SQLITE and not _is_sound(Path(place) / kind):
            raise damaged(file)
        yield Path(place)


def _is_sound(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?immutable=1", uri=True)) as copy:
            found: list[tuple[str]] = copy.execute("PRAGMA quick_check").fetchall()
    except sqlite3.DatabaseError:
        return False
    return found == [("ok",)]


def _read(file: Path) -> Manifest:
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = msgspec.json.decode(packed.read(MANIFEST), type=Manifest)
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise EntryRefused(
            _("{file} is no backup of a hub: {reason}. Nothing was changed.").format(file=file, reason=error)
        ) from error
    if manifest.format != FORMAT or set(manifest.parts) != {manifest.kind.value, HUB_KEY}:
        raise EntryRefused(
            _("{file} was made by another version of OmniPOS. Nothing was changed.").format(file=file)
        )
    return manifest


def must_name(name: str) -> str:
    """Return what is said when a database that is in use would be replaced without its name."""
    return _(
        "There is data in {name} already, and nothing was changed. To put the backup in its place,"
        " say: --replace {name}"
    ).format(name=name)


def put_sqlite_in_place(place: Path, database: Path, home: Path, aside: Path) -> None:
    """Move a hub's old database aside, keep its key there, and let the unpacked ones in; nothing is deleted.

    The keys may lie in another folder, and on another disk, than the database.
    """
    for one in [database.with_name(f"{database.name}{end}") for end in ("", "-wal", "-shm")]:
        if one.exists():
            aside.mkdir(parents=True, exist_ok=True, mode=0o700)
            one.rename(aside / one.name)
    # The database comes last: without one nothing is lost by trying again.
    put_key_in_place(place, home, aside)
    (place / Kind.SQLITE).rename(database)


def put_key_in_place(place: Path, home: Path, aside: Path) -> None:
    """Let the key of a backup be the hub's; another that lies there is kept aside."""
    old, key = home / HUB_KEY, (place / HUB_KEY).read_bytes()
    if old.exists() and old.read_bytes() != key:
        aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(old, aside / HUB_KEY)
    write_secret(old, key)
