"""The spool on the till's real books: what a crash leaves behind comes out once, and marked."""

from pathlib import Path

import pytest

from omnipos.store.connection import Store, transaction
from omnipos.store.printjobs import StoredJobs, insert_job, latest_job_states
from printing.commands import Printed, commands
from printing.composing import JobComposer
from printing.folder import FolderLink
from printing.spool import Spool
from tests.printing.papers import AT_MS, bag_slip_paper, toko_receipt


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "till")
    yield store
    store.close()


def _insert(store: Store, *papers) -> None:
    def write() -> None:
        with transaction(store.books):
            for paper in papers:
                insert_job(store.books, paper, AT_MS)

    store.call(write)


def _states(store: Store) -> list[tuple[str, str, bool]]:
    found = store.call(lambda: latest_job_states(store.books, 10))
    return [(job.kind, job.state, job.copy) for job in reversed(found)]


def test_a_crash_after_the_first_byte_leaves_one_paper_marked_copy(store: Store, tmp_path: Path):
    _insert(store, toko_receipt(), bag_slip_paper())
    before = StoredJobs(store)
    cut_off = before.next_job()
    assert cut_off is not None
    before.started(cut_off.job_id)
    assert _states(store) == [("receipt", "started", False), ("bag_slip", "queued", False)]

    folder = tmp_path / "paper"
    spool = Spool(StoredJobs(store), FolderLink(folder, 48), JobComposer(48, "cp437"))
    assert [spool.step() for _turn in range(3)] == [0, 0, None]
    assert _states(store) == [("receipt", "done", True), ("bag_slip", "done", False)]
    assert sorted(path.name for path in folder.glob("*.escpos")) == [
        "0001-receipt-S1-2-000017-copy.escpos",
        "0002-bag-slip-WEB-1042.escpos",
    ]
    texts = [
        one.text
        for one in commands((folder / "0001-receipt-S1-2-000017-copy.escpos").read_bytes())
        if isinstance(one, Printed)
    ]
    assert texts.count(b"*** COPY ***") == 2


def test_a_folder_that_is_away_keeps_the_jobs_queued_on_disk(store: Store, tmp_path: Path):
    _insert(store, toko_receipt())
    (tmp_path / "paper").write_text("not a folder")
    spool = Spool(StoredJobs(store), FolderLink(tmp_path / "paper", 48), JobComposer(48, "cp437"))
    assert spool.step() == 1.0
    assert _states(store) == [("receipt", "queued", False)]
    (tmp_path / "paper").unlink()
    assert spool.step() == 0
    assert _states(store) == [("receipt", "done", False)]
