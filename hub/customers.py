"""Customers at the hub: found by phone, added and changed by tills and web shops."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, or_, select, tuple_, update

from hub import tables
from hub.claims import kept_of, settle
from hub.database import among, upsert
from hub.feed import CUSTOMERS
from hub.locks import Key
from hub.messages import CustomersWritten, CustomerWish, RowProblem
from hub.unit import Unit
from omnipos.domain.customer import Consent, Customer, Purchase
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.names import clean_text, search_words
from omnipos.domain.phone import search_prefix, to_e164
from omnipos.events import CustomerAdded, PersonalCard
from omnipos.locale import _

LONGEST_NAME = 80
CARDS = Key("customer", "")
"""What a push holds that changes cards, from when it has its numbers until its commit."""
LAST = 4
"""By so many last digits a number is found too."""
_consents = msgspec.json.Decoder(tuple[Consent, ...])
_purchases = msgspec.json.Decoder(tuple[Purchase, ...])


def _select() -> Any:
    table, own = tables.customer, tables.personal
    personal = (own.c.name, own.c.phone, own.c.email, own.c.claims)
    return select(table, *personal).join(own, own.c.customer_id == table.c.customer_id)


def _customer(row: Any) -> Customer:
    return Customer(
        customer_id=row.customer_id,
        name=row.name,
        phone=row.phone,
        email=row.email,
        points=row.points,
        tier=row.tier,
        consents=_consents.decode(row.consents),
        purchases=_purchases.decode(row.purchases),
        rev=row.rev,
        kept=kept_of(row.claims),
    )


def load(conn: Connection, customer_ids: Iterable[str]) -> dict[str, Customer]:
    """Return customers by the ids asked for; an alias gives the card that it stands for."""
    return cards_of(conn, roots(conn, customer_ids))


def cards_of(conn: Connection, root_of: Mapping[str, str]) -> dict[str, Customer]:
    """Return the card of each id, given the id of the card that it stands for."""
    if not root_of:
        return {}
    found = conn.execute(_select().where(among(conn, tables.customer.c.customer_id, set(root_of.values()))))
    cards = {row.customer_id: _customer(row) for row in found}
    return {asked: cards[root] for asked, root in root_of.items() if root in cards}


def roots(conn: Connection, customer_ids: Iterable[str]) -> dict[str, str]:
    """Return for each id that is there the id of the card that it stands for."""
    wanted = sorted(set(customer_ids) - {""})
    if not wanted:
        return {}
    table = tables.customer
    rows = conn.execute(
        select(table.c.customer_id, table.c.alias_of).where(among(conn, table.c.customer_id, wanted))
    )
    return {row.customer_id: row.alias_of or row.customer_id for row in rows}


def by_phone(conn: Connection, phones: Sequence[str]) -> dict[str, Customer]:
    """Return the customer of each E.164 phone number that has one: the oldest card wins."""
    table = tables.customer
    rows = conn.execute(
        _select()
        .where(tables.personal.c.phone.in_(set(phones) - {""}), table.c.alias_of == "")
        .order_by(table.c.created_at_ms.desc(), table.c.customer_id.desc())
    )
    return {row.phone: _customer(row) for row in rows}


def aliases_of(conn: Connection, customer_id: str) -> tuple[str, ...]:
    """Return the ids of the cards that a card stands for besides its own."""
    table = tables.customer
    ids = conn.scalars(
        select(table.c.customer_id).where(table.c.alias_of == customer_id, table.c.alias_of != "")
    )
    return tuple(sorted(ids))


def is_erased(conn: Connection, customer_id: str) -> bool:
    """Tell whether somebody asked to be forgotten who had this id, or one that it stands for."""
    table = tables.customer
    erased = conn.scalar(select(table.c.erased_at_ms).where(table.c.customer_id == customer_id))
    return bool(erased)


def save(unit: Unit, customers: Iterable[Customer]) -> None:
    """Write cards, new or changed, and tell the tills."""
    cards = list(customers)
    rows = [
        {
            "customer_id": card.customer_id,
            "points": card.points,
            "tier": card.tier,
            "consents": msgspec.json.encode(card.consents).decode(),
            "purchases": msgspec.json.encode(card.purchases).decode(),
            "rev": card.rev,
            "created_at_ms": unit.now_ms,
        }
        for card in cards
    ]
    own = [
        {
            "customer_id": card.customer_id,
            "name": card.name,
            "folded_name": " ".join(search_words(card.name)),
            "phone": card.phone,
            "last_four": card.phone[-LAST:],
            "email": card.email,
        }
        for card in cards
    ]
    changing = ("points", "tier", "consents", "purchases", "rev")
    upsert(unit.conn, tables.customer, rows, replace=changing)
    upsert(unit.conn, tables.personal, own, replace=("name", "folded_name", "phone", "last_four", "email"))
    for card in cards:
        unit.tell(CUSTOMERS, card.customer_id, card)


def new_card(name: str, phone: str) -> Customer:
    """Return a card for somebody who is not known yet."""
    return Customer(customer_id=secrets.token_hex(16), name=clean_text(name, LONGEST_NAME), phone=phone)


def add_from_till(
    unit: Unit,
    fact: CustomerAdded,
    card: PersonalCard | None,
    *,
    country: str,
    store_id: str,
    event_id: str,
) -> None:
    """Keep a customer whom a till added; one with a known phone becomes an alias of the older card."""
    unit.hold(CARDS)
    if is_erased(unit.conn, fact.customer_id):
        return
    if load(unit.conn, [fact.customer_id]):
        unit.note(
            "customer_known",
            _("A till added a customer whose id is taken. The card was left as it is."),
            store_id=store_id,
            event_id=event_id,
        )
        return
    phone = readable(card.phone if card else "", country)
    older = by_phone(unit.conn, [phone]).get(phone)
    added = Customer(
        customer_id=fact.customer_id,
        name=clean_text(card.name if card else "", LONGEST_NAME),
        phone=phone,
        email=clean_text(card.email if card else "", 254),
        consents=fact.consents,
    )
    save(unit, [added])
    unit.conn.execute(
        update(tables.personal)
        .where(tables.personal.c.customer_id == fact.customer_id)
        .values(personal_id=fact.personal_id)
    )
    if older is not None:
        _alias(unit, added, older)


def _alias(unit: Unit, newer: Customer, older: Customer) -> None:
    table = tables.customer
    unit.conn.execute(
        update(table).where(table.c.customer_id == newer.customer_id).values(alias_of=older.customer_id)
    )
    unit.tell(CUSTOMERS, newer.customer_id, None)
    consents = {one.purpose: one for one in (*older.consents, *newer.consents)}
    merged = msgspec.structs.replace(older, consents=tuple(consents.values()), rev=older.rev + 1)
    save(unit, [merged])


def readable(phone: str, country: str) -> str:
    """Return a number as E.164; one that cannot exist stays as it was written, cleaned."""
    try:
        return to_e164(phone, country) if phone else ""
    except CustomerRefused:
        return clean_text(phone, 32)


def put_customers(unit: Unit, wishes: Sequence[CustomerWish], country: str) -> CustomersWritten:
    """Add or change customers by id or phone; a row that cannot be read is told and left out."""
    read, problems = _read(wishes, country)
    known = load(unit.conn, [wish.customer_id for _row, wish, _phone in read])
    phones = by_phone(unit.conn, [phone for _row, _wish, phone in read])
    before = {card.customer_id: card for card in (*known.values(), *phones.values())}
    changed: dict[str, Customer] = {}
    points: dict[str, int] = {}
    for _row, wish, phone in read:
        old = known.get(wish.customer_id) or phones.get(phone)
        card = _changed(old, wish, phone)
        if wish.points is not None:
            points[card.customer_id] = wish.points
        if card != old:
            changed[card.customer_id] = card
        known[card.customer_id] = card
        if phone:
            phones[phone] = card
    _bring_points(unit, points, known, changed)
    save(unit, settle(unit, before, [next_rev(card) for card in changed.values()]))
    return CustomersWritten(
        written=len(changed),
        unchanged=len(read) - len(changed),
        problems=tuple(problems),
    )


def _read(
    wishes: Sequence[CustomerWish], country: str
) -> tuple[list[tuple[int, CustomerWish, str]], list[RowProblem]]:
    read, problems = [], []
    for row, wish in enumerate(wishes):
        try:
            phone = to_e164(wish.phone, country) if wish.phone else ""
            if not clean_text(wish.name, LONGEST_NAME):
                raise CustomerRefused(_("The name cannot be read."))
            if not phone and not wish.customer_id:
                raise CustomerRefused(_("A customer needs a phone number or an id."))
            read.append((row, wish, phone))
        except CustomerRefused as refused:
            problems.append(RowProblem(row=row, detail=str(refused)))
    return read, problems


def _changed(old: Customer | None, wish: CustomerWish, phone: str) -> Customer:
    name = clean_text(wish.name, LONGEST_NAME)
    card = old or new_card(name, phone)
    if old is None and wish.customer_id:
        card = msgspec.structs.replace(card, customer_id=clean_text(wish.customer_id, 64))
    return msgspec.structs.replace(
        card,
        name=name,
        phone=phone or card.phone,
        tier=card.tier if wish.tier is None else clean_text(wish.tier, 64),
        email=card.email if wish.email is None else clean_text(wish.email, 254),
        consents=card.consents if wish.consents is None else wish.consents,
    )


def next_rev(card: Customer) -> Customer:
    """Return a card as its next revision."""
    return msgspec.structs.replace(card, rev=card.rev + 1)


def _bring_points(
    unit: Unit,
    brought: Mapping[str, int],
    cards: Mapping[str, Customer],
    changed: dict[str, Customer],
) -> None:
    # The ledger keeps what was brought along apart, so that importing again doubles nothing
    # and takes back nothing that was earned since.
    table = tables.points_entry
    sums = unit.conn.execute(
        select(table.c.customer_id, func.sum(table.c.points).label("points"))
        .where(table.c.customer_id.in_(list(brought)), table.c.kind == "brought")
        .group_by(table.c.customer_id)
    )
    before = {row.customer_id: int(row.points) for row in sums}
    entries = []
    for customer_id, points in brought.items():
        more = points - before.get(customer_id, 0)
        if more:
            card = changed.get(customer_id, cards[customer_id])
            changed[customer_id] = msgspec.structs.replace(card, points=card.points + more)
            entries.append(points_row(unit, customer_id, secrets.token_hex(8), "brought", more))
    if entries:
        unit.conn.execute(table.insert(), entries)


def points_row(unit: Unit, customer_id: str, source: str, kind: str, points: int) -> dict[str, Any]:
    """Return a row of the points' ledger."""
    return {
        "customer_id": customer_id,
        "source": source,
        "kind": kind,
        "points": points,
        "at_ms": unit.now_ms,
    }


