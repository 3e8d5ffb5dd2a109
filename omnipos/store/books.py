"""The books: completed sales with their lines, tenders and stock movements, written with their event."""

from collections.abc import Sequence
from sqlite3 import Connection

import msgspec

from omnipos.domain.lowest import paid_per_unit_minor
from omnipos.domain.sale import Sale, adds_up
from omnipos.domain.stock import Movement
from omnipos.events import Event, SaleCompleted, decode_fact
from omnipos.store.archive import find_event


def insert_sale(db: Connection, sale: Sale, number: int, event: Event) -> None:
    """Save a completed sale beside the event that reports it: both or neither."""
    assert db.in_transaction, "the caller owns the unit of work"
    assert adds_up(sale), "a sale's sums agree before they are written"
    db.execute(
        "INSERT INTO sale VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            sale.sale_id,
            sale.receipt_number,
            number,
            event.header.epoch,
            event.header.seq,
            sale.completed_at_ms,
            sale.staff_id,
            sale.customer_id,
            sale.order_id,
            sale.total_minor,
            sale.tax_minor,
            sale.rounding_minor,
            sale.change_minor,
            sale.saved_minor,
        ),
    )
    db.executemany(
        "INSERT INTO coupon_use VALUES (?,?,?)",
        [(code, event.header.epoch, event.header.seq) for code in sale.coupons],
    )
    db.executemany(
        "INSERT INTO sale_line VALUES (?,?,?,?,?,?,?,?)",
        [
            (
                sale.sale_id,
                position,
                line.product_id,
                line.quantity_milli,
                line.amount_minor,
                line.tax_code,
                line.tax_minor,
                line.saved_minor,
            )
            for position, line in enumerate(sale.lines)
        ],
    )
    db.executemany(
        "INSERT INTO sale_tender VALUES (?,?,?,?)",
        [
            (sale.sale_id, position, tender.kind.value, tender.amount_minor)
            for position, tender in enumerate(sale.tenders)
        ],
    )


def insert_returns(db: Connection, sale: Sale, event: Event) -> None:
    """Save of which sale goods came back with a sale."""
    assert db.in_transaction, "the caller owns the unit of work"
    originals = {line.returned.sale_id for line in sale.lines if line.returned and line.returned.sale_id}
    db.executemany(
        "INSERT INTO sale_back VALUES (?,?,?)",
        [(original_id, event.header.epoch, event.header.seq) for original_id in sorted(originals)],
    )


def sales_returning(db: Connection, original_id: str) -> list[Sale]:
    """Return the sales of this till that took goods of another sale back, in their order."""
    rows = db.execute(
        "SELECT epoch, seq FROM sale_back WHERE original_id = ? ORDER BY epoch, seq", [original_id]
    ).fetchall()
    return [_sale_at(db, *row) for row in rows]


def sales_of_order(db: Connection, order_id: str) -> list[Sale]:
    """Return the sales of this till with which an online order was handed over."""
    rows = db.execute(
        "SELECT epoch, seq FROM sale WHERE order_id = ? AND order_id <> '' ORDER BY epoch, seq", [order_id]
    )
    return [_sale_at(db, *row) for row in rows.fetchall()]


def lowest_price_minor(db: Connection, product_id: str, since_ms: int) -> int | None:
    """Return the least that a piece or kilogram of a product was sold for here since a moment."""
    rows = db.execute(
        "SELECT DISTINCT l.quantity_milli, l.amount_minor, l.saved_minor FROM sale_line l"
        " JOIN sale s USING (sale_id) WHERE l.product_id = ? AND s.completed_at_ms >= ?",
        (product_id, since_ms),
    )
    paid = (paid_per_unit_minor(*row) for row in rows)
    return min((one for one in paid if one is not None), default=None)


