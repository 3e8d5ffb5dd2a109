"""`verify` and `report x` on a till that sold."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from omnipos.cli import main
from omnipos.domain.catalogue import Item
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.services import selling, tendering
from tests.rigs import INDOMIE, KOPI, TEH, fill_offers, open_till, selling_till, staff_members

MONEY = 50_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A till that sold three times: Rp 9.500, Rp 9.500 and Rp 25.600."""
    folder = tmp_path / "till"
    till = selling_till(folder)
    for things in ((INDOMIE, TEH), (INDOMIE, TEH), (KOPI,)):
        till.call(selling.ring, [(Item(product=one), PIECE_MILLI) for one in things])
        till.call(tendering.pay_cash, MONEY)
    till.store.close()
    return folder


def ask(folder: Path, *words: str) -> Result:
    """Run a command on the till."""
    return CliRunner().invoke(main, [*words, "--data-dir", str(folder)])


def edit(folder: Path, *statements: str) -> None:
    """Change the books behind the program's back, as somebody with a tool could."""
    with sqlite3.connect(folder / "books.db") as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            assert raw.execute(statement).rowcount > 0, "the edit hits something"
    raw.close()


def findings(folder: Path) -> list[str]:
    """What verify finds wrong."""
    done = ask(folder, "verify", "--json")
    told = json.loads(done.output)
    assert done.exit_code == 1
    assert told["ok"] is False
    return list(told["findings"])


def test_whole_books_verify(folder: Path) -> None:
    done = ask(folder, "verify", "--json")
    told = json.loads(done.output)
    assert done.exit_code == 0
    assert (told["ok"], told["events"], told["sales"], told["total_minor"]) == (True, 3, 3, 44_600)
    assert told["findings"] == []
    assert ask(folder, "verify").output == "All is whole: events 3, sales 3, no gap, nothing changed.\n"


def test_an_edited_event_is_found(folder: Path) -> None:
    edit(
        folder,
        "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '9500', '9400') AS BLOB) WHERE seq = 2",
    )
    found = findings(folder)
    assert "Event 2 of epoch 1 was changed after it was written." in found
    assert ask(folder, "verify").output.startswith("The books are not whole.")


def test_a_deleted_event_is_found(folder: Path) -> None:
    edit(folder, "DELETE FROM event WHERE seq = 2")
    found = findings(folder)
    assert "Event 3 of epoch 1 does not follow the one before it: something is missing." in found


def test_a_truncated_journal_is_found(folder: Path) -> None:
    edit(folder, "DELETE FROM event WHERE seq = 3")
    assert "3 receipt numbers were drawn, but the journal has 2 sales." in findings(folder)


def test_an_edited_sale_in_the_books_is_found(folder: Path) -> None:
    edit(folder, "UPDATE sale SET total_minor = 9400 WHERE seq = 1")
    assert findings(folder) == ["Event 1 of epoch 1 is a sale that the books show differently."]


def test_a_damaged_file_is_a_finding_not_a_crash(folder: Path) -> None:
    books = folder / "books.db"
    whole = books.read_bytes()
    books.write_bytes(whole[:4096] + b"\xff" * 20_000 + whole[24_096:])
    (found,) = findings(folder)
    assert found.startswith(f"The file {books} is damaged")


def test_the_x_report_adds_up(folder: Path) -> None:
    told = json.loads(ask(folder, "report", "x", "--json").output)
    assert told["currency"] == "IDR"
    assert told["cash_in_drawer_minor"] == 44_600
    assert told["waiting"] == 3
    takings = told["takings"]
    assert (takings["sales"], takings["total_minor"], takings["change_minor"]) == (3, 44_600, 105_400)
    assert (takings["first_receipt"], takings["last_receipt"]) == ("S1-1-000001", "S1-1-000003")


def test_the_x_report_reads_well_beside_a_running_till(folder: Path) -> None:
    running = open_till(folder)
    try:
        told = ask(folder, "report", "x")
    finally:
        running.store.close()
    assert told.exit_code == 0
    assert "Total                                     Rp 44.600" in told.output
    assert "Cash in drawer from sales                 Rp 44.600" in told.output


def test_the_x_report_says_what_customers_saved(folder: Path) -> None:
    fill_offers(folder)
    till = open_till(folder)
    till.staff = staff_members()[0]
    till.call(selling.ring, [(Item(product=TEH), 2 * PIECE_MILLI)])
    till.call(tendering.pay_cash, MONEY)
    till.store.close()
    takings = json.loads(ask(folder, "report", "x", "--json").output)["takings"]
    assert (takings["total_minor"], takings["saved_minor"]) == (53_600, 3000)
    assert "Saved by customers                         Rp 3.000" in ask(folder, "report", "x").output
    assert ask(folder, "verify", "--json").exit_code == 0
