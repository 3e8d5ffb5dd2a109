"""A big stream as a whole file: fetched in parts beside the running mirror, brought to the head, put in."""

import hashlib
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from omnipos.locale import _
from omnipos.mirroring.applying import forget_people
from omnipos.mirroring.files import VERSION, version_of
from omnipos.protocol import Snapshot, SnapshotPart
from omnipos.store.connection import Connection, Mirror, Store
from omnipos.store.mending import is_damage
from omnipos.store.mirrorfiles import connect, put_in_place, seal, sweep
from sync.client import HubClient
from sync.errors import NoRoom, Rejected, Retryable

SPARE_BYTES = 64 << 20
"""Room left for selling beside a new file, and for what comes between the snapshot and now."""
_ZLIB_GZIP = 31

Progress = Callable[[str, int], None]
"""Told of a stream and how many percent of it are here."""


class Bootstrapping:
    """Fetches whole files for one till; what it has of one outlives the till's end."""

    def __init__(
        self, client: HubClient, store: Store, told: Progress = lambda _stream, _percent: None
    ) -> None:
        """Take the line to the hub and the till's open folder."""
        self._client = client
        self._store = store
        self._told = told

    def offer(self, stream: str) -> Snapshot | None:
        """Return what the hub has ready of a stream, None where it has nothing that fits this program."""
        try:
            made = self._client.snapshot(stream)
        except Rejected:
            return None  # there is none, or the hub is older than snapshots
        return made if made.schema == VERSION and made.stream == stream else None

    def fetch(self, made: Snapshot) -> Path | None:
        """Return the whole file, checked; None where it is not what it should be, and nothing is kept.

        Raises Retryable when the line breaks: the next call goes on where this one ended. Raises NoRoom
        when the disk cannot hold it.
        """
        coming = Coming(self._store.folder, made)
        if coming.is_done():
            return coming.path
        try:
            coming.begin()
            for index, part in enumerate(made.parts):
                if not coming.has(index):
                    coming.put(index, self._part(coming, part))
                self._told(made.stream, 100 * (index + 1) // len(made.parts))
            if coming.is_sound():
                return coming.path
        except Rejected:
            pass  # the hub made another one meanwhile; its pages are there
        except OSError as full:
            raise _no_room(made, self._store.folder) from full
        self.forget(made.stream)
        return None

    def _part(self, coming: "Coming", part: SnapshotPart) -> bytes:
        path = coming.part_path(part)
        have = path.stat().st_size if path.exists() else 0
        with path.open("ab") as file:
            if have < part.bytes:
                self._client.snapshot_part(coming.made.stream, part.sha256, have, file)
        packed = path.read_bytes()
        path.unlink()
        if hashlib.sha256(packed).hexdigest() != part.sha256:
            raise Retryable(_("a part of the snapshot was damaged on the way"))
        return zlib.decompress(packed, _ZLIB_GZIP)

    @contextmanager
    def opened(self, stream: str, path: Path) -> Iterator[Connection]:
        """Give a writing connection to a fetched file; one that is found damaged is let go, to come again."""
        try:
            with closing(connect(path, durable=False)) as file:
                yield file
        except sqlite3.DatabaseError as trouble:
            if not is_damage(trouble):
                raise
            self.forget(stream)
            raise Retryable(_("what was fetched of the hub's data is damaged")) from trouble

    def swap(self, mirror: Mirror, stream: str, path: Path) -> None:
        """Put a file that stands at the stream's head in the place of the one in use."""
        self._keep_erased(mirror, stream, path)
        seal(path)
        mirror.let_go(stream)
        put_in_place(self._store.folder, stream, path)
        self._store.call(lambda: self._store.take_up(stream))
        sweep(self._store.folder)
        self.forget(stream)

    def _keep_erased(self, mirror: Mirror, stream: str, path: Path) -> None:
        """Carry over who asked to be forgotten: a hub that is back from a backup may not know it."""
        if stream != "customers":
            return
        erased = mirror.of(stream).execute("SELECT customer_id FROM erased").fetchall()
        with self.opened(stream, path) as file:
            forget_people(file, [one for (one,) in erased])

    def forget(self, stream: str) -> None:
        """Let go of what was fetched of a stream."""
        for left in self._store.folder.glob(f"{stream}.coming*"):
            left.unlink(missing_ok=True)


class Coming:
    """A file that arrives: its parts, and which of them are in it."""

    def __init__(self, folder: Path, made: Snapshot) -> None:
        """Take where it lies and what it is to be."""
        self.made = made
        self.path = folder / f"{made.stream}.coming"
        self._list = folder / f"{made.stream}.coming.parts"
        self._done = folder / f"{made.stream}.coming.done"
        self._have: dict[int, str] = {}

    def part_path(self, part: SnapshotPart) -> Path:
        """Return where the bytes of a part are gathered."""
        return self.path.with_name(f"{self.path.name}.{part.sha256}")

    def is_done(self) -> bool:
        """Tell whether a file was found sound before, and the delta of it may have begun."""
        return self._done.exists() and self.path.exists()

    def begin(self) -> None:
        """Go on with what is there, or begin; raise NoRoom when the disk cannot hold all of it."""
        if self._list.exists() and self.path.exists():
            lines = (line.split() for line in self._list.read_text().splitlines())
            known = {int(one[0]): one[1] for one in lines if len(one) == 2 and one[0].isdecimal()}
            wanted = dict(enumerate(one.sha256 for one in self.made.parts))
            self._have = {index: name for index, name in known.items() if wanted.get(index) == name}
        else:
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        here = self.path.stat().st_blocks * 512
        if shutil.disk_usage(self.path.parent).free + here < self.made.bytes + SPARE_BYTES:
            raise _no_room(self.made, self.path.parent)
        os.truncate(self.path, self.made.bytes)

    def has(self, index: int) -> bool:
        """Tell whether a part is in the file."""
        return index in self._have

    def put(self, index: int, piece: bytes) -> None:
        """Write a part to its place."""
        start = sum(one.unpacked_bytes for one in self.made.parts[:index])
        with self.path.open("r+b") as file:
            file.seek(start)
            file.write(piece)
        self._have[index] = self.made.parts[index].sha256
        with self._list.open("a") as names:
            names.write(f"{index} {self._have[index]}\n")

    def is_sound(self) -> bool:
        """Tell whether the file is what the hub made, and a database of this program's tables; note that."""
        with self.path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self.made.sha256:
                return False
            # The note must not outlive a power cut that the file did not.
            os.fsync(file.fileno())
        try:
            with closing(sqlite3.connect(self.path.absolute().as_uri(), uri=True)) as db:
                sound: str = db.execute("PRAGMA quick_check").fetchone()[0]
                if version_of(db) != VERSION or sound != "ok":
                    return False
        except sqlite3.DatabaseError:
            return False
        self._done.touch()
        return True


def _no_room(made: Snapshot, folder: Path) -> NoRoom:
    free = shutil.disk_usage(folder).free
    return NoRoom(
        _(
            "The disk has no room for new data from the hub: {needed} MB are needed, {free} MB are free."
            " The till sells on with what it has, and all sales are safe. Free some space."
        ).format(needed=(made.bytes + SPARE_BYTES) // 1_000_000, free=free // 1_000_000)
    )
