"""Archiving: events that the hub has had for long leave the journal, sealed, so that it stays small."""

from omnipos.domain.errors import StoreTrouble
from omnipos.events import GENESIS
from omnipos.locale import _
from omnipos.ports import Clock
from omnipos.services.verifying import check_link
from omnipos.store.archive import archives, leaving, seal_away
from omnipos.store.connection import Connection, Store
from omnipos.store.mirror import cursors

KEPT_MS = 90 * 24 * 60 * 60_000
"""How long events stay in the journal after they happened, at the least."""
MOST_EVENTS = 5_000
"""How many go into one file: a busy day, moved within a breath."""


def archive_old(store: Store, clock: Clock) -> int:
    """Seal one file full of old events away and return how many; 0 when there is nothing to do.

    Runs on the writer thread. Raises StoreTrouble, having changed nothing, when their chain is broken.
    """
    db = store.books
    events = leaving(db, _trusted_now_ms(db, clock) - KEPT_MS, MOST_EVENTS)
    if not events:
        return 0
    before = archives(db)
    head, place = GENESIS, (0, 0)
    if before:
        head, place = before[-1].hash, (before[-1].last_epoch, before[-1].last_seq)
    for event in events:
        if check_link(event, head, place):
            raise StoreTrouble(
                _("The journal is not whole, so nothing of it is archived. Run: omnipos verify")
            )
        head, place = event.hash, (event.header.epoch, event.header.seq)
    return seal_away(db, store.folder, events).events


def _trusted_now_ms(db: Connection, clock: Clock) -> int:
    """Return the time, but none the hub has not come to: a clock ahead archives nothing early."""
    told = max((one.as_of_ms for one in cursors(db).values()), default=0)
    return min(clock.now_ms(), told)
