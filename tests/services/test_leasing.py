"""Asking for an order, giving it, taking it, overriding: what a till writes, refuses and then believes."""

import pytest

from omnipos.domain.errors import EntryRefused, NotAllowed, OrderRefused, SignInRefused
from omnipos.domain.order import Order, OrderState, Taker
from omnipos.domain.staff import Approval
from omnipos.events import (
    Fact,
    LeaseAsked,
    LeaseAskWithdrawn,
    LeaseReleased,
    LeaseTaken,
    OrderHandedOver,
    decode_fact,
)
from omnipos.ports import LinkReport, LinkState
from omnipos.services import approving, collecting, leasing, selling, tendering
from omnipos.services.epochs import begin_restored
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal
from tests.rigs import DEVICE, NOON_MS, STORE, QuietLine, fill, order, staff_members
from tests.services.faulty import everything

ORDER = "o-W-1001"
OTHER = "0193aaaa-0000-7000-8000-000000000002"
CODE = Taker(code="471001")
APPROVAL = Approval(staff_id="s-budi", reason="till 2 is broken")


def put(till: Till, *, seen: int = 0, epoch: int = 1, **changes: object) -> Order:
    """Show an order, ready and held by till 2 unless said otherwise, in the mirror."""
    held = {"state": OrderState.READY, "holder_device_id": OTHER, "holder_till": 2, "fencing_number": 4}
    shown = order(**(held | changes))
    fill(till.store.folder, f"orders/{STORE}", (f"order:{shown.order_id}", shown), seen=seen, epoch=epoch)
    return shown


def own(till: Till, *, seen: int = 0, epoch: int = 1, **changes: object) -> Order:
    """Show an order that this till holds."""
    return put(till, seen=seen, epoch=epoch, **({"holder_device_id": DEVICE, "holder_till": 1} | changes))


def written(till: Till) -> list[Fact]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return [decode_fact(event.body) for event in events]


def now(till: Till) -> Order:
    return till.call(collecting.order_with_id, ORDER)


def test_an_order_is_asked_for_once_while_another_till_holds_it(till: Till, line: QuietLine) -> None:
    put(till)
    asked = till.call(leasing.ask, ORDER)
    assert (asked.asked_by_device_id, asked.holder_till) == (DEVICE, 2)
    till.call(leasing.ask, ORDER)
    assert till.call(leasing.answer) is False
    assert written(till) == [LeaseAsked(order_id=ORDER)]
    assert (till.order_wanted, line.nudges) == (ORDER, 2)


def test_an_order_held_here_is_not_asked_for(till: Till) -> None:
    own(till)
    till.call(leasing.ask, ORDER)
    assert (written(till), till.order_wanted) == ([], "")


def test_who_still_waits_asks_again_when_the_order_is_free(till: Till) -> None:
    put(till)
    till.call(leasing.ask, ORDER)
    put(till, seen=1, version=2, holder_device_id="", holder_till=0)
    assert till.call(leasing.answer) is True
    assert till.call(leasing.answer) is False
    assert written(till) == [LeaseAsked(order_id=ORDER)] * 2
    own(till, seen=2, version=3, fencing_number=5)
    assert till.call(leasing.answer) is False
    assert till.call(collecting.hand_over, ORDER, CODE).order.state is OrderState.COLLECTED


def test_an_order_that_came_is_not_wanted_any_more_and_goes_on_to_the_next_who_asks(till: Till) -> None:
    put(till)
    till.call(leasing.ask, ORDER)
    own(till, seen=1, version=2, fencing_number=5, asked_by_device_id=OTHER, asked_by_till=2)
    assert till.call(leasing.answer) is True
    assert till.order_wanted == ""
    put(till, seen=2, version=3, fencing_number=6)
    assert till.call(leasing.answer) is False
    assert written(till) == [LeaseAsked(order_id=ORDER), LeaseReleased(order_id=ORDER, fencing_number=5)]


