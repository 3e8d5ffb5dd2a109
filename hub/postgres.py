"""The hub on PostgreSQL: how it is reached, what of its trouble passes, and what keeps starters apart."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from hub.database import LIFE, READERS, WRITERS
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

REACHED_BY = {
    "application_name": "omnipos-hub",
    "connect_timeout": "5",
    # Of several machines the one that is the primary; a standby is none, until it is promoted.
    "target_session_attrs": "read-write",
    # A machine that is gone closes nothing: without these a reader would wait for it for two hours.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""What an address says nothing about."""
MIGRATING = 0x6F6D6E69
"""The advisory lock of a session that changes tables; see `hub.locks` for those of a transaction."""

_NOT_FOR_EVER = """
SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
SET idle_in_transaction_session_timeout = '60s'
"""
"""A hub's machine that is gone must not hold its locks for two hours: the server asks after it."""
_TIMELINE = """
SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE
ltrim(substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), '0') END
"""
_SCHEME = re.compile(r"^postgres(ql)?(\+psycopg)?://")
_PASSING = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.ReadOnlySqlTransaction,  # a primary that became a standby
    psycopg.errors.TooManyConnections,
    psycopg.errors.OutOfMemory,
)


def libpq_address(address: str) -> str:
    """Return an address as the driver takes it; raises EntryRefused for one that it cannot read."""
    plain, known = _SCHEME.subn("postgresql://", address)
    try:
        if not known:
            raise ValueError(_("it does not begin with postgresql://"))
        conninfo_to_dict(plain)
    except (ValueError, psycopg.Error) as wrong:
        shown = re.sub(r"://[^@/]*@", "://…@", address)
        text = _("The hub cannot use the database {address}: {why}.")
        raise EntryRefused(text.format(address=shown, why=str(wrong).strip().rstrip("."))) from wrong
    return plain


def reached_by(address: str) -> dict[str, Any]:
    """Return an address with what it says nothing about, as the driver takes both."""
    return {**REACHED_BY, **conninfo_to_dict(libpq_address(address))}


def make_engines(address: str) -> tuple[Engine, Engine]:
    """Return what writes, and what reads on one unchanging view; several hosts are libpq's to try."""
    wishes = reached_by(address)

    def connect() -> "psycopg.Connection[Any]":
        return psycopg.connect(**wishes)

    def engine(size: int) -> Engine:
        return create_engine(
            "postgresql+psycopg://", creator=connect, poolclass=QueuePool, pool_size=size, max_overflow=size
        )

    writing, reading = engine(WRITERS), engine(READERS)
    event.listen(writing, "connect", _prepare_writer)
    event.listen(writing, "connect", _note_life)
    event.listen(reading, "connect", _prepare_reader)
    return writing, reading


def _prepare_writer(connection: Any, _record: Any) -> None:
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    with connection.cursor() as cursor:
        cursor.execute(_NOT_FOR_EVER)
    connection.commit()


def _note_life(connection: Any, record: Any) -> None:
    """Remember in which life of the database a connection writes: a promotion begins another.

    A standby may lack what the old primary had told already. What is written in its place must not
    bear the same mark (see `hub.feed`).
    """
    with connection.cursor() as cursor:
        (timeline,) = cursor.execute(_TIMELINE).fetchone()
    connection.rollback()
    # Opened on a standby, a session outlives the promotion, and nothing says which life that is.
    record.info[LIFE] = f"-{timeline or secrets.token_hex(4)}"


def _prepare_reader(connection: Any, _record: Any) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True


def passes(trouble: DBAPIError) -> bool:
    """Tell whether the same work may well succeed when it is tried again."""
    return is_lost(trouble) or isinstance(trouble.orig, _PASSING)


def is_lost(trouble: DBAPIError) -> bool:
    """Tell whether the connection is gone, so that nobody said whether a commit came through."""
    cause = trouble.orig
    if trouble.connection_invalidated or isinstance(cause, psycopg.errors.AdminShutdown):
        return True
    # Without a state it is the driver that speaks: no server could be reached.
    return isinstance(cause, psycopg.OperationalError) and (cause.sqlstate or "08").startswith(("08", "57P"))


@contextmanager
def migrating(conn: Connection) -> Iterator[None]:
    """Let one starter after another change the tables; the lock goes with the session."""
    conn.exec_driver_sql("SELECT pg_advisory_lock(%s)", (MIGRATING,))
    conn.commit()
    try:
        yield
        conn.rollback()
        _order_by_letters(conn)
        conn.commit()
    finally:
        conn.rollback()
        conn.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (MIGRATING,))
        conn.commit()


_OTHER_ORDER = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
ORDER BY table_name, ordinal_position
"""


def _order_by_letters(conn: Connection) -> None:
    """Let all text be ordered by its code points, as SQLite orders it, whatever the server's language.

    Lists then have one order on both, and an index serves the beginning of a word.
    """
    changes: dict[str, list[str]] = {}
    for table, column in conn.exec_driver_sql(_OTHER_ORDER):
        changes.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE text COLLATE "C"')
    for table, columns in changes.items():
        conn.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(columns)}')
