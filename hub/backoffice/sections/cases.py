"""Exceptions: what a person must settle, and settling it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from hub import exceptions, tables
from hub.backoffice.fields import ChoiceField, Field, Flag, LinesField, MomentField, NumberField, moment
from hub.backoffice.listing import Listing, Record, of_stores
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Change, Said, Section
from hub.backoffice.sections.sales import staff_names
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.exceptions import KINDS, SAFE, UNSAFE, answer_text, kind_of
from omnipos.domain.staff import Right
from omnipos.locale import _, later

_case, _store = tables.exception_case, tables.store


def _query(office: Office) -> Select[Any]:
    joined = _case.outerjoin(_store, _store.c.store_id == _case.c.store_id)
    return of_stores(select(_case, _store.c.code).select_from(joined), office, _case.c.store_id)


def _record(row: Any, _office: Office) -> Record:
    kind = kind_of(row.kind)
    return Record(
        number=row.number,
        kind=row.kind,
        sentence=_(kind.sentence),
        store=row.code or "",
        at_ms=row.at_ms,
        is_open=not row.settled,
        detail=row.detail,
        safety=_(SAFE if kind.is_safe else UNSAFE),
        answers=(),
        said=f"{row.number}",
    )


def _find(conn: Connection, q: str, _office: Office) -> Iterable[Any]:
    if q.isdecimal() and int(q) <= tables.LARGEST:
        return [int(q)]
    wanted = q.casefold()
    kinds = [name for name, kind in KINDS.items() if wanted in _(kind.sentence).casefold() or wanted == name]
    newest = select(_case.c.number).where(_case.c.kind.in_(kinds)).order_by(_case.c.number.desc())
    return conn.scalars(newest.limit(500))


def _shown(conn: Connection, number: str, office: Office) -> Record | None:
    if not number.isdecimal() or int(number) > tables.LARGEST:
        return None
    row = conn.execute(_query(office).where(_case.c.number == int(number))).one_or_none()
    if row is None:
        return None
    record = _record(row, office)
    case = exceptions.case_numbered(conn, row.number)
    names = staff_names(conn, {one.staff_id for one in case.answers})
    record.answers = [
        (one, answer_text(case.kind, one.answer), names.get(one.staff_id, "")) for one in case.answers
    ]
    return record


def _answered(given: Any, office: Office) -> str:
    one, text, who = given
    note = f" — {one.note}" if one.note else ""
    by = f" ({who})" if who else ""
    return f"{moment(one.at_ms, office)}  {_(text)}{note}{by}"


def _settle(unit: Unit, change: Change) -> Said:
    number, answer = int(change.key), str(change.values["answer"])
    case = exceptions.case_numbered(unit.conn, number)
    if answer not in {one.code for one in kind_of(case.kind).answers}:
        raise Refused(422, "answer", _("Choose an answer that fits this exception. Nothing was changed."))
    note, who = str(change.values["note"]), change.office.person.staff_id
    exceptions.settle_as_owner(unit, number, answer, note, staff_id=who)
    return Said(_("Exception {number} is settled.").format(number=number))


def _answers() -> Sequence[tuple[str, str]]:
    found = {one.code: one.text for kind in KINDS.values() for one in kind.answers}
    return tuple(found.items())


class AnswerField(ChoiceField):
    """One of the answers that fit the exception of the page."""

    def _get_choices(self, request: Any) -> Any:
        kind = getattr(getattr(request.state, "row", None), "kind", None)
        return [(one.code, _(one.text)) for one in kind_of(kind).answers] if kind else _answers()


def _detail(field: Any) -> Any:
    field.exclude_from_list = True
    return field


CASES = Section(
    key="exceptions",
    label=later("Exceptions"),
    one=later("exception"),
    icon="fa-solid fa-triangle-exclamation",
    right=Right.BACK_OFFICE,
    change_right=Right.SETTLE,
    fields=(
        NumberField("number", label=later("Number")),
        Flag("is_open", label=later("Open")),
        Field("sentence", label=later("What happened")),
        Field("store", label=later("Store")),
        MomentField("at_ms", label=later("When")),
        _detail(Field("detail", label=later("Detail"))),
        _detail(Field("safety", label=later("Is the data safe"))),
        _detail(LinesField("answers", label=later("Answers"), line=_answered)),
    ),
    pk="number",
    listing=Listing(
        query=_query,
        key=_case.c.number,
        record=_record,
        find=_find,
        sorts={"number": _case.c.number},
        first=("number", True),
    ),
    shown=_shown,
    acts=(
        Act(
            name="settle",
            text=later("Settle"),
            ask=later("What was found out, and a word about it."),
            icon="fa-solid fa-check",
            do=_settle,
            right=Right.SETTLE,
            fields=(
                AnswerField("answer", label=later("Answer"), required=True, choices=_answers()),
                Field("note", label=later("Note"), longest=200),
            ),
            offered=lambda record: bool(record.is_open),
        ),
    ),
)
