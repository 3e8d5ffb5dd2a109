"""How tills and exceptions are looked at and settled by the owner's commands."""

import json
import re

import httpx
import pytest
from click.testing import CliRunner, Result

from omnipos.cli import main
from omnipos.cli.hub_watching import ago, table
from tests.cli.rigs import Demo


def ask(demo: Demo, *words: str) -> Result:
    """Run one of the hub's commands in this process."""
    return CliRunner().invoke(main, ["hub", *words, "--data-dir", str(demo.folder)])


def test_status_is_a_table_and_an_object(demo: Demo) -> None:
    lines = ask(demo, "status").stdout.splitlines()
    heads = ["Till", "Name", "Last seen", "At hub", "Waiting", "Gaps", "Clock", "To settle", "Version"]
    assert re.split(r"  +", lines[0]) == heads
    first = re.split(r"  +", lines[1])
    assert re.fullmatch(r"S\d-1", first[0])
    assert first[2].endswith("ago")
    assert first[4:6] == ["0", "0"]
    (till, *_others) = json.loads(ask(demo, "status", "--json").stdout)["devices"]
    assert first[3] == f"{till['acked_seq']}/{till['head_seq']}"


def test_an_exception_is_listed_with_its_answers_and_settled_once(demo: Demo) -> None:
    key = ask(demo, "api-key", "odd-shop").stdout.strip()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=demo.says["hub"], headers=headers, trust_env=False) as shop:
        shop.post("/v1/events", json={"events": [{"odd": True}]}).raise_for_status()
    case = json.loads(ask(demo, "exceptions", "--json").stdout)["exceptions"][-1]
    number = str(case["number"])
    listed = ask(demo, "exceptions").stdout
    assert f"{number}. An entry of a till cannot be read." in listed
    assert "     entered: What it reports was entered by hand." in listed
    done = ask(demo, "settle", number, "entered", "by Budi")
    assert done.stdout == f"Exception {number} is settled: What it reports was entered by hand.\n"
    assert ask(demo, "settle", number, "reported").exit_code == 1
    assert f"{number}. " not in ask(demo, "exceptions").stdout
    assert "   ✓ What it reports was entered by hand." in ask(demo, "exceptions", "--all").stdout


def test_a_key_for_prometheus_reads_metrics(demo: Demo) -> None:
    key = ask(demo, "metrics-key").stdout.strip()
    with httpx.Client(base_url=demo.says["hub"], trust_env=False) as prometheus:
        told = prometheus.get("/metrics", headers={"Authorization": f"Bearer {key}"})
    assert told.status_code == 200
    assert "\nomnipos_till_acked_seq{store=" in told.text


@pytest.mark.parametrize(
    ("length_ms", "said"),
    [
        (-5, "0 s ago"),
        (59_999, "59 s ago"),
        (60_000, "1 min ago"),
        (7_200_000, "2 h ago"),
        (864e5, "1 d ago"),
    ],
)
def test_how_long_ago_is_said_in_its_largest_unit(length_ms: float, said: str) -> None:
    assert ago(int(length_ms)) == said


def test_columns_stand_below_each_other() -> None:
    assert table((("a", "bb"), ("ccc", "d"))) == ["a    bb", "ccc  d"]
