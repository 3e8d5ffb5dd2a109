"""Finding customers: the mirror's, united with those added here that the hub does not show yet."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.customer import Customer
from omnipos.domain.names import search_words
from omnipos.events import Event
from omnipos.store.catalogue import match_words

_decode = msgspec.json.Decoder(Customer).decode


def insert_overlay(db: Connection, customer: Customer, event: Event) -> None:
    """Keep a customer added here until the mirror shows it; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT INTO overlay_customer VALUES (?, ?, ?, ?, ?, ?)",
        (
            customer.customer_id,
            event.header.epoch,
            event.header.seq,
            customer.phone.removeprefix("+"),
            f" {' '.join(search_words(customer.name))}",
            msgspec.json.encode(customer),
        ),
    )


def shown_through(db: Connection) -> tuple[tuple[int, int], int]:
    """Return the last of this till's events that the mirror's customers contain, and as of when."""
    row = db.execute(
        "SELECT applied_epoch, applied_seq, as_of_ms FROM mirror.cursor WHERE stream = 'customers'"
    ).fetchone() or (0, 0, 0)
    return (row[0], row[1]), row[2]


def customer_by_id(db: Connection, customer_id: str) -> Customer | None:
    """Return a customer by id."""
    row = db.execute(
        "SELECT body FROM mirror.customer WHERE customer_id = ?"
        " UNION ALL SELECT body FROM overlay_customer WHERE customer_id = ? LIMIT 1",
        (customer_id, customer_id),
    ).fetchone()
    return _decode(row[0]) if row else None


def customer_by_phone(db: Connection, phone: str) -> Customer | None:
    """Return the customer whose number this is (E.164), all of it."""
    digits = phone.removeprefix("+")
    row = db.execute(
        "SELECT body FROM mirror.customer WHERE digits = ?"
        " UNION ALL SELECT body FROM overlay_customer WHERE digits = ? LIMIT 1",
        (digits, digits),
    ).fetchone()
    return _decode(row[0]) if row else None


def customers_by_digits(db: Connection, digits: str, limit: int) -> list[Customer]:
    """Return customers whose number, calling code first, begins with some digits."""
    rows = db.execute(
        "SELECT body FROM overlay_customer WHERE digits >= ? AND digits < ?"
        " UNION ALL SELECT * FROM (SELECT body FROM mirror.customer"
        " WHERE digits >= ? AND digits < ? ORDER BY digits LIMIT ?)",
        (digits, f"{digits}:", digits, f"{digits}:", limit),
    )
    return _first(rows, limit)


def customers_by_last_four(db: Connection, last_four: str, limit: int) -> list[Customer]:
    """Return customers whose number ends with four digits."""
    rows = db.execute(
        "SELECT body FROM overlay_customer WHERE substr(digits, -4) = ?"
        " UNION ALL SELECT * FROM (SELECT body FROM mirror.customer WHERE last_four = ? LIMIT ?)",
        (last_four, last_four, limit),
    )
    return _first(rows, limit)


def customers_by_name(db: Connection, text: str, limit: int) -> list[Customer]:
    """Return customers whose names hold all the words typed, each as the beginning of a word."""
    words = search_words(text)
    if not words:
        return []
    here = " AND ".join("instr(words, ?) > 0" for _word in words)
    own = db.execute(f"SELECT body FROM overlay_customer WHERE {here}", [f" {word}" for word in words])
    found = _first(own, limit)
    rows = db.execute(
        "SELECT c.body FROM mirror.customer_search s JOIN mirror.customer c ON c.rank = s.rowid"
        " WHERE s.customer_search MATCH ? ORDER BY s.rowid LIMIT ?",
        (match_words(text), limit),
    )
    known = {one.customer_id for one in found}
    found += [one for one in _first(rows, limit) if one.customer_id not in known]
    return found[:limit]


def _first(rows: object, limit: int) -> list[Customer]:
    found: dict[str, Customer] = {}
    for (body,) in rows:  # type: ignore[attr-defined]
        customer = _decode(body)
        found.setdefault(customer.customer_id, customer)
    return list(found.values())[:limit]
