"""Many rows into a table of PostgreSQL at once: new ones by COPY, others in one statement."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Table, column, func, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from hub.database import keep_least


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


def put_least(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], least: str) -> None:
    """Insert rows of distinct keys at once; a key that is there keeps the lower value of one column."""
    names = tuple(rows[0])
    given = [literal([row[name] for row in rows], postgresql.ARRAY(table.c[name].type)) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    asked = func.unnest(*given).table_valued(*columns, name="given").render_derived()
    statement = postgresql.insert(table).from_select(names, select(*(asked.c[name] for name in names)))
    conn.execute(keep_least(statement, table, least))
