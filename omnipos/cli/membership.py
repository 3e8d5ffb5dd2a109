"""`identity.json`: where the till's hub is, and the token that opens it; only the owner reads the file."""

import os
from pathlib import Path

import msgspec

from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _

FILE = "identity.json"


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A hub's address, and this till's token there."""

    hub: str
    token: str


def load_membership(folder: Path) -> Membership | None:
    """Return what a data folder says of its hub; None before enrolment."""
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Membership)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise StoreTrouble(
            _("{file} cannot be read: {reason}. All sales are safe; enrol this till again.").format(
                file=path, reason=error
            )
        ) from error


def save_membership(folder: Path, membership: Membership) -> None:
    """Write the file whole or not at all."""
    write_secret(folder / FILE, msgspec.json.encode(membership))


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
