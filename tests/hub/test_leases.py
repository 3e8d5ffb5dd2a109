"""Leases at the hub: asked for, given back, taken by a manager, moved by the owner; each number once."""

from typing import Any

import msgspec
import pytest

from omnipos.domain.staff import Approval
from omnipos.events import (
    LeaseAsked,
    LeaseAskWithdrawn,
    LeaseReleased,
    LeaseTaken,
    OrderHandedOver,
)
from omnipos.protocol import EnrolAnswer
from tests.hub.journals import Journal
from tests.hub.rig import HubRig
from tests.hub.test_orders import handed_over


class Two:
    """Two tills of one store, and an order that the first holds."""

    def __init__(self, rig: HubRig) -> None:
        """Enrol the second till and place the order."""
        self.rig = rig
        self.tills = (rig.till, rig.enrol())
        self.journals = tuple(Journal(till) for till in self.tills)
        self.order = rig.order("W1")
        self.order_id: str = self.order["order_id"]
        rig.ask(
            "PUT",
            "/v1/staff",
            {
                "staff": [
                    {"name": "Budi", "role": "manager", "staff_id": "boss", "pin": "9999"},
                    {"name": "Sari", "role": "cashier", "staff_id": "staff-1", "pin": "1234"},
                ]
            },
        )

    def tell(self, till: int, *facts: Any) -> None:
        """Push facts of one of the tills."""
        sent = [self.journals[till].append(fact) for fact in facts]
        self.rig.push(*sent, till=self.tills[till])

    @property
    def now(self) -> dict[str, Any]:
        """The order as the hub has it."""
        found: dict[str, Any] = self.rig.ask("GET", "/v1/orders/W1")
        return found

    @property
    def right(self) -> tuple[int, int, int]:
        """Holder's till number, fencing number, and the number of the till that asks."""
        now = self.now
        assert (now["holder_device_id"] == "") == (now["holder_till"] == 0)
        if now["holder_till"]:
            assert now["holder_device_id"] == self.tills[now["holder_till"] - 1].device_id
        return now["holder_till"], now["fencing_number"], now["asked_by_till"]


@pytest.fixture
def two(rig: HubRig) -> Two:
    return Two(rig)


def taken(two: Two, number: int, staff_id: str = "boss") -> LeaseTaken:
    approval = Approval(staff_id=staff_id, reason="till 1 is broken")
    return LeaseTaken(order_id=two.order_id, fencing_number=number, approval=approval)


def overridden(two: Two, staff_id: str, fencing: int = 1) -> OrderHandedOver:
    fact = handed_over(two.order, fencing)
    return msgspec.structs.replace(fact, override=Approval(staff_id=staff_id, reason="customer waits"))


def test_a_till_asks_the_holder_gives_back_and_the_asker_gets_a_new_number(two: Two) -> None:
    ask = LeaseAsked(order_id=two.order_id)
    assert two.right == (1, 1, 0)
    two.tell(1, ask)
    assert two.right == (1, 1, 2)
    two.tell(0, LeaseReleased(order_id=two.order_id, fencing_number=1))
    assert two.right == (0, 1, 0)
    two.tell(1, ask)
    assert two.right == (2, 2, 0)
    two.tell(1, handed_over(two.order, 2))
    assert two.now["state"] == "collected"
    assert two.rig.exceptions() == []


def test_an_ask_changes_nothing_a_second_time_and_ends_when_withdrawn(two: Two) -> None:
    ask = LeaseAsked(order_id=two.order_id)
    two.tell(1, ask, ask)
    assert (two.right, two.now["version"]) == ((1, 1, 2), 2)
    two.tell(0, ask)
    assert two.right == (1, 1, 2)
    two.tell(1, LeaseAskWithdrawn(order_id=two.order_id))
    assert two.right == (1, 1, 0)


def test_a_hand_over_under_the_number_before_is_never_silent(two: Two) -> None:
    two.tell(0, LeaseReleased(order_id=two.order_id, fencing_number=1))
    two.tell(1, LeaseAsked(order_id=two.order_id), handed_over(two.order, 2))
    two.tell(0, handed_over(two.order, 1))
    assert two.rig.exceptions() == ["second_hand_over"]
    assert two.now["proof"]["device_id"] == two.tills[1].device_id
    assert two.rig.stock("A") == (-4000, 0)


def test_the_stale_one_first_is_an_exception_and_so_is_the_rightful_one_behind_it(two: Two) -> None:
    two.tell(0, LeaseReleased(order_id=two.order_id, fencing_number=1))
    two.tell(1, LeaseAsked(order_id=two.order_id))
    two.tell(0, handed_over(two.order, 1))
    two.tell(1, handed_over(two.order, 2))
    assert two.rig.exceptions() == ["hand_over_without_right", "second_hand_over"]
    assert two.now["proof"]["device_id"] == two.tills[0].device_id


