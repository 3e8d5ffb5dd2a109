"""The journal: append-only facts with their hash chain, and the counters drawn in the same transaction."""

from collections.abc import Iterator
from sqlite3 import Connection

import msgspec

from omnipos.events import (
    GENESIS,
    SCHEMA,
    Event,
    Fact,
    Header,
    PersonalCard,
    encode_fact,
    seal,
    type_of,
)

COLUMNS = (
    "epoch, seq, event_id, type, schema, occurred_at_ms, actor, shift, catalogue_rev, body, prev_hash, hash"
)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where a journal ends."""

    epoch: int
    seq: int
    hash: bytes


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Who did something, when, in which shift and under which catalogue."""

    event_id: str
    epoch: int
    occurred_at_ms: int
    actor: str
    shift: str
    catalogue_rev: int


def head_of(db: Connection) -> Head | None:
    """Return the last event's place and hash, or None for an empty journal."""
    row = db.execute("SELECT epoch, seq, hash FROM event ORDER BY epoch DESC, seq DESC LIMIT 1").fetchone()
    return Head(epoch=row[0], seq=row[1], hash=row[2]) if row else None


def append(db: Connection, stamp: Stamp, fact: Fact) -> Event:
    """Append a fact and put it into the outbox; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    head = head_of(db)
    same_epoch = head is not None and head.epoch == stamp.epoch
    header = Header(
        epoch=stamp.epoch,
        seq=head.seq + 1 if head and same_epoch else 1,
        event_id=stamp.event_id,
        type=type_of(fact),
        schema=SCHEMA,
        occurred_at_ms=stamp.occurred_at_ms,
        actor=stamp.actor,
        shift=stamp.shift,
        catalogue_rev=stamp.catalogue_rev,
    )
    event = seal(header, encode_fact(fact), head.hash if head else GENESIS)
    db.execute(f"INSERT INTO event ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", event_row(event))
    db.execute(
        "INSERT INTO outbox (epoch, seq, state) VALUES (?, ?, 'waiting')",
        (header.epoch, header.seq),
    )
    return event


def insert_personal(db: Connection, event: Event, personal_id: str, card: PersonalCard) -> None:
    """Keep the erasable record that an event names."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT INTO personal VALUES (?, ?, ?, ?)",
        (personal_id, event.header.epoch, event.header.seq, msgspec.json.encode(card)),
    )


def personal_of(db: Connection, header: Header) -> dict[str, PersonalCard]:
    """Return the personal records that an event names and that are not erased."""
    rows = db.execute(
        "SELECT personal_id, body FROM personal WHERE epoch = ? AND seq = ?",
        (header.epoch, header.seq),
    )
    return {key: msgspec.json.decode(body, type=PersonalCard) for key, body in rows}


def read_events(db: Connection, epoch: int = 0, after_seq: int = 0) -> Iterator[Event]:
    """Return the events behind a place in the journal, in order."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM event WHERE (epoch, seq) > (?, ?) ORDER BY epoch, seq",
        (epoch, after_seq),
    )
    return (event_of_row(row) for row in rows)


def event_at(db: Connection, epoch: int, seq: int) -> Event | None:
    """Return one event by its place."""
    row = db.execute(f"SELECT {COLUMNS} FROM event WHERE epoch = ? AND seq = ?", (epoch, seq)).fetchone()
    return event_of_row(row) if row else None


def event_row(event: Event) -> tuple[object, ...]:
    """Return an event as a row of `COLUMNS`."""
    return (*msgspec.structs.astuple(event.header), event.body, event.prev_hash, event.hash)


def event_of_row(row: tuple[object, ...]) -> Event:
    """Return the event in a row of `COLUMNS`."""
    *columns, body, prev_hash, own_hash = row
    header = Header(**dict(zip(Header.__struct_fields__, columns, strict=True)))  # type: ignore[arg-type]
    return Event(header=header, body=body, prev_hash=prev_hash, hash=own_hash)  # type: ignore[arg-type]


def draw(db: Connection, counter: str) -> int:
    """Return the next number of a gapless counter; it is used up only if the transaction commits."""
    assert db.in_transaction, "the caller owns the unit of work"
    row = db.execute(
        "INSERT INTO counter VALUES (?, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
        (counter,),
    ).fetchone()
    return int(row[0])


def counter_value(db: Connection, counter: str) -> int:
    """Return the last number drawn from a counter, 0 for none."""
    row = db.execute("SELECT value FROM counter WHERE name = ?", (counter,)).fetchone()
    return int(row[0]) if row else 0


def count_rows(db: Connection, table: str) -> int:
    """Return how many rows a table of the books has."""
    assert table.isidentifier(), "the name of a table of ours"
    row = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0])
