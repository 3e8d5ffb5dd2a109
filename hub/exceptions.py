"""What a person must settle: filed with a number, told to the store's tills, settled by the first answer."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from hub import tables
from hub.collecting import Report
from hub.feed import EXCEPTION_NUMBERS, exceptions_stream, take_numbers
from hub.problems import Refused
from hub.shops import may, till_number
from hub.unit import Unit
from omnipos.domain.exceptions import LONGEST_NOTE, ExceptionCase, Settlement
from omnipos.domain.names import clean_text
from omnipos.domain.staff import Right
from omnipos.events import ExceptionSettled, SaleCompleted, decode_fact
from omnipos.locale import _

LONGEST_ANSWER = 64
_case, _answer = tables.exception_case, tables.exception_answer


def file_cases(unit: Unit) -> None:
    """Write what the transaction noted and tell the stores; called once, late."""
    if not unit.exceptions:
        return
    first = take_numbers(unit.conn, EXCEPTION_NUMBERS, len(unit.exceptions))
    rows = [{"number": first + i, **one} for i, one in enumerate(unit.exceptions)]
    unit.conn.execute(insert(_case), rows)
    unit.exceptions = []
    for number in range(first, first + len(rows)):
        _tell(unit, number)


def settle(unit: Unit, fact: ExceptionSettled, report: Report) -> None:
    """Keep a till's answer. The first one settles; a later one is kept behind it.

    A number of 0 is a case that only the till has: its journal alone tells of it.
    """
    if not fact.number:
        return
    number = _number_of(unit.conn, fact, report.store_id)
    if number is None:
        _note(unit, "answer_without_case", fact, report)
        return
    who = report.staff_id if fact.allowed is None else fact.allowed.staff_id
    if not may(unit.conn, who, Right.SETTLE):
        _note(unit, "settled_without_role", fact, report)
        return
    settlement = Settlement(
        answer=clean_text(fact.answer, LONGEST_ANSWER),
        note=clean_text(fact.note, LONGEST_NOTE),
        staff_id=report.staff_id,
        till_number=till_number(unit.conn, report.device_id),
        at_ms=report.at_ms,
    )
    _keep_answer(unit, number, settlement)


def _note(unit: Unit, kind: str, fact: ExceptionSettled, report: Report) -> None:
    unit.note(
        kind,
        _("Exception {number} was answered with “{answer}”.").format(
            number=fact.number, answer=clean_text(fact.answer, LONGEST_ANSWER)
        ),
        store_id=report.store_id,
        device_id=report.device_id,
        event_id=report.event_id,
    )


def settle_as_owner(unit: Unit, number: int, answer: str, note: str, *, staff_id: str = "") -> ExceptionCase:
    """Settle a case at the hub, by the owner's key or by somebody; the same answer again changes nothing.

    Raises Refused for a case that is not there or was answered otherwise.
    """
    case = case_numbered(unit.conn, number)
    settlement = Settlement(
        answer=clean_text(answer, LONGEST_ANSWER),
        note=clean_text(note, LONGEST_NOTE),
        staff_id=staff_id,
        till_number=0,
        at_ms=unit.now_ms,
    )
    if not case.is_open:
        if msgspec.structs.replace(settlement, at_ms=case.answers[0].at_ms) == case.answers[0]:
            return case
        raise Refused(
            409,
            "settled",
            _("Exception {number} is settled already: {answer}. Nothing was changed.").format(
                number=number, answer=case.answers[0].answer
            ),
        )
    _keep_answer(unit, number, settlement)
    return case_numbered(unit.conn, number)


def settle_by_itself(unit: Unit, kind: str, event_ids: Select[tuple[str]], answer: str) -> None:
    """Settle open cases of a kind, told of some events, whose cause is gone; also those not filed yet."""
    noted = [one for one in unit.exceptions if one["kind"] == kind]
    if noted:
        ended = set(unit.conn.scalars(event_ids))
        gone = [one for one in noted if one["event_id"] in ended]
        unit.exceptions = [one for one in unit.exceptions if one not in gone]
    still = select(_case.c.number).where(_case.c.kind == kind, ~_case.c.settled)
    for number in unit.conn.scalars(still.where(_case.c.event_id.in_(event_ids))).all():
        settlement = Settlement(answer=answer, note="", staff_id="", till_number=0, at_ms=unit.now_ms)
        _keep_answer(unit, number, settlement)


def case_numbered(conn: Connection, number: int) -> ExceptionCase:
    """Return a case by its number; refuse one that is not there."""
    found = _cases(conn, _case.c.number == number, 1) if number <= tables.LARGEST else []
    if not found:
        raise Refused(404, "not_found", _("There is no exception {number}.").format(number=number))
    return found[0]


def cases_after(conn: Connection, after: int, limit: int, *, only_open: bool) -> list[ExceptionCase]:
    """Return the cases behind a number, the oldest first."""
    wanted = _case.c.number > after
    return _cases(conn, wanted & ~_case.c.settled if only_open else wanted, limit)


def _number_of(conn: Connection, fact: ExceptionSettled, store_id: str) -> int | None:
    """Return the store's case that an answer is for: by number, else by what it was about."""
    own = (_case.c.store_id == store_id) & (_case.c.kind == fact.kind) & (_case.c.event_id == fact.subject)
    number = conn.scalar(select(_case.c.number).where(own, _case.c.number == fact.number))
    if number is None and fact.subject:
        number = conn.scalar(select(func.min(_case.c.number)).where(own))
    return number


