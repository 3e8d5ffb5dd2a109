"""Customers who buy in several stores at once: no store waits for another, and no card forgets a purchase."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection

from hub import customers, purchases, stock
from hub.context import Hub
from hub.locks import MOST_KEYS, Key, only
from hub.measures import RETRIES, WRITE
from hub.purchases import Bought
from hub.unit import Unit
from omnipos.domain.customer import Consent, Purchase, Purpose
from omnipos.events import CustomerAdded, PersonalCard
from tests.hub.chains import CUSTOMER, a_chain, push, somebody_waits, wait_for
from tests.hub.journals import AT_MS, Journal
from tests.hub.rig import APPLIED, QUARANTINED, A, HubRig, RigTill, outcomes

pytestmark = pytest.mark.parametrize("base", ["postgresql"])
PEOPLE = MOST_KEYS + 5


def cards(rig: HubRig) -> list[tuple[int, list[str]]]:
    """Return the points of each of the people, and where they bought, newest first."""
    found = rig.ask("GET", "/v1/customers?phone=0812999")["customers"]
    return [(one["points"], [bought["channel"] for bought in one["purchases"]]) for one in found]


def many_people(rig: HubRig) -> list[str]:
    people = [
        {"customer_id": f"p-{number}", "name": f"Siti {number}", "phone": f"0812999{number:05d}"}
        for number in range(PEOPLE)
    ]
    rig.ask("PUT", "/v1/customers", {"customers": people})
    return [str(one["customer_id"]) for one in people]


class Stopped:
    """Stops a push of one store in its midst, with its store locked and no number taken yet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, store_id: str) -> None:
        """Stop it until there is enough; `held` is set once it stands still."""
        self.held, self.enough = threading.Event(), threading.Event()
        post = stock.post

        def hold(unit: Unit, entries: Any) -> None:
            if entries[0].movement.store_id == store_id:
                self.held.set()
                assert self.enough.wait(20)
            post(unit, entries)

        monkeypatch.setattr(stock, "post", hold)


def save_slowly(rig: HubRig, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let the first that changes cards wait, once it has read them, until another waits for its lock."""
    save, read = customers.save, threading.Event()

    def slowly(unit: Unit, changed: Any) -> None:
        if not read.is_set():
            read.set()
            # Without a lock the other would be done before this ends, and be overwritten.
            wait_for(lambda: somebody_waits(rig), 5)
        save(unit, changed)

    monkeypatch.setattr(customers, "save", slowly)
    return read


def test_a_queue_that_names_many_customers_keeps_no_other_store_waiting(
    rig: HubRig, hubs: list[Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    tills = a_chain(rig, 2)
    people = many_people(rig)
    first, second = Journal(tills[0]), Journal(tills[2])
    for person in people:
        first.sell((A, 3, 3500), customer_id=person)
        second.sell((A, 6, 3500), customer_id=person)
    stopped = Stopped(monkeypatch, tills[0].store_id)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(push, hubs[0], tills[0], first.envelopes)
        assert stopped.held.wait(10)
        assert push(hubs[1], tills[2], second.envelopes) == [APPLIED] * PEOPLE
        assert (waits.done(), cards(rig)) == (False, [(2, ["S2"])] * PEOPLE)
        stopped.enough.set()
        assert waits.result(20) == [APPLIED] * PEOPLE
    assert [(points, sorted(where)) for points, where in cards(rig)] == [(3, ["S1", "S2"])] * PEOPLE
    assert rig.exceptions() == []


def test_two_that_change_one_card_at_once_do_it_one_after_the_other(
    rig: HubRig, hubs: list[Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_chain(rig, 1)
    read = save_slowly(rig, monkeypatch)

    def buy(hub: Hub, number: int) -> None:
        purchase = Purchase(at_ms=number, channel="S1", reference=f"R-{number}", total_minor=1, summary="")
        bought = Bought(customer_id=CUSTOMER, source=f"sale:{number}", purchase=purchase, points=10)
        locks = only(Key("store", f"store-{number}"))

        def work(conn: Connection) -> set[str]:
            return hub.run(conn, lambda unit: purchases.record(unit, [bought]), locks)

        assert hub.database.write(work, locks) == set()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(buy, hubs[0], 1)
        assert read.wait(10)
        second = pool.submit(buy, hubs[1], 2)
        assert (first.result(20), second.result(20)) == (None, None)
    card = rig.ask("GET", "/v1/customers?phone=081234567890")["customers"][0]
    assert (card["points"], [one["reference"] for one in card["purchases"]]) == (20, ["R-2", "R-1"])


def test_what_fails_late_is_done_again_alone_so_that_one_sale_is_set_aside_and_not_all(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_chain(rig, 1)
    journal = rig.journal()
    for customer_id in ("", CUSTOMER, ""):
        journal.sell((A, 1, 3500), customer_id=customer_id)

    def fail(_unit: Unit, changed: Any) -> None:
        assert not list(changed)

    monkeypatch.setattr(customers, "save", fail)
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, QUARANTINED, APPLIED]
    assert rig.exceptions() == ["event_failed"]
    assert rig.stock("A") == (-2000, 0)


def added(till: RigTill, phone: str) -> Journal:
    """Return the journal of a till that adds a customer who agrees to be written to."""
    journal = Journal(till)
    consent = Consent(
        purpose=Purpose.MARKETING, given=True, wording_version="1", language="id", staff_id="s", at_ms=AT_MS
    )
    fact = CustomerAdded(customer_id="new", personal_id="own", consents=(consent,))
    journal.append(fact, personal={"own": PersonalCard(name="Siti", phone=phone)})
    journal.sell((A, 3, 3500), customer_id="new")
    return journal


def test_a_till_that_adds_a_customer_waits_for_no_other_store(
    rig: HubRig, hubs: list[Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    tills = a_chain(rig, 2)
    sold = Journal(tills[2])
    sold.sell((A, 3, 3500), customer_id=CUSTOMER)
    stopped = Stopped(monkeypatch, tills[2].store_id)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(push, hubs[0], tills[2], sold.envelopes)
        assert stopped.held.wait(10)
        own = added(tills[0], "0812999777")
        assert push(hubs[1], tills[0], own.envelopes) == [APPLIED] * 2
        assert (waits.done(), cards(rig)) == (False, [(1, ["S1"])])
        stopped.enough.set()
        assert waits.result(20) == [APPLIED]
    assert rig.exceptions() == []


def test_a_card_that_is_joined_and_bought_with_at_once_keeps_both(
    rig: HubRig, hubs: list[Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    tills = a_chain(rig, 2)
    sold = Journal(tills[2])
    sold.sell((A, 6, 3500), customer_id=CUSTOMER)
    read = save_slowly(rig, monkeypatch)
    again = dict(RETRIES.read()).get(WRITE, 0)
    with ThreadPoolExecutor(2) as pool:
        joins = pool.submit(push, hubs[0], tills[0], added(tills[0], "081234567890").envelopes)
        assert read.wait(10)
        sells = pool.submit(push, hubs[1], tills[2], sold.envelopes)
        assert (joins.result(20), sells.result(20)) == ([APPLIED] * 2, [APPLIED])
    (card,) = rig.ask("GET", "/v1/customers?phone=081234567890")["customers"]
    assert (card["customer_id"], card["points"], len(card["consents"])) == (CUSTOMER, 3, 1)
    assert sorted(one["channel"] for one in card["purchases"]) == ["S1", "S2"]
    assert rig.exceptions() == []
    assert dict(RETRIES.read()).get(WRITE, 0) == again, "two waited for each other"
