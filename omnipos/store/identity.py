"""Who this till is: device, store, till number and epoch, as the hub gave them, and who it was before."""

from sqlite3 import Connection

import msgspec

from omnipos.events import EpochCause


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One till's place in its shop. The epoch grows when a till is restored."""

    device_id: str
    store_id: str
    store_code: str
    till_number: int
    epoch: int
    hub_epoch: str


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of the journal and the identity it was written under; `confirmed` by the hub."""

    epoch: int
    device_id: str
    store_id: str
    store_code: str
    till_number: int
    cause: EpochCause
    confirmed: bool


def save_identity(
    db: Connection, identity: Identity, cause: EpochCause = EpochCause.ENROLLED, *, confirmed: bool = True
) -> None:
    """Keep who this till is, and since when; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT OR REPLACE INTO identity VALUES (1, ?, ?, ?, ?, ?, ?)",
        msgspec.structs.astuple(identity),
    )
    db.execute(
        "INSERT INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (epoch) DO NOTHING",
        (
            identity.epoch,
            identity.device_id,
            identity.store_id,
            identity.store_code,
            identity.till_number,
            cause.value,
            confirmed,
        ),
    )


def load_identity(db: Connection) -> Identity | None:
    """Return who this till is, or None before enrolment."""
    row = db.execute(
        "SELECT device_id, store_id, store_code, till_number, epoch, hub_epoch FROM identity"
    ).fetchone()
    return Identity(**dict(zip(Identity.__struct_fields__, row, strict=True))) if row else None


def epochs(db: Connection) -> dict[int, Epoch]:
    """Return every epoch of this till's journal, by its number."""
    rows = db.execute(
        "SELECT epoch, device_id, store_id, store_code, till_number, cause, confirmed FROM epoch"
    )
    found = (
        msgspec.convert(dict(zip(Epoch.__struct_fields__, row, strict=True)), Epoch, strict=False)
        for row in rows
    )
    return {one.epoch: one for one in found}


def confirm_epoch(db: Connection, epoch: int) -> None:
    """Note that the hub knows an epoch; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("UPDATE epoch SET confirmed = 1 WHERE epoch = ?", [epoch])
