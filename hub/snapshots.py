"""The snapshots at hand: manifests, and content-addressed parts, in a folder that can be made again."""

import contextlib
import gzip
import hashlib
import os
import re
import time
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from hub import feed
from omnipos.mirroring.files import READY, VERSION
from omnipos.protocol import Snapshot, SnapshotPart

FOLDER = "snapshots"
PART_BYTES = 8 << 20
"""Of the file in one part; sent, it is a quarter of that."""
KEPT_S = 6 * 3600
"""A part that no manifest names stays for so long: a till may be in the middle of it."""
_NAME = re.compile(r"[0-9a-f]{64}")


class Shelf:
    """The snapshots in a folder. Any number of processes read it; who makes one holds its lock."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first snapshot is."""
        self.folder = folder

    def manifest(self, stream: str) -> Snapshot | None:
        """Return the newest snapshot of a stream, None where there is none of this program's tables."""
        if stream not in READY:
            return None
        try:
            known = msgspec.json.decode(self._manifest(stream).read_bytes(), type=Snapshot)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        return known if known.schema == VERSION else None

    def part(self, sha256: str) -> Path | None:
        """Return the file of a part, None where there is none of that name."""
        if not _NAME.fullmatch(sha256):
            return None
        path = self.folder / f"{sha256}.gz"
        return path if path.exists() else None

    def put(self, stream: str, file: Path, as_of: int, cursor: str, rows: int, now_ms: int) -> Snapshot:
        """Cut a finished file into parts and name them in a new manifest; the last thing that is done."""
        whole, parts, size = hashlib.sha256(), [], 0
        with file.open("rb") as source:
            while piece := source.read(PART_BYTES):
                whole.update(piece)
                size += len(piece)
                parts.append(self._put_part(piece))
        made = Snapshot(
            stream=stream,
            as_of=as_of,
            cursor=cursor,
            schema=VERSION,
            sha256=whole.hexdigest(),
            bytes=size,
            rows=rows,
            made_at_ms=now_ms,
            parts=tuple(parts),
        )
        _write(self._manifest(stream), msgspec.json.encode(made))
        self._sweep()
        return made

    def _manifest(self, stream: str) -> Path:
        return self.folder / f"{stream}.json"

    def _put_part(self, piece: bytes) -> SnapshotPart:
        # Without a time in it, the same bytes have the same name.
        packed = gzip.compress(piece, 3, mtime=0)
        name = hashlib.sha256(packed).hexdigest()
        path = self.folder / f"{name}.gz"
        if path.exists():
            os.utime(path)
        else:
            _write(path, packed)
        return SnapshotPart(sha256=name, bytes=len(packed), unpacked_bytes=len(piece))

    def _sweep(self) -> None:
        named = {one.sha256 for stream in READY if (made := self.manifest(stream)) for one in made.parts}
        for path in self.folder.glob("*.gz"):
            with contextlib.suppress(FileNotFoundError):
                if path.stem not in named and path.stat().st_mtime < time.time() - KEPT_S:
                    path.unlink()


def usable(conn: Connection, made: Snapshot) -> bool:
    """Tell whether the delta of a snapshot can be pulled: it is of this life of the hub, and not too old."""
    return feed.can_follow(conn, made.stream, made.cursor)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
