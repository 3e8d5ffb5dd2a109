"""Baskets on disk: the open one and the parked ones, saved line by line after each change."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.basket import Basket, BasketState, Line

_line_decoder = msgspec.json.Decoder(Line)
_head_decoder = msgspec.json.Decoder(Basket)


def save_basket(db: Connection, before: Basket | None, after: Basket, now_ms: int) -> None:
    """Save what changed between two states of a basket; `before` is None for a new one."""
    assert db.in_transaction, "the caller owns the unit of work"
    head = msgspec.json.encode(msgspec.structs.replace(after, lines=()))
    db.execute(
        "INSERT INTO basket VALUES (?, ?, ?, ?, ?) ON CONFLICT (basket_id) DO UPDATE SET"
        " state = excluded.state, updated_at_ms = excluded.updated_at_ms, head = excluded.head",
        (after.basket_id, after.number, after.state.value, now_ms, head),
    )
    # Lines are frozen, so an unchanged line is the very same object.
    old = {line.line_id: line for line in before.lines} if before else {}
    new = {line.line_id for line in after.lines}
    db.executemany(
        "INSERT OR REPLACE INTO basket_line VALUES (?, ?, ?)",
        [
            (after.basket_id, line.line_id, msgspec.json.encode(line))
            for line in after.lines
            if old.get(line.line_id) is not line
        ],
    )
    db.executemany(
        "DELETE FROM basket_line WHERE basket_id = ? AND line_id = ?",
        [(after.basket_id, line_id) for line_id in old if line_id not in new],
    )


def drop_basket(db: Connection, basket_id: str) -> None:
    """Remove a basket that became a sale or was given up."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("DELETE FROM basket_line WHERE basket_id = ?", [basket_id])
    db.execute("DELETE FROM basket WHERE basket_id = ?", [basket_id])


def open_basket(db: Connection) -> Basket | None:
    """Return the basket on the counter, or None when there is none yet."""
    row = db.execute("SELECT basket_id, head FROM basket WHERE state = 'open'").fetchone()
    return _basket(db, *row) if row else None


def basket_by_id(db: Connection, basket_id: str) -> Basket | None:
    """Return an open or parked basket by its id."""
    row = db.execute("SELECT basket_id, head FROM basket WHERE basket_id = ?", [basket_id])
    found = row.fetchone()
    return _basket(db, *found) if found else None


def parked_baskets(db: Connection) -> list[tuple[int, Basket]]:
    """Return the parked baskets, the longest waiting first, each with when it was parked."""
    rows = db.execute(
        "SELECT updated_at_ms, basket_id, head FROM basket"
        f" WHERE state = '{BasketState.PARKED.value}' ORDER BY updated_at_ms"
    ).fetchall()
    return [(at_ms, _basket(db, basket_id, head)) for at_ms, basket_id, head in rows]


def all_baskets(db: Connection) -> list[Basket]:
    """Return every basket, open or parked, by its number."""
    rows = db.execute("SELECT basket_id, head FROM basket ORDER BY number").fetchall()
    return [_basket(db, *row) for row in rows]


def order_ids(db: Connection) -> set[str]:
    """Return the orders that stand in a basket, open or parked, to be handed over when it is paid."""
    heads = (_head_decoder.decode(head) for (head,) in db.execute("SELECT head FROM basket"))
    return {head.order.order_id for head in heads if head.order is not None}


def _basket(db: Connection, basket_id: str, head: bytes) -> Basket:
    rows = db.execute("SELECT body FROM basket_line WHERE basket_id = ? ORDER BY line_id", [basket_id])
    lines = tuple(_line_decoder.decode(body) for (body,) in rows)
    return msgspec.structs.replace(_head_decoder.decode(head), lines=lines)
