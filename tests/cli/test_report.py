"""`omnipos report`: X, Z and the closed shifts, as words, JSON and CSV."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from omnipos.cli import main
from omnipos.domain.account import AccountSettings
from omnipos.domain.catalogue import Item
from omnipos.domain.drawer import Pieces
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.foreign_count import ForeignCounted
from omnipos.services import balances, selling, shifting, tendering
from omnipos.services.approving import Word
from omnipos.services.shifting import Closing
from tests.rigs import INDOMIE, TEH, selling_till
from tests.services.test_balances import settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A till whose first shift is closed with Rp 9.500 in it, and which sold a tea since."""
    till = selling_till(tmp_path / "till")
    for things in ((INDOMIE, TEH), (TEH,)):
        till.call(selling.ring, [(Item(product=one), 1000) for one in things])
        till.call(tendering.pay_cash, 10_000)
        if things == (TEH,):
            break
        counted = (Pieces(worth_minor=5000, count=1), Pieces(worth_minor=500, count=9))
        closing = Closing(counted=counted, force=True, force_reason="no paper")
        till.call(shifting.close, closing, Word("Budi", "9999"))
    till.store.close()
    return tmp_path / "till"


def ask(folder: Path, *words: str) -> str:
    """Run a report."""
    done = CliRunner().invoke(main, ["report", *words, "--data-dir", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_z_is_told_as_it_was_closed(folder: Path) -> None:
    told = json.loads(ask(folder, "z", "--json"))
    assert (told["number"], told["takings"]["total_minor"]) == ("S1-1-Z0001", 9500)
    assert (told["counted_minor"], told["difference_minor"], told["left_minor"]) == (9500, 0, 9500)
    assert told["forced"] == {"staff_id": "s-budi", "reason": "no paper"}
    words = ask(folder, "z", "--shift", "1")
    assert words.startswith("Z report S1-1-Z0001\n")
    assert "Should be in the drawer                    Rp 9.500" in words
    assert "Forced by                                      Budi" in words


def test_an_x_is_of_the_open_shift_alone(folder: Path) -> None:
    told = json.loads(ask(folder, "x", "--json"))
    assert (told["shift"], told["takings"]["total_minor"]) == ("1-2", 6000)
    assert (told["drawer"]["float_minor"], told["drawer"]["expected_minor"]) == (9500, 15_500)
    assert told["cash_in_drawer_minor"] == 6000


def test_reports_are_rows_for_a_spreadsheet(folder: Path) -> None:
    rows = list(csv.reader(ask(folder, "z", "--csv").splitlines()))
    assert rows[0] == ["section", "name", "count", "amount_minor", "note"]
    assert ["sales", "total", "1", "9500", ""] in rows
    assert ["tender", "cash", "1", "10000", ""] in rows
    assert ["counted", "500", "9", "4500", ""] in rows
    assert ["forced", "paper", "", "", "1 paper waits."] in rows
    (head, row) = csv.reader(ask(folder, "shifts", "--csv").splitlines())
    shift = dict(zip(head, row, strict=True))
    assert (shift["number"], shift["total_minor"], shift["forced"]) == ("S1-1-Z0001", "9500", "1")
    assert "S1-1-Z0001" in ask(folder, "shifts")
    assert [one["count"] for one in json.loads(ask(folder, "shifts", "--json"))["shifts"]] == [1]


def test_a_z_that_is_not_there_is_told_plainly(folder: Path) -> None:
    done = CliRunner().invoke(main, ["report", "z", "--shift", "9", "--data-dir", str(folder)])
    assert done.exit_code != 0
    assert "There is no such Z report here" in done.output


def test_a_z_tells_foreign_cash_in_words_json_and_rows(tmp_path: Path) -> None:
    till = selling_till(tmp_path / "till")
    settings(till, AccountSettings(), ForeignRate(currency="USD", rate_minor=16_500), country="SG")
    till.call(shifting.open_with_float, (Pieces(worth_minor=100_000, count=1),))
    for coins in (4, 6):
        till.call(selling.ring, [(Item(product=TEH), 1000)])
        till.call(balances.pay_foreign, "USD", "1")
        own = till.call(shifting.state).float_minor - 10_500
        dollars = ForeignCounted(currency="USD", counted=(Pieces(worth_minor=25, count=coins),))
        closing = Closing(
            counted=(Pieces(worth_minor=500, count=own // 500),),
            foreign=(dollars,),
            reason="two quarters are gone",
            force=True,
            force_reason="no paper",
        )
        till.call(shifting.close, closing, Word("Budi", "9999"))
    till.store.close()
    folder = tmp_path / "till"
    (dollars,) = json.loads(ask(folder, "z", "--json"))["foreign_counted"]
    assert dollars == {
        "currency": "USD",
        "expected_minor": 200,
        "counted_minor": 150,
        "difference_minor": -50,
        "left_minor": 150,
        "counted": [{"worth_minor": 25, "count": 6}],
        "rate_minor": 16_500,
    }
    rows = list(csv.reader(ask(folder, "z", "--csv").splitlines()))
    assert [row for row in rows if row[0].startswith("foreign")] == [
        ["foreign", "USD", "", "100", "16500"],
        ["foreign_float", "USD", "", "100", ""],
        ["foreign_counted", "25", "6", "150", "USD"],
        ["foreign_count", "expected", "", "200", "USD"],
        ["foreign_count", "counted", "", "150", "USD"],
        ["foreign_count", "difference", "", "-50", "USD"],
        ["foreign_count", "left", "", "150", "USD"],
    ]
    words = ask(folder, "z")
    assert "COUNTED IN USD\n6 × $0.25" in words
    second, first = ask(folder, "shifts").splitlines()
    assert (second.endswith("  USD −0.50"), first.endswith("Rp 0")) == (True, True)
