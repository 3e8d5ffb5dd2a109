"""Buyers' tax data of this till's sales: in the personal records, which can be erased."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.buyer import Buyer, TaxIdKind
from omnipos.events import Event, PersonalCard
from omnipos.store import journal


def insert_buyer(db: Connection, sale_id: str, buyer: Buyer, event: Event, personal_id: str) -> None:
    """Keep the buyer of a sale beside the event that tells of them; the caller owns the transaction."""
    card = PersonalCard(
        name=buyer.name,
        phone="",
        email=buyer.email,
        address=buyer.address,
        tax_kind=buyer.kind.value,
        tax_number=buyer.number,
    )
    journal.insert_personal(db, event, personal_id, card)
    db.execute("INSERT INTO sale_buyer VALUES (?, ?)", (sale_id, personal_id))


def buyer_of(db: Connection, sale_id: str) -> Buyer | None:
    """Return the buyer of a sale; None where nobody asked, or where it was erased or archived."""
    row = db.execute(
        "SELECT body FROM sale_buyer JOIN personal USING (personal_id) WHERE sale_id = ?", [sale_id]
    ).fetchone()
    return buyer_on(msgspec.json.decode(row[0], type=PersonalCard)) if row else None


def buyer_on(card: PersonalCard) -> Buyer | None:
    """Return the buyer of whom a personal record tells, if it tells of one."""
    if card.tax_kind not in set(TaxIdKind):
        return None
    return Buyer(
        kind=TaxIdKind(card.tax_kind),
        number=card.tax_number,
        name=card.name,
        address=card.address,
        email=card.email,
    )
