"""The spool prints each job once, marks what may lie on paper already, and outlives every fault."""

import threading
from collections.abc import Callable

import pytest

from omnipos.domain.paper import PaperKind, PrintJob, print_job
from omnipos.ports import Printing
from printing.commands import Printed, commands
from printing.composing import JobComposer
from printing.links import PrinterAway, PrintInterrupted
from printing.spool import AWAY, BOOKS, GIVEN_UP, INTERRUPTED, Spool
from tests.printing.papers import bag_slip_paper, hand_over_paper, toko_receipt


class MemoryJobs:
    """The books' print jobs, kept in memory as the store keeps them on disk; `broken` calls fail."""

    def __init__(self, *jobs: PrintJob) -> None:
        self.jobs = {job.job_id: job for job in jobs}
        self.states = dict.fromkeys(self.jobs, "queued")
        self.errors: dict[str, str] = {}
        self.history: list[tuple[str, str]] = []
        self.broken: set[str] = set()

    def next_job(self) -> PrintJob | None:
        self._may_fail("next_job")
        queued = (job for job_id, job in self.jobs.items() if self.states[job_id] == "queued")
        return next(queued, None)

    def interrupted_jobs(self) -> tuple[PrintJob, ...]:
        self._may_fail("interrupted_jobs")
        cut_off = [job_id for job_id, state in self.states.items() if state == "started"]
        for job_id in cut_off:
            self._again_as_copy(job_id)
        return tuple(self.jobs[job_id] for job_id in cut_off)

    def started(self, job_id: str) -> None:
        self._move(job_id, "started")

    def done(self, job_id: str) -> None:
        self._move(job_id, "done")

    def requeued(self, job_id: str, error: str) -> None:
        self._move(job_id, "queued", error)

    def interrupted(self, job_id: str, error: str) -> None:
        self._move(job_id, "interrupted", error)
        self._again_as_copy(job_id)

    def failed(self, job_id: str, error: str) -> None:
        self._move(job_id, "failed", error)

    def add(self, job: PrintJob) -> None:
        self.jobs[job.job_id] = job
        self.states[job.job_id] = "queued"

    def _again_as_copy(self, job_id: str) -> None:
        job = self.jobs[job_id]
        self.jobs[job_id] = PrintJob(job_id=job_id, kind=job.kind, payload=job.payload, copy=True)
        self.states[job_id] = "queued"

    def _move(self, job_id: str, state: str, error: str = "") -> None:
        self._may_fail(state)
        self.states[job_id] = state
        self.errors[job_id] = error
        self.history.append((job_id, state))

    def _may_fail(self, call: str) -> None:
        if call in self.broken:
            raise OSError("disk full")


class FakeLink:
    """A printer in memory; `faults` are met one a send: away, interrupted, or any exception."""

    def __init__(self, *faults: str | Exception) -> None:
        self.faults = list(faults)
        self.papers: list[tuple[str, bytes]] = []
        self.abandoned = False
        self.printed = threading.Semaphore(0)

    def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "away":
            raise PrinterAway("no route to host")
        before_first_byte()
        if fault == "away after start":
            raise PrinterAway("no room")
        if fault == "interrupted":
            raise PrintInterrupted("paper jam")
        if isinstance(fault, Exception):
            raise fault
        self.papers.append((name, composed))
        self.printed.release()

    def abandon(self) -> None:
        self.abandoned = True


def _receipt(job_id: str = "1", *, copy: bool = False) -> PrintJob:
    return print_job(job_id, toko_receipt(), copy=copy)


def _spool(jobs: MemoryJobs, link: FakeLink) -> Spool:
    return Spool(jobs, link, JobComposer(48, "cp437"))


def _names(link: FakeLink) -> list[str]:
    return [name for name, _composed in link.papers]


def _is_copy(composed: bytes) -> bool:
    texts = [one.text for one in commands(composed) if isinstance(one, Printed)]
    return texts.count(b"*** COPY ***") == 2


def test_jobs_print_in_order_started_before_and_done_after():
    jobs = MemoryJobs(_receipt("1"), print_job("2", bag_slip_paper()), print_job("3", hand_over_paper()))
    link = FakeLink()
    spool = _spool(jobs, link)
    assert [spool.step() for _turn in range(4)] == [0, 0, 0, None]
    assert _names(link) == ["receipt-S1-2-000017", "bag-slip-WEB-1042", "hand-over-WEB-1042"]
    assert jobs.history == [
        ("1", "started"), ("1", "done"), ("2", "started"), ("2", "done"),
        ("3", "started"), ("3", "done"),
    ]  # fmt: skip
    assert spool.trouble() == ""


