"""Taxes by the command: read from files, listed, taken away, and each store's own settings."""

import contextlib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from hub.messages import DatedRateWish, TaxWish
from omnipos.cli import hub_commands, main
from omnipos.cli.demo.people import STORES
from omnipos.cli.rowfiles import Bad, Good, open_rows
from omnipos.cli.tax_commands import tax_words
from omnipos.cli.taxes import TAXES
from omnipos.cli.taxrows import rate_ppm, tax_rows
from omnipos.domain.errors import EntryRefused
from omnipos.domain.levying import check_taxes
from omnipos.domain.shop import COUNTRIES
from omnipos.domain.tax import DatedRate, Tax
from tests.cli.rigs import Demo

JAKARTA = ZoneInfo("Asia/Jakarta")
NEW_YEAR_MS = 1_798_736_400_000
"""1 January 2027, 00:00 in Jakarta."""


def read(file: Path, text: str) -> list[Good[TaxWish] | Bad]:
    """Write a file and read it as taxes."""
    file.write_text(text)
    with open_rows(file) as rows:
        return tax_rows(rows, JAKARTA)


def test_rows_of_one_code_with_dates_are_its_later_rates(tmp_path: Path) -> None:
    rows = read(
        tmp_path / "taxes.csv",
        "code,name,rate,base,inclusive,reason,from\n"
        "PPN,PPN,12%,11/12,yes,,\n"
        "BEBAS,Bebas PPN,0,,yes,PP 49/2022,\n"
        "PPN,,11,,,,2027-01-01\n",
    )
    later = DatedRateWish(valid_from_ms=NEW_YEAR_MS, rate_ppm=110_000)
    assert rows == [
        Good(2, TaxWish(code="PPN", name="PPN", rate_ppm=120_000, inclusive=True, base_numerator=11,
                        base_denominator=12, later_rates=(later,))),
        Good(3, TaxWish(code="BEBAS", name="Bebas PPN", rate_ppm=0, inclusive=True, reason="PP 49/2022")),
    ]  # fmt: skip


def test_parts_come_after_what_they_are_made_of(tmp_path: Path) -> None:
    rows = read(
        tmp_path / "taxes.csv",
        "code;rate;parts;compound;mark\nUS-WA;;STATE + COUNTY;;\nSTATE;6.5;;no;*\nCOUNTY;3,85%;;yes;\n",
    )
    assert [(row.line, row.wish.code, row.wish.rate_ppm) for row in rows if isinstance(row, Good)] == [
        (3, "STATE", 65_000),
        (4, "COUNTY", 38_500),
        (2, "US-WA", 0),
    ]
    wishes = [row.wish for row in rows if isinstance(row, Good)]
    assert (wishes[0].mark, wishes[1].compound, wishes[2].parts) == ("*", True, ("STATE", "COUNTY"))
    assert (wishes[2].name, wishes[2].inclusive) == ("US-WA", False)


def test_each_bad_row_of_a_tax_file_is_told_with_its_line(tmp_path: Path) -> None:
    rows = read(
        tmp_path / "bad.csv",
        "code,rate,base,inclusive,from\n"
        "A,ten,,,\n"
        "A,1.23456,,,\n"
        "A,10,11/0,,\n"
        "A,10,half,,\n"
        "A,10,,maybe,\n"
        "A,10,,,2027-02-30\n"
        ",10,,,\n"
        "A,10,,,2027-01-01\n"
        "A,10,,,\n"
        "A,11,,,\n",
    )
    assert [(row.line, row.reason) for row in rows if isinstance(row, Bad)] == [
        (2, "“ten” is no rate. Write percent, such as 12 or 8.25."),
        (3, "“1.23456” is no rate. Write percent, such as 12 or 8.25."),
        (4, "“11/0” is no fraction. Write it such as 11/12."),
        (5, "“half” is no fraction. Write it such as 11/12."),
        (6, "“maybe” is neither yes nor no."),
        (7, "“2027-02-30” is no date. Write it like 2026-12-31 or 2026-12-31 08:00."),
        (8, "It has no code."),
        (9, "Tax A has no row without a date before this one."),
        (11, "Tax A stands in the file already."),
    ]
    assert [row.line for row in rows if isinstance(row, Good)] == [10]


def test_lines_of_json_are_taxes_as_the_hub_takes_them(tmp_path: Path) -> None:
    rows = read(
        tmp_path / "taxes.jsonl",
        '{"code":"A","name":"A","rate_ppm":100000,"inclusive":true}\n{"code":"B"}\n',
    )
    bad, good = rows
    assert good == Good(1, TaxWish(code="A", name="A", rate_ppm=100_000, inclusive=True))
    assert isinstance(bad, Bad)
    assert (bad.line, "required field" in bad.reason) == (2, True)


