"""Buyers' tax data at the hub: kept as tax law asks, for the tax invoices that are validated elsewhere."""

from sqlalchemy import Connection, select

from hub import shops, tables
from hub.collecting import Report
from hub.database import upsert
from hub.taxinvoicemessages import TaxInvoice
from hub.unit import Unit
from omnipos.domain.names import clean_text
from omnipos.events import BuyerGiven, PersonalCard, SaleCompleted, decode_fact

LONGEST = 200


def keep(unit: Unit, fact: BuyerGiven, card: PersonalCard | None, report: Report) -> None:
    """Keep the buyer of a sale; nothing is kept where the till had to forget them before it could tell."""
    if card is None:
        return
    row = {
        "store_id": report.store_id,
        "sale_id": fact.sale_id,
        "receipt_number": fact.receipt_number,
        "kind": clean_text(card.tax_kind, LONGEST),
        "tax_number": clean_text(card.tax_number, LONGEST),
        "name": clean_text(card.name, LONGEST),
        "address": clean_text(card.address, LONGEST),
        "email": clean_text(card.email, LONGEST),
        "customer_id": fact.customer_id,
        "event_id": report.event_id,
        "given_at_ms": report.at_ms,
    }
    upsert(unit.conn, tables.buyer, [row])


def find(
    conn: Connection, from_ms: int, to_ms: int, store_id: str, skip: int, limit: int
) -> tuple[TaxInvoice, ...]:
    """Return the sales of a time whose buyers asked for a tax invoice, in order; `to_ms` is not in it."""
    buyer, sale, event = tables.buyer, tables.sale, tables.event
    query = (
        select(buyer, event.c.body, event.c.schema)
        .join(sale, (sale.c.store_id == buyer.c.store_id) & (sale.c.sale_id == buyer.c.sale_id))
        .join(event, event.c.event_id == sale.c.event_id)
        .where(buyer.c.given_at_ms >= from_ms, buyer.c.given_at_ms < to_ms)
        .order_by(buyer.c.given_at_ms, buyer.c.store_id, buyer.c.sale_id)
        .offset(skip)
        .limit(limit)
    )
    if store_id:
        query = query.where(buyer.c.store_id == store_id)
    found = []
    for row in conn.execute(query):
        fact = decode_fact(row.body, row.schema)
        assert isinstance(fact, SaleCompleted), "a sale's event is a completed sale"
        shop = shops.shop_by_id(conn, row.store_id)
        names = ("kind", "tax_number", "name", "address", "email")
        found.append(
            TaxInvoice(sale=fact.sale, shop=shop, **{f"buyer_{name}": getattr(row, name) for name in names})
        )
    return tuple(found)
