"""What every route of the hub works with: its database, its clock, who it is."""

import logging
import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from litestar.di import NamedDependency
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from hub import checking, epochs, exceptions, feed, hints, snapshots, watching
from hub.database import LIFE, Database
from hub.keys import keep_hub_key
from hub.locks import BESIDE, WHOLE, Locks
from hub.measures import Measures
from hub.pacing import Pace
from hub.quoting import RulesKept
from hub.settings import HubSettings
from hub.unit import NeedsAll, OutcomeUnknown, Unit

T = TypeVar("T")
log = logging.getLogger(__name__)


def wall_clock_ms() -> int:
    """Return UTC milliseconds."""
    return time.time_ns() // 1_000_000


class Hub:
    """One running hub."""

    def __init__(
        self,
        database: Database,
        *,
        instance: str = "",
        now_ms: Callable[[], int] = wall_clock_ms,
        settings: HubSettings | None = None,
    ) -> None:
        """Take an open and migrated database."""
        self.database = database
        self.settings = settings or HubSettings()
        self.measures = Measures()
        self.stopping = False
        """Whether this process was told to stop; it finishes what it has and should be given nothing new."""
        self.instance = instance
        self.now_ms = now_ms
        self.mark = secrets.token_hex(4)
        """Names this run of the hub in what it writes; see `hub.feed`."""
        self.pace = Pace(burst=5000, per_s=500)
        """Of one till, web shop or owner: far above any use, so that a broken program starves nobody else."""
        self.pace_of_strangers = Pace(
            burst=self.settings.strangers_burst, per_s=self.settings.strangers_per_s
        )
        """Of one address without a key: a chain's tills behind one get their tokens, guesses do not."""
        self.price_rules = RulesKept()
        self.checksums = checking.Checksums()
        self.shared = feed.SharedChanges()
        self.shelf = snapshots.Shelf(database.home / snapshots.FOLDER)
        self.attendance = watching.Attendance()
        self.noticeboard = hints.Noticeboard(
            lambda streams: self.read(lambda conn: hints.heads_of(conn, streams)),
            self.settings.common_hints_s,
        )
        database.write(lambda conn: epochs.begin(conn, now_ms()))
        self.key = database.write(lambda conn: keep_hub_key(conn, database.home))

    async def write(self, work: Callable[[Unit], T], locks: Locks = WHOLE) -> T:
        """Run some work in one transaction that ends with its changes in the streams."""
        try:
            result, heads = await self.database.write_soon(lambda conn: self._run(conn, work, locks), locks)
        except (IntegrityError, DataError, NeedsAll):
            # What is written late can name no culprit; with the hub for itself the work finds it.
            if locks.whole or not self.database.is_shared:
                raise
            return await self.write(work)
        self.noticeboard.tell(heads)
        return result

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run some work on one unchanging view of the database."""
        return await self.database.read_soon(work)

    def note_seen(self, device_id: str) -> None:
        """Write down soon that a till asked for something, at most every half minute.

        Nothing waits for it: a page is given however long somebody else writes.
        """
        if self.attendance.see(device_id, self.now_ms()):
            noted = self.attendance.take(self.now_ms())
            self.database.write_aside(
                lambda conn: self.run(conn, lambda unit: watching.note(unit, noted), BESIDE), BESIDE
            )

    async def note_counts(self) -> None:
        """Write down what this process counted; trouble with it keeps nobody from what they asked for."""
        noted = self.attendance.take(self.now_ms())
        try:
            await self.write(lambda unit: watching.note(unit, noted), BESIDE)
        except (OperationalError, OutcomeUnknown) as trouble:
            log.warning("What was counted could not be written: %s", trouble)

    def run(self, conn: Connection, work: Callable[[Unit], T], locks: Locks = WHOLE) -> T:
        """Run some work in the caller's transaction and put its changes into the streams."""
        return self._run(conn, work, locks)[0]

    def _run(self, conn: Connection, work: Callable[[Unit], T], locks: Locks) -> tuple[T, hints.Heads]:
        beside = self.database.is_shared and not locks.whole
        mark = self.mark + conn.info.get(LIFE, "")
        unit = Unit(conn, self.now_ms(), mark, beside=beside, ahead=locks.ahead)
        result = work(unit)
        unit.write_late()
        exceptions.file_cases(unit)
        heads = feed.publish(unit)
        if self.database.is_shared and heads:
            hints.announce(conn, heads)
        return result, heads


Ours = NamedDependency[Hub]
"""How a route asks for its hub."""
