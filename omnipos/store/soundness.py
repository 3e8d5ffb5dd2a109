"""Whether the journal on disk is still what was written: its end at each start, all of it soon after."""

import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

from omnipos.domain.errors import StoreTrouble
from omnipos.events import GENESIS, Event, chain_hash
from omnipos.locale import _
from omnipos.store.journal import COLUMNS, event_of_row, read_events

END_EVENTS = 500
"""How much of the journal's end is looked at before anything is sold; a hundredth of a second."""
AT_ONCE = 200
PAUSE_S = 0.02


def check_end(books: Connection) -> None:
    """Raise StoreTrouble when the journal's last events are not what was written."""
    rows = books.execute(
        f"SELECT {COLUMNS} FROM event ORDER BY epoch DESC, seq DESC LIMIT ?", [END_EVENTS]
    ).fetchall()
    broken = first_broken(event_of_row(row) for row in reversed(rows))
    if broken is not None:
        raise StoreTrouble(told(broken))


def first_broken(events: Iterable[Event], head: bytes | None = None) -> Event | None:
    """Return the first event that was altered or does not hang on the one before; `head` is before all."""
    for event in events:
        hangs = head in (None, event.prev_hash)
        if not hangs or chain_hash(event.prev_hash, event.header, event.body) != event.hash:
            return event
        head = event.hash
    return None


def told(broken: Event) -> str:
    """Return what a person is told of a broken journal."""
    return _(
        "The till's journal is damaged at event {seq} of epoch {epoch}: the disk or somebody altered it."
        " Nothing was changed now. Look with omnipos verify, save what is unsent with"
        " omnipos export-outbox FILE, and put a backup back with omnipos restore FILE."
    ).format(seq=broken.header.seq, epoch=broken.header.epoch)


def look_through(books: Path, ended: threading.Event) -> str:
    """Read a whole journal beside its till, giving way to it; return what is wrong, `""` for nothing."""
    uri = f"{books.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            # What left for the archive ends with a checkpoint, and the journal hangs on the last of them.
            sealed = reader.execute("SELECT hash FROM archive ORDER BY number DESC LIMIT 1").fetchone()
            broken = first_broken(_slowly(read_events(reader), ended), sealed[0] if sealed else GENESIS)
    except sqlite3.DatabaseError as error:
        return _("The till's journal cannot be read to its end ({reason}). Look with omnipos verify.").format(
            reason=error
        )
    return told(broken) if broken else ""


def _slowly(events: Iterable[Event], ended: threading.Event) -> Iterable[Event]:
    for count, event in enumerate(events, start=1):
        yield event
        if count % AT_ONCE == 0 and ended.wait(PAUSE_S):
            return
