"""Who this till is: device, store, till number and epoch, as the hub gave them at enrolment."""

from sqlite3 import Connection

import msgspec


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One till's place in its shop. The epoch grows when a till is restored."""

    device_id: str
    store_id: str
    store_code: str
    till_number: int
    epoch: int
    hub_epoch: str


def save_identity(db: Connection, identity: Identity) -> None:
    """Keep who this till is; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT OR REPLACE INTO identity VALUES (1, ?, ?, ?, ?, ?, ?)",
        msgspec.structs.astuple(identity),
    )


def load_identity(db: Connection) -> Identity | None:
    """Return who this till is, or None before enrolment."""
    row = db.execute(
        "SELECT device_id, store_id, store_code, till_number, epoch, hub_epoch FROM identity"
    ).fetchone()
    return Identity(**dict(zip(Identity.__struct_fields__, row, strict=True))) if row else None
