"""The network's faults 4 and 21 to 24 of the catalogue, each on a real hub process behind a proxy."""

import gzip
import random
import re
import threading

import pytest

import sync.sending
import sync.wire
from omnipos.ports import LinkState
from tests.faults.lines import (
    IDM,
    KOPI,
    TEH,
    ProxiedTill,
    agree,
    events_in,
    once,
    totals,
)
from tests.faults.proxy import (
    CutAnswer,
    CutRequest,
    Drip,
    DropAnswer,
    DropRequest,
    Duplicate,
    Fault,
    FaultProxy,
    HalfOpen,
    Late,
    Pass,
    Say,
)
from tests.hubs import HubProcess
from tests.waiting import until

PORTAL = b"<html><body>Welcome to the hotel. <a href='/accept'>Accept</a></body></html>"
HTML = (("Content-Type", "text/html"),)


LOST = [DropRequest(), CutRequest(40), CutRequest(-1), DropAnswer(), CutAnswer(0), CutAnswer(-1), Late()]


@pytest.mark.parametrize("fault", [*LOST, Duplicate()], ids=str)
def test_21_a_push_that_is_lost_duplicated_or_late_has_one_effect(
    till: ProxiedTill, hub: HubProcess, fault: Fault
) -> None:
    sales, total = totals(hub)
    sold = till.sell(IDM, TEH) + till.sell(KOPI)
    till.proxy.choose = once(fault, "/v1/events")
    outcome = till.engine.once()
    if isinstance(fault, Duplicate):
        assert (outcome.ok, outcome.waiting) == (True, 0)
    else:
        assert (outcome.ok, outcome.online, outcome.pushed, outcome.waiting) == (False, False, 0, 2)
        assert "Selling goes on" in outcome.error
        assert till.engine.once().ok
    agree(till, hub)
    assert totals(hub) == (sales + 2, total + sold)


@pytest.mark.parametrize("fault", [DropAnswer(), CutAnswer(-1)], ids=str)
def test_4_the_same_bytes_are_sent_again_and_answered_duplicate(till: ProxiedTill, fault: Fault) -> None:
    till.sell(IDM)
    till.proxy.choose = once(fault, "/v1/events")
    assert not till.engine.once().ok
    assert till.engine.once().ok
    first, again = (one for one in till.proxy.seen if one.path == "/v1/events")
    assert events_in(first) == events_in(again)
    assert till.verdicts() == [("acked", "duplicate")]


def test_21_a_late_push_arrives_after_a_newer_one(till: ProxiedTill, hub: HubProcess) -> None:
    """The till was told that the line broke; what it sent then comes after what it sent since."""
    sales, total = totals(hub)
    sold = till.sell(IDM)
    till.proxy.choose = once(Late(), "/v1/events")
    assert not till.engine.once().ok
    sold += till.sell(TEH)
    assert till.engine.once().ok
    sold += till.sell(KOPI)
    assert till.engine.once().ok
    agree(till, hub)
    assert totals(hub) == (sales + 3, total + sold)


@pytest.mark.parametrize("path", ["/v1/hello", "/v1/events", "/v1/streams/catalogue"])
def test_22_a_portals_page_acknowledges_nothing(till: ProxiedTill, hub: HubProcess, path: str) -> None:
    till.sell(IDM)
    hub.ask("PUT", "/v1/products", price("TEH", 6000))
    before = till.mirrored()
    till.begin_anew()
    till.proxy.choose = once(Say(200, PORTAL, HTML), path)
    outcome = till.engine.once()
    assert (outcome.ok, outcome.online) == (False, False)
    assert "did not come from the hub" in outcome.error
    assert outcome.waiting == (0 if path == "/v1/streams/catalogue" else 1)
    assert till.mirrored()["products"] == before["products"]
    assert till.engine.once().ok
    agree(till, hub)


def test_22_a_portal_that_redirects_is_not_followed(till: ProxiedTill, hub: HubProcess) -> None:
    till.sell(IDM)
    with FaultProxy(hub.port) as elsewhere:
        till.proxy.choose = lambda _exchange: Say(302, b"", (("Location", elsewhere.address + "/login"),))
        outcome = till.engine.once()
        assert elsewhere.seen == []
    assert (outcome.ok, outcome.online, outcome.waiting) == (False, False, 1)


@pytest.mark.parametrize("status", [401, 403, 404, 426, 511])
def test_22_a_refusal_that_the_hub_did_not_write_calls_for_nobody(till: ProxiedTill, status: int) -> None:
    till.sell(IDM)
    till.proxy.choose = once(Say(status, PORTAL, HTML), "/v1/events")
    outcome = till.engine.once()
    assert (outcome.ok, outcome.waiting, till.engine.report().state) == (False, 1, LinkState.AWAY)
    assert outcome.error == (
        f"The hub does not answer (an answer that is not the hub's, HTTP {status})."
        " Selling goes on; all is kept and sent later."
    )
    assert till.engine.once().ok


