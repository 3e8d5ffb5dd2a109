"""Any order of asking, giving, taking, handing over, cancelling and syncing at two tills and a hub.

Nobody hands an order over twice unless a manager allowed it, and what was done twice is never silent.
"""

import os
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from omnipos.domain.errors import OrderRefused
from omnipos.domain.order import Order, OrderState
from omnipos.services import collecting, leasing
from tests.faults.desks import BOSS, Counters, HubInThread

NUMBERS = st.sampled_from((0, 1))


@pytest.fixture(scope="module")
def counters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counters]:
    folder = tmp_path_factory.mktemp("desks")
    hub = HubInThread(folder / "hub")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "Client", hub.client)
        counters = Counters(folder, hub)
        yield counters
        counters.close()


class OneOrder(RuleBasedStateMachine):
    """One order, the tills' belief in who holds it, and all hand-overs that happened."""

    counters: Counters

    @initialize()
    def place(self) -> None:
        """Begin with an order that the first till holds."""
        self.handed: list[int] = []
        self.is_forced = self.is_cancelled = False
        self.order_id = self.counters.place()

    def seen(self, number: int) -> Order:
        """Return the order as a till sees it."""
        return self.counters.tills[number].till.call(collecting.order_with_id, self.order_id)

    @rule(number=NUMBERS)
    def sync(self, number: int) -> None:
        """One till meets the hub."""
        self.counters.sync(number)

    @rule(number=NUMBERS)
    def ask(self, number: int) -> None:
        """Somebody asks for the order, and waits."""
        if self.seen(number).state is OrderState.READY:
            self.counters.tills[number].till.call(leasing.ask, self.order_id)

    @rule(number=NUMBERS, rounds=st.integers(0, 2))
    def ask_and_wait(self, number: int, rounds: int) -> None:
        """Somebody asks while all is online; the last rounds may be cut off."""
        self.ask(number)
        self.counters.sync(number, 1 - number, *(number,) * rounds)

    @rule(number=NUMBERS)
    def open(self, number: int) -> None:
        """Somebody looks at the order."""
        self.counters.tills[number].till.call(leasing.open_at_hand, self.order_id)

    @rule(number=NUMBERS)
    def leave(self, number: int) -> None:
        """Nobody looks at the order or waits for it any more."""
        self.counters.tills[number].till.call(leasing.stop_asking)
        self.counters.tills[number].till.call(leasing.leave_at_hand, self.order_id)

    @rule(number=NUMBERS)
    def give(self, number: int) -> None:
        """The holder gives it; anybody else is refused."""
        before = self.seen(number)
        till = self.counters.tills[number].till
        may = leasing.is_held_here(till, before) and before.state is OrderState.READY
        try:
            till.call(leasing.give, self.order_id)
        except OrderRefused:
            assert not may
        else:
            assert may

    @rule(number=NUMBERS)
    def hand_over(self, number: int) -> None:
        """Somebody with the code comes to a till; only a till that believes to hold it may hand over."""
        before = self.seen(number)
        may = leasing.is_held_here(self.counters.tills[number].till, before)
        try:
            self.counters.hand_over(number, self.order_id)
        except OrderRefused:
            assert not may or before.state is not OrderState.READY
        else:
            assert may
            self.handed.append(number)

    @rule(number=NUMBERS, how=st.sampled_from(("override", "take", "cancel")))
    def interfere(self, number: int, how: str) -> None:
        """A manager overrides at a till or has the hub give it the order, or the web shop cancels it."""
        before, till = self.seen(number), self.counters.tills[number].till
        if how == "cancel" and self.counters.at_hub()["state"] != "collected":
            self.counters.hub.ask("POST", f"/v1/orders/{self.counters.number}/cancel")
            self.is_cancelled = True
        elif how == "take" and before.state is OrderState.READY:
            self.is_forced = True
            till.call(leasing.take, self.order_id, BOSS)
        elif how == "override" and before.state is OrderState.READY:
            self.is_forced = self.is_forced or not leasing.is_held_here(till, before)
            self.counters.hand_over(number, self.order_id, BOSS)
            self.handed.append(number)

    @invariant()
    def at_most_one_holds_it(self) -> None:
        """Without a manager's word no two tills believe to hold it, and it is handed over once."""
        if self.is_forced:
            return
        held = [
            leasing.is_held_here(one.till, self.seen(number))
            for number, one in enumerate(self.counters.tills)
        ]
        assert sum(held) <= 1
        assert len(self.handed) <= 1

    def teardown(self) -> None:
        """Heal; the hub knows every hand-over, and each but the first is an exception."""
        if not hasattr(self, "order_id"):
            return
        for number in (0, 1):
            self.leave(number)
        self.counters.sync(0, 1, 0, 1)
        kinds = [case["kind"] for case in self.counters.cases()[self.counters.cases_before :]]
        order, times = self.counters.at_hub(), len(self.handed)
        assert self.counters.stock_before - self.counters.stock() == 2000 * times
        assert kinds.count("second_hand_over") == max(times - 1, 0)
        if times == 0:
            assert order["state"] == ("cancelled" if self.is_cancelled else "ready")
        else:
            assert order["state"] == "collected"
            devices = [self.counters.tills[number].identity.device_id for number in self.handed]
            assert order["proof"]["device_id"] in devices
        if not self.is_forced and not self.is_cancelled:
            assert kinds == []
        assert {self.seen(number).state.value for number in (0, 1)} == {order["state"]}


def test_44_whatever_two_tills_do_an_order_is_collected_once_or_told(counters: Counters) -> None:
    OneOrder.counters = counters
    quiet = settings(
        max_examples=1000 if os.environ.get("OMNIPOS_SOAK") else 25,
        stateful_step_count=14,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OneOrder, settings=quiet)
