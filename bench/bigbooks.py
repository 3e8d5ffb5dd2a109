"""A till's books and its hub's tables with any number of stored sales, made of some real ones.

Each copy is a sale of its own: its ids, receipt number, place in the journal and hash are new, and
every table that holds a real one holds its copies too.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from bench.tables import Row, SqliteTables

EVERY_MS = 80
"""How long after each other the copies are sold."""
_EVENT = (
    "epoch, seq, event_id, type, schema, occurred_at_ms, actor, shift, catalogue_rev, body, prev_hash, hash"
)
_ID_LENGTH = 36
_encode = msgspec.json.Encoder().encode


class Copy(msgspec.Struct, frozen=True, gc=False):
    """One new sale: which of the real ones it is like, its place, and what names it."""

    like: int
    seq: int
    number: int
    at_ms: int
    sale_id: str
    event_id: str
    receipt: str


New = dict[str, Callable[[Copy, Any], Any]]
"""What a copy has of its own, by column: it is given the real one's value."""


def fill_books(path: Path, count: int) -> list[Copy]:
    """Add sales to the books of a till that is closed, as if the hub had them all; return them."""
    books = SqliteTables(path)
    real = books.rows("SELECT sale_id, receipt_number, seq, number FROM sale ORDER BY seq")
    events = {one[1]: one for one in books.rows(f"SELECT {_EVENT} FROM event ORDER BY seq")}
    like = [(events[seq], sale_id, receipt) for sale_id, receipt, seq, _number in real]
    copies = list(_copies(count, like[-1], len(like), max(events), real[-1][3]))
    by_sale = {one[0]: place for place, one in enumerate(real)}
    by_seq = {one[2]: place for place, one in enumerate(real)}

    def sold(row: dict[str, Any]) -> int | None:
        return by_sale.get(row["sale_id"])

    def at(row: dict[str, Any]) -> int | None:
        return by_seq.get(row["seq"])

    seq: New = {"seq": lambda one, _old: one.seq}
    sale_id: New = {"sale_id": lambda one, _old: one.sale_id}
    head: New = {
        **seq,
        **sale_id,
        "number": lambda one, _old: one.number,
        "receipt_number": lambda one, _old: one.receipt,
        "completed_at_ms": lambda one, _old: one.at_ms,
    }
    with books.without_indexes("outbox", "sale", "sale_line", "stock_movement"):
        books.copy("event", _EVENT.split(", "), _chain(copies, like, events[max(events)][-1]))
        for table, by, new in (
            ("outbox", at, seq),
            ("sale", sold, head),
            ("sale_line", sold, sale_id),
            ("sale_tender", sold, sale_id),
            ("stock_movement", at, seq),
        ):
            _multiply(books, table, by, copies, new)
    books.run("UPDATE counter SET value = ? WHERE name = 'receipt'", copies[-1].number)
    books.close()
    return copies


def _copies(count: int, last: tuple[Row, str, str], like: int, head: int, number: int) -> Iterator[Copy]:
    event, _sale_id, receipt = last
    prefix = receipt.rpartition("-")[0]
    for turn in range(1, count + 1):
        at_ms = event[5] + turn * EVERY_MS
        begin = f"{at_ms:012x}"
        begin = f"{begin[:8]}-{begin[8:]}"
        yield Copy(
            (turn - 1) % like,
            head + turn,
            number + turn,
            at_ms,
            f"{begin}-7abc-8000-{turn:012x}",
            f"{begin}-7def-8000-{turn:012x}",
            f"{prefix}-{number + turn:06d}",
        )


def _chain(copies: Iterable[Copy], like: Sequence[tuple[Row, str, str]], last: bytes) -> Iterator[Row]:
    """Yield the events of copies, each hanging on the one before."""
    for one in copies:
        event, sale_id, receipt = like[one.like]
        body = event[9].replace(sale_id.encode(), one.sale_id.encode())
        body = body.replace(receipt.encode(), one.receipt.encode())
        body = body.replace(b'"completed_at_ms":%d' % event[5], b'"completed_at_ms":%d' % one.at_ms)
        header = (1, one.seq, one.event_id, event[3], event[4], one.at_ms, *event[6:9])
        own = hashlib.sha256(last + _encode(header) + hashlib.sha256(body).digest()).digest()
        yield (*header, body, last, own)
        last = own


