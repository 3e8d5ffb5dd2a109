"""A disk whose power can be cut at any moment: it records every write, sync and truncation of some files."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import apsw
import msgspec

SECTOR = 512
"""What a disk writes whole or not at all."""

Image = dict[str, bytes | None]
"""The files that a power cut leaves behind, by name; None is a file that is gone."""


class Write(msgspec.Struct, frozen=True):
    """Some bytes went to the system, which may still hold them back."""

    name: str
    offset: int
    written: bytes


class Truncate(msgspec.Struct, frozen=True):
    """A file was made this long."""

    name: str
    size: int


class Delete(msgspec.Struct, frozen=True):
    """A file was removed from its folder."""

    name: str


class Sync(msgspec.Struct, frozen=True):
    """Everything done to a file so far is on the platter when this returned."""

    name: str


Operation = Write | Truncate | Delete | Sync


class Recorder:
    """Opens SQLite files through a VFS that writes down all that is done to them."""

    def __init__(self, *names: str) -> None:
        """Record the files of these names, with their `-wal` and `-journal`."""
        self.watched = {name + end for name in names for end in ("", "-wal", "-journal")}
        self.operations: list[Operation] = []
        self._vfs = _RecordingVFS(self)

    def connect(self, uri: str) -> "RecordedConnection":
        """Open a database by its file uri."""
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        return RecordedConnection(apsw.Connection(uri, flags=flags, vfs=_RecordingVFS.NAME))

    def note(self, operation: Operation) -> None:
        """Write an operation down if its file is watched."""
        if operation.name in self.watched:
            self.operations.append(operation)


class _RecordingVFS(apsw.VFS):
    NAME = "recording"

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(self.NAME, "")
        self._recorder = recorder

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _RecordingFile(self._recorder, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self._recorder.note(Delete(Path(filename).name))


class _RecordingFile(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._recorder = recorder
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "").name

    def xWrite(self, written: bytes, offset: int) -> None:
        super().xWrite(written, offset)
        self._recorder.note(Write(self._name, offset, bytes(written)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._recorder.note(Truncate(self._name, size))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._recorder.note(Sync(self._name))


class RecordedRows:
    """The rows of one statement, all read, as a sqlite3 cursor gives them."""

    def __init__(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Begin before the first row."""
        self._rows = iter(rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row."""
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""
        return list(self._rows)


class RecordedConnection:
    """An apsw connection that looks like the sqlite3 connection that the store works with."""

    def __init__(self, real: apsw.Connection) -> None:
        """Wrap an open connection."""
        self._real = real
        self._plain_vfs = next(one for one in apsw.vfs_names() if one != _RecordingVFS.NAME)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._real.in_transaction

    def execute(self, statement: str, values: Sequence[Any] = ()) -> RecordedRows:
        """Run a statement to its end."""
        if statement.startswith("ATTACH"):
            # Only the file itself is recorded; what is only read beside it is none of our business.
            values = [f"{values[0]}&vfs={self._plain_vfs}"]
        return RecordedRows(self._real.execute(statement, tuple(values)).fetchall())

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each row."""
        self._real.executemany(statement, [tuple(row) for row in rows])

    def close(self) -> None:
        """Close the connection."""
        self._real.close()


class RecordingModule:
    """Stands in for the module sqlite3 where the store opens its files; other files are opened as ever."""

    def __init__(self, recorder: Recorder) -> None:
        """Record through this recorder."""
        self._recorder = recorder
        self._real: ModuleType = sqlite3

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def connect(self, address: str, **options: Any) -> Any:
        """Open a file by its uri, recorded if it is watched."""
        if Path(unquote(urlsplit(address).path)).name in self._recorder.watched:
            return self._recorder.connect(address)
        return self._real.connect(address, **options)


class Platter:
    """What is surely on the disk, and what the system may or may not have written yet."""

    def __init__(self, files: Image) -> None:
        """Begin with files that are surely there."""
        self._sure = {name: None if held is None else bytearray(held) for name, held in files.items()}
        self._held_back: dict[str, list[Operation]] = {}

    def take(self, operation: Operation) -> None:
        """Let an operation reach the system; a sync makes all before it sure."""
        if isinstance(operation, Sync):
            for one in self._held_back.pop(operation.name, []):
                _apply(self._sure, one)
        else:
            self._held_back.setdefault(operation.name, []).append(operation)

    def cut(self, chance: random.Random) -> Image:
        """Return the files as a power cut now may leave them: any part of what was not synced is gone."""
        files = {name: None if held is None else bytearray(held) for name, held in self._sure.items()}
        for pending in self._held_back.values():
            for one in _survivors([piece for done in pending for piece in _pieces(done)], chance):
                _apply(files, one)
        return {name: None if held is None else bytes(held) for name, held in files.items()}


def _survivors(pieces: list[Operation], chance: random.Random) -> list[Operation]:
    kind = chance.randrange(4)
    if kind == 0:
        return []
    if kind == 1:
        return pieces
    if kind == 2:
        return pieces[: chance.randint(0, len(pieces))]
    share = chance.random()
    return [one for one in pieces if chance.random() < share]


def _pieces(operation: Operation) -> Iterator[Operation]:
    """Yield a write sector by sector: each reaches the disk, or not, by itself."""
    if not isinstance(operation, Write):
        yield operation
        return
    start, end = operation.offset, operation.offset + len(operation.written)
    while start < end:
        upto = min((start // SECTOR + 1) * SECTOR, end)
        part = operation.written[start - operation.offset : upto - operation.offset]
        yield Write(operation.name, start, part)
        start = upto


def _apply(files: dict[str, bytearray | None], operation: Operation) -> None:
    held = files.get(operation.name)
    if isinstance(operation, Delete):
        files[operation.name] = None
        return
    if held is None:
        held = files[operation.name] = bytearray()
    if isinstance(operation, Truncate):
        _resize(held, operation.size)
    elif isinstance(operation, Write):
        end = operation.offset + len(operation.written)
        _resize(held, max(len(held), end))
        held[operation.offset : end] = operation.written


def _resize(held: bytearray, size: int) -> None:
    del held[size:]
    held.extend(bytes(size - len(held)))
