"""Who asks: the owner by the admin key, a web shop by its API key, a till by its device token."""

import hashlib
import os
import secrets
from enum import StrEnum
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update

from hub import tables
from hub.epochs import epoch_of
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.names import clean_text
from omnipos.locale import _
from omnipos.protocol import EnrolAnswer, EnrolRequest

CODE_LETTERS = "23456789ACDEFGHJKMNPQRTUVWXYZ"
"""Letters and digits that nobody mixes up when reading them out."""
CHANNEL_JOURNAL = "channel/"
"""What the device id of a web shop's own journal begins with; its channel follows."""
CODE_LIFE_MS = 24 * 60 * 60_000


class Role(StrEnum):
    """What a caller may be."""

    ADMIN = "admin"
    CHANNEL = "channel"
    DEVICE = "device"


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
    devices = tables.device
    device = conn.execute(
        select(devices.c.device_id, devices.c.store_id, devices.c.epoch, devices.c.revoked).where(
            devices.c.token_hash == hashed,
            or_(devices.c.token_expires_at_ms == 0, devices.c.token_expires_at_ms > now_ms),
        )
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


def keep_admin_key(conn: Connection, path: Path, now_ms: int) -> None:
    """Make sure that the key in a file opens this hub; make both at the first start."""
    key = path.read_text().strip() if path.exists() else ""
    if not key:
        path.unlink(missing_ok=True)
        key = secrets.token_urlsafe(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(key + "\n")
    keys = tables.api_key
    if conn.scalar(select(keys.c.role).where(keys.c.key_hash == digest(key))) == Role.ADMIN:
        return
    conn.execute(delete(keys).where(keys.c.role == Role.ADMIN))
    conn.execute(
        insert(keys).values(key_hash=digest(key), role=Role.ADMIN, channel="admin", created_at_ms=now_ms)
    )


def make_api_key(unit: Unit, channel: str) -> str:
    """Return a new key for a web shop; it is shown this once."""
    key = secrets.token_urlsafe(32)
    unit.conn.execute(
        insert(tables.api_key).values(
            key_hash=digest(key), role=Role.CHANNEL, channel=channel, created_at_ms=unit.now_ms
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
            code_hash=_code_digest(code), store_id=store_id, expires_at_ms=expires
        )
    )
    return code, expires


def _code_digest(code: str) -> str:
    return digest("".join(c for c in code.upper() if c.isalnum()))


def enrol(unit: Unit, request: EnrolRequest) -> EnrolAnswer:
    """Make a till of the device that brings a good code; the code works once."""
    device_id, token = secrets.token_hex(16), secrets.token_urlsafe(32)
    codes, stores, devices = tables.enrol_code, tables.store, tables.device
    store_id = unit.conn.scalar(
        update(codes)
        .where(
            codes.c.code_hash == _code_digest(request.code),
            codes.c.device_id == "",
            codes.c.expires_at_ms > unit.now_ms,
        )
        .values(device_id=device_id)
        .returning(codes.c.store_id)
    )
    if store_id is None:
        raise Refused(
            403,
            "enrol_code",
            _("This code is not known, was used already or has expired. Ask for a new one."),
        )
    shop = unit.conn.execute(
        update(stores)
        .where(stores.c.store_id == store_id)
        .values(tills=stores.c.tills + 1)
        .returning(stores.c.tills, stores.c.code)
    ).one()
    unit.conn.execute(
        insert(devices).values(
            device_id=device_id,
            store_id=store_id,
            till_number=shop.tills,
            name=clean_text(request.device_name, 80),
            version=clean_text(request.version, 40),
            epoch=1,
            token_hash=digest(token),
            public_key=clean_text(request.public_key, 200),
            enrolled_at_ms=unit.now_ms,
        )
    )
    return EnrolAnswer(
        device_id=device_id,
        store_id=store_id,
        store_code=shop.code,
        till_number=shop.tills,
        epoch=1,
        token=token,
        hub_epoch=epoch_of(unit.conn),
    )
