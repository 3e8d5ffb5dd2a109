"""Shifts at the hub: each sale in the shift that its till named, and every Z held against them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from hub import tables
from hub.auth import Principal, Role
from hub.database import upsert
from hub.envelopes import Received
from hub.reports import ShiftSeen, ShiftState
from hub.unit import Unit
from omnipos.domain.foreign_count import foreign_money, foreign_taken
from omnipos.domain.money import format_money, is_currency
from omnipos.domain.names import clean_text
from omnipos.domain.shift import ShiftReport
from omnipos.domain.tender import ForeignMoney
from omnipos.events import SaleCompleted, ShiftClosed, ShiftOpened
from omnipos.locale import _

SUMS = ("sales", "total_minor", "tax_minor", "rounding_minor", "change_minor")
_table = tables.shift


def apply(unit: Unit, till: Principal, fresh: Sequence[Received]) -> None:
    """Count new sales into the shifts in their headers, however late they come, and look at each Z again."""
    if till.role is not Role.DEVICE:
        return
    told = (SaleCompleted, ShiftOpened, ShiftClosed)
    ours = [one for one in fresh if not one.problem and one.shift and isinstance(one.fact, told)]
    if not ours:
        return
    _count(unit, till, ours)
    _count_foreign(unit, till, ours)
    for one in ours:
        if isinstance(one.fact, ShiftOpened):
            unit.conn.execute(_of(till, one.shift).values(float_minor=one.fact.float_minor))
        elif isinstance(one.fact, ShiftClosed):
            _close(unit, till, one, one.fact.report)
    for shift in dict.fromkeys(one.shift for one in ours):
        _compare(unit, till, shift)


def _of(till: Principal, shift: str) -> Any:
    return update(_table).where(_table.c.device_id == till.device_id, _table.c.shift == shift)


def _count(unit: Unit, till: Principal, ours: Sequence[Received]) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for one in ours:
        row = rows.setdefault(
            one.shift,
            {
                "device_id": till.device_id,
                "shift": one.shift,
                "store_id": till.store_id,
                "first_at_ms": one.occurred_at_ms,
                "foreign_taken": "{}",
                **dict.fromkeys(SUMS, 0),
            },
        )
        if isinstance(one.fact, SaleCompleted):
            row["sales"] += 1
            for name in SUMS[1:]:
                row[name] += getattr(one.fact.sale, name)
    upsert(unit.conn, _table, list(rows.values()), add=SUMS)


def _count_foreign(unit: Unit, till: Principal, ours: Sequence[Received]) -> None:
    """Add what was taken in currencies known here; the row is ours until the unit ends, as it was written."""
    taken: dict[str, list[ForeignMoney]] = defaultdict(list)
    for one in ours:
        if isinstance(one.fact, SaleCompleted):
            taken[one.shift] += [
                money for money in foreign_taken(one.fact.sale) if is_currency(money.currency)
            ]
    for shift, more in taken.items():
        before = _row(unit.conn, till, shift).foreign_taken if more else None
        if before is not None:
            sums = msgspec.json.decode(before, type=dict[str, int])
            for money in more:
                sums[money.currency] = sums.get(money.currency, 0) + money.amount_minor
            unit.conn.execute(_of(till, shift).values(foreign_taken=msgspec.json.encode(sums).decode()))


def _close(unit: Unit, till: Principal, one: Received, report: ShiftReport) -> None:
    """Keep the Z of a shift. The first one stays; another of the same shift is told."""
    row = _row(unit.conn, till, one.shift)
    if row.closed_event_id:
        detail = _("Z {number} closes shift {shift}, which {other} closed already.").format(
            number=clean_text(report.number, 40),
            shift=clean_text(one.shift, 40),
            other=clean_text(_report(row).number, 40),
        )
        _note(unit, till, "shift_closed_twice", detail, one.event_id)
        return
    unit.conn.execute(
        _of(till, one.shift).values(
            closed_at_ms=one.occurred_at_ms,
            closed_epoch=one.epoch,
            closed_event_id=one.event_id,
            report=msgspec.json.encode(report).decode(),
            told=row.told or bool(one.left_out),
        )
    )
    if one.left_out:
        detail = _("Z {number} says more than any shop handles: {names}. Its other sums are kept.").format(
            number=clean_text(report.number, 40), names=", ".join(one.left_out)
        )
        _note(unit, till, "shift_too_large", detail, one.event_id)


def _compare(unit: Unit, till: Principal, shift: str) -> None:
    """File a case, once, for a Z whose sums are not those of the sales that the hub has of its shift."""
    row = _row(unit.conn, till, shift)
    if row.told or _state(row) is not ShiftState.DIFFERS:
        return
    report = _report(row)
    detail = _other_sums(row, report) if _said(report) != _sums(row) else _other_foreign(row, report)
    _note(unit, till, "shift_differs", detail, row.closed_event_id)
    unit.conn.execute(_of(till, shift).values(told=True))


def _other_sums(row: Any, report: ShiftReport) -> str:
    return _("Z {number} says {count} sales of {total}; of that shift the hub has {here} of {sum}.").format(
        number=clean_text(report.number, 40),
        count=report.takings.sales,
        total=_money(report.takings.total_minor, report),
        here=row.sales,
        sum=_money(row.total_minor, report),
    )


def _other_foreign(row: Any, report: ShiftReport) -> str:
    said, here = _foreign_said(report), _foreign_here(row) or {}
    return _("Z {number} says that {said} was taken; of that shift the hub has {here}.").format(
        number=clean_text(report.number, 40), said=_foreign_words(said), here=_foreign_words(here)
    )


def _foreign_words(sums: Mapping[str, int]) -> str:
    return ", ".join(foreign_money(minor, code) for code, minor in sorted(sums.items())) or "0"


def _foreign_said(report: ShiftReport) -> dict[str, int]:
    """Return what a Z says was taken in the currencies that are known here."""
    taken = report.drawer.foreign
    return {one.currency: one.amount_minor for one in taken if one.amount_minor and is_currency(one.currency)}


def _foreign_here(row: Any) -> dict[str, int] | None:
    """Return what the sales of a shift brought in other currencies; None where it was not added up."""
    if row.foreign_taken is None:
        return None
    return {code: minor for code, minor in msgspec.json.decode(row.foreign_taken).items() if minor}


def _said(report: ShiftReport) -> tuple[int, ...]:
    return (report.takings.sales, *(getattr(report.takings, name) for name in SUMS[1:]))


def _sums(row: Any) -> tuple[int, ...]:
    return tuple(getattr(row, name) for name in SUMS)


def _money(minor: int, report: ShiftReport) -> str:
    return format_money(minor, report.currency)


def _note(unit: Unit, till: Principal, kind: str, detail: str, event_id: str) -> None:
    unit.note(kind, detail, store_id=till.store_id, device_id=till.device_id, event_id=event_id)


def _row(conn: Connection, till: Principal, shift: str) -> Any:
    wanted = (_table.c.device_id == till.device_id) & (_table.c.shift == shift)
    return conn.execute(select(_table).where(wanted)).one()


def _report(row: Any) -> ShiftReport:
    return msgspec.json.decode(row.report, type=ShiftReport)


def _state(row: Any) -> ShiftState:
    """Return how a shift stands: one that began in an epoch before its Z may still lack sales of that one."""
    if not row.closed_event_id:
        return ShiftState.OPEN
    report = _report(row)
    foreign = _foreign_here(row)
    if _said(report) == _sums(row) and foreign in (None, _foreign_said(report)):
        return ShiftState.AGREES
    if report.first_epoch != row.closed_epoch and row.sales < report.takings.sales:
        return ShiftState.WAITING
    return ShiftState.DIFFERS


def find(conn: Connection, store_id: str, after: str, limit: int) -> list[ShiftSeen]:
    """Return shifts of one store, or with an empty id of all, behind a place in their list."""
    device_id, _slash, shift = after.partition("/")
    query = select(_table).order_by(_table.c.device_id, _table.c.shift).limit(limit)
    if after:
        same = (_table.c.device_id == device_id) & (_table.c.shift > shift)
        query = query.where((_table.c.device_id > device_id) | same)
    if store_id:
        query = query.where(_table.c.store_id == store_id)
    return [seen(row) for row in conn.execute(query)]


def seen(row: Any) -> ShiftSeen:
    return ShiftSeen(
        device_id=row.device_id,
        store_id=row.store_id,
        shift=row.shift,
        state=_state(row),
        first_at_ms=row.first_at_ms,
        float_minor=row.float_minor,
        closed_at_ms=row.closed_at_ms,
        report=_report(row) if row.closed_event_id else None,
        **{name: getattr(row, name) for name in SUMS},
    )
