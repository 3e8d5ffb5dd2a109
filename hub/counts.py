"""The last count of each product: what it changes, and what it already contained of movements to come.

The ledger only grows: a count adds the difference, and a movement that came after a count which
contained it is taken back beside it. The sum is `domain.stocktake.balance` in any order of arrival.
"""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, and_, or_, select

from hub import clocks, tables
from hub.database import among, upsert
from hub.movements import Entry
from hub.unit import Unit
from omnipos.domain.stock import Movement, MovementReason
from omnipos.domain.stocktake import (
    CLOSE_MS,
    Count,
    CountedLine,
    Origin,
    SeenPlace,
    is_contained,
    is_uncertain,
)
from omnipos.events import StockCounted
from omnipos.locale import _

_decode_seen = msgspec.json.Decoder(tuple[SeenPlace, ...]).decode
_decode_line = msgspec.json.Decoder(CountedLine).decode


def believe(unit: Unit, fact: StockCounted, device_id: str) -> StockCounted:
    """Return a till's count with the stamps that the hub believes."""
    lines = (
        msgspec.structs.replace(line, stamp=clocks.believe(unit, device_id, line.stamp))
        for line in fact.lines
    )
    return msgspec.structs.replace(fact, lines=tuple(lines))


def last_counts(conn: Connection, store_id: str, product_ids: Iterable[str]) -> dict[str, Count]:
    """Return the last count of each of some products that was ever counted."""
    table, takes = tables.stock_count, tables.stocktake
    rows = conn.execute(
        select(table.c.product_id, table.c.line, takes.c.device_id, takes.c.seen)
        .join(takes, (takes.c.store_id == table.c.store_id) & (takes.c.stocktake_id == table.c.stocktake_id))
        .where(table.c.store_id == store_id, among(conn, table.c.product_id, set(product_ids)))
    )
    seen: dict[str, dict[tuple[str, int], int]] = {}
    return {
        row.product_id: Count(
            device_id=row.device_id,
            line=_decode_line(row.line),
            seen=seen.setdefault(row.seen, _places(row.seen)),
        )
        for row in rows
    }


def _places(written: str) -> dict[tuple[str, int], int]:
    return {(one.device_id, one.epoch): one.seq for one in _decode_seen(written)}


def file(unit: Unit, fact: StockCounted, store_id: str, device_id: str) -> list[str]:
    """Keep the counted lines that are the last of their products; return which products these are."""
    known = last_counts(unit.conn, store_id, [line.product_id for line in fact.lines])
    latest: dict[str, CountedLine] = {}
    for line in sorted(fact.lines, key=lambda one: one.stamp):
        before = known.get(line.product_id)
        if before is None or before.line.stamp < line.stamp:
            latest[line.product_id] = line
    take = {
        "store_id": store_id,
        "stocktake_id": fact.stocktake_id,
        "device_id": device_id,
        "seen": msgspec.json.encode(fact.seen).decode(),
    }
    rows = [
        {
            "store_id": store_id,
            "product_id": product_id,
            "stocktake_id": fact.stocktake_id,
            "line": msgspec.json.encode(line).decode(),
        }
        for product_id, line in sorted(latest.items())
    ]
    upsert(unit.conn, tables.stocktake, [take])
    upsert(unit.conn, tables.stock_count, rows, replace=("stocktake_id", "line"))
    return sorted(latest)


def corrections(unit: Unit, store_id: str, product_ids: Sequence[str], event_id: str) -> list[Entry]:
    """Return the movements that make each balance what its last count and the rest come to."""
    level = tables.stock_level
    rows = unit.conn.execute(
        select(level.c.product_id, level.c.on_hand_milli).where(
            level.c.store_id == store_id, level.c.product_id.in_(product_ids)
        )
    )
    on_hand = {row.product_id: row.on_hand_milli for row in rows}
    entries = []
    for product_id, count in sorted(last_counts(unit.conn, store_id, product_ids).items()):
        due = count.line.counted_milli + _since(unit.conn, store_id, product_id, count)
        quantity = due - on_hand.get(product_id, 0)
        if quantity:
            entries.append(_entry(f"{event_id}:{product_id}", store_id, product_id, quantity))
    return entries


def _since(conn: Connection, store_id: str, product_id: str, count: Count) -> int:
    """Return what moved that a count does not contain, thousandths."""
    table = tables.stock_movement
    # All else happened before it by the clock at another till, and is contained.
    may_be_later = or_(
        table.c.happened_at_ms > count.line.stamp.wall_ms,
        and_(
            table.c.device_id == count.device_id,
            or_(
                table.c.epoch > count.line.own_epoch,
                and_(table.c.epoch == count.line.own_epoch, table.c.seq > count.line.own_seq),
            ),
        ),
    )
    rows = conn.execute(
        select(
            table.c.device_id, table.c.epoch, table.c.seq, table.c.happened_at_ms, table.c.quantity_milli
        ).where(
            table.c.store_id == store_id,
            table.c.product_id == product_id,
            table.c.reason != MovementReason.COUNTED.value,
            may_be_later,
        )
    )
    return sum(
        row.quantity_milli
        for row in rows
        if not is_contained(
            Origin(device_id=row.device_id, epoch=row.epoch, seq=row.seq, at_ms=row.happened_at_ms), count
        )
    )


def taken_back(unit: Unit, entries: Sequence[Entry]) -> list[Entry]:
    """Return the counter-movements of those that a count contained before they arrived."""
    by_store: dict[str, list[Entry]] = {}
    for entry in entries:
        by_store.setdefault(entry.movement.store_id, []).append(entry)
    found = []
    for store_id, moved in by_store.items():
        counts = last_counts(unit.conn, store_id, {one.movement.product_id for one in moved})
        for entry in moved if counts else ():
            count = counts.get(entry.movement.product_id)
            if count is None:
                continue
            _tell_doubt(unit, entry, count)
            if is_contained(entry.origin, count):
                goods = entry.movement
                back = f"{entry.movement_id}:counted"
                found.append(_entry(back, store_id, goods.product_id, -goods.quantity_milli))
    return found


def _entry(movement_id: str, store_id: str, product_id: str, quantity_milli: int) -> Entry:
    movement = Movement(
        product_id=product_id,
        store_id=store_id,
        quantity_milli=quantity_milli,
        reason=MovementReason.COUNTED,
    )
    return Entry(movement_id=movement_id, movement=movement, origin=Origin())


def _tell_doubt(unit: Unit, entry: Entry, count: Count) -> None:
    """Tell of goods that moved so near to a count that only a recount can say which was first."""
    came_late = unit.now_ms - count.line.stamp.wall_ms > CLOSE_MS
    if came_late and is_uncertain(entry.origin, count):
        unit.note(
            "count_in_doubt",
            _("Goods moved at another till just when they were counted. Count this product again."),
            store_id=entry.movement.store_id,
            device_id=entry.origin.device_id,
            event_id=entry.movement_id.partition(":")[0],
        )
