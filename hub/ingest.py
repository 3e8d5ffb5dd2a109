"""Events in: each judged against what is known of its till, then a batch written in one transaction."""

import logging
import secrets
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, assert_never

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from hub import collecting, corrections, customers, leases, sales, shop_events, shops, tables
from hub.auth import Principal, Role
from hub.database import insert_rows, upsert
from hub.envelopes import Received
from hub.feed import EVENT_NUMBERS, take_numbers
from hub.unit import Unit, WriteConflict
from omnipos import events
from omnipos.locale import _
from omnipos.protocol import Outcome, PushAnswer, Verdict

log = logging.getLogger(__name__)


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
            table.c.fingerprint,
            table.c.outcome,
            table.c.reason,
        )
        ids = [one.event_id for one in batch if one.event_id]
        by_id = unit.conn.execute(select(*wanted).where(table.c.event_id.in_(ids)))
        self.by_id: dict[str, Any] = {row.event_id: row for row in by_id}
        self.by_place: dict[tuple[int, int], Any] = {}
        for epoch in {one.epoch for one in batch}:
            old = [one.seq for one in batch if one.epoch == epoch and one.seq <= self.head(epoch).seq]
            if old:
                found = unit.conn.execute(
                    select(*wanted).where(
                        table.c.device_id == device_id,
                        table.c.epoch == epoch,
                        table.c.seq.between(min(old), max(old)),
                    )
                )
                self.by_place |= {(row.epoch, row.seq): row for row in found}

    def head(self, epoch: int) -> Head:
        """Return where an epoch stands."""
        return self.heads.get(epoch, Head(0, events.GENESIS if epoch == 1 else b""))

    def take(self, one: Received) -> None:
        """Move on past an event that will be stored."""
        self.heads[one.epoch] = Head(one.seq, one.hash)
        self.by_id[one.event_id] = one
        self.by_place[one.epoch, one.seq] = one


def push(unit: Unit, till: Principal, batch: Sequence[Received]) -> PushAnswer:
    """Store a batch and apply what is new in it; everything is durable when the caller has committed."""
    journal = Journal(unit, till.device_id, batch)
    fresh: list[Received] = []
    aside: list[Received] = []
    judged = [(one, _judge(unit, one, journal, till, fresh, aside)) for one in batch]
    if fresh:
        _store(unit, till, fresh)
        _save_heads(unit, journal, {one.epoch for one in fresh})
    _set_aside(unit, till, aside)
    verdicts = tuple(_final(one, verdict) for one, verdict in judged)
    epoch = next((one.epoch for one in reversed(batch) if one.epoch), till.epoch)
    return PushAnswer(verdicts=verdicts, acked_through=journal.head(epoch).seq)


def _verdict(one: Received, outcome: Outcome, reason: str = "") -> Verdict:
    return Verdict(epoch=one.epoch, seq=one.seq, event_id=one.event_id, outcome=outcome, reason=reason)


def _final(one: Received, verdict: Verdict | None) -> Verdict:
    if verdict is not None:
        return verdict
    if one.problem:
        return _verdict(one, Outcome.QUARANTINED, one.problem)
    return _verdict(one, Outcome.APPLIED)


