"""Every hub of a chain is restarted in turn while its tills sell, push and pull: nobody notices."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.faults.balancer import Balancer
from tests.faults.busy import BusyTill
from tests.faults.lives import exceptions
from tests.hubs import HubProcess
from tests.postgres import fresh_database, shared
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("machines")

HUBS = 3
TILLS = 3


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[list[HubProcess]]:
    with fresh_database() as address:
        hubs = [HubProcess(tmp_path / "hub", address) for _hub in range(HUBS)]
        hubs[0].set_up_shop()
        yield hubs
        for hub in hubs:
            hub.stop()


def have_more(tills: list[BusyTill], before: list[set[int]]) -> bool:
    """Tell whether every till was told of events that it was not told of before."""
    return all(till.acknowledged() > then for till, then in zip(tills, before, strict=True))


def test_hubs_are_restarted_in_turn_and_no_sale_fails(hubs: list[HubProcess], tmp_path: Path) -> None:
    balancer = Balancer([hub.port for hub in hubs])
    tills = [BusyTill(hubs[0], tmp_path / f"till-{number}", balancer.address) for number in range(TILLS)]
    for till in tills:
        till.start()
    promised = [till.acknowledged() for till in tills]
    for hub in hubs:
        hub.stop()
        hub.start()
        before, promised = promised, [till.acknowledged() for till in tills]
        assert all(now > then for now, then in zip(promised, before, strict=True)), (
            "the others serve meanwhile"
        )
        until(partial(have_more, tills, promised), "sales through the hub that is back")
    for till in tills:
        till.end()

    held = "SELECT device_id, array_agg(seq ORDER BY seq) FROM event GROUP BY device_id"
    name = hubs[0].database.partition("?")[0].rpartition("/")[2]
    everything = {till.device_id: list(range(1, len(till.sold_minor) + 1)) for till in tills}
    assert dict(shared().ask(held, name)) == everything
    assert {till.device_id: sorted(till.acknowledged()) for till in tills} == everything
    told = hubs[0].ask("GET", "/v1/totals?store=S1")
    assert told["sales"] == sum(len(till.sold_minor) for till in tills)
    assert told["total_minor"] == sum(sum(till.sold_minor) for till in tills)
    assert exceptions(hubs[1]) == []
    levels = dict(shared().ask("SELECT product_id, on_hand_milli FROM stock_level", name))
    assert [till.levels() for till in tills] == [levels] * TILLS
    # What was asked as a hub ended is asked again at the next sale; a till meets each end once at most.
    assert all(len(till.troubles) <= HUBS for till in tills), [till.troubles for till in tills]
    for till in tills:
        till.counter.close()
    balancer.close()
