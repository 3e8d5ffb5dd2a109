"""Events judged: each against what the hub holds of its till's journal, before anything is written."""

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from hub import lives, shop_events, tables
from hub.auth import Principal, Role
from hub.database import among
from hub.envelopes import Received
from hub.unit import Unit
from omnipos import events
from omnipos.locale import _
from omnipos.protocol import Outcome, Verdict


class Head(msgspec.Struct, frozen=True):
    """How far the hub has everything of one epoch, and the hash of that event (empty if unreadable)."""

    seq: int
    hash: bytes


class Journal:
    """What the hub holds of one till that a batch must fit to."""

    def __init__(self, unit: Unit, device_id: str, batch: Sequence[Received]) -> None:
        """Read the heads, and the stored events that share an id or a place with the batch."""
        self.device_id = device_id
        table, heads = tables.event, tables.device_head
        rows = unit.conn.execute(select(heads).where(heads.c.device_id == device_id))
        self.heads = {row.epoch: Head(row.acked_seq, row.acked_hash) for row in rows}
        wanted = (
            table.c.device_id,
            table.c.epoch,
            table.c.seq,
            table.c.event_id,
            table.c.hash,
            table.c.fingerprint,
            table.c.outcome,
            table.c.reason,
        )
        ids = [one.event_id for one in batch if one.event_id]
        by_id = unit.conn.execute(select(*wanted).where(among(unit.conn, table.c.event_id, ids)))
        self.by_id: dict[str, Any] = {row.event_id: row for row in by_id}
        self.by_place: dict[tuple[int, int], Any] = {}
        self.moved: set[int] = set()
        """The epochs whose heads are to be saved."""
        self.strays: set[bytes] = set()
        """Hashes of events of this batch that another has taken the place of."""
        for epoch in {one.epoch for one in batch}:
            old = [one.seq for one in batch if one.epoch == epoch and one.seq <= self.head(epoch).seq]
            if old:
                found = unit.conn.execute(
                    select(*wanted).where(
                        table.c.device_id == device_id,
                        table.c.epoch == epoch,
                        table.c.seq.between(min(old) - 1, max(old)),
                    )
                )
                self.by_place |= {(row.epoch, row.seq): row for row in found}

    def head(self, epoch: int) -> Head:
        """Return where an epoch stands."""
        return self.heads.get(epoch, Head(0, events.GENESIS if epoch == 1 else b""))

    def take(self, one: Received) -> None:
        """Move on past an event that will be stored."""
        self.pass_by(one)
        self.by_id[one.event_id] = one
        self.by_place[one.epoch, one.seq] = one

    def pass_by(self, one: Received) -> None:
        """Move on past an event that the hub has, from this device or from the one it was before."""
        self.heads[one.epoch] = Head(one.seq, one.hash)
        self.moved.add(one.epoch)

    def begin_at(self, one: Received) -> None:
        """Begin right before an event, of which what came before is elsewhere."""
        self.heads[one.epoch] = Head(one.seq - 1, one.prev_hash)
        self.moved.add(one.epoch)

    def known(self, one: Received) -> Any:
        """Return the very same event as it is stored at its place or under its id; None for a new one."""
        for stored in (self.by_place.get((one.epoch, one.seq)), self.by_id.get(one.event_id)):
            if stored is not None and stored.fingerprint == one.fingerprint:
                return stored
        return None

    def joins(self, one: Received) -> bool:
        """Tell whether an event stands in this journal already, or hangs on what stands right before it."""
        head = self.head(one.epoch)
        if one.seq <= head.seq and self.known(one) is not None:
            return True
        stored = self.by_place.get((one.epoch, one.seq - 1))
        before = stored.hash if stored is not None else head.hash if one.seq == head.seq + 1 else None
        return before is not None and before in (b"", one.prev_hash)

    def on_a_tail(self, one: Received) -> Any:
        """Return the very same event where it stands on a tail that was set aside; None for any other."""
        stored = self.by_id.get(one.event_id)
        if stored is None or isinstance(stored, Received) or stored.fingerprint != one.fingerprint:
            return None
        return stored if stored.device_id.startswith(f"{self.device_id}{lives.LINE}") else None

    def go_back(self, one: Received) -> bool:
        """Go back to right before an event if it fits there; False when it does not."""
        before, place = self.by_place.get((one.epoch, one.seq - 1)), (one.epoch, one.seq)
        taken = self.by_place.get(place)
        if taken is None or isinstance(taken, Received) or one.computed != one.hash:
            return False
        if one.seq > 1 and (before is None or before.hash != one.prev_hash):
            return False
        self.heads[one.epoch] = Head(one.seq - 1, one.prev_hash)
        self.by_place = {key: row for key, row in self.by_place.items() if key < place}
        return True


