"""Planted bugs of the hub: dedupe, durability, numbers of streams, stock, leases and orders."""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import delete, select, update

from hub import collecting, customers, epochs, feed, ingest, judging, orders, sales, shops, stock, tables
from hub.database import upsert
from hub.movements import Origin, entries_of
from hub.unit import Unit
from omnipos.domain import lease
from omnipos.domain.order import OPEN_STATES
from omnipos.domain.stock import StockLevel, sale_movements
from omnipos.events import SaleCompleted
from omnipos.protocol import Outcome
from tests.sim.bugs import bug, needs
from tests.sim.hubs import SimDatabase


@bug
def no_dedupe() -> dict[str, Any]:
    push, again = ingest.push, iter(range(10**9))

    def doubling(unit: Unit, till: Any, batch: Any) -> Any:
        answer = push(unit, till, batch)
        for one, verdict in zip(batch, answer.verdicts, strict=True):
            if verdict.outcome is Outcome.DUPLICATE and isinstance(one.fact, SaleCompleted):
                source, origin = f"{one.event_id}+{next(again)}", Origin(at_ms=unit.now_ms)
                stock.post(unit, entries_of(source, sale_movements(one.fact.sale), origin))
        return answer

    return {"hub.ingest.push": doubling}


@bug
def dedupe_by_sequence_only() -> dict[str, Any]:
    def by_place(journal: judging.Journal, one: Any) -> Any:
        return journal.by_place.get((one.epoch, one.seq))

    return {"hub.judging.Journal.known": by_place}


@bug
@needs(clones=0.5, till_restores=0.5, hub_restores=0.0)
def same_key_other_bytes_overwrites() -> dict[str, Any]:
    def overwrite(unit: Unit, one: Any, journal: judging.Journal, _till: Any) -> bool:
        event = tables.event
        unit.conn.execute(
            update(event)
            .where(
                event.c.device_id == journal.device_id,
                event.c.epoch == one.epoch,
                event.c.seq == one.seq,
            )
            .values(event_id=one.event_id, body=one.body, hash=one.hash, fingerprint=one.fingerprint)
        )
        return False

    return {"hub.judging._makes_room": overwrite}


@bug
def acknowledgement_without_commit() -> dict[str, Any]:
    push, pushed, count = ingest.push, [False], [0]

    def marking(unit: Unit, till: Any, batch: Any) -> Any:
        pushed[0] = True
        return push(unit, till, batch)

    def hasty(database: SimDatabase, work: Any) -> Any:
        pushed[0] = False
        with database.writing.connect() as conn, conn.begin() as transaction:
            result = work(conn)
            count[0] += pushed[0]
            if pushed[0] and count[0] % 5 == 0:
                transaction.rollback()
        return result

    return {"hub.ingest.push": marking, "tests.sim.hubs.SimDatabase.write": hasty}


@bug
@needs(price_changes=1.0, coupons=1.0)
def sequence_cursor() -> dict[str, Any]:
    """Numbers come from a sequence: a transaction that commits late shows older numbers than were read."""
    publish, late, count = feed.publish, list[dict[str, Any]](), [0]

    def out_of_order(unit: Unit) -> Any:
        change = tables.change
        for row in late:
            newer = unit.conn.scalar(
                select(change.c.number).where(change.c.stream == row["stream"], change.c.key == row["key"])
            )
            if newer is None or newer < row["number"]:
                unit.conn.execute(
                    delete(change).where(change.c.stream == row["stream"], change.c.key == row["key"])
                )
                unit.conn.execute(change.insert(), row)
        late.clear()
        told = publish(unit)
        count[0] += bool(told)
        for stream, head in told.items():
            if count[0] % 4 == 0:
                rows = unit.conn.execute(
                    select(change).where(change.c.stream == stream, change.c.number == head)
                )
                late.extend(dict(row._mapping) for row in rows)
                unit.conn.execute(delete(change).where(change.c.stream == stream, change.c.number == head))
        return told

    return {"hub.feed.publish": out_of_order}


@bug
def a_page_counts_for_the_whole_stream() -> dict[str, Any]:
    page_of = feed.page_of

    def whole(conn: Any, stream: str, cursor: str, limit: int, **named: Any) -> Any:
        page = page_of(conn, stream, cursor, limit, **named)
        if page.must_refetch:
            return page
        end = epochs.cursor_for(epochs.epoch_of(conn), page.head, feed.mark_at(conn, stream, page.head))
        return msgspec.structs.replace(page, upto=page.head, cursor=end)

    return {"hub.feed.page_of": whole}


@bug
@needs(hub_restores=0.5, till_restores=0.0, clones=0.0)
def hub_restore_unnoticed() -> dict[str, Any]:
    return {
        "hub.lives.is_from_backup": lambda *_asked: False,
        "hub.feed._is_lost": lambda *_asked: False,
        "sync.engine.has_forgotten": lambda *_asked: False,
    }


