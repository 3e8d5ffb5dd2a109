"""The hub's database: one writing connection and read-only readers on SQLite, pools on PostgreSQL."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Table,
    Text,
    any_,
    column,
    create_engine,
    event,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool, StaticPool

from hub.locks import WHOLE, Locks
from hub.measures import READ, TRANSACTION_S, WRITE
from hub.unit import OutcomeUnknown
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

T = TypeVar("T")
log = logging.getLogger(__name__)
READERS = 4
WRITERS = 4
"""Threads that write a database which takes several writers at once."""
MANY = 16
"""From so many rows on PostgreSQL takes them as a copy: a third of the time of as many statements."""
LIFE = "life"
"""What a connection's `info` calls the life of the database in which it writes, where it may have several."""


class Database:
    """Runs functions in transactions: `write` alone, `read` beside it on its own snapshot."""

    def __init__(self, address: str, home: Path | None = None) -> None:
        """Open a database: the path of a SQLite file, or a database url and where the hub's keys lie."""
        if home is None:
            if is_url(address):
                raise EntryRefused(
                    _("A hub on PostgreSQL needs to know where the owner's key lies: --admin-key FILE.")
                )
            home = Path(address).resolve().parent
        self.home = home
        self.address = address
        self.is_shared = is_url(address)
        """Whether other processes write the same database."""
        self._turn = threading.Lock()
        self._writer = ThreadPoolExecutor(WRITERS if self.is_shared else 1, "hub-writer")
        self._readers = ThreadPoolExecutor(READERS, "hub-reader")
        self.writing, self.reading = _engines(address)

    def write(self, work: Callable[[Connection], T], locks: Locks = WHOLE) -> T:
        """Run some work in one writing transaction; it is durable when this returns.

        On a shared database it may be run again from its beginning: it has no effect outside.
        """
        with TRANSACTION_S.timing(WRITE):
            if self.is_shared:
                from hub import writing

                return writing.write(self.writing, work, locks)
            with self._turn, self.writing.begin() as conn:
                return work(conn)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run some work on one unchanging view of the database."""
        with TRANSACTION_S.timing(READ):
            if self.is_shared:
                from hub import writing

                return writing.read(self.reading, work)
            with self.reading.begin() as conn:
                return work(conn)

    def write_aside(self, work: Callable[[Connection], object], locks: Locks = WHOLE) -> None:
        """Do `write` on the writer's thread with nobody waiting for it; trouble with it is only logged."""
        self._writer.submit(self.write_quietly, work, locks)

    def write_quietly(self, work: Callable[[Connection], object], locks: Locks = WHOLE) -> None:
        """Do `write`; trouble with it is only logged."""
        try:
            self.write(work, locks)
        except (OperationalError, OutcomeUnknown) as trouble:
            log.warning("Something could not be written aside: %s", trouble)

    async def write_soon(self, work: Callable[[Connection], T], locks: Locks = WHOLE) -> T:
        """Do `write` on the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self.write, work, locks)

    async def read_soon(self, work: Callable[[Connection], T]) -> T:
        """Do `read` on a reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, work)

    async def compute(self, work: Callable[[], T]) -> T:
        """Run what needs the processor and no database off the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def close(self) -> None:
        """Finish what is running and close every connection."""
        self._writer.shutdown()
        self._readers.shutdown()
        self.reading.dispose()
        self.writing.dispose()


def is_url(address: str) -> bool:
    """Tell a database url from the path of a SQLite file."""
    return "://" in address


def _engines(address: str) -> tuple[Engine, Engine]:
    if is_url(address):
        from hub.postgres import make_engines

        return make_engines(address)
    path = Path(address).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    writing = create_engine(
        f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(writing, "connect", _prepare_writer)
    event.listen(writing, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    reading = create_engine(
        f"sqlite:///file:{_uri_path(path)}?mode=ro&uri=true",
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=READERS,
        connect_args={"check_same_thread": False},
    )
    event.listen(reading, "connect", _prepare_reader)
    event.listen(reading, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))
    return writing, reading


def _uri_path(path: Path) -> str:
    return path.as_uri().removeprefix("file://")


SAVED_IN_MEMORY = "temp_store=MEMORY"
"""What a savepoint would bring back is kept in memory; it goes to a file otherwise, page by page."""


def _prepare_writer(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by hand, in the begin listener
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "cache_size=-64000",
        SAVED_IN_MEMORY,
        # A long queue touches the same pages again and again: 64 MB of them are written back at once.
        "wal_autocheckpoint=16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reader(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=10000")


def among(conn: Connection, text: Column[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a text is one of some, for hundreds of them.

    They go as one list: as many words in a statement are compiled and planned each time.
    """
    if conn.dialect.name == "postgresql":
        return text == any_(literal(list(values), postgresql.ARRAY(Text)))
    written = msgspec.json.encode(list(values)).decode()
    return text.in_(select(func.json_each(written).table_valued("value", name="asked").c.value))