def judge(
    unit: Unit,
    one: Received,
    journal: Journal,
    till: Principal,
    fresh: list[Received],
    aside: list[Received],
) -> Verdict | None:
    """Return the verdict on an event that is not new; None puts it among the fresh ones."""
    if not one.seq:
        aside.append(one)
        return verdict(one, Outcome.QUARANTINED, one.problem)
    tail = journal.on_a_tail(one)
    if tail is not None:
        # Another life has taken the places from here on; what follows it stands on the tail as well.
        return _again(one, tail)
    if one.seq <= journal.head(one.epoch).seq:
        stored = journal.known(one)
        if stored is not None:
            return _again(one, stored)
        if not _makes_room(unit, one, journal, till):
            return _clash(one, journal, aside)
    head = journal.head(one.epoch)
    if one.epoch > till.epoch:
        return verdict(one, Outcome.RETRY, _("The hub has not given this epoch out."))
    if not head.seq and one.seq > 1 and till.role is Role.DEVICE and lives.knows_before(unit, till, one):
        journal.begin_at(one)
        head = journal.head(one.epoch)
    if one.seq > head.seq + 1:
        return verdict(one, Outcome.RETRY, _("Event {seq} is missing before it.").format(seq=head.seq + 1))
    if till.role is Role.DEVICE and _is_of_another_life(one, head, journal, till):
        return verdict(one, Outcome.RETRY, _("It follows another event than the hub has. Say hello first."))
    stored = journal.known(one)
    if stored is not None:
        journal.pass_by(one)
        return _again(one, stored)
    _check_chain(one, head, journal, till)
    if till.role is Role.CHANNEL and not one.problem:
        one.problem = shop_events.objection(unit.conn, till.channel, one)
        one.kind = "not_allowed" if one.problem else ""
    journal.take(one)
    fresh.append(one)
    return None


def _clash(one: Received, journal: Journal, aside: list[Received]) -> Verdict:
    one.kind = "same_key_other_bytes"
    one.problem = _("Another event stands at this place of the journal already.")
    if one.computed == one.hash:
        journal.strays.add(one.hash)
    aside.append(one)
    return verdict(one, Outcome.QUARANTINED, one.problem)


def _makes_room(unit: Unit, one: Received, journal: Journal, till: Principal) -> bool:
    """Give an event its place in an epoch that its till has left, though another life wrote there too."""
    taken = journal.by_place.get((one.epoch, one.seq))
    if till.role is not Role.DEVICE or one.epoch >= till.epoch or not journal.go_back(one):
        return False
    lives.set_tail_aside(unit, till, one.epoch, one.seq, taken)
    return True


def _is_of_another_life(one: Received, head: Head, journal: Journal, till: Principal) -> bool:
    """Tell whether a whole event hangs on one that this journal does not hold: its till must say hello."""
    if not one.computed or one.computed != one.hash or one.prev_hash == head.hash or not head.hash:
        return False
    return one.prev_hash in journal.strays or one.epoch < till.epoch


def _again(one: Received, stored: Any) -> Verdict:
    if isinstance(stored, Received):
        quarantined, reason = bool(stored.problem), stored.problem
    else:
        quarantined, reason = stored.outcome == Outcome.QUARANTINED, stored.reason
    if quarantined:
        return verdict(one, Outcome.QUARANTINED, reason)
    return verdict(one, Outcome.DUPLICATE)


def _check_chain(one: Received, head: Head, journal: Journal, till: Principal) -> None:
    """Mark an event that must not be applied, though its place in the journal is its own."""
    if not one.event_id or one.event_id in journal.by_id:
        one.kind, one.problem = (
            "same_key_other_bytes",
            _("Another event has this id already.") if one.event_id else one.problem,
        )
        # The place must be filled for the queue to move on, and an id is kept once.
        one.event_id = f"place/{secrets.token_hex(16)}"
    elif one.computed and one.computed != one.hash:
        one.kind, one.problem = "hash_broken", _("The event is not what its hash says.")
    elif one.computed and head.hash and one.prev_hash != head.hash:
        one.kind, one.problem = (
            "hash_broken",
            _("The event does not follow the one before it in the chain."),
        )
    elif till.revoked:
        one.kind, one.problem = "revoked_till", _("This till's rights were withdrawn.")


def verdict(one: Received, outcome: Outcome, reason: str = "") -> Verdict:
    """Return the hub's answer to one event."""
    return Verdict(epoch=one.epoch, seq=one.seq, event_id=one.event_id, outcome=outcome, reason=reason)
