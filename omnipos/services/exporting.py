"""What a till has not sent, as a file that a hub takes in later: gzip, a head, then a line an event.

The lines are protocol.Envelope, oldest first. Nothing is changed in the books; the same file may be
taken in twice, and sent by the till besides.
"""

import gzip
from pathlib import Path
from typing import BinaryIO

import msgspec

from omnipos.protocol import ExportHead, envelope_of
from omnipos.store import journal, outbox
from omnipos.store.connection import Connection
from omnipos.store.identity import load_identity

NOTE = "exported.json"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What was exported last: how many events, and the place of the last of them; zeros for none."""

    events: int
    epoch: int
    seq: int


def export_outbox(db: Connection, file: BinaryIO, now_ms: int) -> Exported:
    """Write everything that the hub has not acknowledged; `db` may be read-only and of another version."""
    who = load_identity(db)
    head = ExportHead(
        device_id=who.device_id if who else "",
        store_code=who.store_code if who else "",
        till_number=who.till_number if who else 0,
        epoch=who.epoch if who else 0,
        made_at_ms=now_ms,
        events=outbox.count_unsent(db),
    )
    encode = msgspec.json.encode
    epoch = seq = events = 0
    with gzip.open(file, "wb", compresslevel=6) as packed:
        packed.write(encode(head) + b"\n")
        for event in outbox.unsent(db):
            packed.write(encode(envelope_of(event, journal.personal_of(db, event.header))) + b"\n")
            events, epoch, seq = events + 1, event.header.epoch, event.header.seq
    return Exported(events=events, epoch=epoch, seq=seq)


def note_exported(folder: Path, exported: Exported) -> None:
    """Remember in the till's folder how far it was exported, so that it may be wiped."""
    (folder / NOTE).write_bytes(msgspec.json.encode(exported))


def unsent_and_unexported(db: Connection, folder: Path) -> int:
    """Return how many events are neither at the hub nor in an exported file."""
    try:
        noted = msgspec.json.decode((folder / NOTE).read_bytes(), type=Exported)
    except (OSError, msgspec.DecodeError):
        noted = Exported(events=0, epoch=0, seq=0)
    return outbox.count_unsent(db, (noted.epoch, noted.seq))
