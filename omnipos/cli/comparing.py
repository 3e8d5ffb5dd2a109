"""Comparing a folder with what its hub acknowledged: a journal put back, copied or cut off is found so."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from omnipos import __version__
from omnipos.cli.membership import load_membership, till_client
from omnipos.config import load_settings
from omnipos.domain.errors import DomainError
from omnipos.events import SCHEMA
from omnipos.locale import _
from omnipos.protocol import Hello
from omnipos.services.till import SystemClock
from omnipos.store.connection import Connection, open_to_read
from omnipos.store.identity import load_identity
from omnipos.store.journal import head_of
from omnipos.store.outbox import count_waiting

if TYPE_CHECKING:
    from sync.client import HubClient


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub's acknowledgement says of a journal; `note` says why a hub could not be asked."""

    asked: bool = False
    findings: tuple[str, ...] = ()
    note: str = ""


def compare_with_hub(folder: Path) -> Compared:
    """Ask the hub of a folder how far it has the journal, and look whether that is all here."""
    from sync.errors import SyncError

    member = load_membership(folder)
    if member is None:
        return Compared()
    try:
        client = till_client(folder, load_settings(folder).hub or member.hub)
        with closing(client), closing(open_to_read(folder)) as books:
            return Compared(asked=True, findings=_misfits(books, client))
    except (DomainError, SyncError, sqlite3.Error) as trouble:
        return Compared(note=str(trouble))


def _misfits(books: Connection, client: "HubClient") -> tuple[str, ...]:
    from sync.healing import holds

    me, head = load_identity(books), head_of(books)
    if me is None:
        return ()
    answer = client.hello(
        Hello(
            epoch=me.epoch,
            head_seq=head.seq if head else 0,
            head_hash=head.hash.hex() if head else "",
            schema_min=1,
            schema_max=SCHEMA,
            version=__version__,
            sent_at_ms=SystemClock().now_ms(),
            waiting=count_waiting(books).events,
        )
    )
    found = []
    if answer.device_id == me.device_id and answer.epoch > me.epoch:
        found.append(_("The hub knows a newer epoch of this till: the folder was put back, or copied."))
    if not holds(books, me.epoch, answer.acked_seq, answer.acked_hash):
        text = _(
            "The hub has an event {seq} of epoch {epoch} that is not in this journal: the folder was put"
            " back or copied, or its end is lost. Nothing is overwritten when it syncs."
        )
        found.append(text.format(seq=answer.acked_seq, epoch=me.epoch))
    return tuple(found)
