"""Looking into the databases of simulated machines, past every fault."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path


class Reader:
    """A connection for looking only. It stays open, as opening takes longer than most looks.

    A database that was put back, lost or replaced is another file: it is opened anew then.
    """

    def __init__(self, files: Callable[[], Mapping[str, Path]]) -> None:
        """Take what tells which file is which schema now, `main` the first."""
        self._files = files
        self._seen: tuple[tuple[str, int], ...] = ()
        self._conn: sqlite3.Connection | None = None

    def open(self) -> sqlite3.Connection:
        """Return a connection to the files as they are now."""
        files = self._files()
        # While it is open the number of a removed file is given to no other.
        seen = tuple((str(path), os.stat(path).st_ino) for path in files.values())
        if self._conn is None or seen != self._seen:
            self.close()
            first, *others = files.items()
            self._conn = sqlite3.dbapi2.connect(f"{first[1].as_uri()}?mode=ro", uri=True)
            for name, path in others:
                self._conn.execute(f"ATTACH DATABASE ? AS {name}", [f"{path.as_uri()}?mode=ro"])
            self._seen = seen
        return self._conn

    def close(self) -> None:
        """Let go of the files."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None