@bug
def partial_batch_applied() -> dict[str, Any]:
    write = ingest._write

    def half(unit: Unit, till: Any, fresh: Any) -> None:
        write(unit, till, fresh[: max(len(fresh) // 2, 1)])

    return {"hub.ingest._store": half}


@bug
@needs(clock_jumps=1.0)
def facts_ordered_by_the_clock() -> dict[str, Any]:
    judge, last = judging.judge, defaultdict[str, int](int)

    def by_clock(unit: Unit, one: Any, journal: Any, *rest: Any) -> Any:
        if one.occurred_at_ms < last[journal.device_id]:
            return judging.verdict(one, Outcome.DUPLICATE)
        last[journal.device_id] = one.occurred_at_ms
        return judge(unit, one, journal, *rest)

    return {"hub.ingest.judge": by_clock}


@bug
@needs(hub_restores=0.5, till_restores=0.0, clones=0.0)
def a_gap_is_accepted() -> dict[str, Any]:
    judge = judging.judge

    def gappy(unit: Unit, one: Any, journal: judging.Journal, *rest: Any) -> Any:
        if one.seq > journal.head(one.epoch).seq + 1:
            journal.heads[one.epoch] = judging.Head(one.seq - 1, one.prev_hash)
        return judge(unit, one, journal, *rest)

    return {"hub.ingest.judge": gappy}


@bug
def absolute_stock() -> dict[str, Any]:
    """Each process of the hub keeps the balances in its memory and writes them whole."""
    balances: dict[tuple[int, str, str], tuple[int, int]] = {}

    def absolute(unit: Unit, moves: dict[tuple[str, str], tuple[int, int]]) -> None:
        table = tables.stock_level
        for (store_id, product_id), (on_hand, held) in sorted(moves.items()):
            key = (id(unit.conn.engine), store_id, product_id)
            if key not in balances:
                row = unit.conn.execute(
                    select(table.c.on_hand_milli, table.c.held_milli).where(
                        table.c.store_id == store_id, table.c.product_id == product_id
                    )
                ).one_or_none()
                balances[key] = (row.on_hand_milli, row.held_milli) if row else (0, 0)
            balances[key] = (balances[key][0] + on_hand, balances[key][1] + held)
            level = StockLevel(
                store_id=store_id,
                product_id=product_id,
                on_hand_milli=balances[key][0],
                held_milli=balances[key][1],
            )
            fields = {name: getattr(level, name) for name in level.__struct_fields__}
            upsert(
                unit.conn,
                table,
                [fields | {"as_of_ms": unit.now_ms}],
                replace=("on_hand_milli", "held_milli"),
            )
            unit.tell(feed.stock_stream(store_id), product_id, level)

    return {"hub.stock._move": absolute}


@bug
def movement_sign() -> dict[str, Any]:
    def other_way(sale: Any) -> Any:
        return tuple(
            msgspec.structs.replace(one, quantity_milli=-one.quantity_milli)
            if one.quantity_milli % 1000
            else one
            for one in sale_movements(sale)
        )

    return {"hub.sales.sale_movements": other_way}


@bug
def change_lost_on_a_split_payment() -> dict[str, Any]:
    row_of = sales._row

    def forgetful(one: Any, number: int, flags: str) -> Any:
        row = row_of(one, number, flags)
        return row | {"change_minor": 0} if len(one.sale.tenders) > 1 else row

    return {"hub.sales._row": forgetful}


@bug
def points_earned_twice() -> dict[str, Any]:
    entry = customers.points_row

    def double(unit: Unit, customer_id: str, source: str, kind: str, points: int) -> Any:
        return entry(unit, customer_id, source, kind, points * 2)

    return {"hub.customers.points_row": double}


@bug
@needs(tills=3, stores=1, partitions=0.6, hand_overs=0.8)
def lease_by_the_clock() -> dict[str, Any]:
    """Who asks gets the order: the holder's right is taken to have run out."""

    def at_once(unit: Unit, fact: Any, report: Any) -> None:
        order = collecting.order_of(unit, report, fact.order_id)
        if order is not None and order.state in OPEN_STATES:
            number = shops.till_number(unit.conn, report.device_id)
            orders.change(unit, order, lease.grant(order, report.device_id, number))

    return {"hub.leases.apply_ask": at_once}


@bug
@needs(tills=3, stores=1)
def fencing_number_ignored() -> dict[str, Any]:
    judge = collecting._judge_hand_over

    def trusting(unit: Unit, order: Any, fact: Any, report: Any) -> None:
        if order.state not in OPEN_STATES:
            judge(unit, order, fact, report)

    return {"hub.collecting._judge_hand_over": trusting}


@bug
def a_cancelled_order_comes_back() -> dict[str, Any]:
    return {"hub.collecting._open_order": collecting.order_of}


@bug
def cancelling_frees_no_goods() -> dict[str, Any]:
    release = stock.release

    def greedy(unit: Unit, order: Any, *, posted: bool) -> None:
        if posted:
            release(unit, order, posted=posted)

    return {"hub.stock.release": greedy}


@bug
def exceptions_are_not_told() -> dict[str, Any]:
    return {"hub.unit.Unit.note": lambda *_asked, **_named: None}


@bug
def a_copied_till_is_not_told_apart() -> dict[str, Any]:
    return {"hub.lives.give_epoch": _same_epoch}


def _same_epoch(_unit: Unit, till: Any, _request: Any) -> Any:
    from omnipos.protocol import EpochAnswer

    return EpochAnswer(epoch=till.epoch + 1)
