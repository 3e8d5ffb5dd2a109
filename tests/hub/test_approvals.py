"""Approvals at the hub: asked at one till, answered at another, given, and who may not is told."""

import pytest

from omnipos.domain.approval import (
    KEPT_MS,
    ApprovalAnswered,
    ApprovalAsked,
    ApprovalCase,
    ApprovalGiven,
    ApprovalState,
    ApprovalWithdrawn,
)
from omnipos.domain.staff import Right
from omnipos.events import Fact
from tests.hub.rig import HubRig

ASKED = ApprovalAsked(approval_id="ap-1", right="discount", reason="Damaged", total_minor=9500)
GIVEN = ApprovalGiven(approval_id="ap-1", right="discount", reason="Damaged", staff_id="boss")
YES, NO = (ApprovalAnswered(approval_id="ap-1", granted=granted) for granted in (True, False))
GONE = ApprovalWithdrawn(approval_id="ap-1")


class Two:
    """Two tills of one store, a cashier at the first and a manager at the second."""

    def __init__(self, rig: HubRig) -> None:
        boss = {"staff_id": "boss", "name": "Boss", "role": "manager", "pin_hash": "$argon2id$none"}
        rig.ask("PUT", "/v1/staff", {"staff": [boss]})
        self.rig = rig
        self.second = rig.enrol()
        self.journals = {1: rig.journal(), 2: rig.journal(self.second, "boss")}

    def write(self, *steps: tuple[int, Fact]) -> None:
        for number, fact in steps:
            journal = self.journals[number]
            journal.append(fact)
            self.rig.push(journal.envelopes[-1], till=self.second if number == 2 else None)

    def case(self) -> ApprovalCase | None:
        (change,) = self.rig.pull(f"approvals/{self.rig.till.store_id}").changes
        assert change.record is None or isinstance(change.record, ApprovalCase)
        return change.record

    def standing(self) -> tuple[ApprovalState, str, int]:
        found = self.case()
        assert found is not None
        return found.state, found.answered_by, found.answered_till


@pytest.fixture
def two(rig: HubRig) -> Two:
    return Two(rig)


def test_an_approval_goes_from_till_to_till(two: Two) -> None:
    two.write((1, ASKED))
    asked = two.case()
    assert asked is not None
    assert (asked.state, asked.till_number, asked.asked_by, asked.total_minor) == (
        ApprovalState.ASKED,
        1,
        "staff-1",
        9500,
    )
    two.write((2, YES))
    assert two.standing() == (ApprovalState.GRANTED, "boss", 2)
    two.write((1, GIVEN))
    assert two.standing() == (ApprovalState.GIVEN, "boss", 2)
    assert two.rig.exceptions() == []


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([(1, ASKED), (2, NO), (2, YES)], ApprovalState.REFUSED),
        ([(1, ASKED), (2, YES), (2, NO)], ApprovalState.GRANTED),
        ([(1, ASKED), (1, GONE), (2, YES)], ApprovalState.WITHDRAWN),
        ([(1, ASKED), (2, GONE)], ApprovalState.ASKED),
        ([(1, ASKED), (2, YES), (1, GONE)], ApprovalState.WITHDRAWN),
        ([(1, ASKED), (1, ASKED), (2, NO), (1, GONE)], ApprovalState.REFUSED),
        ([(1, GIVEN), (1, ASKED)], ApprovalState.GIVEN),
    ],
)
def test_the_first_answer_stands_and_who_asked_may_let_it_go(
    two: Two, steps: list[tuple[int, Fact]], state: ApprovalState
) -> None:
    two.write(*steps)
    assert two.standing()[0] is state


def test_a_cashiers_answer_counts_for_nothing_and_is_told(two: Two) -> None:
    two.write((1, ASKED), (1, YES))
    assert two.standing() == (ApprovalState.ASKED, "", 0)
    assert two.rig.exceptions() == ["approved_without_role"]


@pytest.mark.parametrize(
    ("staff_id", "right"), [("staff-1", "discount"), ("nobody", "sell"), ("boss", "fly")]
)
def test_a_word_of_who_may_not_give_it_is_kept_and_told(two: Two, staff_id: str, right: str) -> None:
    two.write((1, ApprovalGiven(approval_id="ap-1", right=right, reason="Damaged", staff_id=staff_id)))
    assert two.standing() == (ApprovalState.GIVEN, staff_id, 1)
    assert two.rig.exceptions() == ["approved_without_role"]


def test_a_role_that_may_only_discount_allows_discounts_alone(two: Two) -> None:
    role = {"code": "lead", "rights": [Right.SELL, Right.DISCOUNT]}
    two.rig.ask("PUT", "/v1/roles", {"roles": [role]})
    two.rig.employ("lead")
    two.write((2, ASKED), (1, YES))
    assert two.standing() == (ApprovalState.GRANTED, "staff-1", 1)


def test_after_a_month_the_tills_forget_and_the_hubs_journal_does_not(two: Two) -> None:
    two.write((1, GIVEN))
    two.rig.now_ms += KEPT_MS + 1
    two.write((1, ApprovalGiven(approval_id="ap-2", right="discount", reason="Old", staff_id="boss")))
    found = two.rig.pull(f"approvals/{two.rig.till.store_id}").changes
    assert {one.key: one.record is None for one in found} == {"ap-1": True, "ap-2": False}
    kept = two.rig.ask("GET", "/v1/events")["events"]
    assert [one["type"] for one in kept] == ["approval_given", "approval_given"]
