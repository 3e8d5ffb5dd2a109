"""Who may not hand orders over asks once for all the steps of one order."""

import pytest

from omnipos.domain.errors import WordNeeded
from omnipos.domain.order import OrderState
from omnipos.domain.staff import Approval
from omnipos.events import LeaseAsked, LeaseTaken, OrderHandedOver, OrderPicked, OrderReadied
from omnipos.services import approving, collecting, leasing, selling, tendering
from omnipos.services.till import Till
from tests.rigs import staff_members
from tests.services import test_allowing
from tests.services.deeds import BUDI, TEH, facts, words_given
from tests.services.test_leasing import CODE, ORDER, put

till = test_allowing.till
INDOMIE = "8998866200578"
WORD = Approval(staff_id="s-budi", reason="Order W-1001")


def test_an_order_is_allowed_once_from_its_first_scan_to_the_customer(till: Till) -> None:
    till.call(collecting.pick, ORDER, INDOMIE, BUDI)
    for code in (INDOMIE, TEH):
        till.call(collecting.pick, ORDER, code)
    till.call(collecting.make_ready, ORDER, "A3")
    till.call(collecting.hand_over, ORDER, CODE)
    steps = [one for one in facts(till) if isinstance(one, OrderPicked | OrderReadied | OrderHandedOver)]
    assert [one.allowed for one in steps] == [WORD] * 5
    assert words_given(till) == [("s-budi", "collect", "Order W-1001")]
    assert till.leaves == {}


def test_who_turns_to_another_order_is_asked_again(till: Till) -> None:
    till.call(collecting.pick, ORDER, INDOMIE, BUDI)
    till.call(leasing.leave_at_hand, ORDER)
    with pytest.raises(WordNeeded, match="Order W-1001: Nina may not do this"):
        till.call(collecting.pick, ORDER, INDOMIE)


def test_an_order_that_is_paid_first_keeps_who_allowed_it(till: Till) -> None:
    put(till, paid_minor=0, holder_device_id=till.identity.device_id, holder_till=1)
    done = till.call(collecting.hand_over, ORDER, CODE, None, BUDI)
    assert done.view is not None
    till.call(tendering.pay_cash, None)
    (handed,) = [one for one in facts(till) if isinstance(one, OrderHandedOver)]
    assert handed.allowed == WORD
    assert till.call(selling.current).basket.is_empty


def test_who_began_a_hand_over_stands_behind_it_where_another_takes_the_money(till: Till) -> None:
    put(till, paid_minor=0, holder_device_id=till.identity.device_id, holder_till=1)
    nina, till.staff = till.staff, staff_members()[1]
    till.call(collecting.hand_over, ORDER, CODE)
    till.staff = nina
    till.call(tendering.pay_cash, None)
    (handed,) = [one for one in facts(till) if isinstance(one, OrderHandedOver)]
    assert handed.allowed == WORD


def test_the_word_for_an_order_of_another_till_serves_for_handing_it_over(till: Till) -> None:
    put(till, state=OrderState.READY)
    broken = till.call(approving.approve, "till 2 is broken", word=BUDI)
    till.call(leasing.take, ORDER, broken)
    till.call(collecting.hand_over, ORDER, CODE, broken)
    taken, handed = (one for one in facts(till) if isinstance(one, LeaseTaken | OrderHandedOver))
    assert (taken.allowed, handed.allowed) == (broken, broken)
    assert words_given(till) == [("s-budi", "override", "till 2 is broken")]


def test_asking_for_an_order_says_who_allowed_it(till: Till) -> None:
    put(till)
    till.call(leasing.ask, ORDER, BUDI)
    (asked,) = [one for one in facts(till) if isinstance(one, LeaseAsked)]
    assert asked.allowed == WORD
