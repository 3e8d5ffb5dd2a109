"""What was done in the back office, and by whom."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from hub import staffstores, tables
from hub.backoffice.fields import Field, MomentField
from hub.backoffice.listing import Listing, Record
from hub.backoffice.office import Office
from hub.backoffice.section import Section
from hub.backoffice.sections.sales import staff_names
from omnipos.domain.names import fold
from omnipos.domain.staff import Right
from omnipos.locale import later

_act = tables.office_act


def _query(office: Office) -> Select[Any]:
    query = select(_act)
    if not office.stores:
        return query
    return query.where(_act.c.staff_id.in_(staffstores.people_within(office.stores)))


def _record(row: Any, _office: Office) -> Record:
    return Record(**row._mapping, staff="", said=row.act_id)


def _finish(conn: Connection, records: Sequence[Record]) -> None:
    names = staff_names(conn, {record.staff_id for record in records})
    for record in records:
        record.staff = names.get(record.staff_id, "")


def _find(conn: Connection, q: str, _office: Office) -> Iterable[str]:
    people = tables.staff
    named = select(people.c.staff_id).where(people.c.folded_name == fold(q))
    wanted = _act.c.staff_id.in_(named) | (_act.c.subject == q) | (_act.c.section == q)
    newest = select(_act.c.act_id).where(wanted).order_by(_act.c.at_ms.desc())
    return conn.scalars(newest.limit(500))


DEEDS = Section(
    key="done",
    label=later("What was done"),
    one=later("act"),
    icon="fa-solid fa-clipboard-list",
    right=Right.STAFF,
    fields=(
        MomentField("at_ms", label=later("When")),
        Field("staff", label=later("By")),
        Field("section", label=later("Where")),
        Field("act", label=later("What")),
        Field("subject", label=later("Of what")),
        Field("detail", label=later("Fields")),
    ),
    pk="act_id",
    listing=Listing(
        query=_query,
        key=_act.c.act_id,
        record=_record,
        find=_find,
        sorts={"at_ms": _act.c.at_ms},
        first=("at_ms", True),
        finish=_finish,
    ),
)
