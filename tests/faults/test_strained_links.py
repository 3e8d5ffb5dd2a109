"""The network's faults 25 to 27: links that flap, hubs that want less or fail, tills back at once."""

import random
import threading
from pathlib import Path

import pytest

import sync.sending
import sync.wire
from omnipos.ports import LinkState
from sync.pacing import BackOff
from tests.faults.lines import (
    IDM,
    TEH,
    ProxiedTill,
    agree,
    event_ids,
    events_in,
    hub_event_ids,
    totals,
)
from tests.faults.proxy import (
    CutAnswer,
    Exchange,
    Fault,
    Pass,
    Say,
)
from tests.hubs import HubProcess


def test_25_each_time_the_link_is_up_something_gets_through(
    till: ProxiedTill, hub: HubProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link lasts for a hello and one and a half batches, then it is gone again."""
    monkeypatch.setattr(sync.sending, "MOST_EVENTS", 10)
    till.engine._sending.most = 10
    for _sale in range(60):
        till.sell(IDM)
    waited = [till.waiting()]
    pushes = 0

    def flapping(exchange: Exchange) -> Fault:
        nonlocal pushes
        if exchange.path != "/v1/events":
            return Pass()
        pushes += 1
        return Pass() if pushes % 2 else CutAnswer(30)

    till.proxy.choose = flapping
    while waited[-1]:
        till.begin_anew()
        assert till.engine.once().ok == (till.waiting() == 0)
        waited.append(till.waiting())
        assert waited[-1] < waited[-2], waited
    assert len(waited) > 5
    agree(till, hub)


def test_25_pages_become_as_small_as_the_link_is_short(till: ProxiedTill, hub: HubProcess) -> None:
    """Nothing longer than 4 kB gets through in one go; sixty products are 16."""
    products = [
        {"sku": f"N{number}", "name": "Noodles", "price_minor": number, "tax_code": "PPN"}
        for number in range(1, 61)
    ]
    hub.ask("PUT", "/v1/products", {"products": products})
    till.proxy.choose = lambda exchange: CutAnswer(4096) if "catalogue" in exchange.path else Pass()
    rounds = 1
    while not till.engine.once().ok:
        rounds += 1
        assert rounds < 30
    assert rounds > 5
    names = [body for _id, body in till.mirrored()["products"] if b'"sku":"N' in body]
    assert len(names) == 60


def test_26_a_hub_that_wants_less_at_a_time_gets_less(till: ProxiedTill, hub: HubProcess) -> None:
    for _sale in range(30):
        till.sell(IDM)
    sizes: list[int] = []

    def small_only(exchange: Exchange) -> Fault:
        if exchange.path == "/v1/events":
            sizes.append(events_in(exchange).count(b'"prev_hash"'))
            if sizes[-1] > 7:
                return Say(413, b'{"detail":"too much","code":"batch_too_large"}')
        return Pass()

    till.proxy.choose = small_only
    assert till.engine.once().ok
    assert sizes[:3] == [30, 15, 7]
    agree(till, hub)


@pytest.mark.parametrize(
    ("status", "wish", "wait_s"),
    [
        (429, (("Retry-After", "7"),), 7.0),
        (503, (("Retry-After", "30"),), 30.0),
        (
            503,
            (("Retry-After", "Sun, 22 Nov 2026 03:00:20 GMT"), ("Date", "Sun, 22 Nov 2026 03:00:00 GMT")),
            20.0,
        ),
        (503, (), 0.0),
        (502, (), 0.0),
    ],
)
def test_26_a_hubs_wish_for_time_is_kept_and_nothing_is_dropped(
    till: ProxiedTill, hub: HubProcess, status: int, wish: tuple[tuple[str, str], ...], wait_s: float
) -> None:
    till.sell(IDM)
    till.proxy.choose = lambda _exchange: Say(status, b'{"detail":"not now"}', wish)
    outcome = till.engine.once()
    assert (outcome.ok, outcome.online, outcome.waiting) == (False, False, 1)
    assert till.engine._asked_wait_s == wait_s
    till.proxy.heal()
    assert till.engine.once().ok
    assert till.engine._asked_wait_s == 0.0
    agree(till, hub)


def test_an_event_that_the_hub_fails_on_is_set_aside_and_the_rest_flows(
    till: ProxiedTill, hub: HubProcess
) -> None:
    sales, _total = totals(hub)
    for _sale in range(9):
        till.sell(IDM)
    poison = event_ids(till)[4].encode()

    def failing(exchange: Exchange) -> Fault:
        body = events_in(exchange) if exchange.path == "/v1/events" else b""
        return Say(500, b'{"detail":"bug"}') if poison in body and b'"aside":true' not in body else Pass()

    till.proxy.choose = failing
    outcomes = [till.engine.once() for _round in range(3)]
    assert [one.ok for one in outcomes] == [False, False, True]
    assert [one.waiting for one in outcomes] == [9, 9, 0]
    assert [state for state, _verdict in till.verdicts()] == ["acked"] * 4 + ["quarantined"] + ["acked"] * 4
    assert hub_event_ids(hub, till.identity.device_id) == event_ids(till)
    assert totals(hub)[0] == sales + 8
    kinds = [one["kind"] for one in hub.ask("GET", "/v1/exceptions")["exceptions"]]
    assert kinds == ["event_failed"]


def test_a_hub_that_fails_on_everything_is_said_and_everything_is_kept(till: ProxiedTill) -> None:
    till.sell(IDM)
    till.proxy.choose = lambda exchange: (
        Say(500, b'{"detail":"bug"}') if exchange.path == "/v1/events" else Pass()
    )
    outcomes = [till.engine.once() for _round in range(3)]
    assert [one.waiting for one in outcomes] == [1, 1, 1]
    assert "fails on entry 1/1 of this till" in outcomes[-1].error
    assert till.engine.report().state is LinkState.ATTENTION
    till.proxy.heal()
    assert till.engine.once().waiting == 0


def test_27_tills_that_come_back_together_are_all_served(hub: HubProcess, tmp_path: Path) -> None:
    tills = [ProxiedTill(hub, tmp_path / f"till-{number}") for number in range(4)]
    before, total = totals(hub)
    sold = 0
    for one in tills:
        one.proxy.down = True
        sold += sum(one.sell(IDM, TEH) for _sale in range(5))
        assert not one.engine.once().online
    for one in tills:
        one.proxy.heal()
    together = [threading.Thread(target=one.engine.once) for one in tills]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join(60)
    assert totals(hub) == (before + 20, total + sold)
    for one in tills:
        agree(one, hub)
        with one.proxy:
            one.close()


def test_27_tills_spread_their_tries_over_time() -> None:
    """Two hundred tills lose the hub in one moment; no second sees more than a few of them."""
    source = random.Random(27)
    tills = [BackOff(source.random) for _till in range(200)]
    tried_s = [0.0] * len(tills)
    busiest = []
    for _failure in range(7):
        for index, till in enumerate(tills):
            till.failed()
            tried_s[index] += 1.0 + till.wait_s()
        seconds = [int(one) for one in tried_s]
        busiest.append(max(seconds.count(second) for second in set(seconds)))
    assert busiest[3] < 50
    assert busiest[-1] < 12