def find(conn: Connection, *, phone: str, words: str, country: str, after: str, limit: int) -> list[Customer]:
    """Return customers by phone in any form in order of phone, or by words of the name in order of id."""
    table, own = tables.customer, tables.personal
    query = _named(_select().where(table.c.alias_of == ""), words)
    if not phone:
        query = query.where(table.c.customer_id > after).order_by(table.c.customer_id)
        return [_customer(row) for row in conn.execute(query.limit(limit))]
    last = conn.scalar(select(own.c.phone).where(own.c.customer_id == after)) or ""
    query = query.order_by(own.c.phone, own.c.customer_id).limit(limit)
    # Each way by an index of its own: one condition for both would read every card.
    found = [row for form in _forms(phone, country, (last, after)) for row in conn.execute(query.where(form))]
    rows = sorted(
        {row.customer_id: row for row in found}.values(), key=lambda one: (one.phone, one.customer_id)
    )
    return [_customer(row) for row in rows[:limit]]


def _forms(phone: str, country: str, last: tuple[str, str]) -> list[ColumnElement[bool]]:
    """Return what a number must be that begins with what was typed, or ends with the four digits typed.

    It comes behind the last one told, of which number and id are given; both empty for none.
    """
    own, begin = tables.personal, f"+{search_prefix(phone, country)}"
    behind = tuple_(own.c.phone, own.c.customer_id) > last
    # One lower bound alone: of two, the database may take the one that is of no use.
    from_there = behind if last[0] >= begin else own.c.phone >= begin
    forms: list[ColumnElement[bool]] = [from_there & (own.c.phone < f"{begin}:")]
    if phone.isascii() and phone.isdigit() and len(phone) == LAST:
        forms.append((own.c.last_four == phone) & behind)
    return forms


def _named(query: Any, words: str) -> Any:
    own = tables.personal
    for word in search_words(words):
        query = query.where(
            or_(
                own.c.folded_name.startswith(word, autoescape=True),
                own.c.folded_name.contains(f" {word}", autoescape=True),
            )
        )
    return query
