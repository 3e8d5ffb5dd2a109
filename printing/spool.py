"""The spool: prints the till's jobs on a thread of its own, and waits while the printer is away."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from omnipos.domain.paper import PrintJob
from omnipos.locale import _, later
from printing.links import Link, PrinterAway, PrintInterrupted

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
MOST_INTERRUPTIONS = 3
STOP_SECONDS = 1.0
QUIET_SECONDS = 2.5
"""The screen comes up first; a slow import then disturbs nobody."""

AWAY = later("The printer does not answer. Papers wait and print when it is back.")
INTERRUPTED = later("Printing stopped half-way. The sale is saved; the paper is printed again, marked COPY.")
GIVEN_UP = later("A paper could not be printed. The sale is saved; F7 prints it again.")
UNKEPT = later("The badge could not be printed. Have another made; this one is lost.")
BOOKS = later("The print jobs cannot be read or written. Sales are safe; call the manager.")

Compose = Callable[[PrintJob], tuple[str, bytes]]
"""What turns a job into a name and bytes."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Jobs(Protocol):
    """The print jobs in the till's books, as the spool uses them; each call is durable when it returns.

    A job is queued, then started, then done; or queued again when nothing of it was sent, queued
    again as a copy when something was, or failed when it never can be printed.
    """

    def next_job(self) -> PrintJob | None:
        """Return the oldest queued job."""
        ...

    def interrupted_jobs(self) -> Sequence[PrintJob]:
        """Queue the jobs that were started and never done again, marked COPY, and return them."""
        ...

    def started(self, job_id: str) -> None:
        """Write that the first byte is about to be sent."""
        ...

    def done(self, job_id: str) -> None:
        """Write that every byte was sent."""
        ...

    def requeued(self, job_id: str, error: str) -> None:
        """Write that nothing of the job was sent, and why; it stays as it was queued."""
        ...

    def interrupted(self, job_id: str, error: str) -> None:
        """Write that only a part was sent, and why, and queue the job marked COPY."""
        ...

    def failed(self, job_id: str, error: str) -> None:
        """Write that a job is given up, and why."""
        ...


class BooksTrouble(Exception):
    """The print jobs could not be read or written."""


class Spool:
    """Prints job after job, the oldest first; the Printing port of services and screens."""

    def __init__(
        self, jobs: Jobs, link: Link, compose: Compose, prepare: Callable[[], None] | None = None
    ) -> None:
        """Print jobs over a link; `prepare` is called in a quiet moment, before the first job."""
        self._prepare = prepare
        self._jobs = jobs
        self._link = link
        self._compose = compose
        self._trouble = ""
        self._wait_seconds = FIRST_WAIT_SECONDS
        self._recovered = False
        self._interruptions: dict[str, int] = {}
        self._unrecorded: list[str] = []
        """Jobs on paper whose `done` could not be written: never printed again by this process."""
        self._unkept: deque[PrintJob] = deque()
        """Papers that no books may keep: printed once, at once, or not at all."""
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="print spool", daemon=True)

    def start(self) -> None:
        """Begin printing."""
        self._thread.start()

    def stop(self) -> None:
        """Stop within a second; a paper under way becomes an interrupted one, the rest wait."""
        self._stopping.set()
        self._link.abandon()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    @property
    def is_running(self) -> bool:
        """Whether the spool's thread is there."""
        return self._thread.is_alive()

    def trouble(self) -> str:
        """Return what keeps the printer from printing, as a sentence; empty when nothing does."""
        return _(self._trouble) if self._trouble else ""

    def nudge(self) -> None:
        """Say that there is something to print."""
        self._wake.set()

    def print_unkept(self, job: PrintJob) -> None:
        """Print a paper that is kept nowhere, before all others; if the printer fails it is gone."""
        self._unkept.append(job)
        self._wake.set()

    def step(self) -> float | None:
        """Print one job; return how many seconds to wait before the next step, None until nudged."""
        try:
            return self._step()
        except BooksTrouble:
            _log.exception("print jobs cannot be read or written")
            return self._back_off(BOOKS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            wait = self._step_safely()
            if wait is None and self._prepare is not None:
                self._prepare_in_quiet(self._prepare)
            elif wait != 0 and not self._stopping.is_set():
                self._wake.wait(wait)

    def _prepare_in_quiet(self, prepare: Callable[[], None]) -> None:
        if not self._wake.wait(QUIET_SECONDS):
            prepare()
            self._prepare = None

    def _step_safely(self) -> float | None:
        try:
            return self.step()
        except Exception:
            # The thread outlives any bug: the next sale wants its receipt.
            _log.exception("a bug in the print spool")
            return self._back_off(GIVEN_UP)

    def _step(self) -> float | None:
        if self._unkept:
            return self._print_once(self._unkept.popleft())
        while self._unrecorded:
            self._call(self._jobs.done, self._unrecorded[0])
            self._unrecorded.pop(0)
        if not self._recovered:
            self._call(self._jobs.interrupted_jobs)
            self._recovered = True
        job = self._call(self._jobs.next_job)
        return None if job is None else self._print(job)

    def _print(self, job: PrintJob) -> float:
        try:
            name, composed = self._compose(job)
        except Exception as error:
            return self._give_up(job, error)
        try:
            self._link.send(composed, name, lambda: self._call(self._jobs.started, job.job_id))
        except BooksTrouble:
            raise
        except PrinterAway as error:
            self._call(self._jobs.requeued, job.job_id, str(error))
            return self._back_off(AWAY)
        except PrintInterrupted as error:
            return self._interrupted(job, error)
        except Exception as error:
            return self._give_up(job, error)
        self._printed(job)
        return 0

    def _print_once(self, job: PrintJob) -> float:
        try:
            name, composed = self._compose(job)
            self._link.send(composed, name, lambda: None)
        except Exception as error:
            # Not the error itself: what it was about to print may stand in it.
            _log.error("a paper that is not kept was not printed: %s", type(error).__name__)
            return self._back_off(UNKEPT)
        return 0

    def _printed(self, job: PrintJob) -> None:
        self._trouble = ""
        self._wait_seconds = FIRST_WAIT_SECONDS
        self._interruptions.pop(job.job_id, None)
        self._unrecorded.append(job.job_id)
        self._call(self._jobs.done, job.job_id)
        self._unrecorded.remove(job.job_id)

    def _interrupted(self, job: PrintJob, error: PrintInterrupted) -> float:
        times = self._interruptions.get(job.job_id, 0) + 1
        self._interruptions[job.job_id] = times
        if times >= MOST_INTERRUPTIONS and not self._stopping.is_set():
            return self._give_up(job, error)
        self._call(self._jobs.interrupted, job.job_id, str(error))
        return self._back_off(INTERRUPTED)

    def _give_up(self, job: PrintJob, error: Exception) -> float:
        """Mark a job failed, so that the papers behind it come out."""
        _log.error("print job %s of kind %s failed", job.job_id, job.kind, exc_info=error)
        self._call(self._jobs.failed, job.job_id, f"{type(error).__name__}: {error}")
        self._interruptions.pop(job.job_id, None)
        self._trouble = GIVEN_UP
        return 0

    def _call(self, call: Callable[..., _T], *arguments: str) -> _T:
        """Call the books; whatever goes wrong there is BooksTrouble, and what was started is seen to."""
        try:
            return call(*arguments)
        except Exception as error:
            self._recovered = False
            raise BooksTrouble(str(error)) from error

    def _back_off(self, trouble: str) -> float:
        self._trouble = trouble
        wait = self._wait_seconds
        self._wait_seconds = min(2 * wait, LONGEST_WAIT_SECONDS)
        return wait
