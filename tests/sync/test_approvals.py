"""A manager's word asked for at one till and given at another, over a real hub: it serves one action."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.domain.approval import ApprovalState
from omnipos.domain.discounting import Off
from omnipos.domain.errors import BasketRefused, NotAllowed, SignInRefused
from omnipos.domain.staff import Right, Role, Staff
from omnipos.services import approving, discounting, finding, queueing, selling
from omnipos.services.verifying import verify
from omnipos.store import approvals
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

INDOMIE = "8998866200578"
OFF = Off(rate_ppm=100_000)
PEOPLE = [
    {"staff_id": "s-sari", "name": "Sari", "role": "cashier", "pin_hash": "$argon2id$none"},
    {"staff_id": "s-budi", "name": "Budi", "role": "manager", "pin_hash": "$argon2id$none"},
]


class Two:
    """Sari at the first till and Budi, a manager, at the second."""

    def __init__(self, hub: HubProcess, folder: Path) -> None:
        hub.ask("PUT", "/v1/staff", {"staff": PEOPLE})
        self.hub = hub
        self.one, self.two = (EnrolledTill(hub, folder / name) for name in ("one", "two"))
        self.two.till.staff = Staff(staff_id="s-budi", name="Budi", role=Role.MANAGER, pin_hash="")
        self.sync()
        offer = self.one.till.call(finding.scanned, INDOMIE)
        assert isinstance(offer, finding.ItemOffer)
        self.one.till.call(selling.ring, [(offer.item, 2000)])

    def sync(self) -> None:
        """Both tills send and fetch, so that each knows what the other did."""
        for each in (self.one, self.two, self.one):
            assert each.engine.once().ok

    def asked(self) -> str:
        """Sari asks for a discount; Budi sees it at his till."""
        approval_id = self.one.till.call(queueing.ask, Right.DISCOUNT, "Damaged")
        self.sync()
        waits = self.two.till.call(queueing.waiting)
        assert approval_id in [one.case.approval_id for one in waits]
        return approval_id

    def answer(self, approval_id: str, *, granted: bool) -> None:
        """Budi answers, and the answer comes to the first till."""
        self.two.till.call(queueing.answer, approval_id, granted=granted)
        self.sync()

    def state(self, approval_id: str) -> tuple[ApprovalState, str]:
        """How the second till sees an approval, and who answered it."""
        case = self.two.till.call(lambda till: approvals.case_by_id(till.store.books, approval_id))
        assert case is not None
        return case.state, case.answered_by


@pytest.fixture
def two(running_hub: HubProcess, tmp_path: Path) -> Iterator[Two]:
    both = Two(running_hub, tmp_path)
    yield both
    for each in (both.one, both.two):
        each.close()


def test_a_word_from_another_till_does_one_action_and_both_tills_know_it(two: Two) -> None:
    approval_id = two.asked()
    till = two.one.till
    assert till.call(queueing.heard, approval_id) is None, "nobody has answered yet"
    two.answer(approval_id, granted=True)
    ticket = till.call(queueing.heard, approval_id)
    assert ticket is not None
    view = till.call(discounting.discount_line, 1, OFF, "Damaged", ticket)
    discount = view.basket.lines[0].discount
    assert discount is not None
    assert discount.approval is not None
    assert discount.approval.staff_id == "s-budi"
    with pytest.raises(SignInRefused, match="used up"):
        till.call(discounting.discount_basket, OFF, "Damaged", ticket)
    two.sync()
    assert two.state(approval_id) == (ApprovalState.GIVEN, "s-budi")
    assert two.two.till.call(queueing.waiting) == ()
    assert two.hub.ask("GET", "/v1/exceptions?open=true")["exceptions"] == []
    for each in (two.one, two.two):
        assert each.store.call(lambda each=each: verify(each.store.books)).findings == ()


def test_a_word_whose_action_is_refused_is_kept_for_no_other(two: Two) -> None:
    approval_id = two.asked()
    till = two.one.till
    two.answer(approval_id, granted=True)
    ticket = till.call(queueing.heard, approval_id)
    assert ticket is not None
    with pytest.raises(BasketRefused):
        till.call(discounting.discount_line, 9, OFF, "Damaged", ticket)
    till.call(approving.forget, ticket)
    with pytest.raises(SignInRefused, match="used up"):
        till.call(discounting.discount_line, 1, OFF, "Damaged", ticket)
    assert till.tickets == {}
    two.sync()
    assert two.state(approval_id)[0] is ApprovalState.GRANTED, "it was never done"


def test_a_refusal_and_a_withdrawal_allow_nothing(two: Two) -> None:
    till = two.one.till
    refused = two.asked()
    two.answer(refused, granted=False)
    with pytest.raises(NotAllowed):
        till.call(queueing.heard, refused)
    gone = two.asked()
    till.call(queueing.withdraw, gone)
    two.sync()
    assert two.state(gone)[0] is ApprovalState.WITHDRAWN
    assert gone not in [one.case.approval_id for one in two.two.till.call(queueing.waiting)]
    assert till.tickets == {}
