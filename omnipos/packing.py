"""Parts of a backup's zip, each written to the disk whole and checked against what it was."""

import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

_CHUNK = 1 << 20


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack_parts(file: Path, parts: Mapping[str, str], place: Path) -> None:
    """Put parts, by name with their SHA-256 (hex), into a folder; the names are the caller's to check.

    Raises EntryRefused when one is not what it was.
    """
    with zipfile.ZipFile(file) as packed:
        for name, wanted in parts.items():
            part = place / name
            part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with packed.open(name) as source, part.open("wb") as target:
                    shutil.copyfileobj(source, target, _CHUNK)
                    target.flush()
                    os.fsync(target.fileno())
                sound = digest(part) == wanted
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError) as error:
                raise damaged(file) from error
            if not sound:
                raise damaged(file)
            part.chmod(0o600)


def damaged(file: Path) -> EntryRefused:
    """Return what is said of a backup that is not what it was when it was made."""
    return EntryRefused(
        _("The backup {file} is damaged. Nothing was changed; take another.").format(file=file)
    )
