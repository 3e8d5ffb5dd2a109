"""What the hub shows of each till: when it was seen, what it has, what the hub has of it, what is amiss.

Counts are kept in the database, for any process of the hub may be asked for them. Requests are
counted in memory first and written at most every half minute, together with when a till was seen.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, bindparam, case, func, select, update

from hub import tables
from hub.database import upsert
from hub.reports import Device
from hub.unit import Unit
from omnipos.protocol import PushAnswer

NOTED_EVERY_MS = 30_000
GAP_WINDOW = 10_000
"""Gaps are looked for among so many of a till's newest entries: a look must stay quick for ever."""
PUSHES, PULLS, EVENTS = "pushes", "pulls", "events/"

GATHERED_MS = 2_000
"""Who was seen is written down together: a chain's tills would be a thousand transactions a second."""


class Noted(NamedTuple):
    """What a process counted and has not written down yet."""

    pulls: Mapping[str, int]
    """Pages given, by device id."""
    seen: Mapping[str, int]
    """When tills were seen last, UTC ms."""


Tally = dict[str, dict[str, int]]
"""Counts by their name, by device id."""


class Attendance:
    """Who asked this process lately; what it holds is written down soon and lost without harm."""

    def __init__(self) -> None:
        """Begin with nobody seen."""
        self._noted_at_ms: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._written_at_ms = 0
        self._pulls: Counter[str] = Counter()

    def count_pull(self, device_id: str) -> None:
        """Count a page that a till asked for."""
        self._pulls[device_id] += 1

    def see(self, device_id: str, now_ms: int) -> bool:
        """Keep in mind that a till was seen; tell whether it is time to write down who was."""
        if abs(now_ms - self._noted_at_ms.get(device_id, 0)) >= NOTED_EVERY_MS:
            self._noted_at_ms[device_id] = self._seen[device_id] = now_ms
        return bool(self._seen) and abs(now_ms - self._written_at_ms) >= GATHERED_MS

    def take(self, now_ms: int) -> Noted:
        """Return all that was counted and seen, for writing it down."""
        noted = Noted(pulls=self._pulls, seen=self._seen)
        self._pulls, self._seen, self._written_at_ms = Counter(), {}, now_ms
        return noted


def note(unit: Unit, noted: Noted) -> None:
    """Write down which tills were seen and the pages that were given to any, in two statements for all."""
    count(unit, [(one, PULLS, pages) for one, pages in noted.pulls.items()])
    table = tables.device
    if noted.seen:
        seen = (
            update(table).where(table.c.device_id == bindparam("own")).values(last_seen_ms=bindparam("at_ms"))
        )
        unit.conn.execute(seen, [{"own": one, "at_ms": at_ms} for one, at_ms in sorted(noted.seen.items())])


def _see(unit: Unit, device_id: str) -> None:
    table = tables.device
    seen = update(table).where(table.c.device_id == device_id)
    unit.conn.execute(seen.values(last_seen_ms=unit.now_ms))


def count(unit: Unit, counts: Iterable[tuple[str, str, int]]) -> None:
    """Add to the counts of devices: device id, name, how many."""
    # Sorted, so that two transactions on PostgreSQL lock rows in one order.
    rows = [{"device_id": device_id, "name": name, "n": n} for device_id, name, n in sorted(counts)]
    upsert(unit.conn, tables.tally, rows, add=("n",))


def count_push(unit: Unit, device_id: str, answer: PushAnswer) -> None:
    """Count a push and what became of its events, and write down that the till was seen."""
    outcomes = Counter(verdict.outcome.value for verdict in answer.verdicts)
    counts = [(device_id, EVENTS + outcome, n) for outcome, n in sorted(outcomes.items())]
    count(unit, [*counts, (device_id, PUSHES, 1)])
    _see(unit, device_id)


def tallies(conn: Connection) -> Tally:
    """Return all counts, by name and device id."""
    found: Tally = defaultdict(dict)
    table = tables.tally
    for row in conn.execute(select(table).order_by(table.c.name, table.c.device_id)):
        found[row.name][row.device_id] = row.n
    return found


def open_exceptions(conn: Connection) -> Mapping[str, int]:
    """Return how many exceptions wait for a person, by device id; an empty id is nobody's."""
    case = tables.exception_case
    query = (
        select(case.c.device_id, func.count().label("n")).where(~case.c.settled).group_by(case.c.device_id)
    )
    return {row.device_id: row.n for row in conn.execute(query)}


def devices(conn: Connection, only: Sequence[str] | None = None) -> tuple[Device, ...]:
    """Return every till, or only some by their ids, by store and number.

    Its head is the newest of its entries that it told of or that came; what waits is what the hub
    lacks up to there, as of when it was last seen.
    """
    table, heads, shop = tables.device, tables.device_head, tables.store
    query = (
        select(table, shop.c.code, func.coalesce(heads.c.acked_seq, 0).label("acked_seq"))
        .join(shop, shop.c.store_id == table.c.store_id)
        .outerjoin(heads, (heads.c.device_id == table.c.device_id) & (heads.c.epoch == table.c.epoch))
        .order_by(shop.c.code, table.c.till_number)
    )
    rows = conn.execute(query if only is None else query.where(table.c.device_id.in_(only))).all()
    exceptions, aside = open_exceptions(conn), tallies(conn)[f"{EVENTS}quarantined"]
    found = []
    for row in rows:
        is_current = row.head_epoch == row.epoch
        head_seq = max(row.head_seq if is_current else 0, row.acked_seq)
        found.append(
            Device(
                device_id=row.device_id,
                store_id=row.store_id,
                store_code=row.code,
                till_number=row.till_number,
                name=row.name,
                version=row.version,
                epoch=row.epoch,
                head_seq=head_seq,
                acked_seq=row.acked_seq,
                gaps=_gaps(conn, row.device_id, row.epoch, row.acked_seq),
                waiting=head_seq - row.acked_seq if is_current else row.waiting,
                quarantined=aside.get(row.device_id, 0),
                exceptions_open=exceptions.get(row.device_id, 0),
                skew_ms=row.skew_ms,
                enrolled_at_ms=row.enrolled_at_ms,
                last_seen_ms=row.last_seen_ms,
                revoked=row.revoked,
            )
        )
    return tuple(found)


def owed() -> tuple[FromClause, ColumnElement[int]]:
    """Return the tills, and what the hub lacks of each one's entries, for a question that sums it."""
    device, heads = tables.device, tables.device_head
    acked = func.coalesce(heads.c.acked_seq, 0)
    ahead = case((device.c.head_seq > acked, device.c.head_seq - acked), else_=0)
    of_life = (heads.c.device_id == device.c.device_id) & (heads.c.epoch == device.c.epoch)
    waits = case((device.c.head_epoch == device.c.epoch, ahead), else_=device.c.waiting)
    return device.outerjoin(heads, of_life), waits


def _gaps(conn: Connection, device_id: str, epoch: int, acked_seq: int) -> int:
    """Return how many of a till's newest entries were acknowledged but are gone; only lost rows are."""
    table = tables.event
    first = max(acked_seq - GAP_WINDOW, 0)
    place = (table.c.device_id == device_id) & (table.c.epoch == epoch)
    kept = conn.scalar(select(func.count()).where(place, table.c.seq > first, table.c.seq <= acked_seq))
    return acked_seq - first - (kept or 0)
