"""Approvals: who allowed what, for whom, when and why; read, never changed."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import tables
from hub.backoffice.fields import ChoiceField, Field, MomentField, MoneyField, Sum
from hub.backoffice.listing import MOST_FOUND, Listing, Record, of_stores
from hub.backoffice.office import Office
from hub.backoffice.section import Section
from hub.backoffice.sections.sales import staff_called, staff_names
from omnipos.domain.approval import ApprovalCase, ApprovalState
from omnipos.domain.rightwords import right_words
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Right
from omnipos.locale import later

_table, _store = tables.approval, tables.store
_key = _table.c.store_id + "/" + _table.c.approval_id
MOST_PEOPLE = 20
"""So many people of one beginning of a name are looked for."""
_STATES = {
    ApprovalState.ASKED: later("asked for"),
    ApprovalState.GRANTED: later("allowed, not done yet"),
    ApprovalState.REFUSED: later("refused"),
    ApprovalState.WITHDRAWN: later("not wanted any more"),
    ApprovalState.GIVEN: later("allowed and done"),
}


def _query(office: Office) -> Select[Any]:
    joined = _table.outerjoin(_store, _store.c.store_id == _table.c.store_id)
    columns = (_key.label("key"), _table.c.record, _table.c.kept_at_ms)
    query = select(*columns, _store.c.code, _store.c.record.label("shop")).select_from(joined)
    return of_stores(query, office, _table.c.store_id)


def _record(row: Any, office: Office) -> Record:
    one = msgspec.json.decode(row.record, type=ApprovalCase)
    shop = msgspec.json.decode(row.shop, type=Shop) if row.shop else office.shop
    return Record(
        key=row.key,
        kept_at_ms=row.kept_at_ms,
        what=right_words(one.right),
        reason=one.reason,
        state=one.state.value,
        place=_place(row.code, one.till_number),
        answered_place=_place(row.code, one.answered_till) if one.answered_till else "",
        at_ms=one.at_ms,
        answered_at_ms=one.answered_at_ms,
        total=Sum(one.total_minor, shop.currency),
        asked_id=one.asked_by,
        answered_id=one.answered_by,
        asked_by="",
        answered_by="",
        said=right_words(one.right),
    )


def _place(code: str | None, till_number: int) -> str:
    return f"{code or '?'}-{till_number}"


def _finish(conn: Connection, records: Sequence[Record]) -> None:
    ids = {one for record in records for one in (record.asked_id, record.answered_id)}
    names = staff_names(conn, ids)
    for record in records:
        record.asked_by = names.get(record.asked_id, record.asked_id)
        record.answered_by = names.get(record.answered_id, record.answered_id)


def _find(conn: Connection, q: str, _office: Office) -> Iterator[str]:
    newest = select(_key).order_by(_table.c.kept_at_ms.desc()).limit(MOST_FOUND)
    for store_id in conn.scalars(select(_store.c.store_id).where(_store.c.code == q)):
        yield from conn.scalars(newest.where(_table.c.store_id == store_id))
    # Each by an index of its own: one condition for several would read every approval, newest first.
    for person in staff_called(conn, q)[:MOST_PEOPLE]:
        yield from conn.scalars(newest.where(_table.c.asked_by == person))
        yield from conn.scalars(newest.where(_table.c.answered_by == person))


def _detail(field: Any) -> Any:
    field.exclude_from_list = True
    return field


APPROVALS = Section(
    key="approvals",
    label=later("Approvals"),
    one=later("approval"),
    icon="fa-solid fa-user-check",
    group=later("Sales"),
    right=Right.REPORT,
    fields=(
        MomentField("kept_at_ms", label=later("Last change")),
        Field("what", label=later("What")),
        Field("reason", label=later("Reason")),
        ChoiceField(
            "state", label=later("State"), choices=[(one.value, word) for one, word in _STATES.items()]
        ),
        Field("asked_by", label=later("Asked by")),
        Field("answered_by", label=later("Answered by")),
        Field("place", label=later("Till")),
        _detail(MomentField("at_ms", label=later("Asked at"))),
        _detail(MomentField("answered_at_ms", label=later("Answered at"))),
        _detail(Field("answered_place", label=later("Answered at till"))),
        _detail(MoneyField("total", label=later("Total of the basket"))),
    ),
    search_hint=later(
        "Search by who asked or answered, or by the code of a store. The last 31 days stand here."
    ),
    listing=Listing(
        query=_query,
        key=(_table.c.store_id, _table.c.approval_id),
        record=_record,
        find=_find,
        sorts={"kept_at_ms": _table.c.kept_at_ms},
        first=("kept_at_ms", True),
        finish=_finish,
    ),
)
