"""Faults 7, 9, 15 to 18 and 20: a disk that fails stops selling, says so, and loses no finished sale."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.widgets import Static

from omnipos.cli import main
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import StoreTrouble
from omnipos.domain.sale import Sale
from omnipos.services import selling, tendering, watching
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store.connection import Store, keep_reserve
from omnipos.store.identity import load_identity
from omnipos.store.outbox import count_waiting
from omnipos.store.soundness import look_through
from screens.trouble import TroubleApp
from tests.faults.disks import FailingSync, fill_up, held_to_permissions, no_file_longer_than
from tests.rigs import INDOMIE, selling_till
from tests.services.faulty import everything


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = selling_till(tmp_path / "till")
    yield till
    till.store.close()


def sell(till: Till) -> Sale:
    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    return sale


def sell_until_refused(till: Till, sold: list[str]) -> None:
    for _sale in range(500):
        sold.append(sell(till).receipt_number)


def receipts(till: Till) -> list[str]:
    query = "SELECT receipt_number FROM sale ORDER BY number"
    return [number for (number,) in till.store.call(lambda: till.store.books.execute(query).fetchall())]


def findings(till: Till) -> tuple[str, ...]:
    return till.store.call(lambda: verify(till.store.books)).findings


def edit(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "books.db") as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        assert raw.execute(statement).rowcount == 1
    raw.close()


SECOND = """
import sys
from pathlib import Path
from omnipos.store.connection import Store
Store(Path(sys.argv[1]))
"""


def test_fault_07_a_second_process_on_the_folder_is_refused(till: Till) -> None:
    second = subprocess.run(
        [sys.executable, "-c", SECOND, str(till.store.folder)], capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "A till is already open" in second.stderr
    assert sell(till).receipt_number == "S1-1-000001"


KILLED_IN_MIGRATION = """
import os, signal, sys
from pathlib import Path
from omnipos.store import migrations
from omnipos.store.connection import Store
real = migrations._run
def killed(db, script):
    real(db, script)
    os.kill(os.getpid(), signal.SIGKILL)
