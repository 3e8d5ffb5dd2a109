"""Finding customers: the mirror's, united with what was entered here that the hub does not show yet."""

from collections.abc import Iterable
from itertools import islice
from sqlite3 import Connection

import msgspec

from omnipos.domain.customer import Customer, CustomerField
from omnipos.domain.names import search_words
from omnipos.events import Event
from omnipos.store.catalogue import found_by_words

_decode = msgspec.json.Decoder(Customer).decode

_OWN = (
    "(epoch, seq) > (SELECT coalesce(max(applied_epoch), 0), coalesce(max(applied_seq), 0)"
    " FROM customers.cursor)"
)
"""Rows of the overlay that the mirror does not contain yet."""


def insert_overlay(db: Connection, customer: Customer, event: Event) -> None:
    """Keep a card as it was entered here until the mirror shows it; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT OR REPLACE INTO overlay_customer VALUES (?, ?, ?, ?, ?, ?)",
        (
            customer.customer_id,
            event.header.epoch,
            event.header.seq,
            customer.phone.removeprefix("+"),
            f" {' '.join(search_words(customer.name))}",
            msgspec.json.encode(customer),
        ),
    )


def forget_erased(db: Connection, already: int) -> int:
    """Let go of what the books name of people who asked to be forgotten; return how many did in all.

    `already` is the last answer, −1 for none; with the same people nothing is looked for again. The
    caller owns the transaction.
    """
    assert db.in_transaction, "the caller owns the unit of work"
    (erased,) = db.execute("SELECT count(*) FROM customers.erased").fetchone()
    if erased != already:
        db.execute(
            "DELETE FROM overlay_customer WHERE customer_id IN (SELECT customer_id FROM customers.erased)"
        )
        db.execute(
            "DELETE FROM personal WHERE personal_id IN (SELECT personal_id FROM personal p"
            " JOIN event e USING (epoch, seq) JOIN customers.erased x"
            " ON x.customer_id = json_extract(CAST(e.body AS TEXT), '$.customer_id'))"
        )
    return int(erased)


def shown_through(db: Connection) -> tuple[tuple[int, int], int]:
    """Return the last of this till's events that the mirror's customers contain, and as of when."""
    row = db.execute("SELECT applied_epoch, applied_seq, as_of_ms FROM customers.cursor").fetchone() or (
        0,
        0,
        0,
    )
    return (row[0], row[1]), row[2]


def customer_by_id(db: Connection, customer_id: str) -> Customer | None:
    """Return a customer by id."""
    found = db.execute("SELECT body FROM customers.customer WHERE customer_id = ?", [customer_id])
    return next(iter(_united(db, _own(db, "customer_id = ?", customer_id), found, 1)), None)


def customer_by_phone(db: Connection, phone: str) -> Customer | None:
    """Return the customer whose number this is (E.164), all of it."""
    digits = phone.removeprefix("+")
    found = db.execute("SELECT body FROM customers.customer WHERE digits = ?", [digits])
    return next(iter(_united(db, _own(db, "digits = ?", digits), found, 1)), None)


def customers_by_digits(db: Connection, digits: str, limit: int) -> list[Customer]:
    """Return customers whose number, calling code first, begins with some digits."""
    ends = (digits, f"{digits}:")
    found = db.execute(
        "SELECT body FROM customers.customer WHERE digits >= ? AND digits < ? ORDER BY digits LIMIT ?",
        (*ends, limit),
    )
    return _united(db, _own(db, "digits >= ? AND digits < ?", *ends), found, limit)


def customers_by_last_four(db: Connection, last_four: str, limit: int) -> list[Customer]:
    """Return customers whose number ends with four digits."""
    found = db.execute("SELECT body FROM customers.customer WHERE last_four = ? LIMIT ?", (last_four, limit))
    return _united(db, _own(db, "substr(digits, -4) = ?", last_four), found, limit)


def customers_by_name(db: Connection, text: str, limit: int) -> list[Customer]:
    """Return customers whose names hold all the words typed, each as the beginning of a word."""
    words = search_words(text)
    if not words:
        return []
    here = " AND ".join("instr(words, ?) > 0" for _word in words)
    found = found_by_words(
        db,
        "SELECT c.rank, c.body FROM customers.customer_search s JOIN customers.customer c ON c.rank = s.rowid"
        " WHERE s.customer_search MATCH ? ORDER BY s.rowid",
        "customers.customer_word",
        text,
    )
    own = _own(db, here, *(f" {word}" for word in words))
    return _united(db, own, ((body,) for body in islice(found, limit)), limit)


def _own(db: Connection, condition: str, *values: str) -> list[Customer]:
    rows = db.execute(f"SELECT body FROM overlay_customer WHERE {condition} AND {_OWN}", values)
    return [_decode(body) for (body,) in rows]


def _united(db: Connection, own: list[Customer], rows: Iterable[tuple[bytes]], limit: int) -> list[Customer]:
    """Return what was found: own entries first, upon what else the mirror knows of the same card."""
    edited = {row[0] for row in db.execute(f"SELECT customer_id FROM overlay_customer WHERE {_OWN}")}
    found = {one.customer_id: _upon_mirror(db, one) for one in own}
    for (body,) in rows:
        customer = _decode(body)
        # One that was edited here and is not among the own ones no longer answers to what was asked.
        if customer.customer_id not in edited:
            found.setdefault(customer.customer_id, customer)
    return list(found.values())[:limit]


def _upon_mirror(db: Connection, own: Customer) -> Customer:
    row = db.execute(
        "SELECT body FROM customers.customer WHERE customer_id = ?", [own.customer_id]
    ).fetchone()
    if row is None:
        return own
    fields = {one.value: getattr(own, one.value) for one in CustomerField}
    return msgspec.structs.replace(_decode(row[0]), consents=own.consents, **fields)
