"""The network's fault 28: hints that a proxy holds back, or a line that is dead without ending."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import sync.engine
import sync.hints
from omnipos.store import orders
from sync.hints import HintLine, Way
from tests.faults.lines import ProxiedTill, proxied
from tests.faults.proxy import Buffer, Exchange, Fault, HalfOpen, Pass, Say
from tests.hubs import HubProcess
from tests.waiting import until

NEVER_S = 600.0
STREAM = "/v1/hints"
EVENTS = (("Content-Type", "text/event-stream"),)


@pytest.fixture
def till(hub: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProxiedTill]:
    """A till behind a proxy that would ask by itself only when it is told to."""
    monkeypatch.setattr(sync.engine, "POLL_S", NEVER_S)
    monkeypatch.setattr(sync.engine, "LIVE_POLL_S", NEVER_S)
    monkeypatch.setattr(sync.engine, "FIRST_WAIT_S", 0.0)
    monkeypatch.setattr(sync.hints, "SILENCE_S", 0.4)
    with proxied(hub, tmp_path / "till") as till:
        yield till


def is_hint_line(exchange: Exchange) -> bool:
    return exchange.path.split("?")[0] == STREAM


def begin(till: ProxiedTill) -> HintLine:
    """Let the till sync in the background and return its line for hints."""
    till.engine._spread = lambda: 0.0
    till.engine.start()
    line = till.engine._hints
    assert line is not None
    return line


def order_reaches(till: ProxiedTill, hub: HubProcess, number: str) -> None:
    """Place an order at the hub and wait until the till has it."""
    wish = {
        "number": number,
        "store_code": "S1",
        "promised_at_ms": 1_800_000_000_000,
        "lines": [{"sku": "IDM", "quantity_milli": 2000}],
        "customer": {"name": "Sarah Wijaya", "phone": "0812-3456-7890"},
    }
    hub.ask("POST", "/v1/orders", wish)
    books, device_id = till.store.books, till.identity.device_id

    def is_there() -> bool:
        found = till.store.call(lambda: orders.open_orders(books, device_id))
        return number in [one.number for one in found]

    until(is_there, f"order {number} on the till")


@pytest.mark.parametrize("fault", [Buffer(), HalfOpen(), Say(200, b": \n\n", EVENTS), Say(502)], ids=str)
def test_28_a_till_whose_hints_do_not_get_through_hears_of_news_by_polls(
    till: ProxiedTill, hub: HubProcess, fault: Fault
) -> None:
    till.proxy.choose = lambda exchange: fault if is_hint_line(exchange) else Pass()
    line = begin(till)
    until(lambda: line.way is Way.POLL and line.live, "polls for hints")
    assert len([one for one in till.proxy.seen if is_hint_line(one)]) == sync.hints.QUICK_CLOSES
    order_reaches(till, hub, f"W-28-{len(till.proxy.seen)}")


def test_28_a_till_for_which_no_hints_get_through_asks_by_itself(
    till: ProxiedTill, hub: HubProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.proxy.choose = lambda exchange: Say(403) if exchange.path.startswith(STREAM) else Pass()
    line = begin(till)
    until(lambda: line.way is Way.NONE, "the end of all tries")
    assert not line.live
    monkeypatch.setattr(sync.engine, "POLL_S", 0.1)
    till.engine.nudge()
    order_reaches(till, hub, "W-28-none")


def test_28_a_line_that_goes_dead_is_noticed_and_opened_again(till: ProxiedTill, hub: HubProcess) -> None:
    """The first line brings the heads and then freezes; the second one works."""
    lines = 0

    def freezing(exchange: Exchange) -> Fault:
        nonlocal lines
        lines += is_hint_line(exchange)
        return Buffer(after=100) if is_hint_line(exchange) and lines == 1 else Pass()

    till.proxy.choose = freezing
    line = begin(till)
    until(lambda: lines >= 2 and line.live, "another line")
    order_reaches(till, hub, "W-28-again")


def test_a_hub_holds_the_lines_of_many_more_tills_than_one_shop_has(hub: HubProcess) -> None:
    with contextlib.ExitStack() as stack:
        for _line in range(400):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", hub.port), timeout=10))
            line.sendall(b"GET /v1/health HTTP/1.1\r\nHost: hub\r\n\r\n")
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