def _keep_answer(unit: Unit, number: int, settlement: Settlement) -> None:
    unit.conn.execute(update(_case).where(_case.c.number == number).values(settled=True))
    places = select(func.count()).select_from(_answer).where(_answer.c.number == number)
    place = int(unit.conn.scalar(places) or 0)
    row = msgspec.structs.asdict(settlement)
    unit.conn.execute(insert(_answer).values(number=number, place=place, **row))
    _tell(unit, number)


def _tell(unit: Unit, number: int) -> None:
    case = case_numbered(unit.conn, number)
    if case.store_id:
        unit.tell(exceptions_stream(case.store_id), str(number), case)


def _cases(conn: Connection, wanted: ColumnElement[bool], limit: int) -> list[ExceptionCase]:
    rows = conn.execute(select(_case).where(wanted).order_by(_case.c.number).limit(limit)).all()
    answers = _answers(conn, [row.number for row in rows])
    return [_as_case(conn, row, answers[row.number]) for row in rows]


def _answers(conn: Connection, numbers: Iterable[int]) -> dict[int, tuple[Settlement, ...]]:
    found: dict[int, tuple[Settlement, ...]] = defaultdict(tuple)
    names = Settlement.__struct_fields__
    query = select(_answer).where(_answer.c.number.in_(list(numbers)))
    for row in conn.execute(query.order_by(_answer.c.number, _answer.c.place)):
        found[row.number] += (Settlement(**{name: getattr(row, name) for name in names}),)
    return found


def _as_case(
    conn: Connection, row: Row[tuple[object, ...]], answers: tuple[Settlement, ...]
) -> ExceptionCase:
    return ExceptionCase(
        number=row.number,
        store_id=row.store_id,
        device_id=row.device_id,
        till_number=till_number(conn, row.device_id),
        kind=row.kind,
        detail=row.detail,
        at_ms=row.at_ms,
        event_id=row.event_id,
        order_id=row.order_id,
        order_number=_order_number(conn, row.store_id, row.order_id),
        receipt_number=_receipt_number(conn, row.event_id),
        answers=answers,
    )


def _order_number(conn: Connection, store_id: str, order_id: str) -> str:
    if not order_id:
        return ""
    table = tables.collect_order
    wanted = (table.c.store_id == store_id) & (table.c.order_id == order_id)
    return conn.scalar(select(table.c.number).where(wanted)) or ""


def _receipt_number(conn: Connection, event_id: str) -> str:
    """Return the receipt number of the sale that an event tells of; empty for any other event."""
    table = tables.event
    found = select(table.c.body, table.c.schema).where(table.c.event_id == event_id)
    row = conn.execute(found).one_or_none() if event_id else None
    try:
        fact = decode_fact(row.body, row.schema) if row else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""  # what a till sent as an event may be anything
    return clean_text(fact.sale.receipt_number, 64) if isinstance(fact, SaleCompleted) else ""
