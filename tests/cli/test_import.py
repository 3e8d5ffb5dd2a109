"""Importing over a line that breaks: what is sent again, and what is told when it stays broken."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from omnipos.cli import main, sending
from sync.errors import Retryable
from sync.owner import OwnerClient
from tests.cli.rigs import Demo

LOST = "Server disconnected without sending a response."
Lose = Callable[[int, int], None]


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Lose:
    """Batches of two; the hub takes what comes from the nth request on, but its answers get lost."""
    put = OwnerClient.put
    asked = 0

    def begin(first: int, count: int) -> None:
        def lossy(line: OwnerClient, path: str, answer: Any, body: Any) -> Any:
            nonlocal asked
            asked += 1
            said = put(line, path, answer, body)
            if first <= asked < first + count:
                raise Retryable(LOST)
            return said

        monkeypatch.setattr(OwnerClient, "put", lossy)

    monkeypatch.setattr(sending, "BATCH", 2)
    monkeypatch.setattr(sending, "BACK_OFF_S", (0.0, 0.0, 0.0))
    return begin


def bring(demo: Demo, what: str, file: Path, *words: str) -> Result:
    """Import a file into the demo shop's hub."""
    return CliRunner().invoke(main, ["import", what, str(file), "--data-dir", str(demo.folder), *words])


def people_file(folder: Path, first: int) -> Path:
    """Six customers."""
    file = folder / "people.csv"
    rows = "".join(f"08137{first + number:07},Nama {number}\n" for number in range(6))
    file.write_text(f"phone,name\n{rows}")
    return file


def test_a_lost_answer_is_asked_for_again_and_doubles_nothing(demo: Demo, tmp_path: Path, lose: Lose) -> None:
    lose(2, 3)
    done = bring(demo, "customers", people_file(tmp_path, 1000), "--json")
    assert done.exit_code == 0
    told = {"ok": True, "rows": 6, "written": 4, "unchanged": 2, "bad": 0}
    assert json.loads(done.stdout) == told, "what the hub took unheard was so already when sent again"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_hub_that_stays_away_is_told_with_what_was_kept(
    demo: Demo, tmp_path: Path, lose: Lose, as_json: bool
) -> None:
    file = people_file(tmp_path, 2000 + 1000 * as_json)
    lose(2, 4)
    broken = bring(demo, "customers", file, *(["--json"] if as_json else []))
    said = (
        "The hub broke off: Server disconnected without sending a response."
        " 2 rows are written and stay, 0 were so already."
        " Run it again to send the rest; nothing is doubled by it."
    )
    assert broken.exit_code == 1
    if as_json:
        told = json.loads(broken.stdout)
        assert (told["ok"], told["written"], told["error"]) == (False, 2, said)
    else:
        assert (broken.stdout, broken.stderr) == ("", f"{said}\n")

    again = json.loads(bring(demo, "customers", file, "--json").stdout)
    assert (again["ok"], again["written"], again["unchanged"]) == (True, 2, 4)


def test_products_are_sent_again_too(demo: Demo, tmp_path: Path, lose: Lose) -> None:
    file = tmp_path / "goods.csv"
    file.write_text("barcode,name,price\n" + "".join(f"RETRY-{one},Panci,1000\n" for one in range(4)))
    lose(1, 3)
    done = bring(demo, "products", file, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["rows"], told["written"], told["unchanged"]) == (0, 4, 3, 1)
