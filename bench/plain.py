"""The floor of a drained queue: the same rows by plain SQL, in the same batches, into empty tables."""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from omnipos.domain.lowest import DAY_MS
from tests.postgres import Cluster

Row = tuple[Any, ...]
Ask = Callable[[str], list[Row]]


class Write(msgspec.Struct, frozen=True):
    """Some rows of one table; `update` is what happens to a row that is there already."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    update: str = ""

    def statement(self, mark: str) -> str:
        """Return it as SQL with the driver's mark for a parameter."""
        marks = ",".join([mark] * len(self.columns))
        words = f"INSERT INTO {self.table} ({','.join(self.columns)}) VALUES ({marks})"
        return f"{words} ON CONFLICT {self.update}" if self.update else words


Batch = list[Write]


def sqlite_seconds(drained: Path, path: Path) -> float:
    """Return what writing a drained hub's rows again takes on SQLite, as durable as the hub."""
    with (
        closing(sqlite3.connect(f"{drained.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(path, isolation_level=None)) as db,
    ):
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "cache_size=-64000",
            "wal_autocheckpoint=16000",
        ):
            db.execute(f"PRAGMA {pragma}")
        for (made,) in source.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY type DESC"):
            db.execute(made)
        batches = list(_batches(lambda query: source.execute(query).fetchall(), _columns_of_sqlite(source)))
        _check_whole(batches, lambda query: source.execute(query).fetchall())
        begin = time.perf_counter()
        for batch in batches:
            db.execute("BEGIN IMMEDIATE")
            for write in batch:
                db.executemany(write.statement("?"), write.rows)
            db.execute("COMMIT")
        return time.perf_counter() - begin


def postgres_seconds(cluster: Cluster, drained: str) -> float:
    """Return the same on PostgreSQL, in a database of its own on the same server."""
    with psycopg.connect(cluster.address(drained)) as source:
        ask: Ask = lambda query: source.execute(query.encode()).fetchall()  # noqa: E731
        columns = defaultdict[str, list[str]](list)
        for table, column in ask(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        ):
            columns[table].append(column)
        batches = list(_batches(ask, columns))
        _check_whole(batches, ask)
    with psycopg.connect(cluster.address(cluster.fresh()), autocommit=True) as db:
        begin = time.perf_counter()
        for batch in batches:
            with db.transaction(), db.cursor() as cursor:
                for write in batch:
                    cursor.executemany(write.statement("%s").encode(), write.rows)
        return time.perf_counter() - begin


def _check_whole(batches: Sequence[Batch], ask: Ask) -> None:
    """Make sure that the floor leaves nothing out."""
    for table in ("event", "sale", "sale_line", "sale_tender", "points_entry"):
        written = sum(len(write.rows) for batch in batches for write in batch if write.table == table)
        assert ask(f"SELECT count(*) FROM {table}") == [(written,)], table


def _columns_of_sqlite(source: sqlite3.Connection) -> dict[str, list[str]]:
    tables = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        table: [row[1] for row in source.execute(f"SELECT * FROM pragma_table_info('{table}')")]
        for table in tables
    }


class _Rows:
    """The rows of one table of a drained hub, found by some of their columns."""

    def __init__(self, ask: Ask, columns: dict[str, list[str]], table: str, by: Callable[[Row], Any]) -> None:
        self.table, self.columns = table, tuple(columns[table])
        self._found: dict[Any, list[Row]] = defaultdict(list)
        for row in ask(f"SELECT {','.join(self.columns)} FROM {table}"):
            self._found[by(row)].append(row)

    def write(self, keys: Sequence[Any], update: str = "") -> Write:
        rows = [row for key in keys for row in self._found.get(key, ())]
        return Write(self.table, self.columns, rows, update)


def _batches(ask: Ask, columns: dict[str, list[str]]) -> Iterator[Batch]:
    """Yield the statements of each batch: a batch is what the hub received of a till in one moment."""
    event = columns["event"]
    device, moment, name = (event.index(one) for one in ("device_id", "received_at_ms", "event_id"))
    sales = _Rows(ask, columns, "sale", lambda row: row[columns["sale"].index("event_id")])
    lines = _Rows(ask, columns, "sale_line", lambda row: row[:2])
    tenders = _Rows(ask, columns, "sale_tender", lambda row: row[:2])
    moves = _Rows(ask, columns, "stock_movement", lambda row: row[1].partition(":")[0])
    points = _Rows(ask, columns, "points_entry", lambda row: row[1].partition(":")[2])
    cards = _Rows(ask, columns, "customer", lambda row: row[0])
    changes = _Rows(ask, columns, "change", lambda row: row[:2])
    key = [columns["lowest_price"].index(one) for one in ("currency", "day", "product_id", "store_id")]
    lowest = _Rows(ask, columns, "lowest_price", lambda row: tuple(row[one] for one in key))
    sale_id, buyer, store, currency, at = (
        sales.columns.index(one)
        for one in ("sale_id", "customer_id", "store_id", "currency", "completed_at_ms")
    )
    line_sale, line_product = (lines.columns.index(one) for one in ("sale_id", "product_id"))
    number = columns["change"].index("number")
    numbers: dict[str, int] = defaultdict(int)
    events = ask(f"SELECT {','.join(event)} FROM event ORDER BY number")
    for _key, group in groupby(events, lambda row: (row[device], row[moment])):
        rows = list(group)
        sold = sales.write([row[name] for row in rows])
        keys = [(row[store], row[sale_id]) for row in sold.rows]
        buyers = sorted({row[buyer] for row in sold.rows} - {""})
        rung = lines.write(keys)
        days = {row[sale_id]: (row[currency], row[at] // DAY_MS, row[store]) for row in sold.rows}
        sold_at = ((row[line_product], *days[row[line_sale]]) for row in rung.rows)
        prices = sorted({(money, day, product, where) for product, money, day, where in sold_at})
        moved = moves.write([row[name] for row in rows])
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for where, _id, product, quantity, *_rest in moved.rows:
            sums[where, product] += quantity
        told = [(f"stock/{where}", product) for where, product in sorted(sums)]
        told += [("customers", f"customer:{one}") for one in buyers] + [("customers", one) for one in buyers]
        news = []
        for one in changes.write(told).rows:
            numbers[one[0]] += 1
            news.append((*one[:number], numbers[one[0]], *one[number + 1 :]))
        yield [
            Write("event", tuple(event), rows),
            sold,
            rung,
            tenders.write(keys),
            moved,
            Write(
                "stock_level",
                ("store_id", "product_id", "on_hand_milli", "held_milli", "as_of_ms"),
                [(*key, total, 0, 0) for key, total in sorted(sums.items())],
                "(store_id, product_id) DO UPDATE"
                " SET on_hand_milli = stock_level.on_hand_milli + excluded.on_hand_milli",
            ),
            points.write([row[sale_id] for row in sold.rows]),
            lowest.write(prices, _LOWER),
            cards.write(buyers, _replacing(cards.columns, ("customer_id",))),
            Write("change", tuple(columns["change"]), news, _replacing(columns["change"], ("stream", "key"))),
        ]


_LOWER = (
    "(currency, day, product_id, store_id) DO UPDATE SET price_minor = excluded.price_minor"
    " WHERE excluded.price_minor < lowest_price.price_minor"
)


def _replacing(columns: Sequence[str], keys: Sequence[str]) -> str:
    changes = ", ".join(f"{one} = excluded.{one}" for one in columns if one not in keys)
    return f"({', '.join(keys)}) DO UPDATE SET {changes}"
