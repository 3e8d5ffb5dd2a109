"""What a person must settle: the mirror's cases with the answers given here, and what only this till has."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.exceptions import PRINT_FAILED, ExceptionCase, Settlement
from omnipos.domain.paper import PaperKind
from omnipos.events import Event

MOST_LISTED = 100
_decode = msgspec.json.Decoder(ExceptionCase).decode
_decode_answer = msgspec.json.Decoder(Settlement).decode


class OpenCases(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases wait for a person: those of this till, and all of the store."""

    here: int
    store: int


class EntryAside(msgspec.Struct, frozen=True, kw_only=True):
    """An event of this till that the hub set aside and has no case for here yet."""

    epoch: int
    seq: int
    event_id: str
    at_ms: int
    verdict: str
    receipt_number: str


class FailedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that could not be printed at all, and that nobody has decided about."""

    job_id: int
    kind: str
    at_ms: int
    error: str


def insert_answer(db: Connection, number: int, event: Event, settlement: Settlement) -> None:
    """Keep an answer to a case of the hub until the mirror shows it; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    place = (event.header.epoch, event.header.seq)
    row = (*place, number, msgspec.json.encode(settlement))
    db.execute("INSERT INTO overlay_exception VALUES (?, ?, ?, ?)", row)


def insert_settled_here(db: Connection, kind: str, subject: str, settlement: Settlement) -> None:
    """Keep an answer to a case that only this till has; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    row = (kind, subject, msgspec.json.encode(settlement))
    db.execute("INSERT INTO settled_here VALUES (?, ?, ?)", row)


def open_cases(db: Connection) -> list[ExceptionCase]:
    """Return the store's cases that nobody has answered, the oldest first."""
    rows = db.execute(f"SELECT c.body FROM {_OPEN} ORDER BY c.number LIMIT ?", [MOST_LISTED]).fetchall()
    return [_decode(body) for (body,) in rows]


def settled_cases(db: Connection, limit: int) -> list[ExceptionCase]:
    """Return the store's cases answered last, the newest first."""
    rows = db.execute(
        "SELECT c.number, c.body FROM mirror.exception_case c WHERE c.is_open = 0 OR EXISTS"
        " (SELECT 1 FROM overlay_exception o WHERE o.number = c.number) ORDER BY c.number DESC LIMIT ?",
        [limit],
    ).fetchall()
    return [_with_answers(db, _decode(body)) for _number, body in rows]


def case_numbered(db: Connection, number: int) -> ExceptionCase | None:
    """Return a case of the store by its number, with the answers given here."""
    row = db.execute("SELECT body FROM mirror.exception_case WHERE number = ?", [number]).fetchone()
    return _with_answers(db, _decode(row[0])) if row else None


def count_open(db: Connection, device_id: str) -> OpenCases:
    """Return how many cases wait; only indexes are read, as it is asked every second."""
    total, own = db.execute(
        f"SELECT count(*), coalesce(sum(c.device_id = ?), 0) FROM {_OPEN}", [device_id]
    ).fetchone()
    local = len(entries_aside(db)) + len(failed_papers(db))
    return OpenCases(here=own + local, store=total + local)


def entries_aside(db: Connection) -> list[EntryAside]:
    """Return what the hub set aside of this till without a case that the mirror shows, the oldest first."""
    rows = db.execute(
        "SELECT epoch, seq, e.event_id, e.occurred_at_ms, o.verdict, coalesce(s.receipt_number, '')"
        " FROM outbox o JOIN event e USING (epoch, seq) LEFT JOIN sale s USING (epoch, seq)"
        " WHERE o.state = 'quarantined' AND NOT EXISTS"
        " (SELECT 1 FROM mirror.exception_case c WHERE c.event_id = e.event_id AND c.event_id <> '')"
        " ORDER BY epoch, seq LIMIT ?",
        [MOST_LISTED],
    )
    names = EntryAside.__struct_fields__
    return [EntryAside(**dict(zip(names, row, strict=True))) for row in rows]


def failed_papers(db: Connection) -> list[FailedPaper]:
    """Return the papers that could not be printed and that nobody has decided about, the oldest first."""
    rows = db.execute(
        "SELECT job_id, kind, created_at_ms, error FROM print_job WHERE state = 'failed'"
        " AND kind <> ? AND NOT EXISTS"
        " (SELECT 1 FROM settled_here h WHERE h.kind = ? AND h.subject = CAST(job_id AS TEXT))"
        " ORDER BY job_id LIMIT ?",
        (PaperKind.DRAWER.value, PRINT_FAILED, MOST_LISTED),
    )
    return [FailedPaper(job_id=j, kind=k, at_ms=at_ms, error=e) for j, k, at_ms, e in rows]


_OPEN = (
    "mirror.exception_case c WHERE c.is_open = 1 AND NOT EXISTS"
    " (SELECT 1 FROM overlay_exception o WHERE o.number = c.number)"
)


def _with_answers(db: Connection, case: ExceptionCase) -> ExceptionCase:
    rows = db.execute(
        "SELECT o.answer FROM overlay_exception o WHERE o.number = ? AND (o.epoch, o.seq) > ("
        " SELECT applied_epoch, applied_seq FROM mirror.cursor WHERE stream = ?) ORDER BY o.epoch, o.seq",
        (case.number, f"exceptions/{case.store_id}"),
    )
    answers = case.answers + tuple(_decode_answer(answer) for (answer,) in rows)
    return msgspec.structs.replace(case, answers=answers)
