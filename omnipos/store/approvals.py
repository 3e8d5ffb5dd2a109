"""The store's approvals in the mirror, and those that this till's own journal tells of."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.approval import ApprovalCase, ApprovalGiven, ApprovalState
from omnipos.events import decode_fact
from omnipos.store.journal import COLUMNS, event_of_row

_decode = msgspec.json.Decoder(ApprovalCase).decode
LATEST_GIVEN = 200


def case_by_id(db: Connection, approval_id: str) -> ApprovalCase | None:
    """Return one approval of the store."""
    row = db.execute("SELECT body FROM mirror.approval_case WHERE approval_id = ?", [approval_id]).fetchone()
    return _decode(row[0]) if row else None


def asked(db: Connection) -> list[ApprovalCase]:
    """Return what is asked for in the store and not answered, the oldest first."""
    rows = db.execute(
        "SELECT body FROM mirror.approval_case WHERE state = ? ORDER BY at_ms", [ApprovalState.ASKED.value]
    )
    return [_decode(body) for (body,) in rows]


def settled(db: Connection, limit: int) -> list[ApprovalCase]:
    """Return what was given or refused in the store, the newest first."""
    rows = db.execute(
        "SELECT body FROM mirror.approval_case WHERE state IN (?, ?) ORDER BY at_ms DESC LIMIT ?",
        [ApprovalState.GIVEN.value, ApprovalState.REFUSED.value, limit],
    )
    return [_decode(body) for (body,) in rows]


def given_here(db: Connection) -> list[tuple[int, str, ApprovalGiven]]:
    """Return the words given at this till that its journal still holds: when, for whom, and the word."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM event WHERE type = 'approval_given' ORDER BY epoch DESC, seq DESC LIMIT ?",
        [LATEST_GIVEN],
    )
    found = []
    for row in rows:
        event = event_of_row(row)
        fact = decode_fact(event.body, event.header.schema)
        assert isinstance(fact, ApprovalGiven), "an event's type is its fact's"
        found.append((event.header.occurred_at_ms, event.header.actor, fact))
    return found


def write_cases(mirror: Connection, cases: list[ApprovalCase]) -> None:
    """Write approvals into the mirror; the caller owns the transaction."""
    rows = [(one.approval_id, one.state.value, one.at_ms, msgspec.json.encode(one)) for one in cases]
    mirror.executemany("INSERT OR REPLACE INTO approval_case VALUES (?, ?, ?, ?)", rows)
