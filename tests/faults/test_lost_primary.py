"""Fault 43: the database's machine is lost in the middle of pushes, and nothing else is."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.busy import BusyTill
from tests.faults.lives import exceptions
from tests.hubs import HubProcess
from tests.postgres import Cluster
from tests.postgres_pair import Pair, running_pair
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("machines")

NAME = "chain"
TILLS = 4


@pytest.fixture
def pair() -> Iterator[Pair]:
    with running_pair() as pair:
        pair.primary.ask(f"CREATE DATABASE {NAME}")
        yield pair


@pytest.fixture
def hubs(pair: Pair, tmp_path: Path) -> Iterator[list[HubProcess]]:
    """Two hubs on the pair; the second does not ask for a machine that it may write to."""
    hubs = [HubProcess(tmp_path / "hub", pair.address(NAME, writable=it)) for it in (True, False)]
    hubs[0].set_up_shop()
    yield hubs
    for hub in hubs:
        hub.stop()


def held(machine: Cluster, till: BusyTill) -> list[int]:
    """Return what a database has of a till, in order."""
    query = f"SELECT seq FROM event WHERE device_id = '{till.device_id}' ORDER BY epoch, seq"
    return [seq for (seq,) in machine.ask(query, NAME)]


def levels(machine: Cluster) -> dict[str, int]:
    """Return what a database says is on hand of each product."""
    return dict(machine.ask("SELECT product_id, on_hand_milli FROM stock_level", NAME))


def marks(machine: Cluster, timeline: str) -> int:
    """Return how many runs of hubs wrote the stock's stream in one life of the database."""
    query = f"SELECT count(*) FROM stream_mark WHERE stream = 'stock/store-1' AND mark LIKE '%-{timeline}'"
    return int(machine.ask(query, NAME)[0][0])


def answer_to_a_change(hub: HubProcess) -> httpx.Response:
    key = (hub.folder / "admin.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    wish = {"store_code": "S1"}
    address = f"{hub.address}/v1/enrol-codes"
    return httpx.post(address, json=wish, headers=headers, timeout=15, trust_env=False)


def test_fault_43_the_primary_is_lost_and_no_acknowledged_event_is(
    pair: Pair, hubs: list[HubProcess], tmp_path: Path
) -> None:
    life = hubs[0].ask("GET", "/v1/health")["hub_epoch"]
    tills = [BusyTill(hubs[number % 2], tmp_path / f"till-{number}") for number in range(TILLS)]
    for till in tills:
        till.start()
    until(lambda: all(len(till.acknowledged()) > 4 for till in tills), "sales before the loss")

    pair.lose_primary()
    promised = [till.acknowledged() for till in tills]
    until(lambda: all(till.troubles for till in tills), "tills that notice")
    for hub in hubs:
        refused = answer_to_a_change(hub)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1"), refused.text
    pair.standby.promote()
    for till, theirs in zip(tills, promised, strict=True):
        assert theirs <= set(held(pair.standby, till))

    until(
        lambda: all(till.acknowledged() > theirs for till, theirs in zip(tills, promised, strict=True)),
        "hubs that go on by themselves",
    )
    for till in tills:
        till.end()
    for till in tills:
        sold = len(till.sold_minor)
        assert held(pair.standby, till) == list(range(1, sold + 1))
        assert till.acknowledged() == set(range(1, sold + 1))
    told = hubs[1].ask("GET", "/v1/totals?store=S1")
    assert told["sales"] == sum(len(till.sold_minor) for till in tills)
    assert told["total_minor"] == sum(sum(till.sold_minor) for till in tills)
    assert exceptions(hubs[0]) == []
    assert [till.levels() for till in tills] == [levels(pair.standby)] * TILLS
    assert marks(pair.standby, "1") == marks(pair.standby, "2") == len(hubs)
    assert hubs[0].ask("GET", "/v1/health")["hub_epoch"] == life
    for till in tills:
        till.counter.close()