@pytest.mark.parametrize(
    ("text", "ppm"), [("12", 120_000), ("8.25%", 82_500), ("3,85", 38_500), ("", 0), ("100", 1_000_000)]
)
def test_percent_is_read_without_a_float(text: str, ppm: int) -> None:
    assert rate_ppm(text) == ppm


@pytest.mark.parametrize("text", ["-1", "1e2", "1000.1.1", "1234", "٣"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused):
        rate_ppm(text)


def test_a_tax_is_said_in_one_line() -> None:
    tax = Tax(
        code="PPN", name="PPN", rate_ppm=120_000, inclusive=True, base_numerator=11, base_denominator=12,
        later_rates=(DatedRate(valid_from_ms=NEW_YEAR_MS, rate_ppm=82_500),),
    )  # fmt: skip
    assert tax_words(tax) == "PPN: PPN, 12% of 11/12, in the price, from 2026-12-31 17:00 UTC: 8.25%"
    both = Tax(code="WA", name="Sales tax", rate_ppm=0, inclusive=False, parts=("STATE", "COUNTY"))
    assert tax_words(both) == "WA: Sales tax, STATE + COUNTY, added to the price"
    free = Tax(code="F", name="Free", rate_ppm=0, inclusive=True, reason="PP 49/2022", compound=True)
    assert tax_words(free) == "F: Free, 0%, in the price, also on the taxes before it, PP 49/2022"


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_country_begins_with_taxes_that_can_be(country: str) -> None:
    check_taxes({tax.code: tax for tax in TAXES[country]})


def ask(demo: Demo, *words: str) -> Result:
    """Run a command on the demo shop's hub."""
    return CliRunner().invoke(main, [*words, "--data-dir", str(demo.folder)])


def test_taxes_are_imported_listed_and_taken_away(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "taxes.csv"
    file.write_text("code,rate,parts\nWA,,STATE+COUNTY\nSTATE,6.5,\nCOUNTY,3.85,\nTOO-HIGH,150,\nODD,,NIL\n")
    done = ask(demo, "import", "taxes", str(file))
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1] == "5 rows read: 3 written, 0 were so already, 2 left out."
    assert done.stderr.splitlines() == [
        "Line 5: Tax TOO-HIGH is more than the price itself: 150%. Check the rate. Nothing was changed.",
        "Line 6: Tax ODD names a part that is not set up. Send the part first, or with it."
        " Nothing was changed.",
    ]
    listed = ask(demo, "hub", "taxes").output.splitlines()
    assert "WA: WA, STATE + COUNTY, added to the price" in listed
    assert "PPN: PPN, 12% of 11/12, in the price" in listed
    assert ask(demo, "hub", "remove-tax", "STATE").exit_code != 0
    for code in ("WA", "STATE", "COUNTY"):
        assert ask(demo, "hub", "remove-tax", code).output == f"Tax {code} is gone.\n"
    assert "STATE" not in ask(demo, "hub", "taxes").output


def test_a_store_says_whether_and_how_it_charges_tax(demo: Demo) -> None:
    number = STORES["ID"][1].tax_number
    said = ask(demo, "hub", "store-tax", "S2", "--number", "0012345678901000", "--rounding", "line")
    assert said.output == "Store S2 charges tax: tax is rounded on each line, NPWP 0012345678901000.\n"
    off = ask(demo, "hub", "store-tax", "S2", "--not-registered")
    assert off.output == "Store S2 is not registered for tax: it charges none and shows none.\n"
    bare = ask(demo, "hub", "store-tax", "S2", "--registered", "--number", "")
    assert bare.output == "Store S2 charges tax: tax is rounded on each line, no tax number.\n"
    ask(demo, "hub", "store-tax", "S2", "--rounding", "receipt", "--number", number)
    now = ask(demo, "hub", "store-tax", "S2").output
    assert now.startswith("Store S2 charges tax: tax is rounded once for the receipt, ")
    assert "There is no store T8." in ask(demo, "hub", "store-tax", "T8").stderr


class _NewHub:
    """A hub that has no store yet and takes everything."""

    def get(self, _path: str, answer: Any) -> Any:
        return answer(stores=())

    def put(self, _path: str, _answer: Any, _body: Any) -> None:
        pass


@pytest.mark.parametrize(("country", "warned"), [("DE", True), ("SG", False)])
def test_a_country_that_wants_a_certified_till_is_warned_of(
    country: str, warned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_commands, "owner_line", lambda *_where: contextlib.nullcontext(_NewHub()))
    words = ("hub", "add-store", "S1", "Laden", "--country", country, "--hub", "http://hub.example")
    made = CliRunner().invoke(main, [*words, "--data-dir", str(tmp_path)])
    assert (made.exit_code, made.stdout) == (0, "Store S1 is Laden.\n")
    assert ("has no certified fiscal module" in made.stderr) is warned
