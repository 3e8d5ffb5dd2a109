"""`omnipos import sales` into a real hub: what comes in, and each bad line with its number."""

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from omnipos.cli import main, oldsales, sending
from omnipos.cli.oldsales import OldSalesFile
from omnipos.cli.rowfiles import Bad
from sync.errors import Retryable
from sync.owner import OwnerClient
from tests.cli.rigs import Demo

DOCUMENT = (Path(__file__).parents[2] / "docs" / "import-sales.md").read_text()


def bring(demo: Demo, file: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["import", "sales", str(file), "--data-dir", str(demo.folder), *words])


def sale(number: str, **more: Any) -> str:
    """A coffee for 12,000 in cash."""
    line = {"barcode": "0000123", "name": "Kopi susu", "quantity": 1, "unit_price_minor": 12_000}
    cash = [{"kind": "cash", "amount_minor": 20_000}, {"kind": "cash", "amount_minor": -8_000}]
    return json.dumps(
        {"number": number, "at": "2024-03-01T10:00:00", "lines": [line], "tenders": cash} | more
    )


def told(result: Result) -> Any:
    return json.loads(result.stdout.splitlines()[-1])


def test_good_lines_go_in_and_each_bad_one_is_told(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    bad = [
        "{broken",
        sale("B-2", tenders=[{"kind": "cash", "amount_minor": 12_500}]),
        sale("B-3", at="2199-01-01T00:00:00"),
        sale("B-4", lines=[{"name": "4111 1111 1111 1111", "quantity": 1, "unit_price_minor": 12_000}]),
        sale("B-5", lines=[{"name": "Kopi", "quantity": "1,5", "unit_price_minor": 8_000}]),
        sale("B-6", tenders=[{"kind": "cash", "amount_minor": 10**20}]),
        sale("B-7", at=None),
    ]
    cup = '{"name": "Cup back", "quantity": -1, "unit_price_minor": 500}'
    exact = '{"name": "Apel", "quantity": 0.482, "unit_price_minor": 45000}'
    nothing = f'{{"number": 4, "at": 1709262000000, "lines": [{cup}, {cup.replace("-1", "1")}]}}'
    weighed = sale("A-3", tenders=[{"kind": "card", "amount_minor": 21_690}], lines=[json.loads(exact)])
    file.write_text("\n".join([sale("A-1"), *bad, sale("A-2"), weighed, "", nothing]))
    done = bring(demo, file, "--json")
    assert done.exit_code == 1
    assert told(done) == {
        "sales": 4,
        "lines": 5,
        "total_minor": 45_690,
        "tenders": {"cash": 24_000, "card": 21_690},
        "skipped": 0,
        "errors": 7,
    }
    lines = sorted(done.stderr.splitlines(), key=lambda one: int(re.findall(r"\d+", one)[0]))
    assert lines[1] == "Line 3: tenders 12.500, lines 12.000: 500 differ"
    assert [one.split(":")[0] for one in lines] == [f"Line {number}" for number in range(2, 9)]

    again = bring(demo, file, "--json")
    assert (told(again)["sales"], told(again)["skipped"], told(again)["errors"]) == (0, 4, 7)


def test_the_documents_example_goes_in(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl.gz"
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    with gzip.open(file, "wt") as out:
        out.write("\n".join(json.dumps(json.loads(one)) for one in example.strip().split("\n\n")))
    done = bring(demo, file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "2 sales with 3 lines are in, Rp 41.690 altogether." + (
        " 0 were there already, 0 lines are left out.\n"
    )


def test_fields_that_nothing_reads_and_unknown_customers_are_told_once(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text(
        "\n".join(sale(f"C-{one}", loyalty=1, customer_phone="0811-000-0000") for one in range(3))
    )
    done = bring(demo, file, "--json")
    assert (done.exit_code, told(done)["sales"]) == (0, 3)
    assert done.stderr == (
        "Line 1: nothing reads the field “loyalty”; it is passed over, here and further on.\n"
        "3 sales name a phone number that no customer has; they are kept without a customer."
        " Customers that are imported before the sales get them on their cards.\n"
    )


def test_a_store_that_is_not_there_is_told_before_anything_is_sent(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text(sale("D-1"))
    done = bring(demo, file, "--store", "NONE")
    assert done.exit_code == 1
    assert "There is no store NONE." in done.stderr


def test_a_hub_that_stays_away_is_told_and_the_rest_goes_in_later(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, asked = OwnerClient.put, 0

    def lossy(line: OwnerClient, path: str, answer: Any, body: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise Retryable("The line is dead.")
        return put(line, path, answer, body)

    file = tmp_path / "old.jsonl"
    file.write_text("\n".join(sale(f"E-{one}") for one in range(6)))
    with monkeypatch.context() as patch:
        patch.setattr(OwnerClient, "put", lossy)
        patch.setattr(oldsales, "BATCH", 2)
        patch.setattr(sending, "BACK_OFF_S", (0.0,))
        broken = bring(demo, file, "--json")
    assert (broken.exit_code, told(broken)["sales"]) == (1, 2)
    assert told(broken)["error"].startswith("The hub broke off: The line is dead. 2 sales are in and stay")
    again = told(bring(demo, file, "--json"))
    assert (again["sales"], again["skipped"]) == (4, 2)


def test_a_line_without_end_is_no_sale_and_is_not_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oldsales, "LONGEST_LINE", 1000)
    raw = io.BytesIO(
        b"\xef\xbb\xbf" + sale("1").encode() + b"\n" + b"x" * 5000 + b"\n\xff\n" + sale("2").encode()
    )
    first, endless, broken, last = OldSalesFile(raw, raw).sales()
    assert not isinstance(first, Bad)
    assert not isinstance(last, Bad)
    assert (first.sale.number, last.sale.number, last.line) == ("1", "2", 4)
    assert isinstance(endless, Bad)
    assert endless.reason == "It is longer than 1000 bytes, as no sale is."
    assert isinstance(broken, Bad)
    assert broken.line == 3
