"""Customers' quotes at the till: the hub's news of them, and what this till did that is not in it yet."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.following import AwayBasket, StaffPlace
from omnipos.domain.quotation import Quotation
from omnipos.events import Event

_decode = msgspec.json.Decoder(AwayBasket | StaffPlace | Quotation).decode


def keep(db: Connection, event: Event, number: str, quotation: Quotation | None) -> None:
    """Keep a quote as this till left it, None for a closed one; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    body = None if quotation is None else msgspec.json.encode(quotation)
    row = (number, event.header.epoch, event.header.seq, body)
    db.execute("INSERT OR REPLACE INTO quotation VALUES (?, ?, ?, ?)", row)


def all_open(db: Connection) -> dict[str, Quotation]:
    """Return the open quotes of the store by number; what this till did itself counts at once."""
    found: dict[str, Quotation] = {}
    for (body,) in db.execute("SELECT body FROM mirror.basket_news WHERE key LIKE 'quote/%' ORDER BY key"):
        told = _decode(body)
        if isinstance(told, Quotation):
            found[told.number] = told
    applied = db.execute(
        "SELECT applied_epoch, applied_seq FROM mirror.cursor WHERE stream LIKE 'baskets/%'"
    ).fetchone() or (0, 0)
    own = db.execute("SELECT number, body FROM quotation WHERE (epoch, seq) > (?, ?)", applied)
    for number, body in own.fetchall():
        told = None if body is None else _decode(body)
        if isinstance(told, Quotation):
            found[number] = told
        else:
            found.pop(number, None)
    return found


def write_quotations(mirror: Connection, quotations: list[Quotation]) -> None:
    """Write open quotes into the mirror; the caller owns the transaction."""
    rows = [(f"quote/{one.number}", msgspec.json.encode(one)) for one in quotations]
    mirror.executemany("INSERT OR REPLACE INTO basket_news VALUES (?, ?)", rows)
