"""Faults 44 and 45: one order at two tills that do not hear of each other, and one cancelled meanwhile."""

from collections.abc import Iterator

import pytest

from omnipos.domain.errors import OrderRefused
from omnipos.domain.order import OrderState
from omnipos.services import collecting, leasing, tendering
from tests.faults.desks import BOSS, FORGED, Counters
from tests.hubs import HubProcess


@pytest.fixture(scope="module")
def counters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counters]:
    folder = tmp_path_factory.mktemp("desks")
    counters = Counters(folder, HubProcess(folder / "hub"))
    yield counters
    counters.close()


def test_44_of_two_offline_tills_the_holder_hands_over_and_the_other_refuses(counters: Counters) -> None:
    order_id = counters.place()
    with pytest.raises(OrderRefused, match=r"is held by till 1\. Hand it over there, ask for it here"):
        counters.hand_over(1, order_id)
    assert counters.hand_over(0, order_id).state is OrderState.COLLECTED
    with pytest.raises(OrderRefused, match="handed over already"):
        counters.hand_over(0, order_id)
    counters.check(hand_overs=1, by=0)


def test_44_a_manager_overrides_and_both_hand_overs_are_known(counters: Counters) -> None:
    order_id = counters.place()
    counters.hand_over(1, order_id, BOSS)
    counters.hand_over(0, order_id)
    counters.sync(1, 0)
    counters.check("hand_over_overridden", "second_hand_over", hand_overs=2, by=1)


def test_44_the_rightful_hand_over_first_makes_the_overridden_one_the_second(counters: Counters) -> None:
    order_id = counters.place()
    counters.hand_over(1, order_id, BOSS)
    counters.hand_over(0, order_id)
    counters.check("second_hand_over", hand_overs=2, by=0)


def test_44_an_override_on_the_word_of_a_cashier_is_kept_and_flagged(counters: Counters) -> None:
    order_id = counters.place()
    counters.hand_over(1, order_id, FORGED)
    counters.check("hand_over_overridden", "override_without_role", hand_overs=1, by=1)


def test_44_the_right_moves_between_tills_that_meet_the_hub_and_stays_moved_offline(
    counters: Counters,
) -> None:
    order_id = counters.place()
    first, second = (one.till for one in counters.tills)
    second.call(leasing.ask, order_id)
    counters.sync(1, 0)
    # The first till gave it back; from here on both are offline again, and neither may hand it over.
    for number in (0, 1):
        with pytest.raises(OrderRefused):
            counters.hand_over(number, order_id)
    counters.sync(1, 1)
    assert leasing.is_held_here(second, second.call(collecting.order_with_id, order_id))
    with pytest.raises(OrderRefused):
        counters.hand_over(0, order_id)
    assert first.call(collecting.order_with_id, order_id).holder_device_id == ""
    counters.hand_over(1, order_id)
    counters.check(hand_overs=1, by=1)


def test_44_a_right_that_a_manager_took_from_an_offline_till_may_be_used_twice_but_never_unseen(
    counters: Counters,
) -> None:
    order_id = counters.place()
    counters.tills[1].till.call(leasing.take, order_id, BOSS)
    counters.sync(1)
    counters.hand_over(0, order_id)
    counters.hand_over(1, order_id)
    counters.sync(1, 0)
    counters.check("second_hand_over", hand_overs=2, by=1)


def test_44_a_hub_killed_between_release_and_grant_leaves_the_order_to_who_asks(counters: Counters) -> None:
    order_id = counters.place()
    counters.tills[1].till.call(leasing.ask, order_id)
    counters.sync(1, 0)
    counters.hub.kill()
    assert not counters.tills[1].engine.once().online
    with pytest.raises(OrderRefused):
        counters.hand_over(1, order_id)
    counters.hub.start()
    counters.sync(1, 1)
    counters.hand_over(1, order_id)
    counters.check(hand_overs=1, by=1)


def test_45_an_order_cancelled_online_after_an_offline_hand_over_is_collected_and_an_exception(
    counters: Counters,
) -> None:
    order_id = counters.place()
    counters.hand_over(0, order_id)
    counters.hub.ask("POST", f"/v1/orders/{counters.number}/cancel")
    sums = counters.hub.ask("GET", "/v1/totals?store=S1")
    counters.check("hand_over_of_closed", hand_overs=1, by=0)
    assert counters.at_hub()["paid_minor"] == 13_000
    assert counters.hub.ask("GET", "/v1/totals?store=S1") == sums


def test_45_a_cancelled_order_that_was_paid_at_the_counter_keeps_its_sale(counters: Counters) -> None:
    order_id = counters.place(paid_minor=0)
    before = counters.hub.ask("GET", "/v1/totals?store=S1")
    counters.hand_over(0, order_id)
    paid = counters.tills[0].till.call(tendering.pay_cash)
    assert paid.sale is not None
    counters.hub.ask("POST", f"/v1/orders/{counters.number}/cancel")
    counters.check("hand_over_of_closed", hand_overs=1, by=0)
    after = counters.hub.ask("GET", "/v1/totals?store=S1")
    assert after["total_minor"] - before["total_minor"] == 13_000
    assert counters.at_hub()["proof"]["sale_id"] == paid.sale.sale_id


def test_45_a_till_that_hears_of_the_cancellation_first_hands_nothing_over(counters: Counters) -> None:
    order_id = counters.place()
    counters.hub.ask("POST", f"/v1/orders/{counters.number}/cancel")
    counters.sync(0)
    for override in (None, BOSS):
        with pytest.raises(OrderRefused, match=r"cancelled and cannot be handed over\. Put the goods back"):
            counters.hand_over(0, order_id, override)
    assert counters.at_hub()["state"] == "cancelled"
    assert counters.stock() == counters.stock_before