def test_a_wish_that_the_hub_set_aside_is_not_sent_again_and_again(till: Till) -> None:
    put(till)
    till.call(leasing.ask, ORDER)
    put(till, seen=1)
    assert till.call(leasing.answer) is False
    till.call(leasing.stop_asking)
    till.call(leasing.ask, ORDER)
    assert written(till) == [LeaseAsked(order_id=ORDER)] * 2


def test_who_no_longer_waits_does_not_get_it(till: Till) -> None:
    put(till)
    till.call(leasing.ask, ORDER)
    till.call(leasing.stop_asking)
    assert written(till) == [LeaseAsked(order_id=ORDER), LeaseAskWithdrawn(order_id=ORDER)]
    assert now(till).asked_by_device_id == ""
    put(till, seen=2, holder_device_id="", holder_till=0)
    assert till.call(leasing.answer) is False
    till.call(leasing.stop_asking)
    assert len(written(till)) == 2


def test_another_till_that_asked_first_is_left_to_wait(till: Till) -> None:
    put(till, asked_by_device_id="third", asked_by_till=3)
    till.call(leasing.ask, ORDER)
    till.call(leasing.stop_asking)
    assert written(till) == []


def test_an_order_that_is_asked_for_goes_by_itself_and_is_not_handed_over_here_any_more(till: Till) -> None:
    own(till, asked_by_device_id=OTHER, asked_by_till=2)
    assert till.call(leasing.answer) is True
    assert till.call(leasing.answer) is False
    assert written(till) == [LeaseReleased(order_id=ORDER, fencing_number=4)]
    (event,) = till.store.call(lambda: list(journal.read_events(till.store.books)))
    assert event.header.actor == ""
    with pytest.raises(OrderRefused, match="No till holds order W-1001"):
        till.call(collecting.hand_over, ORDER, CODE)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_an_order_at_hand_stays_until_it_is_left(till: Till) -> None:
    own(till, asked_by_device_id=OTHER, asked_by_till=2)
    till.call(leasing.open_at_hand, ORDER)
    assert till.call(leasing.answer) is False
    till.call(leasing.leave_at_hand, "o-another")
    assert till.call(leasing.answer) is False
    till.call(leasing.leave_at_hand, ORDER)
    assert till.call(leasing.answer) is True


def test_an_order_in_a_basket_stays_until_the_basket_is_given_up(till: Till) -> None:
    own(till, asked_by_device_id=OTHER, asked_by_till=2, paid_minor=0)
    till.call(collecting.hand_over, ORDER, CODE)
    assert till.call(leasing.answer) is False
    with pytest.raises(OrderRefused, match="is in a basket here"):
        till.call(leasing.give, ORDER)
    till.call(selling.park)
    assert till.call(leasing.answer) is False
    till.call(selling.recall)
    till.call(selling.void_basket)
    assert till.call(leasing.answer) is True


@pytest.mark.parametrize("state", [OrderState.COLLECTED, OrderState.CANCELLED, OrderState.EXPIRED])
def test_a_finished_order_is_neither_asked_for_nor_given_nor_taken(till: Till, state: OrderState) -> None:
    own(till, asked_by_device_id=OTHER, asked_by_till=2, state=state)
    before = everything(till)
    assert till.call(leasing.answer) is False
    for step in (
        lambda: till.call(leasing.ask, ORDER),
        lambda: till.call(leasing.give, ORDER),
        lambda: till.call(leasing.take, ORDER, APPROVAL),
    ):
        with pytest.raises(OrderRefused):
            step()
    assert everything(till) == before


def test_an_order_handed_over_here_is_not_given_back(till: Till) -> None:
    own(till, asked_by_device_id=OTHER, asked_by_till=2)
    till.call(collecting.hand_over, ORDER, CODE)
    assert till.call(leasing.answer) is False


