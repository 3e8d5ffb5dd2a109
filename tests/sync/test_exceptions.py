"""An exception on its whole way: filed by the hub, pulled by the till, answered there, settled at the hub."""

import time

from omnipos.domain.staff import Role, Staff
from omnipos.events import OrderPicked
from omnipos.ports import LinkState
from omnipos.services import settling, watching
from omnipos.store import journal
from omnipos.store.connection import transaction
from tests.hubs import HubProcess
from tests.rigs import NOON_MS
from tests.sync.conftest import EnrolledTill

BOSS = Staff(staff_id="s-boss", name="Budi", role=Role.MANAGER, pin_hash="$argon2id$none")


def pick_for_nobody(counter: EnrolledTill) -> None:
    """Write a step of an order that no store has."""
    till = counter.till

    def write() -> None:
        with transaction(till.store.books):
            fact = OrderPicked(order_id="nobody", line_id="1", quantity_milli=1000)
            journal.append(till.store.books, till.stamp(), fact)

    till.store.call(write)


def test_an_exception_comes_to_the_till_and_its_answer_goes_to_the_hub(
    counter: EnrolledTill, running_hub: HubProcess
) -> None:
    person = {"staff_id": BOSS.staff_id, "name": BOSS.name, "role": "manager", "pin_hash": BOSS.pin_hash}
    running_hub.ask("PUT", "/v1/staff", {"staff": [person]})
    till, till.staff = counter.till, BOSS
    assert till.call(watching.status).link is LinkState.ASKING
    assert counter.engine.once().ok
    assert not [one for one in till.call(settling.listed) if one.case.number]

    pick_for_nobody(counter)
    assert counter.engine.once().ok
    (listed,) = [one for one in till.call(settling.listed) if one.case.is_open and one.case.number]
    assert (listed.case.kind, listed.case.till_number) == ("order_unknown", till.identity.till_number)
    till.call(settling.settle, listed.ref, "nothing_to_do", "a test order")
    assert not till.call(settling.find, listed.ref).case.is_open
    assert counter.engine.once().ok
    overlays = "SELECT count(*) FROM overlay_exception"
    assert till.store.call(lambda: till.store.books.execute(overlays).fetchone()) == (0,)

    shown = till.call(settling.find, listed.ref)
    assert [(one.answer, one.note, one.staff_id) for one in shown.case.answers] == [
        ("nothing_to_do", "a test order", BOSS.staff_id)
    ]
    told = running_hub.ask("GET", f"/v1/exceptions?after={listed.case.number - 1}&limit=1")["exceptions"]
    assert [one["answer"] for one in told[0]["answers"]] == ["nothing_to_do"]


def test_a_wrong_clock_of_the_till_is_found_at_the_first_hello(counter: EnrolledTill) -> None:
    assert counter.till.syncing.report().skew_ms == 0
    assert counter.engine.once().ok
    ahead_ms = time.time_ns() // 1_000_000 - NOON_MS
    assert abs(counter.till.syncing.report().skew_ms - ahead_ms) < 60_000
    found = [one.ref for one in counter.till.call(settling.listed) if one.ref == "CLOCK"]
    assert found == (["CLOCK"] if settling.is_clock_wrong(ahead_ms) else [])
