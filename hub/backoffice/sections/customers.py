"""Customers: found by phone or name, corrected, joined, given all that is kept of them, forgotten."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, literal_column, select

from hub import customers, erasure, joining, tables, takeout
from hub.backoffice.desk import Refusal, wished
from hub.backoffice.fields import Field, LinesField, MomentField, NumberField, moment
from hub.backoffice.listing import Listing, Record, named, probe, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Answer, Change, Said, Section
from hub.messages import CustomerWish
from hub.unit import Unit
from omnipos.domain.customer import PURPOSE_WORDS, Consent, Purchase
from omnipos.domain.names import search_words
from omnipos.domain.phone import display, looks_like_phone, search_prefix
from omnipos.domain.staff import Right
from omnipos.locale import _, later

_table, _own = tables.customer, tables.personal


_aliases = select(_table.c.customer_id).where(_table.c.alias_of != literal_column("''"))
"""The cards that stand for another one, by their own small index."""


def _query(_office: Office) -> Select[Any]:
    # Of the cards themselves nothing is asked here: a page far behind would look up all that it skips.
    columns = (_own.c.customer_id, _own.c.name, _own.c.phone, _own.c.email)
    return select(*columns).where(_own.c.customer_id.not_in(_aliases))


def _record(row: Any, _office: Office) -> Record:
    rest = {"points": 0, "tier": "", "created_at_ms": 0, "consents": (), "purchases": (), "aliases": ()}
    return Record(**row._mapping, **rest, said=row.name)


def _finish(conn: Connection, records: Sequence[Record]) -> None:
    columns = (_table.c.customer_id, _table.c.points, _table.c.tier, _table.c.created_at_ms)
    wanted = _table.c.customer_id.in_([record.customer_id for record in records])
    cards = {row.customer_id: row for row in conn.execute(select(*columns).where(wanted))}
    for record in records:
        if record.customer_id in cards:
            record.__dict__.update(cards[record.customer_id]._mapping)


def _find(conn: Connection, q: str, office: Office) -> Iterable[str]:
    words, key = search_words(q), _own.c.customer_id

    def by_phone(limit: int) -> Iterable[str]:
        prefix = f"+{search_prefix(q, office.shop.country)}"
        return conn.scalars(select(key).where(starts(_own.c.phone, prefix)).limit(limit))

    if looks_like_phone(q):
        return probe((by_phone,))
    return probe(
        (
            lambda limit: conn.scalars(select(key).where(key == q).limit(limit)),
            lambda limit: named(conn, key, _own.c.folded_name, words, limit),
        )
    )


def _shown(conn: Connection, customer_id: str, _office: Office) -> Record | None:
    card = customers.load(conn, [customer_id]).get(customer_id)
    if card is None:
        return None
    created = conn.scalar(select(_table.c.created_at_ms).where(_table.c.customer_id == card.customer_id))
    values = {name: getattr(card, name) for name in card.__struct_fields__}
    aliases = customers.aliases_of(conn, card.customer_id)
    return Record(**values, created_at_ms=created, aliases=aliases, said=card.name)


def _put(unit: Unit, change: Change) -> str:
    wish = wished(CustomerWish, {**change.values, "customer_id": change.key})
    country = change.office.shop.country
    number = customers.readable(wish.phone, country)
    other = customers.by_phone(unit.conn, [number]).get(number)
    if other is not None and other.customer_id != change.key:
        said = _("{name} has this number already. Join the two cards instead. Nothing was changed.")
        raise Refusal(said.format(name=other.name), "phone")
    written = customers.put_customers(unit, [wish], country)
    if written.problems:
        raise Refusal(written.problems[0].detail, "phone")
    made = customers.by_phone(unit.conn, [number]).get(number)
    return change.key or (made.customer_id if made else "")


def _join(unit: Unit, change: Change) -> Said:
    wanted = str(change.values["into"])
    number = customers.readable(wanted, change.office.shop.country)
    found = customers.by_phone(unit.conn, [number]).get(number)
    kept = joining.join(unit, change.key, found.customer_id if found else wanted)
    return Said(_("The card is one with {name}'s now.").format(name=kept.name))


def _take_out(unit: Unit, change: Change) -> Said:
    kept = takeout.taken_out(unit.conn, change.key)
    written = msgspec.json.format(msgspec.json.encode(kept), indent=2).decode()
    return Said("", written, f"customer-{''.join(c for c in change.key if c.isalnum())}.json")


def _erase(unit: Unit, change: Change) -> Said:
    erased = erasure.erase_card(unit, change.key)
    text = _("The customer is forgotten, here and at every till.")
    if erased.waiting_orders:
        waiting = _("These orders keep the name until they are collected; forget again then: {orders}.")
        text += " " + waiting.format(orders=", ".join(erased.waiting_orders))
    return Said(text)


def _consent(one: Consent, office: Office) -> str:
    answer = _("yes") if one.given else _("no")
    return f"{_(PURPOSE_WORDS[one.purpose])}: {answer} ({moment(one.at_ms, office)})"


def _purchase(one: Purchase, office: Office) -> str:
    return f"{moment(one.at_ms, office)}  {one.reference}  {one.summary}"


def _shown_only(field: Any) -> Any:
    field.exclude_from_list = field.exclude_from_create = field.exclude_from_edit = True
    return field


class PhoneField(Field):
    """A phone number: E.164 here, in any form as it is typed."""

    def show(self, value: Any, _office: Office) -> str:
        """Write a number for people."""
        return display(str(value)) if value else ""


CUSTOMERS = Section(
    key="customers",
    label=later("Customers"),
    one=later("customer"),
    icon="fa-solid fa-user",
    group=later("People"),
    right=Right.CUSTOMERS,
    change_right=Right.CUSTOMERS,
    fields=(
        Field("name", label=later("Name"), required=True, longest=80),
        PhoneField("phone", label=later("Phone"), longest=40),
        Field("email", label=later("E-mail"), longest=254),
        Field("tier", label=later("Group"), longest=64),
        NumberField("points", label=later("Points"), exclude_from_create=True, exclude_from_edit=True),
        _shown_only(LinesField("consents", label=later("Agreed to"), line=_consent)),
        _shown_only(LinesField("purchases", label=later("Last purchases"), line=_purchase)),
        _shown_only(MomentField("created_at_ms", label=later("Since"))),
        _shown_only(Field("customer_id", label=later("Id"))),
        _shown_only(LinesField("aliases", label=later("Cards joined to this one"))),
    ),
    pk="customer_id",
    search_hint=later("Search by how the phone number or the name begins."),
    listing=Listing(
        query=_query,
        key=_own.c.customer_id,
        record=_record,
        find=_find,
        sorts={"name": _own.c.folded_name},
        first=("name", False),
        finish=_finish,
    ),
    shown=_shown,
    create=_put,
    edit=_put,
    acts=(
        Act(
            name="join",
            text=later("Join to another card"),
            ask=later(
                "Points, purchases and balances go to the other card; this one stands for it from then on."
            ),
            icon="fa-solid fa-people-arrows",
            do=_join,
            right=Right.CUSTOMERS,
            fields=(Field("into", label=later("Phone or id of the other card"), required=True),),
        ),
        Act(
            name="take-out",
            text=later("Give out all that is kept"),
            ask=later("A file with everything the hub has of this person, for them."),
            icon="fa-solid fa-file-arrow-down",
            do=_take_out,
            right=Right.CUSTOMERS,
            answer=Answer.FILE,
        ),
        Act(
            name="forget",
            text=later("Forget"),
            ask=later(
                "Name, phone and e-mail go, here and at every till. Sales stay without them. For good."
            ),
            icon="fa-solid fa-user-slash",
            do=_erase,
            right=Right.CUSTOMERS,
            grave=True,
        ),
    ),
)
