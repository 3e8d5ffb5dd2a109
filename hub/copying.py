"""Many new rows into a table of PostgreSQL at once, by COPY."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError


def copy_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert two rows or more with the same columns; what fails is raised as any statement raises it."""
    names = tuple(rows[0])
    wanted = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(",").join(map(sql.Identifier, names))
    )
    pick = itemgetter(*names)
    line: Any = conn.connection.driver_connection
    try:
        with line.cursor() as cursor, cursor.copy(wanted) as copy:
            for row in rows:
                copy.write_row(pick(row))
    except psycopg.Error as trouble:
        raise _as_any_other(conn, line, f"COPY {table.name}", trouble) from trouble


def _as_any_other(conn: Connection, line: Any, statement: str, trouble: psycopg.Error) -> BaseException:
    is_lost = conn.dialect.is_disconnect(trouble, line, None)  # type: ignore[arg-type]
    if is_lost:
        conn.invalidate(trouble)
    return DBAPIError.instance(
        statement,
        None,
        trouble,
        psycopg.Error,
        connection_invalidated=is_lost,
        dialect=conn.dialect,
    )