def test_a_job_is_started_in_the_books_before_the_first_byte():
    jobs = MemoryJobs(_receipt())
    seen: list[str] = []

    class Watching(FakeLink):
        def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
            seen.append(jobs.states["1"])
            before_first_byte()
            seen.append(jobs.states["1"])

    _spool(jobs, Watching()).step()
    assert seen == ["queued", "started"]


def test_fault_13_while_the_printer_is_away_jobs_wait_and_then_print_without_copy():
    jobs, link = MemoryJobs(_receipt()), FakeLink("away", "away", "away after start")
    spool = _spool(jobs, link)
    assert [spool.step() for _turn in range(3)] == [1.0, 2.0, 4.0]
    assert spool.trouble() == AWAY
    assert jobs.states == {"1": "queued"}
    assert jobs.errors == {"1": "no room"}
    assert spool.step() == 0
    assert _names(link) == ["receipt-S1-2-000017"]
    assert not _is_copy(link.papers[0][1])
    assert spool.trouble() == ""


def test_waiting_grows_to_half_a_minute_and_no_further():
    spool = _spool(MemoryJobs(_receipt()), FakeLink(*["away"] * 8))
    assert [spool.step() for _turn in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_fault_13_an_interrupted_paper_is_printed_again_marked_copy():
    jobs, link = MemoryJobs(_receipt()), FakeLink("interrupted")
    spool = _spool(jobs, link)
    assert spool.step() == 1.0
    assert spool.trouble() == INTERRUPTED
    assert spool.step() == 0
    assert _names(link) == ["receipt-S1-2-000017-copy"]
    assert _is_copy(link.papers[0][1])
    assert jobs.history == [
        ("1", "started"), ("1", "interrupted"), ("1", "started"), ("1", "done"),
    ]  # fmt: skip


def test_an_interrupted_paper_stays_a_copy_while_the_printer_is_away():
    link = FakeLink("interrupted", "away")
    spool = _spool(MemoryJobs(_receipt()), link)
    for _turn in range(3):
        spool.step()
    assert _is_copy(link.papers[0][1])


def test_a_paper_that_always_stops_half_way_is_given_up_and_the_next_prints():
    jobs = MemoryJobs(_receipt("1"), print_job("2", bag_slip_paper()))
    link = FakeLink("interrupted", "interrupted", "interrupted")
    spool = _spool(jobs, link)
    assert [spool.step() for _turn in range(3)] == [1.0, 2.0, 0]
    assert spool.trouble() == GIVEN_UP
    assert jobs.states == {"1": "failed", "2": "queued"}
    spool.step()
    assert _names(link) == ["bag-slip-WEB-1042"]


def test_fault_13_after_a_crash_between_started_and_done_the_paper_is_a_copy_and_the_others_are_not():
    jobs = MemoryJobs(_receipt("1"), _receipt("2"))
    with pytest.raises(SystemExit):
        _spool(jobs, _Dying()).step()
    assert jobs.states == {"1": "started", "2": "queued"}
    link = FakeLink()
    spool = _spool(jobs, link)
    assert [spool.step() for _turn in range(3)] == [0, 0, None]
    assert [_is_copy(composed) for _name, composed in link.papers] == [True, False]
    assert jobs.states == {"1": "done", "2": "done"}


class _Dying(FakeLink):
    """The process ends after the first byte."""

    def send(self, composed: bytes, name: str, before_first_byte: Callable[[], None]) -> None:
        before_first_byte()
        raise SystemExit


def test_a_reprint_is_marked_copy():
    link = FakeLink()
    _spool(MemoryJobs(_receipt(copy=True)), link).step()
    assert _is_copy(link.papers[0][1])


def test_a_job_that_cannot_be_composed_fails_with_its_error_and_the_next_prints(caplog):
    broken = PrintJob(job_id="1", kind=PaperKind.RECEIPT, payload=b'{"type":"poem"}')
    jobs, link = MemoryJobs(broken, _receipt("2")), FakeLink()
    spool = _spool(jobs, link)
    assert spool.step() == 0
    assert jobs.states == {"1": "failed", "2": "queued"}
    assert jobs.errors["1"].startswith("ValidationError: ")
    assert "print job 1 of kind receipt failed" in caplog.text
    assert "Traceback" in caplog.text
    assert spool.trouble() == GIVEN_UP
    assert spool.step() == 0
    assert jobs.states["2"] == "done"


def test_a_bug_in_the_link_fails_the_job():
    jobs = MemoryJobs(_receipt())
    assert _spool(jobs, FakeLink(ValueError("bug"))).step() == 0
    assert jobs.states == {"1": "failed"}
    assert jobs.errors == {"1": "ValueError: bug"}


def test_nothing_is_printed_while_its_start_cannot_be_written():
    jobs, link = MemoryJobs(_receipt()), FakeLink()
    jobs.broken = {"started"}
    spool = _spool(jobs, link)
    assert spool.step() == 1.0
    assert (link.papers, spool.trouble()) == ([], BOOKS)
    jobs.broken = set()
    assert spool.step() == 0
    assert _names(link) == ["receipt-S1-2-000017"]


def test_a_printed_job_whose_end_cannot_be_written_is_not_printed_twice():
    jobs, link = MemoryJobs(_receipt()), FakeLink()
    jobs.broken = {"done"}
    spool = _spool(jobs, link)
    assert [spool.step() for _turn in range(3)] == [1.0, 2.0, 4.0]
    jobs.broken = set()
    assert spool.step() is None
    assert _names(link) == ["receipt-S1-2-000017"]
    assert jobs.states == {"1": "done"}


def test_an_interruption_that_cannot_be_written_is_still_printed_again_as_copy():
    jobs, link = MemoryJobs(_receipt()), FakeLink("interrupted")
    jobs.broken = {"interrupted"}
    spool = _spool(jobs, link)
    assert spool.step() == 1.0
    jobs.broken = set()
    assert spool.step() == 0
    assert _is_copy(link.papers[0][1])


def test_books_that_cannot_be_read_are_tried_again():
    jobs, link = MemoryJobs(_receipt()), FakeLink()
    jobs.broken = {"next_job"}
    spool = _spool(jobs, link)
    assert spool.step() == 1.0
    jobs.broken = {"interrupted_jobs"}
    assert spool.step() == 2.0
    jobs.broken = set()
    assert spool.step() == 0
    assert len(link.papers) == 1


def test_the_thread_prints_what_comes_after_a_nudge_and_stops():
    jobs, link = MemoryJobs(), FakeLink()
    spool: Printing = _spool(jobs, link)
    assert isinstance(spool, Spool)
    spool.start()
    jobs.add(_receipt("1"))
    spool.nudge()
    assert link.printed.acquire(timeout=10)
    jobs.add(_receipt("2"))
    spool.nudge()
    assert link.printed.acquire(timeout=10)
    spool.stop()
    assert jobs.states == {"1": "done", "2": "done"}
    assert link.abandoned
    assert not spool.is_running


def test_a_nudge_ends_the_wait_for_a_printer_that_came_back():
    jobs, link = MemoryJobs(_receipt()), FakeLink("away")
    met = threading.Event()
    requeued = jobs.requeued

    def requeued_and_told(job_id: str, error: str) -> None:
        requeued(job_id, error)
        met.set()

    jobs.requeued = requeued_and_told
    spool = _spool(jobs, link)
    spool.start()
    assert met.wait(10)
    spool.nudge()
    assert link.printed.acquire(timeout=0.9)
    spool.stop()


def test_a_bug_in_the_spool_itself_does_not_end_its_thread(monkeypatch):
    jobs, link = MemoryJobs(_receipt()), FakeLink()
    spool = _spool(jobs, link)
    failures = [RuntimeError("bug")]
    step = spool.step

    def failing_once() -> float | None:
        if failures:
            raise failures.pop()
        return step()

    monkeypatch.setattr(spool, "step", failing_once)
    spool.start()
    spool.nudge()
    assert link.printed.acquire(timeout=10)
    spool.stop()


def test_stopping_a_spool_that_never_began_is_nothing():
    spool = _spool(MemoryJobs(), FakeLink())
    spool.stop()
    assert not spool.is_running