def _multiply(
    db: SqliteTables,
    table: str,
    place_of: Callable[[dict[str, Any]], int | None],
    copies: Sequence[Copy],
    new: New,
) -> None:
    """Write the rows of copies into a table, made of those that the real ones have in it."""
    columns = db.columns(table)
    rows: dict[int, list[list[Any]]] = defaultdict(list)
    for row in db.rows(f"SELECT {', '.join(columns)} FROM {table}"):
        place = place_of(dict(zip(columns, row, strict=True)))
        if place is not None:
            rows[place].append(list(row))
    makers = [(columns.index(name), make) for name, make in new.items()]

    def made() -> Iterator[Row]:
        for one in copies:
            for row in rows[one.like]:
                own = row.copy()
                for index, make in makers:
                    own[index] = make(one, row[index])
                yield own

    db.copy(table, columns, made())


def fill_hub(hub: SqliteTables, books: Path, copies: Sequence[Copy]) -> None:
    """Add the same sales to the tables of a hub that does not run and has the real ones."""
    till = SqliteTables(books)
    real = till.rows(
        "SELECT s.sale_id, e.event_id FROM sale s JOIN event e USING (epoch, seq) ORDER BY s.seq"
    )
    real = real[: max(one.like for one in copies) + 1]
    by_sale = {one[0]: place for place, one in enumerate(real)}
    by_event = {one[1]: place for place, one in enumerate(real)}
    event: New = {"event_id": lambda one, _old: one.event_id}
    sale: New = {"sale_id": lambda one, _old: one.sale_id}
    head: New = {
        **event,
        **sale,
        "number": lambda one, _old: one.number,
        "receipt_number": lambda one, _old: one.receipt,
        "completed_at_ms": lambda one, _old: one.at_ms,
    }
    moved: New = {
        "movement_id": lambda one, old: one.event_id + old[_ID_LENGTH:],
        "seq": lambda one, _old: one.seq,
        "happened_at_ms": lambda one, _old: one.at_ms,
    }
    points: New = {"source": lambda one, _old: f"sale:{one.sale_id}"}
    with hub.without_indexes("event", "sale", "sale_line", "sale_tender", "stock_movement", "points_entry"):
        _hub_events(hub, till, copies)
        _multiply(hub, "sale", lambda row: by_sale.get(row["sale_id"]), copies, head)
        for table in ("sale_line", "sale_tender"):
            _multiply(hub, table, lambda row: by_sale.get(row["sale_id"]), copies, sale)
        _multiply(
            hub, "stock_movement", lambda row: by_event.get(row["movement_id"][:_ID_LENGTH]), copies, moved
        )
        _multiply(
            hub, "points_entry", lambda row: by_sale.get(row["source"].removeprefix("sale:")), copies, points
        )
    _bring_heads(hub, till, copies)
    till.close()


def _hub_events(hub: SqliteTables, till: SqliteTables, copies: Sequence[Copy]) -> None:
    columns = hub.columns("event")
    like = dict(
        zip(
            columns,
            hub.rows(f"SELECT {', '.join(columns)} FROM event ORDER BY number LIMIT 1")[0],
            strict=True,
        )
    )
    names = [one.strip() for one in _EVENT.split(",")]
    told = till.db.execute(f"SELECT {_EVENT} FROM event WHERE seq >= ? ORDER BY seq", [copies[0].seq])

    def made() -> Iterator[Row]:
        pick = itemgetter(*columns)
        for row in told:
            own = dict(zip(names, row, strict=True))
            fingerprint = hashlib.sha256(own["hash"] * 2).digest()
            yield pick({**like, **own, "number": own["seq"], "fingerprint": fingerprint})

    hub.copy("event", columns, made())


def _bring_heads(hub: SqliteTables, till: SqliteTables, copies: Sequence[Copy]) -> None:
    """Let the hub's counters and balances say what its rows do."""
    last = copies[-1]
    ((hashed,),) = till.rows("SELECT hash FROM event WHERE seq = ?", last.seq)
    hub.run("UPDATE device_head SET acked_seq = ?, acked_hash = ?", last.seq, hashed)
    hub.run("UPDATE stream_head SET n = ? WHERE stream = 'hub/events'", last.seq)
    hub.run("UPDATE stream_head SET n = ? WHERE stream = 'hub/sales'", last.number)
    hub.run(
        "UPDATE stock_level SET on_hand_milli = on_hand_milli + (SELECT coalesce(sum(m.quantity_milli), 0)"
        " FROM stock_movement m WHERE m.store_id = stock_level.store_id"
        " AND m.product_id = stock_level.product_id AND m.seq >= ?)",
        copies[0].seq,
    )
    hub.run(
        "UPDATE customer SET points = (SELECT coalesce(sum(p.points), 0) FROM points_entry p"
        " WHERE p.customer_id = customer.customer_id)"
    )