def test_an_order_is_given_by_hand_and_asked_for_anew(till: Till) -> None:
    own(till)
    till.call(leasing.open_at_hand, ORDER)
    assert till.call(leasing.give, ORDER).holder_device_id == ""
    with pytest.raises(OrderRefused, match="is not held here"):
        till.call(leasing.give, ORDER)
    till.call(leasing.ask, ORDER)
    assert written(till) == [LeaseReleased(order_id=ORDER, fencing_number=4), LeaseAsked(order_id=ORDER)]


def test_taking_needs_the_hub_and_changes_nothing_here_until_it_says_so(till: Till, line: QuietLine) -> None:
    put(till)
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS)
    with pytest.raises(OrderRefused, match="hub does not answer"):
        till.call(leasing.take, ORDER, APPROVAL)
    line.link = LinkReport(state=LinkState.ONLINE, since_ms=NOON_MS)
    till.call(leasing.take, ORDER, APPROVAL)
    assert written(till) == [LeaseTaken(order_id=ORDER, fencing_number=4, approval=APPROVAL)]
    with pytest.raises(OrderRefused, match="is held by till 2"):
        till.call(collecting.hand_over, ORDER, CODE)


def test_an_override_needs_a_reason_and_a_manager(till: Till) -> None:
    with pytest.raises(EntryRefused, match="Type the reason"):
        till.call(approving.approve, "  ", "Budi", "9999")
    with pytest.raises(NotAllowed, match="Sari may not do this"):
        till.call(approving.approve, "in a hurry")
    with pytest.raises(NotAllowed, match="Sari may not do this"):
        till.call(approving.approve, "in a hurry", "Sari", "1234")
    with pytest.raises(SignInRefused, match="not the PIN of Budi"):
        till.call(approving.approve, "in a hurry", "Budi", "1234")
    assert till.call(approving.approve, " till 2  is broken ", "bud", "9999") == APPROVAL
    assert till.staff is not None
    assert till.staff.name == "Sari"
    till.staff = staff_members()[1]
    assert till.call(approving.approve, "till 2 is broken") == APPROVAL


def test_an_overridden_hand_over_says_so_and_still_checks_the_taker(till: Till) -> None:
    put(till)
    before = everything(till)
    with pytest.raises(OrderRefused, match="not the code"):
        till.call(collecting.hand_over, ORDER, Taker(code="000000"), APPROVAL)
    assert everything(till) == before
    till.call(collecting.hand_over, ORDER, CODE, APPROVAL)
    (fact,) = written(till)
    assert isinstance(fact, OrderHandedOver)
    assert (fact.fencing_number, fact.override) == (4, APPROVAL)
    with pytest.raises(OrderRefused, match="handed over already"):
        till.call(collecting.hand_over, ORDER, CODE, APPROVAL)


def test_an_override_goes_with_an_unpaid_order_through_its_payment(till: Till) -> None:
    put(till, paid_minor=0)
    till.call(collecting.hand_over, ORDER, CODE, APPROVAL)
    assert till.call(tendering.pay_cash).sale is not None
    fact = written(till)[-1]
    assert isinstance(fact, OrderHandedOver)
    assert fact.override == APPROVAL


def test_an_override_nobody_needed_leaves_no_trace(till: Till) -> None:
    own(till)
    till.call(collecting.hand_over, ORDER, CODE, APPROVAL)
    (fact,) = written(till)
    assert isinstance(fact, OrderHandedOver)
    assert fact.override is None


def test_a_restored_till_holds_nothing_until_it_has_met_the_hub(till: Till) -> None:
    own(till)
    till.store.identity = till.store.call(lambda: begin_restored(till.store.books, till.clock))
    with pytest.raises(OrderRefused, match="No till holds order W-1001"):
        till.call(collecting.hand_over, ORDER, CODE)
    own(till, seen=1, epoch=till.identity.epoch, fencing_number=7)
    assert till.call(collecting.hand_over, ORDER, CODE).order.state is OrderState.COLLECTED
