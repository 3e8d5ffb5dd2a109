"""The network's fault 30: what gets lost while a till asks for a token locks it out of nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.lines import IDM, TEH, ProxiedTill, event_ids, hub_event_ids, proxied, totals
from tests.faults.proxy import (
    CutAnswer,
    CutRequest,
    DropAnswer,
    DropRequest,
    Duplicate,
    Exchange,
    Fault,
    Late,
    Pass,
    Say,
)
from tests.hubs import HubProcess

PORTAL = Say(200, b"<html>Welcome</html>", (("Content-Type", "text/html"),))
LOST = [
    DropRequest(),
    DropAnswer(),
    CutRequest(50),
    CutAnswer(20),
    CutAnswer(-1),
    Late(),
    PORTAL,
    Duplicate(),
]


@pytest.fixture
def till(hub: HubProcess, tmp_path: Path) -> Iterator[ProxiedTill]:
    """A till behind a proxy whose token has just run out."""
    with proxied(hub, tmp_path / "till") as till:
        forget_token(till)
        yield till


def forget_token(till: ProxiedTill) -> None:
    """Let the token run out, as after a quarter of an hour."""
    device = till.client.device
    assert device is not None
    device.drop(till.client.token)


@pytest.mark.parametrize("path", ["/v1/nonce", "/v1/token"])
@pytest.mark.parametrize("fault", LOST, ids=str)
def test_30_a_till_gets_its_token_by_asking_again(
    till: ProxiedTill, hub: HubProcess, path: str, fault: Fault
) -> None:
    sales, total = totals(hub)
    sold = till.sell(IDM) + till.sell(TEH)
    left = [fault]
    till.proxy.choose = lambda exchange: left.pop() if left and exchange.path == path else Pass()
    first = till.engine.once()
    assert not left
    assert first.ok == (first.waiting == 0)
    assert first.ok or till.engine.once().ok
    assert totals(hub) == (sales + 2, total + sold)
    assert hub_event_ids(hub, till.identity.device_id) == event_ids(till)


def test_30_no_number_of_lost_answers_locks_a_till_out(till: ProxiedTill, hub: HubProcess) -> None:
    till.sell(IDM)
    asked = 0

    def losing(exchange: Exchange) -> Fault:
        nonlocal asked
        asked += exchange.path == "/v1/token"
        return DropAnswer() if exchange.path == "/v1/token" and asked <= 60 else Pass()

    till.proxy.choose = losing
    while asked < 60:
        outcome = till.engine.once()
        assert (outcome.ok, outcome.online, outcome.waiting) == (False, False, 1)
    assert till.engine.once().waiting == 0
    assert hub_event_ids(hub, till.identity.device_id) == event_ids(till)
