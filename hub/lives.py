"""The lives of tills: epochs given out, a tail that another life wrote set aside, copies told apart."""

from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from hub import auth, tables
from hub.auth import Principal
from hub.envelopes import Received
from hub.feed import is_behind
from hub.problems import Refused
from hub.unit import Unit
from omnipos.events import EpochBegun, EpochCause
from omnipos.locale import _
from omnipos.protocol import AckedHead, EpochAnswer, EpochRequest, Hello

LARGEST_EPOCH = 2**40
LINE = "~"
"""What stands between a device's id and the name of a tail that was set aside."""


def heads_of(conn: Connection, device_id: str) -> tuple[AckedHead, ...]:
    """Return how far the hub has each epoch of a device, oldest first."""
    table = tables.device_head
    rows = conn.execute(select(table).where(table.c.device_id == device_id).order_by(table.c.epoch))
    return tuple(AckedHead(epoch=row.epoch, seq=row.acked_seq, hash=row.acked_hash.hex()) for row in rows)


def is_from_backup(conn: Connection, till: Principal, hello: Hello, hub_epoch: str) -> bool:
    """Tell whether a till proves that this hub once knew more: its cursors, or an acknowledgement."""
    if is_behind(conn, hello.cursors, till.store_id):
        return True
    if hello.hub_epoch != hub_epoch or hello.epoch < till.epoch:
        return False  # it speaks of a life of the hub that ended, or of a journal that was set aside
    table = tables.device_head
    acked = conn.scalar(
        select(table.c.acked_seq).where(table.c.device_id == till.device_id, table.c.epoch == hello.epoch)
    )
    return hello.acked_seq > (acked or 0)


def device_of(conn: Connection, device_id: str) -> Principal:
    """Return a till as it would ask by itself; refuse an unknown one."""
    table = tables.device
    row = conn.execute(
        select(table.c.store_id, table.c.epoch, table.c.revoked).where(table.c.device_id == device_id)
    ).one_or_none()
    if row is None:
        raise Refused(
            404,
            "not_found",
            _("The file is of a till that this hub does not know. Nothing was taken in; keep the file."),
        )
    return Principal(
        role=auth.Role.DEVICE,
        device_id=device_id,
        store_id=row.store_id,
        epoch=row.epoch,
        revoked=row.revoked,
    )


def give_epoch(unit: Unit, till: Principal, request: EpochRequest) -> EpochAnswer:
    """Confirm the epoch that a till began, or give it the next; a second life gets a code to enrol anew.

    A second life is one that writes an epoch which another, not its own successor, has left.
    """
    if till.revoked:
        raise Refused(403, "revoked", _("This till's rights were withdrawn. Ask the owner."))
    if request.wanted == till.epoch:
        return EpochAnswer(epoch=till.epoch)
    if till.epoch < request.wanted <= LARGEST_EPOCH:
        return EpochAnswer(epoch=move_to(unit, till, request.wanted).epoch)
    if request.epoch < till.epoch and _is_second(unit.conn, till, request):
        code, _expires = auth.make_enrol_code(unit, till.store_id)
        unit.note(
            "till_copied",
            _(
                "Two computers work as the same till. All sales of both are kept, and the second now"
                " becomes a till of its own. Look which of them is meant to sell."
            ),
            store_id=till.store_id,
            device_id=till.device_id,
        )
        return EpochAnswer(epoch=0, enrol_code=code)
    return EpochAnswer(epoch=move_to(unit, till, till.epoch + 1).epoch)


def move_to(unit: Unit, till: Principal, epoch: int) -> Principal:
    """Let a till be in another epoch from now on; return it as it asks then."""
    table = tables.device
    unit.conn.execute(update(table).where(table.c.device_id == till.device_id).values(epoch=epoch))
    return msgspec.structs.replace(till, epoch=epoch)


def _is_second(conn: Connection, till: Principal, request: EpochRequest) -> bool:
    heads = {one.epoch: one.seq for one in heads_of(conn, till.device_id)}
    if not heads.get(till.epoch) or not request.acked_seq:
        return False  # nobody went on in the newest epoch: its answer may have been lost
    if request.acked_seq > heads.get(request.epoch, 0):
        return True
    event = tables.event
    stored = conn.scalar(
        select(event.c.hash).where(
            event.c.device_id == till.device_id,
            event.c.epoch == request.epoch,
            event.c.seq == request.acked_seq,
        )
    )
    return stored is not None and stored.hex() != request.acked_hash


def knows_before(unit: Unit, till: Principal, one: Received) -> bool:
    """Tell whether a till of the store brought the event right before one, so that a journal may begin there.

    A till that became another sends its journal again; what it has archived is here under its old name.
    """
    event, device = tables.event, tables.device
    own = select(device.c.device_id).where(device.c.store_id == till.store_id)
    rows = unit.conn.scalars(
        select(event.c.hash).where(
            event.c.device_id.in_(own), event.c.epoch == one.epoch, event.c.seq == one.seq - 1
        )
    )
    return one.prev_hash in set(rows)


def set_tail_aside(unit: Unit, till: Principal, epoch: int, seq: int, first: Any) -> None:
    """Move a device's events from a place on to a line of their own: another life takes their places.

    They stay as they were applied; only the name of the journal they stand in changes.
    """
    event = tables.event
    unit.conn.execute(
        update(event)
        .where(event.c.device_id == till.device_id, event.c.epoch == epoch, event.c.seq >= seq)
        .values(device_id=f"{till.device_id}{LINE}{first.fingerprint.hex()[:16]}")
    )


def line_before(conn: Connection, till: Principal, one: Received) -> str:
    """Return the line on which the tail stands that an event goes on with; empty for none."""
    event = tables.event
    found = conn.scalar(
        select(event.c.device_id).where(
            event.c.device_id.startswith(f"{till.device_id}{LINE}", autoescape=True),
            event.c.epoch == one.epoch,
            event.c.seq == one.seq - 1,
            event.c.hash == one.prev_hash,
        )
    )
    return found or ""


def tell_of_epoch(unit: Unit, fact: EpochBegun, *, store_id: str, device_id: str, event_id: str) -> None:
    """Tell a person that a till began another epoch, and what only the hub has of the one before."""
    match fact.cause:
        case EpochCause.ENROLLED | EpochCause.MOVED:
            return
        case EpochCause.RESTORED:
            kind, text = "till_restored", _("The till was restored from a backup.")
        case EpochCause.PARTED:
            kind, text = (
                "till_parted",
                _("The till's data folder was put back to an older state, or copied from another till."),
            )
        case EpochCause.COPIED:
            kind, text = (
                "till_copied",
                _("The till worked as another one; it now has an identity of its own."),
            )
    lost = _(
        "It goes on behind event {seq} of epoch {epoch}. All sales that reached the hub are kept;"
        " those printed after that event are known to the hub alone, or lost with the old folder:"
        " compare the last paper receipts."
    ).format(seq=fact.from_seq, epoch=fact.from_epoch)
    unit.note(kind, f"{text} {lost}", store_id=store_id, device_id=device_id, event_id=event_id)