def price(sku: str, price_minor: int) -> dict[str, object]:
    """Return a wish for one product's price."""
    code = {"IDM": IDM, "TEH": TEH, "KOPI": KOPI}[sku]
    product = {"sku": sku, "name": sku, "price_minor": price_minor, "tax_code": "PPN"}
    return {"products": [{**product, "barcodes": [{"code": code}]}]}


def answer_of(till: ProxiedTill, path: str) -> bytes:
    """Return the hub's whole answer to the last request of a path."""
    exchange = next(one for one in reversed(till.proxy.seen) if one.path.startswith(path))
    return till.proxy._ask(exchange)


@pytest.mark.parametrize("path", ["/v1/streams/catalogue", "/v1/events"])
def test_23_an_answer_cut_anywhere_applies_nothing_in_part(
    till: ProxiedTill, hub: HubProcess, path: str
) -> None:
    prices = random.Random(23)
    assert till.engine.once().ok
    hub.ask("PUT", "/v1/products", price("TEH", prices.randrange(5000, 9000)))
    till.sell(IDM)
    before = till.mirrored()
    till.proxy.choose = once(DropAnswer(), path)
    assert not till.engine.once().ok
    answer = answer_of(till, path)
    head = answer.index(b"\r\n\r\n")
    places = {0, 1, 9, 12, head // 2, head, head + 2, head + 4, head + 5, len(answer) - 2, len(answer) - 1}
    places |= set(prices.sample(range(head + 5, len(answer)), 8))
    for at in sorted(places):
        till.proxy.choose = once(CutAnswer(at), path)
        outcome = till.engine.once()
        assert not outcome.ok, at
        assert till.mirrored()["products"] == before["products"], at
        assert till.mirrored()["cursors"]["catalogue"] == before["cursors"]["catalogue"], at
        assert outcome.waiting == (1 if path == "/v1/events" else 0), at
    assert till.engine.once().ok
    assert till.mirrored() != before
    agree(till, hub)


@pytest.mark.parametrize("path", ["/v1/streams/catalogue", "/v1/events"])
def test_23_garbage_gzip_and_garbage_json_apply_nothing(
    till: ProxiedTill, hub: HubProcess, path: str
) -> None:
    hub.ask("PUT", "/v1/products", price("TEH", 7001))
    till.sell(IDM)
    before = till.mirrored()["products"]
    till.proxy.choose = once(DropAnswer(), path)
    assert not till.engine.once().ok
    plain = re.sub(rb"(?s)^.*?\r\n\r\n", b"", answer_of(till, path))
    packed = gzip.compress(plain)
    zipped = (("Content-Encoding", "gzip"), ("Content-Type", "application/json"))
    broken = (
        Say(200, packed[: len(packed) // 2], zipped),
        Say(200, b"\x1f\x8b" + b"\0" * 50, zipped),
        Say(200, plain, zipped),
        Say(200, plain[: len(plain) // 2]),
        Say(200, b""),
        Say(200, b"null"),
        Say(200, b"\xff\xfe"),
        Say(200, b"[" * 5000),
    )
    for fault in broken:
        till.proxy.choose = once(fault, path)
        outcome = till.engine.once()
        assert (outcome.ok, outcome.online) == (False, False), fault
        assert till.mirrored()["products"] == before, fault
    assert till.engine.once().ok
    agree(till, hub)


def test_24_selling_goes_on_while_the_hub_hangs(till: ProxiedTill, hub: HubProcess) -> None:
    till.sell(IDM)
    till.proxy.choose = once(HalfOpen(), "/v1/events")
    syncing = threading.Thread(target=till.engine.once)
    syncing.start()
    until(lambda: any(one.path == "/v1/events" for one in till.proxy.seen), "the push on its way")
    sold = [till.sell(TEH) for _sale in range(20)]
    assert syncing.is_alive()
    assert (len(sold), till.waiting()) == (20, 21)
    till.proxy.break_lines()
    syncing.join(20)
    assert till.engine.once().ok
    agree(till, hub)


@pytest.mark.parametrize("fault", [HalfOpen(), HalfOpen(at=60), Drip(size=1, every_s=0.02)], ids=str)
def test_24_a_hub_that_is_too_slow_is_left_alone(
    till: ProxiedTill, hub: HubProcess, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.sell(IDM)
    with monkeypatch.context() as impatient:
        impatient.setattr(sync.wire, "READ_S", 0.3)
        impatient.setattr(sync.wire, "EXCHANGE_S", 0.5)
        till.proxy.choose = lambda exchange: fault if exchange.path == "/v1/events" else Pass()
        outcome = till.engine.once()
    assert (outcome.ok, outcome.online, outcome.waiting) == (False, False, 1)
    till.proxy.heal()
    assert till.engine.once().ok
    agree(till, hub)
