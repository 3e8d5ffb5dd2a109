"""The hub's word for how far it has this till's journal: a small file beside the books.

It stands outside of books.db on purpose: a journal that lost its end, or was put back to an older
copy, does not take it along.
"""

from pathlib import Path

import msgspec

from omnipos.protocol import Countersigned
from omnipos.secretfiles import write_secret

WITNESS_FILE = "acknowledged.json"


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """The newest head of a device's journal that its hub countersigned."""

    device_id: str
    head: Countersigned


def load_witness(folder: Path) -> Witness | None:
    """Return the newest countersigned head; None before the first. Raises DecodeError, OSError."""
    try:
        return msgspec.json.decode((folder / WITNESS_FILE).read_bytes(), type=Witness)
    except FileNotFoundError:
        return None


def keep_witness(folder: Path, witness: Witness) -> None:
    """Keep a countersigned head if it is the newest; when this returns it outlives a power cut."""
    try:
        old = load_witness(folder)
    except msgspec.DecodeError:
        old = None
    new = witness.head
    if old is not None and old.device_id == witness.device_id:
        if (new.epoch, new.seq) <= (old.head.epoch, old.head.seq):
            return
    elif not new.seq:
        return
    write_secret(folder / WITNESS_FILE, msgspec.json.encode(witness))