def insert_movements(db: Connection, event: Event, movements: Sequence[Movement]) -> None:
    """Save what an event took from or brought to stock."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.executemany(
        "INSERT INTO stock_movement VALUES (?,?,?,?,?,?)",
        [
            (
                event.header.epoch,
                event.header.seq,
                position,
                movement.product_id,
                movement.quantity_milli,
                movement.reason.value,
            )
            for position, movement in enumerate(movements)
        ],
    )


def sale_by_receipt(db: Connection, receipt_number: str) -> Sale | None:
    """Return a completed sale of this till by its receipt number."""
    row = db.execute(
        "SELECT epoch, seq FROM sale WHERE receipt_number = ?", [receipt_number.upper()]
    ).fetchone()
    return _sale_at(db, *row) if row else None


def latest_sales(db: Connection, limit: int) -> list[Sale]:
    """Return the latest sales of this till, the newest first."""
    rows = db.execute("SELECT epoch, seq FROM sale ORDER BY epoch DESC, seq DESC LIMIT ?", [limit])
    return [_sale_at(db, *row) for row in rows.fetchall()]


def sales_of_customer(db: Connection, customer_id: str, after: tuple[int, int], limit: int) -> list[Sale]:
    """Return a customer's sales at this till behind a place in the journal, the newest first."""
    rows = db.execute(
        "SELECT epoch, seq FROM sale WHERE customer_id = ? AND customer_id <> '' AND (epoch, seq) > (?, ?)"
        " ORDER BY completed_at_ms DESC LIMIT ?",
        (customer_id, *after, limit),
    ).fetchall()
    return [_sale_at(db, *row) for row in rows]


def _sale_at(db: Connection, epoch: int, seq: int) -> Sale:
    event = find_event(db, epoch, seq)
    assert event is not None, "a sale is written with its event"
    fact = decode_fact(event.body, event.header.schema)
    assert isinstance(fact, SaleCompleted), "a sale's event is a completed sale"
    return fact.sale


SALE_HEAD = (
    "sale_id",
    "number",
    "receipt_number",
    "completed_at_ms",
    "staff_id",
    "customer_id",
    "order_id",
    "total_minor",
    "tax_minor",
    "rounding_minor",
    "change_minor",
    "saved_minor",
)


class SaleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sale as the books hold it, for comparing with the journal."""

    head: tuple[str | int, ...]
    """The columns of `SALE_HEAD`."""
    lines: tuple[tuple[str, int, int, str, int, int], ...]
    tenders: tuple[tuple[str, int], ...]


def sale_row(db: Connection, epoch: int, seq: int) -> SaleRow | None:
    """Return what the books hold for a sale's event: its head, lines and tenders."""
    row = db.execute(
        f"SELECT {', '.join(SALE_HEAD)} FROM sale WHERE epoch = ? AND seq = ?", (epoch, seq)
    ).fetchone()
    if row is None:
        return None
    lines = db.execute(
        "SELECT product_id, quantity_milli, amount_minor, tax_code, tax_minor, saved_minor FROM sale_line"
        " WHERE sale_id = ? ORDER BY position",
        [row[0]],
    )
    tenders = db.execute(
        "SELECT kind, amount_minor FROM sale_tender WHERE sale_id = ? ORDER BY position", [row[0]]
    )
    return SaleRow(head=row, lines=tuple(lines.fetchall()), tenders=tuple(tenders.fetchall()))


def movements_at(db: Connection, epoch: int, seq: int) -> tuple[tuple[str, int, str], ...]:
    """Return what an event moved: product, signed quantity (thousandths) and reason."""
    rows = db.execute(
        "SELECT product_id, quantity_milli, reason FROM stock_movement"
        " WHERE epoch = ? AND seq = ? ORDER BY position",
        (epoch, seq),
    )
    return tuple(rows.fetchall())


def last_number_before(db: Connection, epoch: int, seq: int) -> int:
    """Return the number of the last sale before a place in the journal, 0 for none."""
    row = db.execute(
        "SELECT number FROM sale WHERE (epoch, seq) < (?, ?) ORDER BY epoch DESC, seq DESC LIMIT 1",
        (epoch, seq),
    ).fetchone()
    return int(row[0]) if row else 0
