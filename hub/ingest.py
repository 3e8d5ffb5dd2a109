"""Events in: each judged against what is known of its till, then a batch written in one transaction."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, assert_never

from sqlalchemy.exc import InternalError, OperationalError

from hub import (
    approvals,
    buyers,
    collecting,
    corrections,
    customers,
    exceptions,
    following,
    leases,
    lives,
    messaging,
    moves,
    quotations,
    rights,
    sales,
    shifts,
    shops,
    stock,
    tables,
)
from hub.auth import Principal, Role
from hub.database import insert_rows, upsert
from hub.envelopes import Received
from hub.feed import EVENT_NUMBERS, take_numbers
from hub.judging import Journal, judge, verdict
from hub.unit import NeedsAll, Unit, WriteConflict
from omnipos import events
from omnipos.domain.approval import ApprovalFact
from omnipos.domain.following import BasketFact
from omnipos.domain.quotation import QuotationFact
from omnipos.domain.shift import CountTold
from omnipos.domain.stocktake import Origin
from omnipos.locale import _
from omnipos.protocol import Outcome, PushAnswer, Verdict

log = logging.getLogger(__name__)

TROUBLE = (OperationalError, InternalError, WriteConflict)
"""The database's trouble and nobody's fault: the till sends the same again, and no event is set aside."""

KeptOnly = (
    events.LineVoided
    | events.BasketVoided
    | events.TenderTakenBack
    | events.PaymentAsked
    | events.PaymentEnded
    | events.AgeChecked
    | events.PaperReprinted
    | events.ShiftOpened
    | events.CashMoved
    | events.DrawerOpened
    | CountTold
    | events.ShiftClosed
)
"""Facts kept as events; nothing else follows from them."""


def push(unit: Unit, till: Principal, batch: Sequence[Received]) -> PushAnswer:
    """Store a batch and apply what is new in it; everything is durable when the caller has committed.

    What is judged of an event is written on it, so that a transaction begun again needs its own copies.
    """
    journal = Journal(unit, till.device_id, batch)
    fresh: list[Received] = []
    aside: list[Received] = []
    judged = [(one, judge(unit, one, journal, till, fresh, aside)) for one in batch]
    if fresh:
        for there, run in moves.by_store(unit.conn, till, fresh):
            _store(unit, there, run)
    save_heads(unit, journal)
    _set_aside(unit, till, aside)
    verdicts = tuple(_final(one, found) for one, found in judged)
    epoch = next((one.epoch for one in reversed(batch) if one.epoch), till.epoch)
    return PushAnswer(verdicts=verdicts, acked_through=journal.head(epoch).seq)


def _final(one: Received, judged: Verdict | None) -> Verdict:
    if judged is not None:
        return judged
    if one.problem:
        return verdict(one, Outcome.QUARANTINED, one.problem)
    return verdict(one, Outcome.APPLIED)


def _store(unit: Unit, till: Principal, fresh: Sequence[Received]) -> None:
    """Write and apply the batch at once; only when that fails, event by event."""
    unit.write_late()
    try:
        with unit.savepoint():
            _write(unit, till, fresh)
        return
    except TROUBLE:
        raise
    except Exception as trouble:
        if unit.beside:
            raise NeedsAll from trouble
        log.warning("A batch of %d events failed as a whole", len(fresh), exc_info=True)
    for one in fresh:
        _store_one(unit, till, one)


def _store_one(unit: Unit, till: Principal, one: Received) -> None:
    try:
        with unit.savepoint():
            _write(unit, till, [one])
        return
    except TROUBLE:
        raise
    except Exception:
        log.exception("Event %s cannot be applied", one.event_id)
    one.kind, one.problem = "event_failed", _("The event cannot be applied.")
    _write(unit, till, [one])


def _write(unit: Unit, till: Principal, fresh: Sequence[Received]) -> None:
    unit.last(lambda: _insert(unit, till, fresh))
    _apply(unit, till, fresh)
    for one in fresh:
        if one.problem and one.personal:
            _keep_raw(unit, till, one)
        if one.problem:
            unit.note(
                one.kind,
                one.problem,
                store_id=till.store_id,
                device_id=till.device_id,
                event_id=one.event_id,
            )


def _insert(unit: Unit, till: Principal, fresh: Sequence[Received]) -> None:
    first = take_numbers(unit.conn, EVENT_NUMBERS, len(fresh))
    rows = [_row(one, till, first + index, unit.now_ms) for index, one in enumerate(fresh)]
    insert_rows(unit.conn, tables.event, rows)


def apply_alone(unit: Unit, till: Principal, one: Received) -> bool:
    """Apply one event that is stored already; tell whether it could be. Nothing is left of a failure."""
    try:
        with unit.savepoint():
            _apply(unit, till, [one])
        return True
    except TROUBLE:
        raise
    except Exception:
        # Whatever it fails on stays the event's trouble, as when it first came.
        log.exception("Event %s cannot be applied", one.event_id)
        return False


def _keep_raw(unit: Unit, till: Principal, one: Received) -> bool:
    """Keep an event as it came, with the personal cards that came with it; tell whether it is new."""
    row = {
        "device_id": till.device_id,
        "epoch": one.epoch,
        "seq": one.seq,
        "fingerprint": one.fingerprint,
        "raw": one.raw,
        "reason": one.problem,
        "received_at_ms": unit.now_ms,
    }
    return bool(upsert(unit.conn, tables.quarantine, [row], returning=("seq",)))


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
    skew_ms = shops.skew_of(unit.conn, till.device_id)
    rights.look_through(unit, till, fresh, skew_ms)
    for one in fresh:
        if one.problem or one.fact is None or isinstance(one.fact, KeptOnly):
            continue
        report = collecting.Report(
            event_id=one.event_id,
            store_id=till.store_id,
            device_id=till.device_id,
            staff_id=one.actor,
            at_ms=one.occurred_at_ms,
            origin=_origin(unit, till, one, skew_ms),
        )
        if isinstance(one.fact, ApprovalFact | BasketFact | QuotationFact):
            _apply_to_store(unit, one.fact, report)
            continue
        match one.fact:
            case events.SaleCompleted(sale=sale):
                if sale.store_id != _store_of(one, till):
                    raise ValueError("a sale of another store than its till's")
                sold[sale.store_id].append(
                    sales.Reported(
                        event_id=one.event_id,
                        device_id=till.device_id,
                        sale=sale,
                        origin=report.origin,
                        channel=channel,
                    )
                )
            case events.CustomerAdded():
                _add_customer(unit, till, one, one.fact)
            case events.CustomerChanged():
                corrections.apply(unit, one.fact, one.personal, report, country=_country(unit, till))
            case events.StockCounted():
                stock.post_count(unit, one.fact, report.store_id, report.event_id, report.device_id)
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
            case events.EpochBegun():
                lives.tell_of_epoch(
                    unit,
                    one.fact,
                    store_id=till.store_id,
                    device_id=till.device_id,
                    event_id=one.event_id,
                )
            case events.ReceiptSendAsked() | events.BuyerGiven():
                _keep_person(unit, one, one.fact, report)
            case events.ExceptionSettled():
                exceptions.settle(unit, one.fact, report)
            case unknown:
                assert_never(unknown)
    for reported in sold.values():
        sales.apply(unit, reported)
    shifts.apply(unit, till, fresh)


def _apply_to_store(
    unit: Unit, fact: ApprovalFact | BasketFact | QuotationFact, report: collecting.Report
) -> None:
    if isinstance(fact, ApprovalFact):
        approvals.apply(unit, fact, report)
    elif isinstance(fact, QuotationFact):
        quotations.apply(unit, fact, report)
    else:
        following.apply(unit, fact, report)


def _keep_person(
    unit: Unit,
    one: Received,
    fact: events.ReceiptSendAsked | events.BuyerGiven,
    report: collecting.Report,
) -> None:
    card = one.personal.get(fact.personal_id)
    if isinstance(fact, events.BuyerGiven):
        buyers.keep(unit, fact, card, report)
    else:
        messaging.queue(unit, fact, card, report)


def _origin(unit: Unit, till: Principal, one: Received, skew_ms: int) -> Origin:
    """Return where goods came from that an event moves; a till's clock is read as the hub would."""
    at_ms = min(one.occurred_at_ms - skew_ms, unit.now_ms)
    return Origin(device_id=till.device_id, epoch=one.epoch, seq=one.seq, at_ms=max(at_ms, 0))


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


def save_heads(unit: Unit, journal: Journal) -> None:
    """Keep how far the hub has each epoch that a batch moved."""
    rows = [
        {
            "device_id": journal.device_id,
            "epoch": epoch,
            "acked_seq": journal.heads[epoch].seq,
            "acked_hash": journal.heads[epoch].hash,
        }
        for epoch in sorted(journal.moved)
    ]
    upsert(unit.conn, tables.device_head, rows, replace=("acked_seq", "acked_hash"))


def _set_aside(unit: Unit, till: Principal, aside: Sequence[Received]) -> None:
    """Keep what has no place of its own in the journal, once, and raise the alarm once."""
    for one in aside:
        if _keep_raw(unit, till, one):
            unit.note(
                one.kind,
                one.problem,
                store_id=till.store_id,
                device_id=till.device_id,
                event_id=one.event_id,
            )
