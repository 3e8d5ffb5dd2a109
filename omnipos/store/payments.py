"""Payments asked of terminals and acquirers, each with what is known of it, kept over any crash."""

from collections.abc import Sequence
from sqlite3 import Connection

import msgspec

from omnipos.domain.payment import OPEN_STATES, Payment, PaymentState

MOST_LATEST = 200
"""Among so many payments closed codes are looked for; a till asks for fewer in the time one is watched."""

_decoder = msgspec.json.Decoder(Payment)
_OPEN = ", ".join(f"'{state.value}'" for state in OPEN_STATES)


def save_payment(db: Connection, payment: Payment) -> None:
    """Save a payment, new or as it is known now."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT INTO payment VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (payment_id) DO UPDATE SET state = excluded.state, body = excluded.body",
        (
            payment.payment_id,
            payment.basket_id,
            payment.asked_at_ms,
            payment.state.value,
            msgspec.json.encode(payment),
        ),
    )


def payment_by_id(db: Connection, payment_id: str) -> Payment | None:
    """Return a payment by its id."""
    row = db.execute("SELECT body FROM payment WHERE payment_id = ?", [payment_id]).fetchone()
    return _decoder.decode(row[0]) if row else None


def open_payments(db: Connection) -> list[Payment]:
    """Return the payments that somebody or something must still end, the oldest first."""
    rows = db.execute(
        f"SELECT body FROM payment WHERE state IN ({_OPEN}) ORDER BY asked_at_ms, payment_id"
    ).fetchall()
    return [_decoder.decode(body) for (body,) in rows]


def closed_codes(db: Connection) -> list[Payment]:
    """Return the codes that were closed and are still looked at, among the latest payments."""
    rows = db.execute(
        "SELECT body FROM (SELECT state, body FROM payment ORDER BY rowid DESC LIMIT ?)"
        " WHERE state = 'cancelled'",
        [MOST_LATEST],
    )
    known = [_decoder.decode(body) for (body,) in rows]
    return [one for one in known if one.watch_until_ms and one.qr is None]


def count_unsettled(db: Connection) -> int:
    """Return how many payments are unknown or in no sale; one that is just asked for is neither."""
    row = db.execute(f"SELECT count(*) FROM payment WHERE state IN ({_OPEN}) AND state <> 'asked'").fetchone()
    return int(row[0])


def payments_of(db: Connection, basket_id: str) -> Sequence[Payment]:
    """Return all payments that were asked for one basket, in order."""
    rows = db.execute(
        "SELECT body FROM payment WHERE basket_id = ? ORDER BY asked_at_ms, payment_id", [basket_id]
    ).fetchall()
    return [_decoder.decode(body) for (body,) in rows]


def forget_askers(db: Connection) -> int:
    """Say of each payment that was being asked for when the till ended that its end is unknown."""
    assert db.in_transaction, "the caller owns the unit of work"
    asked = [one for one in open_payments(db) if one.state is PaymentState.ASKED]
    for one in asked:
        save_payment(db, msgspec.structs.replace(one, state=PaymentState.UNKNOWN))
    return len(asked)