def _judge(
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
        return _verdict(one, Outcome.QUARANTINED, one.problem)
    head = journal.head(one.epoch)
    if one.seq <= head.seq:
        stored = journal.by_place[one.epoch, one.seq]
        if stored.fingerprint == one.fingerprint:
            return _again(one, stored)
        one.kind = "same_key_other_bytes"
        one.problem = _("Another event stands at this place of the journal already.")
        aside.append(one)
        return _verdict(one, Outcome.QUARANTINED, one.problem)
    if one.epoch > till.epoch:
        return _verdict(one, Outcome.RETRY, _("The hub has not given this epoch out."))
    if one.seq > head.seq + 1:
        return _verdict(one, Outcome.RETRY, _("Event {seq} is missing before it.").format(seq=head.seq + 1))
    _check_chain(one, head, journal, till)
    if till.role is Role.CHANNEL and not one.problem:
        one.problem = shop_events.objection(unit.conn, till.channel, one)
        one.kind = "not_allowed" if one.problem else ""
    journal.take(one)
    fresh.append(one)
    return None


def _again(one: Received, stored: Any) -> Verdict:
    if isinstance(stored, Received):
        quarantined, reason = bool(stored.problem), stored.problem
    else:
        quarantined, reason = stored.outcome == Outcome.QUARANTINED, stored.reason
    if quarantined:
        return _verdict(one, Outcome.QUARANTINED, reason)
    return _verdict(one, Outcome.DUPLICATE)


def _check_chain(one: Received, head: Head, journal: Journal, till: Principal) -> None:
    """Mark an event that must not be applied, though its place in the journal is its own."""
    if not one.event_id or one.event_id in journal.by_id:
        one.kind, one.problem = (
            "same_key_other_bytes",
            _("Another event has this id already.") if one.event_id else one.problem,
        )
        # The place must be filled for the queue to move on, and an id is kept once.
        one.event_id = f"place/{secrets.token_hex(16)}"
    elif till.revoked:
        one.kind, one.problem = "revoked_till", _("This till's rights were withdrawn.")
    elif one.computed and one.computed != one.hash:
        one.kind, one.problem = "hash_broken", _("The event is not what its hash says.")
    elif one.computed and head.hash and one.prev_hash != head.hash:
        one.kind, one.problem = (
            "hash_broken",
            _("The event does not follow the one before it in the chain."),
        )


def _store(unit: Unit, till: Principal, fresh: Sequence[Received]) -> None:
    """Write and apply the batch at once; only when that fails, event by event."""
    try:
        with unit.savepoint():
            _write(unit, till, fresh)
        return
    except (OperationalError, WriteConflict):
        raise  # the database is in trouble, not the batch: the till sends it again
    except Exception:
        log.warning("A batch of %d events failed as a whole", len(fresh), exc_info=True)
    for one in fresh:
        _store_one(unit, till, one)


def _store_one(unit: Unit, till: Principal, one: Received) -> None:
    try:
        with unit.savepoint():
            _write(unit, till, [one])
        return
    except (OperationalError, WriteConflict):
        raise
    except Exception:
        log.exception("Event %s cannot be applied", one.event_id)
    one.kind, one.problem = "event_failed", _("The event cannot be applied.")
    _write(unit, till, [one])


def _write(unit: Unit, till: Principal, fresh: Sequence[Received]) -> None:
    first = take_numbers(unit.conn, EVENT_NUMBERS, len(fresh))
    rows = [_row(one, till, first + index, unit.now_ms) for index, one in enumerate(fresh)]
    insert_rows(unit.conn, tables.event, rows)
    _apply(unit, till, fresh)
    for one in fresh:
        if one.problem:
            unit.note(
                one.kind,
                one.problem,
                store_id=till.store_id,
                device_id=till.device_id,
                event_id=one.event_id,
            )


def _row(one: Received, till: Principal, number: int, now_ms: int) -> dict[str, Any]:
    return {
        "device_id": till.device_id,
        "epoch": one.epoch,
        "seq": one.seq,
        "event_id": one.event_id,
        "number": number,
        "store_id": _store_of(one, till),
        "type": one.type,
        "schema": one.schema,
        "occurred_at_ms": one.occurred_at_ms,
        "actor": one.actor,
        "shift": one.shift,
        "catalogue_rev": one.catalogue_rev,
        "body": one.body,
        "prev_hash": one.prev_hash,
        "hash": one.hash,
        "fingerprint": one.fingerprint,
        "outcome": (Outcome.QUARANTINED if one.problem else Outcome.APPLIED).value,
        "reason": one.problem,
        "received_at_ms": now_ms,
    }


def _store_of(one: Received, till: Principal) -> str:
    """Return whose fact an event is: the till's store, or the one a web shop sold for."""
    if isinstance(one.fact, events.SaleCompleted) and not till.store_id and not one.problem:
        return one.fact.sale.store_id
    return till.store_id


def _apply(unit: Unit, till: Principal, fresh: Sequence[Received]) -> None:
    sold: dict[str, list[sales.Reported]] = defaultdict(list)
    channel = till.channel if till.role is Role.CHANNEL else ""
    for one in fresh:
        if one.problem or one.fact is None:
            continue
        report = collecting.Report(
            event_id=one.event_id,
            store_id=till.store_id,
            device_id=till.device_id,
            staff_id=one.actor,
            at_ms=one.occurred_at_ms,
        )
        match one.fact:
            case events.SaleCompleted(sale=sale):
                if sale.store_id != _store_of(one, till):
                    raise ValueError("a sale of another store than its till's")
                sold[sale.store_id].append(
                    sales.Reported(
                        event_id=one.event_id, device_id=till.device_id, sale=sale, channel=channel
                    )
                )
            case events.CustomerAdded():
                _add_customer(unit, till, one, one.fact)
            case events.CustomerChanged():
                corrections.apply(unit, one.fact, one.personal, report, country=_country(unit, till))
            case events.OrderPicked():
                collecting.apply_pick(unit, one.fact, report)
            case events.OrderReadied():
                collecting.apply_ready(unit, one.fact, report)
            case events.OrderHandedOver():
                collecting.apply_hand_over(unit, one.fact, report)
            case events.LeaseAsked():
                leases.apply_ask(unit, one.fact, report)
            case events.LeaseAskWithdrawn():
                leases.apply_withdrawal(unit, one.fact, report)
            case events.LeaseReleased():
                leases.apply_release(unit, one.fact, report)
            case events.LeaseTaken():
                leases.apply_taking(unit, one.fact, report)
            case (
                events.LineVoided()
                | events.BasketVoided()
                | events.TenderTakenBack()
                | events.PaperReprinted()
            ):
                pass  # kept as events; nothing else follows from them
            case unknown:
                assert_never(unknown)
    for reported in sold.values():
        sales.apply(unit, reported)


def _add_customer(unit: Unit, till: Principal, one: Received, fact: events.CustomerAdded) -> None:
    customers.add_from_till(
        unit,
        fact,
        one.personal.get(fact.personal_id),
        country=_country(unit, till),
        store_id=till.store_id,
        event_id=one.event_id,
    )


def _country(unit: Unit, till: Principal) -> str:
    """Return the country that reads the phone numbers of a journal."""
    shop = shops.shop_by_id(unit.conn, till.store_id) if till.store_id else shops.first_shop(unit.conn)
    return shop.country if shop else ""


def _save_heads(unit: Unit, journal: Journal, epochs: set[int]) -> None:
    rows = [
        {
            "device_id": journal.device_id,
            "epoch": epoch,
            "acked_seq": journal.heads[epoch].seq,
            "acked_hash": journal.heads[epoch].hash,
        }
        for epoch in sorted(epochs)
    ]
    upsert(unit.conn, tables.device_head, rows, replace=("acked_seq", "acked_hash"))


def _set_aside(unit: Unit, till: Principal, aside: Sequence[Received]) -> None:
    """Keep what has no place of its own in the journal, once, and raise the alarm once."""
    table = tables.quarantine
    for one in aside:
        row = {
            "device_id": till.device_id,
            "epoch": one.epoch,
            "seq": one.seq,
            "fingerprint": one.fingerprint,
            "raw": one.raw,
            "reason": one.problem,
            "received_at_ms": unit.now_ms,
        }
        if upsert(unit.conn, table, [row], returning=("seq",)):
            unit.note(
                one.kind,
                one.problem,
                store_id=till.store_id,
                device_id=till.device_id,
                event_id=one.event_id,
            )
