"""Baskets that move between tills: the hub's news in the mirror, and how far each move is at this till."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.following import AwayBasket, StaffPlace, Stage
from omnipos.domain.quotation import Quotation

_decode = msgspec.json.Decoder(AwayBasket | StaffPlace | Quotation).decode


def news(db: Connection) -> tuple[list[AwayBasket], list[StaffPlace]]:
    """Return the baskets that move in the store, and where its people signed in last."""
    found = [_decode(body) for (body,) in db.execute("SELECT body FROM mirror.basket_news ORDER BY key")]
    return (
        [one for one in found if isinstance(one, AwayBasket)],
        [one for one in found if isinstance(one, StaffPlace)],
    )


def place_of(db: Connection, staff_id: str) -> StaffPlace | None:
    """Return where somebody signed in last."""
    row = db.execute("SELECT body FROM mirror.basket_news WHERE key = ?", [f"place/{staff_id}"]).fetchone()
    found = _decode(row[0]) if row else None
    return found if isinstance(found, StaffPlace) else None


def hop_of(db: Connection, basket_id: str) -> tuple[int, Stage]:
    """Return how far this till is with a basket; hop 0 is kept: it never moved."""
    row = db.execute("SELECT hop, stage FROM basket_hop WHERE basket_id = ?", [basket_id]).fetchone()
    return (row[0], Stage(row[1])) if row else (0, Stage.KEPT)


def keep_hop(db: Connection, basket_id: str, hop: int, stage: Stage) -> None:
    """Keep how far this till is with a basket; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("INSERT OR REPLACE INTO basket_hop VALUES (?, ?, ?)", (basket_id, hop, stage.value))


def keep_news(db: Connection, text: str) -> None:
    """Keep a sentence that somebody at the counter is to be told; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("INSERT INTO news_to_tell (text) VALUES (?)", [text])


def news_to_tell(db: Connection) -> tuple[str, ...]:
    """Return what nobody was told yet, in its order."""
    return tuple(text for (text,) in db.execute("SELECT text FROM news_to_tell ORDER BY number"))


def forget_news(db: Connection) -> None:
    """Forget what was told; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute("DELETE FROM news_to_tell")


def write_moves(mirror: Connection, moves: list[AwayBasket]) -> None:
    """Write baskets that move into the mirror; the caller owns the transaction."""
    rows = [(f"basket/{one.basket_id}", msgspec.json.encode(one)) for one in moves]
    mirror.executemany("INSERT OR REPLACE INTO basket_news VALUES (?, ?)", rows)


def write_places(mirror: Connection, places: list[StaffPlace]) -> None:
    """Write where people signed in into the mirror; the caller owns the transaction."""
    rows = [(f"place/{one.staff_id}", msgspec.json.encode(one)) for one in places]
    mirror.executemany("INSERT OR REPLACE INTO basket_news VALUES (?, ?)", rows)
