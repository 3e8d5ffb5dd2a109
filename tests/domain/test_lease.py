"""The lease of an order: one holder, a number that only grows, and nothing moved by an older right."""

import pytest

from omnipos.domain import lease
from omnipos.domain.order import Order, OrderState
from tests.rigs import DEVICE, order

OTHER = "0193aaaa-0000-7000-8000-000000000002"
THIRD = "0193aaaa-0000-7000-8000-000000000003"


def right(one: Order) -> tuple[str, int, int]:
    return one.holder_device_id, one.holder_till, one.fencing_number


def test_each_grant_has_a_number_of_its_own_and_answers_who_asked() -> None:
    asked = lease.ask(order(), OTHER, 2)
    assert (asked.asked_by_device_id, asked.asked_by_till) == (OTHER, 2)
    assert right(asked) == (DEVICE, 0, 1)
    granted = lease.grant(asked, OTHER, 2)
    assert right(granted) == (OTHER, 2, 2)
    assert granted.asked_by_device_id == ""
    assert right(lease.grant(granted, DEVICE, 1)) == (DEVICE, 1, 3)


def test_the_first_who_asks_stays_the_one_who_is_shown() -> None:
    asked = lease.ask(order(), OTHER, 2)
    assert lease.ask(asked, THIRD, 3) == asked
    assert lease.withdraw(asked, THIRD) == asked
    assert lease.withdraw(asked, OTHER) == order()


@pytest.mark.parametrize("state", [OrderState.COLLECTED, OrderState.CANCELLED, OrderState.EXPIRED])
def test_a_finished_order_is_not_asked_for(state: OrderState) -> None:
    assert lease.ask(order(state=state), OTHER, 2) == order(state=state)


def test_the_holder_does_not_ask_for_its_own() -> None:
    assert lease.ask(order(), DEVICE, 1) == order()


def test_a_release_leaves_the_order_to_nobody_until_somebody_asks_again() -> None:
    released = lease.release(lease.ask(order(), OTHER, 2), DEVICE, 1)
    assert right(released) == ("", 0, 1)
    assert released.asked_by_device_id == ""
    assert not lease.is_held(released, DEVICE)
    assert not lease.is_held(released, "")


@pytest.mark.parametrize(("device", "number"), [(DEVICE, 1), (OTHER, 2), (THIRD, 3)])
def test_an_older_or_foreign_right_releases_nothing(device: str, number: int) -> None:
    held = order(holder_device_id=DEVICE, fencing_number=2)
    assert lease.release(held, device, number) == held
