"""Who asks: the owner by the admin key, a web shop by its API key, a till by a token of its device."""

import hashlib
import os
import secrets
from enum import StrEnum
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, insert, select

from hub import tables
from hub.unit import Unit
from omnipos.domain.errors import StoreTrouble
from omnipos.locale import _

CODE_LETTERS = "23456789ACDEFGHJKMNPQRTUVWXYZ"
"""Letters and digits that nobody mixes up when reading them out."""
CHANNEL_JOURNAL = "channel/"
"""What the device id of a web shop's own journal begins with; its channel follows."""
OLD_JOURNAL = "import"
"""What stands for the device of sales that were brought in from an old system."""
CODE_LIFE_MS = 24 * 60 * 60_000


class Role(StrEnum):
    """What a caller may be."""

    ADMIN = "admin"
    CHANNEL = "channel"
    DEVICE = "device"
    WATCHER = "watcher"
    """A program that reads how the tills stand, and nothing else."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A caller whose token is known."""

    role: Role
    channel: str = ""
    device_id: str = ""
    store_id: str = ""
    epoch: int = 0
    revoked: bool = False


def digest(secret: str) -> str:
    """Return what the database keeps of a secret with 128 bits or more of its own."""
    return hashlib.sha256(secret.encode()).hexdigest()


def recognise(conn: Connection, token: str, now_ms: int) -> Principal | None:
    """Return whose token this is; None for nobody's."""
    hashed = digest(token)
    keys = tables.api_key
    key = conn.execute(
        select(keys.c.role, keys.c.channel).where(keys.c.key_hash == hashed, ~keys.c.revoked)
    ).one_or_none()
    if key is not None:
        journal = f"{CHANNEL_JOURNAL}{key.channel}" if key.role == Role.CHANNEL else ""
        return Principal(role=Role(key.role), channel=key.channel, device_id=journal, epoch=1)
    devices, tokens = tables.device, tables.device_token
    device = conn.execute(
        select(devices.c.device_id, devices.c.store_id, devices.c.epoch, devices.c.revoked)
        .join(tokens, tokens.c.device_id == devices.c.device_id)
        .where(tokens.c.token_hash == hashed, tokens.c.expires_at_ms > now_ms)
    ).one_or_none()
    if device is None:
        return None
    return Principal(
        role=Role.DEVICE,
        device_id=device.device_id,
        store_id=device.store_id,
        epoch=device.epoch,
        revoked=device.revoked,
    )


def keep_admin_key(conn: Connection, path: Path, now_ms: int, *, may_replace: bool = True) -> None:
    """Make sure that the key in a file opens this hub; make both at the first start.

    On a database of several machines a missing file is not made anew: the others' key would be lost.
    """
    key = path.read_text().strip() if path.exists() else ""
    keys = tables.api_key
    known = select(keys.c.key_hash).where(keys.c.role == Role.ADMIN)
    if not key and not may_replace and conn.scalar(known) is not None:
        raise StoreTrouble(
            _(
                "The owner's key {file} is missing, and this database's hub has one. Its data is safe:"
                " copy admin.key and hub.key from a machine that runs it, or from the backup."
            ).format(file=path)
        )
    if not key:
        path.unlink(missing_ok=True)
        key = secrets.token_urlsafe(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(key + "\n")
    if conn.scalar(select(keys.c.role).where(keys.c.key_hash == digest(key))) == Role.ADMIN:
        return
    conn.execute(delete(keys).where(keys.c.role == Role.ADMIN))
    conn.execute(
        insert(keys).values(key_hash=digest(key), role=Role.ADMIN, channel="admin", created_at_ms=now_ms)
    )


def make_api_key(unit: Unit, channel: str, *, watches: bool = False) -> str:
    """Return a new key for a web shop, or for a program that watches; it is shown this once."""
    key = secrets.token_urlsafe(32)
    unit.conn.execute(
        insert(tables.api_key).values(
            key_hash=digest(key),
            role=Role.WATCHER if watches else Role.CHANNEL,
            channel=channel,
            created_at_ms=unit.now_ms,
        )
    )
    return key


def make_enrol_code(unit: Unit, store_id: str) -> tuple[str, int]:
    """Return a one-time code for a new till of a store, and when it expires."""
    letters = [secrets.choice(CODE_LETTERS) for _letter in range(8)]
    code = "".join(letters[:4]) + "-" + "".join(letters[4:])
    expires = unit.now_ms + CODE_LIFE_MS
    unit.conn.execute(
        insert(tables.enrol_code).values(
            code_hash=code_digest(code), store_id=store_id, expires_at_ms=expires
        )
    )
    return code, expires


def code_digest(code: str) -> str:
    """Return what the database keeps of a one-time code, however it was typed."""
    return digest("".join(c for c in code.upper() if c.isalnum()))
