"""Backups: one file with a till's databases as they were at one moment, checked before anything is put back.

A backup is a zip of SQLite files and `manifest.json`. It holds sales and customers, but no key of a
till and no owner's key: who finds it cannot speak for the till, and a till restored elsewhere is
enrolled anew. Of a hub it holds the signing key, as no till would believe the hub without it.
"""

import re
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import msgspec

from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.locale import _
from omnipos.packing import digest, unpack_parts
from omnipos.store.archive import FOLDER as ARCHIVES
from omnipos.store.connection import BOOKS_FILE, open_books_to_read
from omnipos.store.identity import load_identity
from omnipos.store.mirrorfiles import FIRST, mirror_path

FORMAT = "omnipos-backup-1"
MANIFEST = "manifest.json"
HUB_PART = "hub/hub.db"
HUB_KEY_PART = "hub/hub.key"
PARTS = (BOOKS_FILE, *FIRST.values(), HUB_PART, HUB_KEY_PART)
_ARCHIVE = re.compile(rf"{ARCHIVES}/journal-\d+\.db")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: of which till, made when, and the SHA-256 (hex) of each part by its name.

    `hub` and `hub_key` are the address and the public key of its hub.
    """

    format: str
    made_at_ms: int
    store_code: str
    till_number: int
    hub: str
    hub_key: str
    parts: dict[str, str]


def back_up(folder: Path, hub: tuple[str, str], unfinished: Path, now_ms: int) -> Manifest:
    """Write a backup of the till in a folder, and of the hub in it, to a path; `hub` is its address and key.

    It works beside a running till: each database is copied in one reading transaction.
    """
    with closing(open_books_to_read(folder)) as books:
        who = load_identity(books)
    if who is None:
        raise StoreTrouble(
            _("There is no till in {folder}. Name its folder with --data-dir.").format(folder=folder)
        )
    sources = {name: folder / name for name in PARTS} | {
        name: mirror_path(folder, file) for file, name in FIRST.items()
    }
    sources |= {f"{ARCHIVES}/{one.name}": one for one in sorted((folder / ARCHIVES).glob("journal-*.db"))}
    parts = {}
    with (
        tempfile.TemporaryDirectory(dir=unfinished.parent, prefix=".backup") as place,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed,
    ):
        for name, source in sources.items():
            if source.exists():
                copy = Path(place) / "copy.db"
                if name == HUB_KEY_PART or _ARCHIVE.fullmatch(name):
                    shutil.copyfile(source, copy)  # nobody writes it any more
                else:
                    _copy_database(source, copy)
                packed.write(copy, name)
                parts[name] = digest(copy)
                copy.unlink()
        manifest = Manifest(
            format=FORMAT,
            made_at_ms=now_ms,
            store_code=who.store_code,
            till_number=who.till_number,
            hub=hub[0],
            hub_key=hub[1],
            parts=parts,
        )
        packed.writestr(MANIFEST, msgspec.json.encode(manifest))
    return manifest


def _copy_database(source: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(copy)) as target,
    ):
        original.backup(target)


def read_manifest(file: Path) -> Manifest:
    """Return what a backup says of itself; raise EntryRefused when it is none."""
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = msgspec.json.decode(packed.read(MANIFEST), type=Manifest)
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise EntryRefused(
            _("{file} is no backup of a till: {reason}. Nothing was changed.").format(file=file, reason=error)
        ) from error
    if manifest.format != FORMAT or BOOKS_FILE not in manifest.parts:
        raise EntryRefused(
            _("{file} was made by another version of OmniPOS. Nothing was changed.").format(file=file)
        )
    return manifest


def unpack(file: Path, manifest: Manifest, place: Path) -> None:
    """Put the parts of a backup into an empty folder; raise EntryRefused when one is not what it was."""
    if not all(name in PARTS or _ARCHIVE.fullmatch(name) for name in manifest.parts):
        raise EntryRefused(
            _("{file} was made by another version of OmniPOS. Nothing was changed.").format(file=file)
        )
    unpack_parts(file, manifest.parts, place)


def put_in_place(place: Path, folder: Path, manifest: Manifest, aside: Path) -> None:
    """Move a till's databases aside and the unpacked ones in; nothing is deleted."""
    old = [
        one
        for one in folder.iterdir()
        if one.name.startswith((BOOKS_FILE, "current", *(f"{file}-" for file in FIRST)))
        or one.name == ARCHIVES
    ]
    if HUB_PART in manifest.parts and (folder / HUB_PART).exists():
        old += [
            one for one in (folder / HUB_PART).parent.iterdir() if one.name.startswith(("hub.db", "hub.key"))
        ]
    for one in old:
        target = aside / one.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        one.rename(target)
    # The books come last: a folder without them is no till, and restoring may be tried again.
    for name in sorted(manifest.parts, key=lambda name: name == BOOKS_FILE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (place / name).rename(folder / name)