def insert_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows with the same columns.

    The statement goes to the driver as it is: SQLAlchemy's own work on each row takes as long as
    writing it does, and these tables take eleven rows a sale.
    """
    if not rows:
        return
    if conn.dialect.name == "postgresql" and len(rows) >= MANY:
        from hub.copying import copy_rows

        copy_rows(conn, table, rows)
    else:
        _run_for_each(conn, rows, *_insert_statement(table, tuple(rows[0]), conn.dialect))


def _run_for_each(
    conn: Connection, rows: Sequence[Mapping[str, Any]], sql: str, names: tuple[str, ...] | None
) -> None:
    if names is None:
        conn.exec_driver_sql(sql, [dict(row) for row in rows])
    else:
        pick = itemgetter(*names)
        conn.exec_driver_sql(sql, [pick(row) for row in rows])


@lru_cache(maxsize=64)
def _insert_statement(
    table: Table, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[str, ...] | None]:
    return _compiled(table.insert(), columns, dialect)


@lru_cache(maxsize=64)
def _upsert_statement(
    table: Table,
    columns: tuple[str, ...],
    replace: tuple[str, ...],
    add: tuple[str, ...],
    least: str,
    dialect: Dialect,
) -> tuple[str, tuple[str, ...] | None]:
    return _compiled(_upsert(table, replace, add, dialect, least), columns, dialect)


def _compiled(
    statement: Any, columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[str, ...] | None]:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(columns))
    return str(compiled), tuple(compiled.positiontup) if compiled.positional else None


def upsert(
    conn: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    replace: Sequence[str] = (),
    add: Sequence[str] = (),
    least: str = "",
    returning: Sequence[str] = (),
) -> list[Any]:
    """Insert rows; where the primary key is there already, replace some columns and add to others.

    With neither, what is there stays; `least` replaces one column, and only by a lower value, so that
    most rows are not written at all. Returns the columns asked for, in no particular order.
    """
    if not rows:
        return []
    if least and conn.dialect.name == "postgresql" and len(rows) >= MANY:
        from hub.copying import put_least

        put_least(conn, table, rows, least)
        return []
    replaced, added = tuple(replace), tuple(add)
    if not returning:
        columns = tuple(rows[0])
        _run_for_each(conn, rows, *_upsert_statement(table, columns, replaced, added, least, conn.dialect))
        return []
    statement = _upsert(table, replaced, added, conn.dialect, least)
    return list(conn.execute(statement.returning(*(table.c[name] for name in returning)), rows))


def _upsert(
    table: Table, replace: tuple[str, ...], add: tuple[str, ...], dialect: Dialect, least: str
) -> Any:
    maker = postgresql if dialect.name == "postgresql" else sqlite
    statement: Any = maker.insert(table)
    keys = list(table.primary_key.columns)
    changes = {name: statement.excluded[name] for name in replace}
    changes |= {name: table.c[name] + statement.excluded[name] for name in add}
    if least:
        return keep_least(statement, table, least)
    if changes:
        return statement.on_conflict_do_update(index_elements=keys, set_=changes)
    return statement.on_conflict_do_nothing(index_elements=keys)


def keep_least(statement: Any, table: Table, least: str) -> Any:
    """Return an insert that replaces one column of a key that is there, and only by a lower value."""
    lower, keys = statement.excluded[least], list(table.primary_key.columns)
    changes = {least: lower}
    return statement.on_conflict_do_update(index_elements=keys, set_=changes, where=lower < table.c[least])


def _revision(conn: Connection) -> str | None:
    # Alembic's own way to ask imports all of it, a fifth of the time a hub takes to start.
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.scalar(select(column("version_num")).select_from(sql_table("alembic_version")))


def migrate(database: Database) -> None:
    """Bring the tables to this program's version; quick when they are there already."""
    if database.write(_revision) == NEWEST:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.writing.connect() as conn, _migrating(conn):
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def _migrating(conn: Connection) -> AbstractContextManager[None]:
    if conn.dialect.name == "sqlite":
        return _sorting_in_files(conn)
    from hub.postgres import migrating

    return migrating(conn)


@contextmanager
def _sorting_in_files(conn: Connection) -> Iterator[None]:
    """Let the new index of a large table be sorted in files, and not in memory."""
    connection: Any = conn.connection.driver_connection
    connection.execute("PRAGMA temp_store=FILE")
    try:
        yield
    finally:
        conn.rollback()  # within a transaction it cannot be changed
        connection.execute(f"PRAGMA {SAVED_IN_MEMORY}")


NEWEST = "approvals_by_person"
"""The newest revision in migrations/versions; a test keeps them the same."""
