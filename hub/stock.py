"""Stock at the hub: a ledger of signed movements, holds for orders, and the balance of both."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select, update

from hub import counts, tables
from hub.database import among, insert_rows, upsert
from hub.feed import stock_stream
from hub.movements import Entry
from hub.unit import Unit
from omnipos.domain.order import Order
from omnipos.domain.stock import Movement, MovementReason, StockLevel
from omnipos.domain.stocktake import Origin
from omnipos.events import StockCounted

PENDING, POSTED, VOIDED = "pending", "posted", "voided"


def post(unit: Unit, entries: Sequence[Entry]) -> None:
    """Write movements that are new, and move the balances with them.

    What a count contained that came before is taken back beside it.
    """
    _write(unit, entries)
    # Only now, as the balances' rows are locked: a count at the same time has either been seen or waits.
    _write(unit, counts.taken_back(unit, entries))


def post_count(unit: Unit, fact: StockCounted, store_id: str, event_id: str, device_id: str) -> None:
    """Write what a count changes; of a product that was counted later by another till, nothing."""
    fact = counts.believe(unit, fact, device_id)
    _move(unit, {(store_id, line.product_id): (0, 0) for line in fact.lines})
    _write(unit, counts.corrections(unit, store_id, counts.file(unit, fact, store_id, device_id), event_id))


def _write(unit: Unit, entries: Sequence[Entry]) -> None:
    rows = [_row(entry, unit.now_ms) for entry in entries]
    if not rows:
        return
    insert_rows(unit.conn, tables.stock_movement, rows)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        sums[row["store_id"], row["product_id"]] += row["quantity_milli"]
    _move(unit, {key: (total, 0) for key, total in sums.items()})


def _row(entry: Entry, now_ms: int) -> dict[str, Any]:
    moved, origin = entry.movement, entry.origin
    return {
        "store_id": moved.store_id,
        "movement_id": entry.movement_id,
        "product_id": moved.product_id,
        "quantity_milli": moved.quantity_milli,
        "reason": str(moved.reason),
        "at_ms": now_ms,
        "device_id": origin.device_id,
        "epoch": origin.epoch,
        "seq": origin.seq,
        "happened_at_ms": origin.at_ms,
    }


def known_movements(conn: Connection, store_id: str, ids: Sequence[str]) -> dict[str, Entry]:
    """Return which of some movements of a store are written already."""
    table = tables.stock_movement
    rows = conn.execute(select(table).where(table.c.store_id == store_id, table.c.movement_id.in_(ids)))
    return {
        row.movement_id: Entry(
            movement_id=row.movement_id,
            movement=Movement(
                product_id=row.product_id,
                store_id=row.store_id,
                quantity_milli=row.quantity_milli,
                reason=MovementReason(row.reason),
            ),
            origin=Origin(device_id=row.device_id, epoch=row.epoch, seq=row.seq, at_ms=row.happened_at_ms),
        )
        for row in rows
    }


def hold(unit: Unit, order: Order) -> None:
    """Hold the goods of an order that was placed."""
    rows = [
        {
            "store_id": order.store_id,
            "order_id": order.order_id,
            "line_id": line.line_id,
            "product_id": line.product_id,
            "quantity_milli": line.quantity_milli,
            "state": PENDING,
        }
        for line in order.lines
    ]
    unit.conn.execute(tables.reservation.insert(), rows)
    held: dict[tuple[str, str], tuple[int, int]] = {}
    for line in order.lines:
        key = (order.store_id, line.product_id)
        held[key] = (0, held.get(key, (0, 0))[1] + line.quantity_milli)
    _move(unit, held)


def release(unit: Unit, order: Order, *, posted: bool) -> None:
    """End an order's holds: posted by its hand-over, or voided."""
    table = tables.reservation
    ended = unit.conn.execute(
        update(table)
        .where(
            table.c.store_id == order.store_id,
            table.c.order_id == order.order_id,
            table.c.state == PENDING,
        )
        .values(state=POSTED if posted else VOIDED)
        .returning(table.c.product_id, table.c.quantity_milli)
    ).all()
    freed: dict[tuple[str, str], tuple[int, int]] = {}
    for row in ended:
        key = (order.store_id, row.product_id)
        freed[key] = (0, freed.get(key, (0, 0))[1] - row.quantity_milli)
    _move(unit, freed)


def _move(unit: Unit, moves: dict[tuple[str, str], tuple[int, int]]) -> None:
    # Sorted, so that two transactions on PostgreSQL lock rows in one order.
    rows = [
        {
            "store_id": store_id,
            "product_id": product_id,
            "on_hand_milli": on_hand,
            "held_milli": held,
            "as_of_ms": unit.now_ms,
        }
        for (store_id, product_id), (on_hand, held) in sorted(moves.items())
    ]
    upsert(
        unit.conn,
        tables.stock_level,
        rows,
        add=("on_hand_milli", "held_milli"),
        replace=("as_of_ms",),
    )
    for level in _levels(unit.conn, sorted(moves)):
        unit.tell(stock_stream(level.store_id), level.product_id, level)


def _levels(conn: Connection, keys: Sequence[tuple[str, str]]) -> Iterator[StockLevel]:
    # One question for all: asking each written row for its balance takes three times as long.
    table = tables.stock_level
    names = StockLevel.__struct_fields__
    for store_id, group in groupby(keys, itemgetter(0)):
        products = [product_id for _store, product_id in group]
        rows = conn.execute(
            select(*(table.c[name] for name in names))
            .where(table.c.store_id == store_id, among(conn, table.c.product_id, products))
            .order_by(table.c.product_id)
        ).all()
        for row in rows:
            yield StockLevel(**dict(zip(names, row, strict=True)))