def test_a_hand_over_under_a_number_that_its_till_held_before_is_told_too(two: Two) -> None:
    for number in (2, 1):
        two.rig.ask("POST", "/v1/orders/W1/lease", {"till_number": number})
    assert two.right == (1, 3, 0)
    two.tell(0, handed_over(two.order, 1))
    assert (two.now["state"], two.rig.exceptions()) == ("collected", ["hand_over_without_right"])


def test_a_right_given_back_late_does_not_take_the_new_one_away(two: Two) -> None:
    two.tell(1, taken(two, 1))
    assert two.right == (2, 2, 0)
    two.tell(0, LeaseReleased(order_id=two.order_id, fencing_number=1))
    two.tell(0, LeaseReleased(order_id=two.order_id, fencing_number=2))
    assert two.right == (2, 2, 0)


def test_only_a_manager_takes_and_only_the_right_that_was_seen(two: Two) -> None:
    two.tell(1, taken(two, 1, "staff-1"))
    assert two.rig.exceptions() == ["lease_taken_without_role"]
    two.tell(1, taken(two, 1, "nobody"))
    assert two.rig.exceptions() == ["lease_taken_without_role"] * 2
    two.tell(1, taken(two, 0))
    assert two.right == (1, 1, 0)
    two.tell(1, taken(two, 1), taken(two, 2))
    assert two.right == (2, 2, 0)


def test_an_override_of_a_manager_is_an_exception_with_one_collection(two: Two) -> None:
    two.tell(1, overridden(two, "boss"))
    two.tell(0, handed_over(two.order, 1))
    assert two.rig.exceptions() == ["hand_over_overridden", "second_hand_over"]
    first = two.rig.ask("GET", "/v1/exceptions")["exceptions"][0]
    assert first["detail"].endswith("Reason given: customer waits")
    assert (first["order_id"], first["device_id"]) == (two.order_id, two.tills[1].device_id)
    assert (two.now["state"], two.now["proof"]["device_id"]) == ("collected", two.tills[1].device_id)
    assert two.rig.stock("A") == (-4000, 0)


def test_an_override_of_a_cashier_is_kept_and_flagged(two: Two) -> None:
    two.tell(1, overridden(two, "staff-1"))
    assert two.rig.exceptions() == ["hand_over_overridden", "override_without_role"]
    assert two.now["state"] == "collected"


def test_an_override_that_was_not_needed_is_no_exception(two: Two) -> None:
    two.tell(0, overridden(two, "boss"))
    assert two.rig.exceptions() == []


def test_a_cancelled_order_is_neither_asked_for_nor_taken(two: Two) -> None:
    two.rig.ask("POST", "/v1/orders/W1/cancel")
    release = LeaseReleased(order_id=two.order_id, fencing_number=1)
    two.tell(1, LeaseAsked(order_id=two.order_id), taken(two, 1))
    two.tell(0, release)
    assert (two.right, two.now["version"]) == ((1, 1, 0), 2)
    assert two.rig.exceptions() == []


def test_a_step_of_another_stores_order_moves_nothing(two: Two) -> None:
    two.rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    far = two.rig.enrol("S2")
    fact = Journal(far).append(LeaseAsked(order_id=two.order_id))
    two.rig.push(fact, till=far)
    assert two.rig.exceptions() == ["order_unknown"]
    assert two.right == (1, 1, 0)


def test_the_owner_moves_an_order_between_tills_and_away_from_all(two: Two) -> None:
    def move(number: int) -> int:
        version: int = two.rig.ask("POST", "/v1/orders/W1/lease", {"till_number": number})["version"]
        return version

    assert (move(2), two.right) == (2, (2, 2, 0))
    assert (move(2), two.right) == (2, (2, 2, 0))
    assert (move(0), two.right) == (3, (0, 2, 0))
    assert two.rig.refused("POST", "/v1/orders/W1/lease", {"till_number": 9}) == (422, "till_unknown")
    assert two.rig.refused("POST", "/v1/orders/W1/lease", {"till_number": 1, "x": 1})[0] == 400
    wish = {"till_number": 1}
    assert two.rig.refused("POST", "/v1/orders/W1/lease", wish, key=two.tills[0].token)[0] == 403
    two.rig.ask("POST", "/v1/orders/W1/cancel")
    assert two.rig.refused("POST", "/v1/orders/W1/lease", wish) == (409, "order_state")


def test_orders_of_a_revoked_till_go_to_the_first_that_is_left(two: Two) -> None:
    two.rig.ask("POST", f"/v1/devices/{two.tills[0].device_id}/revoke")
    assert two.right == (2, 2, 0)
    two.rig.ask("POST", f"/v1/devices/{two.tills[1].device_id}/revoke")
    assert two.right == (0, 2, 0)
    third: EnrolAnswer = two.rig.enrol()
    assert two.now["holder_device_id"] == third.device_id
