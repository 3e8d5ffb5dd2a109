"""The outbox: which events the hub has not acknowledged yet, and what it said of the others."""

from collections.abc import Iterator, Sequence
from sqlite3 import Connection

import msgspec

from omnipos.events import Event
from omnipos.protocol import AckedHead, Outcome, Verdict
from omnipos.store.journal import COLUMNS, event_of_row


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits for the hub; `since_ms` is when the oldest of it happened, 0 for nothing."""

    events: int
    sales: int
    since_ms: int
    quarantined: int


def next_batch(db: Connection, most_events: int, most_bytes: int) -> list[Event]:
    """Return the oldest waiting events in sequence, as many as one push may carry (at least one)."""
    prefixed = ", ".join(f"e.{name.strip()}" for name in COLUMNS.split(","))
    rows = db.execute(
        f"SELECT {prefixed} FROM outbox o JOIN event e USING (epoch, seq)"
        " WHERE o.state = 'waiting' ORDER BY o.epoch, o.seq LIMIT ?",
        (most_events,),
    )
    batch: list[Event] = []
    size = 0
    for row in rows:
        event = event_of_row(row)
        size += len(event.body) + 600
        if batch and size > most_bytes:
            break
        batch.append(event)
    return batch


def unsent(db: Connection) -> Iterator[Event]:
    """Return every event that waits for the hub, in sequence."""
    prefixed = ", ".join(f"e.{name.strip()}" for name in COLUMNS.split(","))
    rows = db.execute(
        f"SELECT {prefixed} FROM outbox o JOIN event e USING (epoch, seq)"
        " WHERE o.state = 'waiting' ORDER BY o.epoch, o.seq"
    )
    return (event_of_row(row) for row in rows)


def count_unsent(db: Connection, after: tuple[int, int] = (0, 0)) -> int:
    """Return how many events behind a place (epoch, seq) wait for the hub."""
    row = db.execute(
        "SELECT count(*) FROM outbox WHERE state = 'waiting' AND (epoch, seq) > (?, ?)", after
    ).fetchone()
    return int(row[0])


def record_verdicts(db: Connection, verdicts: tuple[Verdict, ...]) -> None:
    """Keep what the hub said; an event it wants again keeps waiting. The caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    final = {
        Outcome.APPLIED: "acked",
        Outcome.DUPLICATE: "acked",
        Outcome.QUARANTINED: "quarantined",
        Outcome.RETRY: "waiting",
    }
    db.executemany(
        "UPDATE outbox SET state = ?, verdict = ?, attempts = attempts + 1"
        " WHERE epoch = ? AND seq = ? AND state = 'waiting'",
        [(final[v.outcome], f"{v.outcome.value} {v.reason}".strip(), v.epoch, v.seq) for v in verdicts],
    )


def newest_acked(db: Connection, epoch: int) -> int:
    """Return the sequence of the newest event of an epoch that the hub acknowledged, 0 for none."""
    row = db.execute(
        "SELECT seq FROM outbox WHERE epoch = ? AND state = 'acked' ORDER BY seq DESC LIMIT 1", [epoch]
    ).fetchone()
    return int(row[0]) if row else 0


def reopen_after(db: Connection, epoch: int, acked_seq: int) -> None:
    """Put events behind what the hub says it has back into the queue; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "UPDATE outbox SET state = 'waiting' WHERE state <> 'waiting' AND epoch = ? AND seq > ?",
        (epoch, acked_seq),
    )


def reopen_once(db: Connection, head: AckedHead, hub_epoch: str) -> None:
    """Put a whole epoch back into the queue for a head at the hub that another life wrote, once a head.

    The caller owns the transaction. The hub keeps that head when it has all of this journal beside
    it: sending all again at every hello would never end.
    """
    assert db.in_transaction, "the caller owns the unit of work"
    new = db.execute(
        "INSERT OR IGNORE INTO life_answered VALUES (?, ?, ?, ?)",
        (head.epoch, head.seq, head.hash, hub_epoch),
    )
    if new.rowcount:
        reopen_after(db, head.epoch, 0)


def states_of_sales(db: Connection, receipt_numbers: Sequence[str]) -> dict[str, str]:
    """Return the outbox state of sales by receipt number: waiting, acked or quarantined."""
    rows = db.execute(
        "SELECT s.receipt_number, o.state FROM sale s JOIN outbox o USING (epoch, seq)"
        " WHERE s.receipt_number IN (SELECT value FROM json_each(?))",
        [msgspec.json.encode(receipt_numbers)],
    )
    return dict(rows.fetchall())


def last_sale(db: Connection) -> tuple[str, str]:
    """Return the receipt number of the last sale and its outbox state; both empty before the first."""
    row = db.execute(
        "SELECT s.receipt_number, o.state FROM sale s JOIN outbox o USING (epoch, seq)"
        " ORDER BY s.epoch DESC, s.seq DESC LIMIT 1"
    ).fetchone()
    return (row[0], row[1]) if row else ("", "")


def count_waiting(db: Connection) -> Waiting:
    """Return how much waits for the hub; only indexes are read, as the queue may hold 90 days."""
    oldest = db.execute(
        "SELECT o.epoch, o.seq, e.occurred_at_ms FROM outbox o JOIN event e USING (epoch, seq)"
        " WHERE o.state = 'waiting' ORDER BY o.epoch, o.seq LIMIT 1"
    ).fetchone()
    events = sales = 0
    if oldest:
        (events,) = db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()
        # The hub takes events in sequence, so all behind the oldest waiting one wait too.
        (sales,) = db.execute("SELECT count(*) FROM sale WHERE (epoch, seq) >= (?, ?)", oldest[:2]).fetchone()
    return Waiting(
        events=events,
        sales=sales,
        since_ms=oldest[2] if oldest else 0,
        quarantined=_count_quarantined(db),
    )


def _count_quarantined(db: Connection) -> int:
    row = db.execute("SELECT count(*) FROM outbox WHERE state = 'quarantined'").fetchone()
    return int(row[0])
