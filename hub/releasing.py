"""Letting a till's quarantined events count after all: a person looked, or the hub has learnt since."""

from typing import Any

import msgspec
from sqlalchemy import select, update

from hub import exceptions, ingest, tables
from hub.auth import Principal, Role
from hub.envelopes import Received, read_event
from hub.feed import EVENT_NUMBERS, take_numbers
from hub.problems import Refused
from hub.unit import Unit
from omnipos.locale import _
from omnipos.protocol import Envelope, Outcome

RELEASED = "released"
MOST_AT_ONCE = 5000
RELEASABLE = ("revoked_till", "unknown_fact", "event_failed")
"""Kinds whose events are whole; one that was changed is never let in."""


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /v1/devices/{device_id}/release`: how many events count now, and how many still do not."""

    released: int
    kept_aside: int


def release(unit: Unit, device_id: str) -> Released:
    """Apply what of a device's journal was kept aside, in its order; each for itself, all that can be.

    An event that counts now stands anew at the end of the hub's events. Its exception is settled.
    """
    till = _till(unit, device_id)
    cases = tables.exception_case
    events = tables.event
    rows = unit.conn.execute(
        select(events, cases.c.number.label("case"))
        .join(cases, (cases.c.event_id == events.c.event_id) & (cases.c.device_id == events.c.device_id))
        .where(
            events.c.device_id == device_id,
            events.c.outcome == Outcome.QUARANTINED.value,
            cases.c.kind.in_(RELEASABLE),
            ~cases.c.settled,
        )
        .order_by(events.c.epoch, events.c.seq)
        .limit(MOST_AT_ONCE)
    ).all()
    released = sum(_release(unit, till, row) for row in rows)
    return Released(released=released, kept_aside=len(rows) - released)


def _till(unit: Unit, device_id: str) -> Principal:
    devices = tables.device
    row = unit.conn.execute(
        select(devices.c.store_id, devices.c.epoch).where(devices.c.device_id == device_id)
    ).one_or_none()
    if row is None:
        raise Refused(404, "not_found", _("There is no such till."))
    return Principal(role=Role.DEVICE, device_id=device_id, store_id=row.store_id, epoch=row.epoch)


def _release(unit: Unit, till: Principal, row: Any) -> bool:
    one = _received(unit, row)
    if one.problem or one.fact is None or one.computed != one.hash:
        return False
    if not ingest.apply_alone(unit, till, one):
        return False
    events = tables.event
    place = (events.c.device_id == row.device_id, events.c.epoch == row.epoch, events.c.seq == row.seq)
    number = take_numbers(unit.conn, EVENT_NUMBERS, 1)
    unit.conn.execute(
        update(events).where(*place).values(outcome=Outcome.APPLIED.value, reason="", number=number)
    )
    exceptions.settle_as_owner(unit, row.case, RELEASED, "")
    return True


def _received(unit: Unit, row: Any) -> Received:
    """Return a stored event as it came; with the personal cards that were kept beside it."""
    kept = tables.quarantine
    raw = unit.conn.scalar(
        select(kept.c.raw).where(
            kept.c.device_id == row.device_id,
            kept.c.epoch == row.epoch,
            kept.c.seq == row.seq,
            kept.c.fingerprint == row.fingerprint,
        )
    )
    if raw is not None:
        return read_event(raw)
    names = [name for name in Envelope.__struct_fields__ if name not in ("body", "personal")]
    header = {name: getattr(row, name) for name in names if name not in ("prev_hash", "hash")}
    envelope = Envelope(
        **header, prev_hash=row.prev_hash.hex(), hash=row.hash.hex(), body=msgspec.Raw(row.body)
    )
    return read_event(msgspec.json.encode(envelope))
