"""Rights looked at by the hub itself: what somebody did who may not is kept as a fact, and a person is told.

One case tells of one person at one till on one day (UTC), however much was done: its event is the first.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from hub import shops, tables
from hub.auth import Principal, Role
from hub.envelopes import Received
from hub.feed import STAFF
from hub.unit import Unit
from omnipos import events
from omnipos.domain.approval import ApprovalAsked, ApprovalGiven, ApprovalWithdrawn
from omnipos.domain.following import BasketAsked, StaffArrived
from omnipos.domain.names import clean_text
from omnipos.domain.quotation import QuotationClosed, QuotationSaved
from omnipos.domain.staff import Right, Staff
from omnipos.locale import _

KIND = "by_somebody_without_the_right"
DAY_MS = 86_400_000

NEEDED: dict[type, Right] = {
    events.SaleCompleted: Right.SELL,
    events.LineVoided: Right.SELL,
    events.BasketVoided: Right.SELL,
    events.TenderTakenBack: Right.SELL,
    events.PaymentAsked: Right.SELL,
    events.BuyerGiven: Right.SELL,
    events.ReceiptSendAsked: Right.SELL,
    events.PaperReprinted: Right.SELL,
    ApprovalGiven: Right.SELL,
    ApprovalAsked: Right.SELL,
    ApprovalWithdrawn: Right.SELL,
    StaffArrived: Right.SELL,
    BasketAsked: Right.SELL,
    QuotationSaved: Right.SELL,
    QuotationClosed: Right.SELL,
    events.CustomerAdded: Right.SELL,
    events.CustomerChanged: Right.SELL,
    events.OrderPicked: Right.COLLECT,
    events.OrderReadied: Right.COLLECT,
    events.OrderHandedOver: Right.COLLECT,
    events.LeaseAsked: Right.COLLECT,
    events.LeaseAskWithdrawn: Right.COLLECT,
    events.LeaseTaken: Right.COLLECT,
    events.StockCounted: Right.COUNT,
    events.ShiftOpened: Right.DRAWER,
    events.CashMoved: Right.DRAWER,
    events.ShiftClosed: Right.CASH_UP,
}
"""What a person needs for a fact. A till writes the others by itself, or the hub refuses them otherwise."""


def look_through(unit: Unit, till: Principal, fresh: Sequence[Received], skew_ms: int) -> None:
    """Note who did what a till reports without the right to; its clock is ahead of the hub's by `skew_ms`.

    Staff is read once; a batch in which all is well costs no more than that.
    """
    if till.role is not Role.DEVICE:
        return
    needed = [(one, NEEDED[type(one.fact)]) for one in fresh if not one.problem and type(one.fact) in NEEDED]
    if not needed:
        return
    staff = {one.staff_id: one for one in shops.everybody(unit.conn)}
    left = _withdrawn_at(unit.conn, [one.staff_id for one in staff.values() if not one.active])
    odd: dict[tuple[str, int], tuple[Received, str]] = {}
    for one, right in needed:
        has_left = one.actor in left and one.occurred_at_ms - skew_ms >= left[one.actor]
        objection = _objection(one.actor, staff.get(one.actor), right, has_left=has_left)
        if objection:
            odd.setdefault(_whose(one.actor, one.occurred_at_ms), (one, objection))
    if not odd:
        return
    told = _told(unit, till.device_id)
    for key, (one, objection) in odd.items():
        if key not in told:
            unit.note(
                KIND, objection, store_id=till.store_id, device_id=till.device_id, event_id=one.event_id
            )


def _objection(staff_id: str, person: Staff | None, right: Right, *, has_left: bool) -> str:
    """Return why somebody may not have done it; empty for who may."""
    if person is None:
        return _("“{who}” worked at this till. The hub knows nobody of that name.").format(
            who=clean_text(staff_id, 64)
        )
    if has_left:
        return _("{name} worked at this till after their rights were withdrawn.").format(name=person.name)
    if not person.may(right):
        return _("{name} did at this till what only a manager may do.").format(name=person.name)
    return ""


def _whose(staff_id: str, at_ms: int) -> tuple[str, int]:
    return staff_id, at_ms // DAY_MS


def _withdrawn_at(conn: Connection, staff_ids: Sequence[str]) -> dict[str, int]:
    """Return when each was withdrawn, UTC milliseconds; 0 when that is longer ago than streams remember."""
    table = tables.change
    gone = select(table.c.key, table.c.as_of_ms).where(
        table.c.stream == STAFF, table.c.key.in_(staff_ids), table.c.record.is_(None)
    )
    rows = conn.execute(gone).all() if staff_ids else []
    return dict.fromkeys(staff_ids, 0) | {row.key: row.as_of_ms for row in rows}


def _told(unit: Unit, device_id: str) -> set[tuple[str, int]]:
    """Return of whom and of which days a case tells already, filed or about to be."""
    cases, table = tables.exception_case, tables.event
    filed = select(cases.c.event_id).where(cases.c.device_id == device_id, cases.c.kind == KIND)
    noted = [one["event_id"] for one in unit.exceptions if one["kind"] == KIND]
    known = select(table.c.actor, table.c.occurred_at_ms).where(
        table.c.device_id == device_id, table.c.event_id.in_(filed) | table.c.event_id.in_(noted)
    )
    return {_whose(row.actor, row.occurred_at_ms) for row in unit.conn.execute(known)}
