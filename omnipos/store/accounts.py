"""Balances at the till: the hub's figure, moved by this till's own sales that it does not contain yet."""

from collections.abc import Sequence
from sqlite3 import Connection

import msgspec

from omnipos.domain.account import Account, AccountKind, AccountMove, Standing
from omnipos.events import Event

_decode = msgspec.json.Decoder(Account).decode


def insert_moves(db: Connection, event: Event, moves: Sequence[AccountMove]) -> None:
    """Keep what a sale did to balances; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.executemany(
        "INSERT INTO account_move VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                one.kind.value,
                one.account_id,
                one.currency,
                event.header.epoch,
                event.header.seq,
                one.source,
                one.amount_minor,
            )
            for one in moves
        ],
    )


def standing_of(db: Connection, kind: AccountKind, account_id: str, currency: str) -> Standing:
    """Return what this till knows of a balance."""
    key = (kind.value, account_id, currency)
    row = db.execute(
        "SELECT body FROM mirror.account WHERE kind = ? AND account_id = ? AND currency = ?", key
    ).fetchone()
    epoch, seq, as_of_ms = db.execute(
        "SELECT applied_epoch, applied_seq, as_of_ms FROM mirror.cursor WHERE stream = 'accounts'"
    ).fetchone() or (0, 0, 0)
    moved, spent = db.execute(
        "SELECT coalesce(sum(amount_minor), 0), coalesce(-sum(min(amount_minor, 0)), 0) FROM account_move"
        " WHERE kind = ? AND account_id = ? AND currency = ? AND (epoch, seq) > (?, ?)",
        (*key, epoch, seq),
    ).fetchone()
    return Standing(
        kind=kind,
        account_id=account_id,
        currency=currency,
        account=_decode(row[0]) if row else None,
        unsent_minor=moved,
        spent_unsent_minor=spent,
        as_of_ms=as_of_ms,
    )


def is_card(db: Connection, code: str) -> bool:
    """Tell whether a gift card has this code, as far as this till knows."""
    key = (AccountKind.GIFT_CARD.value, code)
    row = db.execute(
        "SELECT EXISTS (SELECT 1 FROM mirror.account WHERE kind = ? AND account_id = ?)"
        " OR EXISTS (SELECT 1 FROM account_move WHERE kind = ? AND account_id = ?)",
        (*key, *key),
    ).fetchone()
    return bool(row[0])


def moves_at(db: Connection, epoch: int, seq: int) -> set[tuple[str, str, str, str, int]]:
    """Return what an event did to balances: kind, id, currency, place in the sale and sum of each move."""
    rows = db.execute(
        "SELECT kind, account_id, currency, source, amount_minor FROM account_move"
        " WHERE epoch = ? AND seq = ?",
        (epoch, seq),
    )
    return set(rows.fetchall())
