"""Baskets on their way at the hub: the newest news counts in whatever order it comes."""

from itertools import permutations

import pytest

from omnipos.domain.basket import Basket
from omnipos.domain.following import (
    AwayBasket,
    BasketAsked,
    BasketKept,
    BasketMovedAway,
    BasketOffered,
    BasketTaken,
    StaffArrived,
    StaffPlace,
    Stage,
)
from omnipos.events import Fact
from tests.hub.journals import AT_MS
from tests.hub.rig import HubRig

BASKET = Basket(basket_id="b-1", number=17, currency="IDR", started_at_ms=AT_MS, staff_id="staff-1")


class Two:
    """Two tills of one store; Budi walks from the first to the second."""

    def __init__(self, rig: HubRig) -> None:
        self.rig = rig
        self.tills = {1: rig.till, 2: rig.enrol(), 3: rig.enrol()}
        self.journals = {number: rig.journal(till) for number, till in self.tills.items()}

    def write(self, *steps: tuple[int, Fact]) -> None:
        for number, fact in steps:
            self.journals[number].append(fact)
            self.rig.push(self.journals[number].envelopes[-1], till=self.tills[number])

    def offer(self, hop: int = 1) -> BasketOffered:
        return BasketOffered(
            basket_id="b-1", hop=hop, staff_id="staff-1", number=17, lines=3, total_minor=9500
        )

    def moved(self, hop: int = 1, to: int = 2) -> BasketMovedAway:
        return BasketMovedAway(
            basket_id="b-1", hop=hop, staff_id="staff-1", to_device_id=self.tills[to].device_id, basket=BASKET
        )

    def shown(self) -> AwayBasket | None:
        found = self.rig.pull(f"baskets/{self.rig.till.store_id}").changes
        records = [one.record for one in found if one.key == "basket/b-1"]
        assert all(one is None or isinstance(one, AwayBasket) for one in records)
        return records[0] if records and isinstance(records[0], AwayBasket) else None


@pytest.fixture
def two(rig: HubRig) -> Two:
    return Two(rig)


ASK, TAKEN, KEPT = (
    BasketAsked(basket_id="b-1", hop=1),
    BasketTaken(basket_id="b-1", hop=1, staff_id="staff-1"),
    BasketKept(basket_id="b-1", hop=1),
)


def test_a_basket_goes_from_till_to_till_step_by_step(two: Two) -> None:
    two.write((1, two.offer()))
    shown = two.shown()
    assert shown is not None
    assert (shown.stage, shown.from_till, shown.number, shown.lines, shown.basket) == (
        Stage.OFFERED,
        1,
        17,
        3,
        None,
    )
    two.write((2, ASK))
    shown = two.shown()
    assert shown is not None
    assert (shown.stage, shown.asked_by_till) == (Stage.ASKED, 2)
    two.write((1, two.moved()))
    shown = two.shown()
    assert shown is not None
    assert (shown.stage, shown.asked_by_device_id) == (Stage.MOVING, two.tills[2].device_id)
    assert shown.basket == BASKET
    two.write((2, TAKEN))
    assert two.shown() is None
    assert two.rig.exceptions() == []


def test_the_first_who_asks_gets_it_and_nobody_asks_for_anothers(two: Two) -> None:
    two.rig.ask("PUT", "/v1/staff", {"staff": [{"name": "Ani", "role": "cashier", "pin": "4321"}]})
    ani = next(one["staff_id"] for one in two.rig.ask("GET", "/v1/staff")["staff"] if one["name"] == "Ani")
    two.write((1, two.offer()))
    stranger = two.rig.journal(two.tills[3], actor=ani)
    stranger.append(ASK)
    two.rig.push(stranger.envelopes[-1], till=two.tills[3])
    two.journals[3] = stranger
    shown = two.shown()
    assert shown is not None
    assert shown.stage is Stage.OFFERED
    two.write((2, ASK), (3, ASK))
    shown = two.shown()
    assert shown is not None
    assert shown.asked_by_till == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_after_a_lost_hub_the_same_end_comes_of_any_order(two: Two, order: tuple[int, ...]) -> None:
    steps: list[tuple[int, Fact]] = [(1, two.offer()), (1, two.moved()), (2, TAKEN)]
    two.write(*(steps[at] for at in order))
    assert two.shown() is None
    two.write((2, two.offer(hop=2)))
    shown = two.shown()
    assert shown is not None
    assert (shown.hop, shown.stage, shown.from_till) == (2, Stage.OFFERED, 2)


def test_what_is_kept_is_offered_no_more_until_it_is_offered_anew(two: Two) -> None:
    two.write((1, two.offer()), (1, KEPT), (2, ASK))
    assert two.shown() is None
    two.write((1, two.offer(hop=2)))
    assert two.shown() is not None


def test_a_basket_on_its_way_to_a_till_that_is_revoked_goes_back(two: Two) -> None:
    two.write((1, two.offer()), (2, ASK), (1, two.moved()))
    two.rig.ask("POST", f"/v1/devices/{two.tills[2].device_id}/revoke")
    shown = two.shown()
    assert shown is not None
    assert (shown.asked_by_device_id, shown.basket) == (two.tills[1].device_id, BASKET)


def test_where_somebody_signed_in_last_is_told(two: Two) -> None:
    two.write((1, StaffArrived(staff_id="staff-1")), (2, StaffArrived(staff_id="staff-1")))
    (change,) = two.rig.pull(f"baskets/{two.rig.till.store_id}").changes
    assert isinstance(change.record, StaffPlace)
    assert (change.record.staff_id, change.record.till_number) == ("staff-1", 2)
