"""Print jobs on disk: written with what they report, printed after, never lost, never doubled unmarked."""

from collections.abc import Callable
from sqlite3 import Connection

import msgspec

from omnipos.domain.paper import DrawerPaper, Paper, PaperKind, PrintJob, print_job
from omnipos.store.connection import Store, transaction


def insert_job(db: Connection, paper: Paper, now_ms: int, *, copy: bool = False) -> None:
    """Put a paper into the spool; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    job = print_job("", paper, copy=copy)
    db.execute(
        "INSERT INTO print_job (kind, copy, payload, state, created_at_ms) VALUES (?, ?, ?, 'queued', ?)",
        (job.kind.value, job.copy, job.payload, now_ms),
    )


def insert_job_again(db: Connection, job_id: int, now_ms: int) -> None:
    """Put a paper that failed into the spool once more, marked COPY; the caller owns the transaction."""
    assert db.in_transaction, "the caller owns the unit of work"
    db.execute(
        "INSERT INTO print_job (kind, copy, payload, state, created_at_ms)"
        " SELECT kind, 1, payload, 'queued', ? FROM print_job WHERE job_id = ?",
        (now_ms, job_id),
    )


def count_unprinted(db: Connection) -> int:
    """Return how many papers wait for the printer."""
    row = db.execute("SELECT count(*) FROM print_job WHERE state IN ('queued', 'started')")
    return int(row.fetchone()[0])


Opened = Callable[[DrawerPaper, bool], None]
"""What is told, inside the transaction, that the drawer was opened, and whether that is certain."""

TOO_LATE = "nobody waits for the drawer any more"


def count_papers(db: Connection) -> int:
    """Return how many papers wait for the printer; opening the drawer is none."""
    row = db.execute(
        "SELECT count(*) FROM print_job WHERE state IN ('queued', 'started') AND kind <> ?",
        [PaperKind.DRAWER.value],
    )
    return int(row.fetchone()[0])


class StoredJobs:
    """The spool's view of the jobs on disk; each call is one transaction on the writer thread.

    A job that only opens the drawer is tried once: later it would open when nobody stands there.
    """

    def __init__(self, store: Store, opened: Opened | None = None) -> None:
        """Use the jobs of an open store; `opened` is told of every opening without a sale."""
        self._store = store
        self._opened = opened

    def next_job(self) -> PrintJob | None:
        """Return the oldest job not printed yet."""
        return self._store.call(lambda: self._first("queued"))

    def interrupted_jobs(self) -> tuple[PrintJob, ...]:
        """Put jobs that were cut off back into the queue, marked COPY, and return them."""
        return self._store.call(self._requeue_interrupted)

    def started(self, job_id: str) -> None:
        """Note, durably, that the job's first byte is about to be sent."""
        self._move(job_id, "started", "")

    def done(self, job_id: str) -> None:
        """Note that the job is on paper."""
        self._move(job_id, "done", "", opened=True)

    def requeued(self, job_id: str, error: str) -> None:
        """Note that nothing of the job was sent; it waits on."""
        self._move(job_id, "queued", error)

    def interrupted(self, job_id: str, error: str) -> None:
        """Note that the job was cut off; it waits to be printed again, marked COPY."""
        self._move(job_id, "queued", error, copy=True)

    def failed(self, job_id: str, error: str) -> None:
        """Note that the job cannot be printed at all."""
        self._move(job_id, "failed", error)

    def _move(self, job_id: str, state: str, error: str, *, opened: bool = False, copy: bool = False) -> None:
        def write() -> None:
            with transaction(self._store.books):
                (kind, payload) = self._store.books.execute(
                    "UPDATE print_job SET error = ?, copy = copy OR ?,"
                    " state = CASE WHEN kind = ? AND ? = 'queued' THEN 'failed' ELSE ? END"
                    " WHERE job_id = ? RETURNING kind, payload",
                    (error, copy, PaperKind.DRAWER.value, state, state, int(job_id)),
                ).fetchone()
                if opened or copy:
                    self._tell(kind, payload, certain=opened)

        self._store.call(write)

    def _tell(self, kind: str, payload: bytes, *, certain: bool) -> None:
        if kind == PaperKind.DRAWER and self._opened is not None:
            self._opened(msgspec.json.decode(payload, type=DrawerPaper), certain)

    def _requeue_interrupted(self) -> tuple[PrintJob, ...]:
        with transaction(self._store.books):
            cut_off = self._store.books.execute(
                "UPDATE print_job SET state = 'failed', error = ? WHERE kind = ? AND state = 'started'"
                " RETURNING kind, payload",
                (TOO_LATE, PaperKind.DRAWER.value),
            ).fetchall()
            for kind, payload in cut_off:
                self._tell(kind, payload, certain=False)
            self._store.books.execute(
                "UPDATE print_job SET state = 'failed', error = ? WHERE kind = ? AND state = 'queued'",
                (TOO_LATE, PaperKind.DRAWER.value),
            )
            rows = self._store.books.execute(
                "UPDATE print_job SET state = 'queued', copy = 1 WHERE state = 'started'"
                " RETURNING job_id, kind, payload, copy"
            ).fetchall()
        return tuple(_job(row) for row in rows)

    def _first(self, state: str) -> PrintJob | None:
        row = self._store.books.execute(
            "SELECT job_id, kind, payload, copy FROM print_job WHERE state = ? ORDER BY job_id LIMIT 1",
            [state],
        ).fetchone()
        return _job(row) if row else None


def _job(row: tuple[int, str, bytes, int]) -> PrintJob:
    return PrintJob(job_id=str(row[0]), kind=PaperKind(row[1]), payload=row[2], copy=bool(row[3]))


class JobState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one print job stands."""

    kind: str
    state: str
    copy: bool
    error: str


def latest_job_states(db: Connection, limit: int) -> list[JobState]:
    """Return where the latest print jobs stand, the newest first."""
    rows = db.execute("SELECT kind, state, copy, error FROM print_job ORDER BY job_id DESC LIMIT ?", [limit])
    return [JobState(kind=k, state=s, copy=bool(c), error=e) for k, s, c, e in rows]
