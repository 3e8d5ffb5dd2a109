"""Messages to customers: where each stands, how often it was tried, what went wrong; never changed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, select

from hub import tables
from hub.backoffice.fields import ChoiceField, Field, MomentField, NumberField
from hub.backoffice.listing import Listing, Record, of_stores, probe, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Section
from hub.messagelist import MessageState
from omnipos.domain.phone import looks_like_phone, search_prefix
from omnipos.domain.staff import Right
from omnipos.events import SendBy
from omnipos.locale import _, later

_message, _store = tables.message, tables.store
_STATES = {
    MessageState.QUEUED: later("waiting"),
    MessageState.SENDING: later("being sent"),
    MessageState.SENT: later("sent"),
    MessageState.FAILED: later("not sent"),
    MessageState.UNSURE: later("may have left"),
}
_WAYS = {SendBy.EMAIL: later("e-mail"), SendBy.PHONE: later("phone")}


def _query(office: Office) -> Select[Any]:
    joined = _message.outerjoin(_store, _store.c.store_id == _message.c.store_id)
    return of_stores(select(_message, _store.c.code).select_from(joined), office, _message.c.store_id)


def _record(row: Any, _office: Office) -> Record:
    values = dict(row._mapping)
    store = values.pop("code") or ""
    return Record(**values, store=store, said=row.receipt_number)


def _find(conn: Connection, q: str, office: Office) -> Iterable[str]:
    key = _message.c.message_id
    states = [state.value for state, word in _STATES.items() if q.casefold() in (state.value, _(word))]
    to = f"+{search_prefix(q, office.shop.country)}" if looks_like_phone(q) else q

    def begins(column: Any, text: str, limit: int) -> Iterable[str]:
        return conn.scalars(select(key).where(starts(column, text)).limit(limit))

    def in_state(limit: int) -> Iterable[str]:
        wanted = select(key).where(_message.c.state.in_(states))
        # Those of one state lie in the order of their next try: the index gives the newest.
        return conn.scalars(wanted.order_by(_message.c.next_at_ms.desc()).limit(limit)) if states else ()

    return probe(
        (
            lambda limit: begins(_message.c.receipt_number, q, limit),
            lambda limit: begins(_message.c.address, to, limit),
            in_state,
        )
    )


def _detail(field: Any) -> Any:
    field.exclude_from_list = True
    return field


MESSAGES = Section(
    key="messages",
    label=later("Messages"),
    one=later("message"),
    icon="fa-solid fa-envelope",
    group=later("People"),
    right=Right.CUSTOMERS,
    fields=(
        Field("receipt_number", label=later("Receipt")),
        MomentField("asked_at_ms", label=later("Asked for")),
        ChoiceField(
            "send_by", label=later("Way"), choices=[(one.value, word) for one, word in _WAYS.items()]
        ),
        Field("address", label=later("To")),
        ChoiceField(
            "state", label=later("State"), choices=[(one.value, word) for one, word in _STATES.items()]
        ),
        NumberField("attempts", label=later("Tries")),
        Field("error", label=later("What went wrong")),
        _detail(MomentField("done_at_ms", label=later("Ended"))),
        _detail(Field("store", label=later("Store"))),
        _detail(Field("message_id", label=later("Id"))),
    ),
    pk="message_id",
    search_hint=later("Search by receipt, by how the address begins, or by state."),
    listing=Listing(
        query=_query,
        key=_message.c.message_id,
        record=_record,
        find=_find,
        sorts={"asked_at_ms": _message.c.asked_at_ms},
        first=("asked_at_ms", True),
    ),
)
