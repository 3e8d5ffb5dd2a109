"""News reaches a till by a hint, not by asking; what ends or withholds hints only costs time."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import sync.engine
from omnipos.domain.order import Order
from omnipos.ports import LinkState
from omnipos.protocol import Hint, HintPage
from omnipos.store import orders, outbox
from sync import hints
from sync.client import HubClient
from sync.errors import Rejected, Retryable
from sync.hints import HintLine, Way
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell
from tests.waiting import until

NEVER_S = 600.0
STREAM = "orders/store-1"


@pytest.fixture
def only_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an engine ask by itself only when it begins."""
    monkeypatch.setattr(sync.engine, "POLL_S", NEVER_S)
    monkeypatch.setattr(sync.engine, "LIVE_POLL_S", NEVER_S)
    monkeypatch.setattr(sync.engine, "FIRST_WAIT_S", 0.0)


def order_numbers(counter: EnrolledTill) -> list[str]:
    found: list[Order] = counter.store.call(
        lambda: orders.open_orders(counter.store.books, counter.identity.device_id)
    )
    return [one.number for one in found]


def place_order(hub: HubProcess, number: str) -> None:
    wish = {
        "number": number,
        "store_code": "S1",
        "promised_at_ms": 1_800_000_000_000,
        "lines": [{"sku": "IDM", "quantity_milli": 2000}],
        "customer": {"name": "Sarah Wijaya", "phone": "0812-3456-7890"},
    }
    hub.ask("POST", "/v1/orders", wish)


@pytest.mark.usefixtures("only_hints")
def test_an_order_placed_at_the_web_shop_is_on_the_till_by_a_hint(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    counter.engine.start()
    line = counter.engine._hints
    assert line is not None
    until(lambda: line.live, "the line for hints")
    place_order(running_hub, "W-HINT")
    until(lambda: "W-HINT" in order_numbers(counter), "the order on the till")


@pytest.mark.usefixtures("only_hints")
def test_only_the_stream_that_was_hinted_at_is_pulled(counter: EnrolledTill, running_hub: HubProcess) -> None:
    pulled: list[str] = []
    pull = counter.client.pull
    counter.client.pull = (  # type: ignore[method-assign]
        lambda stream, cursor, limit: (pulled.append(stream), pull(stream, cursor, limit))[1]
    )
    counter.engine.start()
    line = counter.engine._hints
    assert line is not None
    until(lambda: line.live and len(pulled) >= 6, "the first round")
    pulled.clear()
    place_order(running_hub, "W-ONE")
    until(lambda: "W-ONE" in order_numbers(counter), "the order on the till")
    assert set(pulled) <= {STREAM, "stock/store-1", "customers"}


@pytest.mark.usefixtures("only_hints")
def test_a_sale_is_sent_without_asking_for_every_stream(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    pulled: list[str] = []
    pull = counter.client.pull
    counter.client.pull = (  # type: ignore[method-assign]
        lambda stream, cursor, limit: (pulled.append(stream), pull(stream, cursor, limit))[1]
    )
    counter.engine.start()
    line = counter.engine._hints
    assert line is not None
    until(lambda: line.live and len(pulled) >= 6, "the first round")
    until(lambda: counter.engine.report().state is LinkState.ONLINE, "its end")
    pulled.clear()
    sell(counter, "8998866200578")
    until(
        lambda: not counter.store.call(lambda: outbox.count_waiting(counter.store.books)).events,
        "the sale at the hub",
    )
    until(lambda: "stock/store-1" in pulled, "the stock as the hub has it now")
    assert set(pulled) == {"stock/store-1"}
    counter.engine.try_now()
    until(lambda: len(set(pulled)) >= 6, "every stream, as somebody asked")


@pytest.mark.usefixtures("only_hints")
def test_hub_and_till_stop_at_once_while_a_line_is_open(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    first, second = EnrolledTill(hub, tmp_path / "first"), EnrolledTill(hub, tmp_path / "second")
    for one in (first, second):
        one.engine.start()
    lines = [one.engine._hints for one in (first, second)]
    until(lambda: all(line is not None and line.live for line in lines), "both lines")
    first.close()
    assert lines[0] is not None
    assert not lines[0]._thread.is_alive()
    hub.stop()
    until(lambda: second.engine.report().state is LinkState.AWAY, "the till to see that the hub is gone")
    assert lines[1] is not None
    assert not lines[1].live
    second.close()
    assert not lines[1]._thread.is_alive()


class ScriptedLine(HubClient):
    """A client whose hints and polls are prepared: lists of what comes, ending in an error or not."""

    def __init__(self, streams: list[list[Hint | Exception | None]], polls: list[HintPage | Exception]):
        super().__init__("http://127.0.0.1:9")
        self.streams, self.polls = streams, polls
        self.asked: list[str] = []

    def hints(self, silence_s: float) -> Iterator[Hint | None]:
        """Play the next stream."""
        self.asked.append("stream")
        for one in self.streams.pop(0):
            if isinstance(one, Exception):
                raise one
            yield one

    def poll_hints(self, mark: int, wait_s: int) -> HintPage:
        """Play the next poll."""
        self.asked.append(f"poll {mark}")
        answer = self.polls.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Listening:
    """A hint line on a script, and what came of it; the hub is there whenever it is asked for."""

    def __init__(self, client: ScriptedLine) -> None:
        self.client = client
        self.heard: list[Hint] = []
        self.lost = 0
        self.line = HintLine(client, self.heard.append, self._on_lost, spread=lambda: 0.0)
        self.line.hub_is_there(True)
        self.line.start()

    def _on_lost(self) -> None:
        self.lost += 1
        self.line.hub_is_there(True)


def test_three_quick_closes_fall_back_to_polls_and_these_to_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "BETWEEN_POLLS_S", 0.0)
    one, two = Hint(stream="catalogue", head=5), Hint(stream="catalogue", head=6)
    broken = Retryable("the proxy closed the line")
    client = ScriptedLine(
        streams=[[one], [broken], [None, broken]],
        polls=[
            HintPage(mark=5, hints=(one,)),
            HintPage(mark=6, hints=(two,)),
            broken,
            broken,
            HintPage(mark=6, hints=(two,)),
        ],
    )
    listening = Listening(client)
    until(lambda: listening.line.way is Way.NONE, "the way to none")
    listening.line.stop()
    assert client.asked == [*["stream"] * 3, *("poll -1", "poll 5", "poll 6", "poll 6", "poll 6")]
    assert listening.heard == [one, one, two]
    assert not listening.line.live


def test_an_older_hub_without_hints_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = Rejected("There is no such address.", "not_found")
    client = ScriptedLine(streams=[[unknown]] * 3, polls=[unknown] * 3)
    listening = Listening(client)
    until(lambda: listening.line.way is Way.NONE, "the way to none")
    listening.line.stop()
    assert (client.streams, client.polls, listening.lost) == ([], [], 6)


def test_lines_that_end_with_the_hub_are_no_reason_to_fall_back() -> None:
    gone = Retryable("Connection refused")
    client = ScriptedLine(streams=[[gone]] * 5 + [[None]], polls=[])
    tries = threading.Semaphore(0)
    line = HintLine(client, lambda _hint: None, tries.release, spread=lambda: 0.0)
    line.start()
    for _try in range(5):
        line.hub_is_there(False)
        line.hub_is_there(True)
        assert tries.acquire(timeout=10)
    assert line.way is Way.STREAM
    line.stop()
