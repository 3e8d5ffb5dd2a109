"""Who asks: the owner by the admin key, a web shop by its API key, a till by a token of its device."""

import hashlib
import os
import secrets
from enum import StrEnum
from pathlib import Path

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

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


_keys, _devices, _tokens = tables.api_key, tables.device, tables.device_token
# Built once: every request asks, and building a statement takes longer than it does.
_OF_TOKEN = (
    select(_devices.c.device_id, _devices.c.store_id, _devices.c.epoch, _devices.c.revoked)
    .join(_tokens, _tokens.c.device_id == _devices.c.device_id)
    .where(_tokens.c.token_hash == bindparam("hashed"), _tokens.c.expires_at_ms > bindparam("now_ms"))
)
_OF_KEY = select(_keys.c.role, _keys.c.channel).where(
    _keys.c.key_hash == bindparam("hashed"), ~_keys.c.revoked
)


def recognise(conn: Connection, token: str, now_ms: int) -> Principal | None:
    """Return whose token this is; None for nobody's. Most who ask are tills."""
    hashed = digest(token)
    device = conn.execute(_OF_TOKEN, {"hashed": hashed, "now_ms": now_ms}).one_or_none()
    if device is not None:
        return Principal(
            role=Role.DEVICE,
            device_id=device.device_id,
            store_id=device.store_id,
            epoch=device.epoch,
            revoked=device.revoked,
        )
    key = conn.execute(_OF_KEY, {"hashed": hashed}).one_or_none()
    if key is None:
        return None
    journal = f"{CHANNEL_JOURNAL}{key.channel}" if key.role == Role.CHANNEL else ""
    return Principal(role=Role(key.role), channel=key.channel, device_id=journal, epoch=1)


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
