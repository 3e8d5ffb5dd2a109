"""Approvals of a store: asked for at one till, answered at another, and all that were given."""

import msgspec
from sqlalchemy import delete, select

from hub import shops, tables
from hub.collecting import Report
from hub.database import upsert
from hub.feed import approvals_stream
from hub.unit import Unit
from omnipos.domain import approval as rules
from omnipos.domain.approval import (
    KEPT_MS,
    ApprovalAsked,
    ApprovalCase,
    ApprovalFact,
    ApprovalGiven,
    ApprovalState,
    ApprovalWithdrawn,
)
from omnipos.domain.names import clean_text
from omnipos.domain.staff import Right
from omnipos.locale import _

KIND = "approved_without_role"
LONGEST_REASON = 200

_table = tables.approval


def apply(unit: Unit, fact: ApprovalFact, report: Report) -> None:
    """Apply what a till reports of an approval."""
    old = _case(unit, report.store_id, fact.approval_id)
    if isinstance(fact, ApprovalAsked):
        if old is None:
            _keep(unit, _new(unit, fact, report, ApprovalState.ASKED, total_minor=fact.total_minor))
    elif isinstance(fact, ApprovalGiven):
        _give(unit, fact, report, old)
    elif old is None:
        return  # of another life of the hub, or longer ago than is kept
    elif isinstance(fact, ApprovalWithdrawn):
        if old.device_id == report.device_id:
            _change(unit, old, rules.withdrawn(old))
    elif _may(unit, report.staff_id, old.right):
        new = rules.answered(
            old,
            granted=fact.granted,
            staff_id=report.staff_id,
            till_number=shops.till_number(unit.conn, report.device_id),
            at_ms=report.at_ms,
        )
        _change(unit, old, new)
    else:
        _object(unit, report.staff_id, report)
    _forget_old(unit, report.store_id)


def _give(unit: Unit, fact: ApprovalGiven, report: Report, old: ApprovalCase | None) -> None:
    if not _may(unit, fact.staff_id, fact.right):
        _object(unit, fact.staff_id, report)
    given = old or _new(unit, fact, report, ApprovalState.GIVEN)
    if given.device_id != report.device_id:
        return
    here = given.till_number if old is None else old.answered_till
    _keep(
        unit,
        msgspec.structs.replace(
            given,
            state=ApprovalState.GIVEN,
            answered_by=clean_text(fact.staff_id, 64),
            answered_till=here,
            answered_at_ms=given.answered_at_ms or report.at_ms,
        ),
    )


def _new(
    unit: Unit,
    fact: ApprovalAsked | ApprovalGiven,
    report: Report,
    state: ApprovalState,
    total_minor: int = 0,
) -> ApprovalCase:
    return ApprovalCase(
        approval_id=fact.approval_id,
        store_id=report.store_id,
        device_id=report.device_id,
        till_number=shops.till_number(unit.conn, report.device_id),
        right=clean_text(fact.right, 64),
        reason=clean_text(fact.reason, LONGEST_REASON),
        asked_by=report.staff_id,
        at_ms=report.at_ms,
        state=state,
        total_minor=total_minor,
    )


def _may(unit: Unit, staff_id: str, right: str) -> bool:
    known = [one for one in Right if one.value == right]
    return bool(known) and shops.may(unit.conn, staff_id, known[0])


def _object(unit: Unit, staff_id: str, report: Report) -> None:
    detail = _("“{who}” gave their word for what they may not allow.").format(who=clean_text(staff_id, 64))
    unit.note(
        KIND,
        detail,
        store_id=report.store_id,
        device_id=report.device_id,
        event_id=report.event_id,
    )


def _case(unit: Unit, store_id: str, approval_id: str) -> ApprovalCase | None:
    here = (_table.c.store_id == store_id) & (_table.c.approval_id == approval_id)
    record = unit.conn.scalar(select(_table.c.record).where(here))
    return None if record is None else msgspec.json.decode(record, type=ApprovalCase)


def _change(unit: Unit, old: ApprovalCase, new: ApprovalCase) -> None:
    if new != old:
        _keep(unit, new)


def _keep(unit: Unit, case: ApprovalCase) -> None:
    row = {
        "store_id": case.store_id,
        "approval_id": case.approval_id,
        "kept_at_ms": unit.now_ms,
        "record": msgspec.json.encode(case).decode(),
        "asked_by": case.asked_by,
        "answered_by": case.answered_by,
    }
    upsert(unit.conn, _table, [row], replace=("record", "kept_at_ms", "asked_by", "answered_by"))
    unit.tell(approvals_stream(case.store_id), case.approval_id, case)


def _forget_old(unit: Unit, store_id: str) -> None:
    old = (_table.c.store_id == store_id) & (_table.c.kept_at_ms < unit.now_ms - KEPT_MS)
    for approval_id in unit.conn.scalars(delete(_table).where(old).returning(_table.c.approval_id)).all():
        unit.tell(approvals_stream(store_id), approval_id, None)
