"""What the simulator remembers by itself: everything attempted, promised and acknowledged."""

import sqlite3
from collections import Counter

import msgspec

from omnipos.domain.sale import Sale


class Entry(msgspec.Struct, frozen=True):
    """An event as it lay in a till's journal."""

    device_id: str
    epoch: int
    seq: int
    event_id: str
    type: str
    body: bytes
    hash: bytes


class Ledger:
    """Facts about a run that neither a crash nor a restore can change."""

    def __init__(self) -> None:
        """Nothing happened yet."""
        self.attempted: dict[tuple[str, bytes], Entry] = {}
        """Every event that was ever committed to a till's disk, by id and hash."""
        self.acked: set[tuple[str, bytes]] = set()
        """Those that a till was told the hub has."""
        self.forgotten: set[str] = set()
        """Ids of events the hub had when it was put back to a backup without them."""
        self.promised: dict[str, Sale] = {}
        """Sales a cashier saw completed, by id."""
        self.disk_lost: set[str] = set()
        """Ids of events that left the last disk they were on, when it was put back or replaced."""
        self.moved: set[str] = set()
        """Ids of the stock movements that the owner was told are written."""
        self.orders: dict[str, str] = {}
        """Orders the web shop was told are placed: number to order id."""
        self.cancelled: dict[str, int] = {}
        """Numbers of the orders the web shop was told are cancelled, and when."""
        self.risks: Counter[str] = Counter()
        """What people did that lets a rule be broken on purpose: a disk put back by hand, an override."""

    def note_journal(self, device_id: str, books: sqlite3.Connection) -> None:
        """Remember what a till's journal holds now, and what it takes for acknowledged."""
        rows = books.execute(
            "SELECT e.epoch, e.seq, e.event_id, e.type, e.body, e.hash, o.state"
            " FROM event e JOIN outbox o USING (epoch, seq) ORDER BY e.epoch, e.seq"
        )
        for *columns, state in rows:
            entry = Entry(device_id, *columns)
            key = (entry.event_id, entry.hash)
            self.attempted[key] = entry
            if state != "waiting":
                self.acked.add(key)
