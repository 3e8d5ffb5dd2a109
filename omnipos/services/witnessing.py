"""Holding a journal against what its hub countersigned, with the hub away."""

import msgspec

from omnipos.locale import _
from omnipos.signing import head_words, is_signed
from omnipos.store import journal
from omnipos.store.archive import find_event
from omnipos.store.connection import Connection
from omnipos.store.witness import Witness


class Testimony(msgspec.Struct, frozen=True, kw_only=True):
    """The newest countersigned head of a till, and the public key of its hub in hex."""

    witness: Witness
    hub_key: str


def check_testimony(db: Connection, testimony: Testimony) -> list[str]:
    """Return what of the countersigned journal is missing or other than it was.

    A journal that has gone on in a later epoch says itself that it parted from that head.
    """
    head = testimony.witness.head
    words = head_words(testimony.witness.device_id, head.epoch, head.seq, head.hash)
    if not is_signed(words, head.signature, testimony.hub_key):
        return [_("The hub's signature of this journal is false: its file or the hub's key was changed.")]
    end = journal.head_of(db)
    if end is not None and end.epoch > head.epoch:
        return []
    event = find_event(db, head.epoch, head.seq)
    if event is None:
        text = _(
            "Event {seq} of epoch {epoch} is missing, though the hub signed that it has it:"
            " the journal was cut off after event {last}."
        )
        return [text.format(seq=head.seq, epoch=head.epoch, last=end.seq if end else 0)]
    if head.hash and event.hash.hex() != head.hash:
        text = _("Event {seq} of epoch {epoch} is another one than the hub signed.")
        return [text.format(seq=head.seq, epoch=head.epoch)]
    return []
