"""A hub's rows from its SQLite file into an empty PostgreSQL, each table by one COPY."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, Table, Text

from hub.tables.columns import metadata

_MEMORY = "512MB"
"""What one index is sorted in."""
_KINDS = ((BigInteger, "int8"), (Boolean, "bool"), (LargeBinary, "bytea"), (Text, "text"))
_KEYS = """
SELECT r.relname, c.conname, pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE n.nspname = 'public' AND c.contype IN ('p', 'u') AND r.relname <> 'alembic_version'
"""
_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


def to_postgres(path: Path, address: str) -> int:
    """Copy all that stands in the file of a hub that does not run; return how many rows that were.

    The tables are emptied in the same transaction, so that they are written frozen; their indexes are
    made at the end, sorted.
    """
    every = metadata.sorted_tables
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
        psycopg.connect(address) as target,
    ):
        target.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'".encode())
        target.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(",").join(_name(one.name) for one in every)))
        again = _drop_indexes(target)
        count = sum(_copy(source, target, one) for one in every)
        for statement in again:
            target.execute(statement)
    with psycopg.connect(address, autocommit=True) as target:
        target.execute("VACUUM (ANALYZE)")
    return count


def _name(word: str) -> sql.Identifier:
    return sql.Identifier(word)


def _drop_indexes(target: "psycopg.Connection[Any]") -> list[sql.Composed]:
    """Drop keys and indexes; return the statements that make them again."""
    again = []
    for table, name, made in target.execute(_KEYS).fetchall():
        names = (_name(table), _name(name))
        target.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*names))
        again.append(sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(*names) + sql.SQL(made))
    for name, made in target.execute(_INDEXES).fetchall():
        target.execute(sql.SQL("DROP INDEX {}").format(_name(name)))
        again.append(sql.SQL(made) + sql.SQL(""))
    return again


def _copy(source: sqlite3.Connection, target: "psycopg.Connection[Any]", table: Table) -> int:
    columns = list(table.columns)
    names = sql.SQL(",").join(_name(one.name) for one in columns)
    wanted = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY, FREEZE)").format(_name(table.name), names)
    with target.cursor() as cursor:
        with cursor.copy(wanted) as copy:
            copy.set_types([_kind(one) for one in columns])
            for row in _rows(source, table):
                copy.write_row(row)
        return cursor.rowcount


def _kind(column: Column[Any]) -> str:
    return next(kind for type_, kind in _KINDS if isinstance(column.type, type_))


def _rows(source: sqlite3.Connection, table: Table) -> Iterator[Any]:
    """Yield the rows of a table; what SQLite has as 0 and 1 becomes false and true."""
    columns = list(table.columns)
    names = ",".join(f'"{one.name}"' for one in columns)
    rows = source.execute(f'SELECT {names} FROM "{table.name}"')
    flags = [place for place, one in enumerate(columns) if isinstance(one.type, Boolean)]
    if not flags:
        return rows
    return _with_flags(rows, flags)


def _with_flags(rows: Iterator[Any], flags: list[int]) -> Iterator[list[Any]]:
    for row in rows:
        own = list(row)
        for place in flags:
            own[place] = bool(own[place])
        yield own
