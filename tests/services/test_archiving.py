"""Archiving: old events at the hub leave the journal sealed, and all is read and verified as before."""

import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest

from omnipos.domain.catalogue import Item
from omnipos.domain.errors import StoreTrouble
from omnipos.protocol import Outcome, Verdict
from omnipos.services import archiving, reprinting, selling, tendering, verifying
from omnipos.services.backing_up import back_up, put_in_place, read_manifest, unpack
from omnipos.services.till import Till
from omnipos.store import outbox
from omnipos.store.archive import archives
from omnipos.store.connection import transaction
from omnipos.store.soundness import look_through
from tests.rigs import INDOMIE, NOON_MS, HandClock, open_till, selling_till

DAY_MS = 24 * 60 * 60_000


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def till(tmp_path: Path, clock: HandClock) -> Till:
    """A till with four sales of 100 days ago, of which the hub has three, and one of today."""
    clock.pass_ms(-100 * DAY_MS)
    till = selling_till(tmp_path / "till", clock)
    sell(till, 4)
    acknowledge(till, 3)
    clock.pass_ms(100 * DAY_MS)
    sell(till, 1)
    return till


def sell(till: Till, count: int) -> None:
    for _sale in range(count):
        till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
        till.call(tendering.pay_cash, None)


def acknowledge(till: Till, through: int) -> None:
    def record() -> None:
        db = till.store.books
        rows = db.execute("SELECT epoch, seq, event_id FROM event WHERE seq <= ?", [through]).fetchall()
        said = (Verdict(epoch=e, seq=s, event_id=i, outcome=Outcome.APPLIED) for e, s, i in rows)
        with transaction(db):
            outbox.record_verdicts(db, tuple(said))

    till.store.call(record)


def archive(till: Till) -> int:
    return till.store.call(lambda: archiving.archive_old(till.store, till.clock))


def journal(till: Till) -> list[int]:
    rows = till.store.call(lambda: till.store.books.execute("SELECT seq FROM event ORDER BY seq").fetchall())
    return [seq for (seq,) in rows]


def verify(till: Till) -> verifying.Verification:
    return till.store.call(lambda: verifying.verify(till.store.books))


def test_what_the_hub_has_for_long_leaves_and_all_is_as_before(till: Till) -> None:
    before = verify(till)
    assert (before.events, before.sales, before.findings) == (5, 5, ())
    assert archive(till) == 2
    assert journal(till) == [3, 4, 5]
    assert verify(till) == before
    assert [sale.receipt_number for sale in till.call(reprinting.latest)][-1] == "S1-1-000001"
    assert archive(till) == 0
    assert look_through(till.store.folder / "books.db", threading.Event()) == ""


def test_nothing_leaves_before_the_hub_has_it_and_ninety_days_are_over(till: Till, clock: HandClock) -> None:
    archive(till)
    acknowledge(till, 5)
    assert archive(till) == 1
    assert journal(till) == [4, 5]
    assert [one.events for one in till.store.call(lambda: archives(till.store.books))] == [2, 1]
    assert verify(till).findings == ()


def test_a_clock_that_runs_ahead_archives_nothing_early(till: Till, clock: HandClock) -> None:
    archive(till)
    acknowledge(till, 5)
    archive(till)
    clock.pass_ms(1000 * DAY_MS)
    sell(till, 1)
    acknowledge(till, 6)
    assert archive(till) == 0


def test_the_journal_is_guarded_again_afterwards(till: Till) -> None:
    archive(till)
    for statement in ("DELETE FROM event", "UPDATE event SET actor = ''", "DELETE FROM archive"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            till.store.call(lambda statement=statement: till.store.books.execute(statement))


def test_a_kill_between_the_file_and_the_journal_loses_and_doubles_nothing(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_place: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("omnipos.store.archive.unguard", die)
        with pytest.raises(KeyboardInterrupt):
            archive(till)
    assert journal(till) == [1, 2, 3, 4, 5]
    assert verify(till).findings == ()
    assert archive(till) == 2
    assert verify(till).findings == ()


@pytest.mark.parametrize("harm", ["missing", "changed"])
def test_an_archive_that_is_not_what_was_sealed_is_found(till: Till, harm: str) -> None:
    archive(till)
    (file,) = (till.store.folder / "archive").iterdir()
    file.chmod(0o600)
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + b"\0")
    wanted = {"missing": "is missing", "changed": "was changed after it was sealed"}[harm]
    assert wanted in verify(till).findings[0]


def test_a_broken_chain_is_not_sealed(till: Till) -> None:
    def break_it() -> None:
        db = till.store.books
        db.execute("DROP TRIGGER event_no_update")
        db.execute("UPDATE event SET actor = 'x' WHERE seq = 2")
        db.execute("CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, ''); END")

    till.store.call(break_it)
    with pytest.raises(StoreTrouble, match="not whole"):
        archive(till)
    assert journal(till) == [1, 2, 3, 4, 5]


def test_a_backup_brings_the_archives_along(till: Till, tmp_path: Path) -> None:
    archive(till)
    report = verify(till)
    back_up(till.store.folder, ("", ""), tmp_path / "backup", NOON_MS)
    assert "archive/journal-00001.db" in zipfile.ZipFile(tmp_path / "backup").namelist()
    manifest = read_manifest(tmp_path / "backup")
    unpacked, restored = tmp_path / "unpacked", tmp_path / "restored"
    restored.mkdir()
    unpack(tmp_path / "backup", manifest, unpacked)
    put_in_place(unpacked, restored, manifest, tmp_path / "aside")
    till.store.close()
    other = open_till(restored)
    assert verify(other) == report
    other.store.close()
