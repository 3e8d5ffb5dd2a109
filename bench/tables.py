"""Rows written straight into a SQLite file, as fast as it takes them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = Sequence[Any]


class SqliteTables:
    """A file that nobody else has open; statements have `?` for their values."""

    def __init__(self, path: Path) -> None:
        """Open it."""
        self.db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous=OFF", "cache_size=-400000", "wal_autocheckpoint=50000"):
            self.db.execute(f"PRAGMA {pragma}")

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""
        return [one[1] for one in self.rows(f"PRAGMA table_info({table})")]

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Insert rows in one transaction."""
        marks = ",".join("?" * len(columns))
        self.db.execute("BEGIN")
        self.db.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", rows)
        self.db.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> None:
        """Run a statement."""
        self.db.execute(statement, values)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Return the rows of a question."""
        return self.db.execute(query, values).fetchall()

    @contextmanager
    def without_indexes(self, *tables: str) -> Iterator[None]:
        """Write in bulk: the tables' own indexes are made again at the end, sorted."""
        made = [
            one
            for table in tables
            for one in self.rows(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL AND tbl_name = ?",
                table,
            )
        ]
        for name, _sql in made:
            self.run(f"DROP INDEX {name}")
        yield
        for _name, sql in made:
            self.run(sql)

    def close(self) -> None:
        """Bring all into the file and let go of it."""
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()
