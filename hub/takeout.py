"""All that the hub has of one person, for whoever asks what is kept of them."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from hub import customers, tables
from hub.problems import Refused
from omnipos.domain.order import Order
from omnipos.locale import _

# UU PDP (Indonesia, 27/2022) 6 and 7; GDPR 15 and 20; PDPA (Malaysia) 30.


def taken_out(conn: Connection, customer_id: str) -> dict[str, Any]:
    """Return everything kept of a customer, under whichever of their cards; refuse who is not there."""
    card = customers.load(conn, [customer_id]).get(customer_id)
    if card is None:
        raise Refused(404, "not_found", _("There is no such customer."))
    ids = [card.customer_id, *customers.aliases_of(conn, card.customer_id)]
    return {
        "card": msgspec.to_builtins(card),
        "other_cards": _rows(conn, tables.personal, ids[1:], ("customer_id", "name", "phone", "email")),
        "points": _rows(conn, tables.points_entry, ids, ("kind", "points", "at_ms", "source")),
        "sales": _sales(conn, ids),
        "orders": _orders(conn, ids),
        "invoices": _rows(
            conn, tables.buyer, ids, ("receipt_number", "kind", "tax_number", "name", "address", "email")
        ),
        "balances": _balances(conn, ids),
    }


def _rows(conn: Connection, table: Table, ids: list[str], names: tuple[str, ...]) -> list[dict[str, Any]]:
    query = select(*(table.c[name] for name in names)).where(table.c.customer_id.in_(ids))
    return [dict(row._mapping) for row in conn.execute(query)]


def _sales(conn: Connection, ids: list[str]) -> list[dict[str, Any]]:
    sale, line = tables.sale, tables.sale_line
    names = ("store_id", "sale_id", "receipt_number", "completed_at_ms", "currency", "total_minor")
    query = select(*(sale.c[name] for name in names)).where(sale.c.customer_id.in_(ids))
    found = {}
    for row in conn.execute(query.order_by(sale.c.completed_at_ms)):
        found[row.store_id, row.sale_id] = dict(row._mapping) | {"lines": []}
    lines = (
        select(line.c.store_id, line.c.sale_id, line.c.name, line.c.quantity_milli, line.c.amount_minor)
        .join(sale, (sale.c.store_id == line.c.store_id) & (sale.c.sale_id == line.c.sale_id))
        .where(sale.c.customer_id.in_(ids))
        .order_by(line.c.store_id, line.c.sale_id, line.c.line_no)
    )
    for row in conn.execute(lines):
        said = {"name": row.name, "quantity_milli": row.quantity_milli, "amount_minor": row.amount_minor}
        found[row.store_id, row.sale_id]["lines"].append(said)
    return list(found.values())


def _orders(conn: Connection, ids: list[str]) -> list[dict[str, Any]]:
    table = tables.collect_order
    found = []
    for one in ids:
        named = table.c.record.contains(f'"customer_id":"{one}"', autoescape=True)
        for record in conn.scalars(select(table.c.record).where(named)):
            found.append(msgspec.to_builtins(msgspec.json.decode(record, type=Order)))
    return found


def _balances(conn: Connection, ids: list[str]) -> list[dict[str, Any]]:
    table, entry = tables.account, tables.account_entry
    rows = conn.execute(select(table).where(table.c.account_id.in_(ids)))
    balances = [dict(row._mapping) for row in rows]
    names = ("kind", "currency", "amount_minor", "at_ms", "receipt_number", "reason")
    query = select(*(entry.c[name] for name in names)).where(entry.c.account_id.in_(ids))
    entries = [dict(row._mapping) for row in conn.execute(query.order_by(entry.c.at_ms))]
    return [{"balances": balances, "entries": entries}] if balances else []