migrations._run = killed
Store(Path(sys.argv[1]))
"""


def test_fault_09_a_migration_killed_half_way_is_done_again_and_the_outbox_is_whole(till: Till) -> None:
    folder = till.store.folder
    sold = [sell(till).receipt_number for _each in range(3)]
    till.store.close()
    with sqlite3.connect(folder / "books.db") as raw:
        raw.execute("DROP TABLE epoch")
        raw.execute("DELETE FROM _sqlite_migrations WHERE name = 'epochs'")
    raw.close()
    killed = subprocess.run([sys.executable, "-c", KILLED_IN_MIGRATION, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with sqlite3.connect(folder / "books.db") as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'epoch'").fetchone() == (0,)
    raw.close()
    till.store = Store(folder)
    assert till.store.call(lambda: count_waiting(till.store.books)).events == 3
    assert receipts(till) == sold
    assert findings(till) == ()


def test_fault_15_a_full_disk_refuses_the_whole_sale_and_says_so(till: Till) -> None:
    sell(till)
    books = till.store.books
    pages = till.store.call(lambda: books.execute("PRAGMA page_count").fetchone()[0])
    till.store.call(lambda: books.execute(f"PRAGMA max_page_count = {pages}"))
    sold: list[str] = []
    with pytest.raises(StoreTrouble, match=r"full.*earlier sales are safe"):
        sell_until_refused(till, sold)
    before = everything(till)
    with pytest.raises(StoreTrouble, match="full"):
        till.call(tendering.pay_cash)
    assert everything(till) == before
    assert len(receipts(till)) == len(sold) + 1
    till.store.call(lambda: books.execute("PRAGMA max_page_count = 1000000"))
    assert till.call(tendering.pay_cash).sale is not None
    assert findings(till) == ()


def test_fault_15_on_a_really_full_disk_the_reserve_lets_one_export_happen(small_disk: Path) -> None:
    till = selling_till(small_disk / "till")
    keep_reserve(till.store.folder)
    sold = [sell(till).receipt_number]
    with pytest.raises(OSError, match="No space left"):
        fill_up(small_disk / "films")
    with pytest.raises(StoreTrouble, match="full"):
        sell_until_refused(till, sold)
    assert receipts(till) == sold
    till.store.close()
    export = ["export-outbox", str(small_disk / "unsent"), "--data-dir", str(small_disk / "till")]
    done = CliRunner().invoke(main, export)
    assert done.exit_code == 0, done.output
    assert f"{len(sold)} event" in done.output
    shutil.rmtree(small_disk / "till")


def test_fault_16_a_write_error_stops_selling_and_no_success_is_shown(till: Till) -> None:
    sold = [sell(till).receipt_number]
    wal = till.store.folder / "books.db-wal"
    with no_file_longer_than(wal.stat().st_size + 20_000), pytest.raises(StoreTrouble, match="disk failed"):
        sell_until_refused(till, sold)
    assert receipts(till) == sold
    sold.append(sell(till).receipt_number)
    assert receipts(till) == sold == [f"S1-1-{number:06d}" for number in range(1, len(sold) + 1)]
    assert findings(till) == ()


def test_fault_17_a_failed_sync_makes_the_till_read_its_books_again_before_it_sells(till: Till) -> None:
    sell(till)
    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    failed = till.store.books
    sync = till.store.call(lambda: FailingSync(till.store.books))
    with pytest.raises(StoreTrouble, match="look whether the last sale is among them"):
        till.call(tendering.pay_cash)
    assert sync.failed == 1
    numbers = receipts(till)
    assert till.store.books is not failed
    assert numbers in (["S1-1-000001"], ["S1-1-000001", "S1-1-000002"])
    sold = sell(till) if len(numbers) == 2 else till.call(tendering.pay_cash).sale
    assert sold is not None
    assert receipts(till) == [*numbers, sold.receipt_number]
    assert findings(till) == ()


def test_fault_17_a_till_whose_journal_is_not_sound_after_a_failed_sync_sells_no_more(till: Till) -> None:
    sell(till)
    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    sync = till.store.call(lambda: FailingSync(till.store.books))
    with pytest.raises(StoreTrouble):
        till.call(tendering.pay_cash)
    assert sync.failed == 1
    edit(till.store.folder, "UPDATE event SET actor = 's-other' WHERE seq = 1")
    for _try in range(2):
        with pytest.raises(StoreTrouble, match="journal is damaged at event 1"):
            till.call(tendering.pay_cash)


def test_fault_18_a_bit_flipped_at_the_end_of_the_journal_is_found_at_start(till: Till) -> None:
    for _sale in range(3):
        sell(till)
    folder = till.store.folder
    till.store.close()
    edit(
        folder,
        "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '3500', '3501') AS BLOB) WHERE seq = 2",
    )
    for _again in range(2):
        with pytest.raises(StoreTrouble, match=r"damaged at event 2 of epoch 1.*omnipos restore"):
            Store(folder)
    with sqlite3.connect(folder / "books.db") as raw:
        raw.execute(
            "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '3501', '3500') AS BLOB) WHERE seq = 2"
        )
    raw.close()
    till.store = Store(folder)
    assert findings(till) == ()


def test_fault_18_a_bit_flipped_long_ago_is_found_soon_after_the_start_and_told(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnipos.store.soundness.END_EVENTS", 2)
    for _sale in range(4):
        sell(till)
    folder = till.store.folder
    till.store.close()
    assert look_through(folder / "books.db", threading.Event()) == ""
    edit(folder, "UPDATE event SET hash = zeroblob(32) WHERE seq = 1")
    till.store = Store(folder)
    till.store.identity = till.store.call(lambda: load_identity(till.store.books))
    till.store.damage = look_through(folder / "books.db", threading.Event())
    assert "damaged at event 1 of epoch 1" in till.store.damage
    status = till.call(watching.status)
    assert status.needs_attention
    assert status.link_reason == till.store.damage


def test_fault_20_a_folder_that_cannot_be_written_is_told(till: Till) -> None:
    sell(till)
    folder = till.store.folder
    till.store.close()
    files = [folder, *folder.iterdir()]
    modes = {path: path.stat().st_mode for path in files}
    try:
        for path in files:
            path.chmod(0o500 if path.is_dir() else 0o400)
        with held_to_permissions(), pytest.raises(StoreTrouble, match="cannot be written"):
            Store(folder)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    till.store = Store(folder)
    assert receipts(till) == ["S1-1-000001"]
    assert os.access(folder, os.W_OK)


@pytest.mark.parametrize(("key", "again"), [("enter", True), ("escape", False)])
def test_fault_20_the_locked_screen_says_so_until_somebody_acts(key: str, again: bool) -> None:
    app = TroubleApp("The data folder /till cannot be written: Read-only [file] system.")

    async def look() -> str:
        async with app.run_test(size=(80, 24)) as pilot:
            shown = str(app.query_one(Static).render())
            await pilot.press(key)
        return shown

    shown = asyncio.run(look())
    assert "cannot be written: Read-only [file] system." in shown
    assert "Enter tries again" in shown
    assert app.return_value is again
