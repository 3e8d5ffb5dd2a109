"""The managers' queue at a till: asking, hearing the answer once, answering, and the journal of it all."""

import msgspec
import pytest

from omnipos.domain.approval import (
    WAITS_MS,
    ApprovalAnswered,
    ApprovalAsked,
    ApprovalCase,
    ApprovalGiven,
    ApprovalState,
    ApprovalWithdrawn,
)
from omnipos.domain.discounting import Off
from omnipos.domain.errors import EntryRefused, NotAllowed, SignInRefused, WordNeeded
from omnipos.domain.staff import Right
from omnipos.events import Fact, decode_fact
from omnipos.ports import LinkReport, LinkState
from omnipos.services import discounting, queueing
from omnipos.services.approving import Word
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import DEVICE, NOON_MS, STORE, HandClock, QuietLine, fill, staff_members
from tests.services.test_badges import ring

OFF = Off(rate_ppm=100_000)
GIVEN_FOR = "Discount of Rp 350 on Indomie Goreng 85 g: Damaged"


def written(till: Till) -> list[Fact]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return [decode_fact(event.body) for event in events]


def put(till: Till, approval_id: str = "ap-1", **changes: object) -> ApprovalCase:
    """Show an approval in the mirror: asked for by Sari at till 2 unless said otherwise."""
    fields: dict[str, object] = {
        "approval_id": approval_id,
        "store_id": STORE,
        "device_id": "other",
        "till_number": 2,
        "right": "discount",
        "reason": "Damaged",
        "asked_by": "s-sari",
        "at_ms": NOON_MS,
        "state": ApprovalState.ASKED,
        "total_minor": 9500,
    }
    case = ApprovalCase(**(fields | changes))  # type: ignore[arg-type]
    fill(till.store.folder, f"approvals/{STORE}", (approval_id, case))
    return case


def answer(
    till: Till, approval_id: str, state: ApprovalState, by: str = "s-budi", right: Right = Right.DISCOUNT
) -> None:
    """Show what this till asked for as answered at till 2."""
    own = {"device_id": DEVICE, "till_number": 1, "right": right.value}
    put(till, approval_id, **own, state=state, answered_by=by, answered_till=2)


def test_a_word_from_afar_does_the_one_action_once(till: Till) -> None:
    ring(till)
    approval_id = till.call(queueing.ask, Right.DISCOUNT, "Damaged")
    assert till.call(queueing.heard, approval_id) is None
    answer(till, approval_id, ApprovalState.GRANTED)
    ticket = till.call(queueing.heard, approval_id)
    assert ticket is not None
    view = till.call(discounting.discount_line, 1, OFF, "Damaged", ticket)
    discount = view.basket.lines[0].discount
    assert discount is not None
    assert discount.approval is not None
    assert discount.approval.staff_id == "s-budi"
    assert written(till) == [
        ApprovalAsked(approval_id=approval_id, right="discount", reason="Damaged", total_minor=3500),
        ApprovalGiven(approval_id=approval_id, right="discount", reason=GIVEN_FOR, staff_id="s-budi"),
    ]
    with pytest.raises(SignInRefused, match="used up"):
        till.call(discounting.discount_basket, OFF, "Damaged", ticket)
    with pytest.raises(NotAllowed, match="done already"):
        till.call(queueing.heard, approval_id)


def test_an_answer_for_one_right_opens_no_other(till: Till) -> None:
    ring(till)
    approval_id = till.call(queueing.ask, Right.DISCOUNT, "Damaged")
    answer(till, approval_id, ApprovalState.GRANTED)
    ticket = till.call(queueing.heard, approval_id)
    assert ticket is not None
    with pytest.raises(SignInRefused, match="for something else"):
        till.call(discounting.override_price, 1, 3000, "Damaged", ticket)


def test_offline_nobody_is_asked_and_it_says_so(till: Till, line: QuietLine) -> None:
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS)
    with pytest.raises(EntryRefused, match="A PIN or badge here allows it"):
        till.call(queueing.ask, Right.DISCOUNT, "Damaged")
    assert written(till) == []


def test_a_refusal_is_said_with_its_name(till: Till) -> None:
    approval_id = till.call(queueing.ask, Right.DISCOUNT, "Damaged")
    answer(till, approval_id, ApprovalState.REFUSED)
    with pytest.raises(NotAllowed, match="Budi refused it"):
        till.call(queueing.heard, approval_id)


def test_an_answer_that_comes_too_late_allows_nothing_whatever_the_clock_says(
    till: Till, clock: HandClock
) -> None:
    approval_id = till.call(queueing.ask, Right.DISCOUNT, "Damaged")
    answer(till, approval_id, ApprovalState.GRANTED)
    clock.running_ms += WAITS_MS + 1
    clock.at_ms -= 86_400_000
    with pytest.raises(NotAllowed, match="in time"):
        till.call(queueing.heard, approval_id)
    assert written(till)[-1] == ApprovalWithdrawn(approval_id=approval_id)


def test_whose_rights_are_gone_allows_nothing(till: Till) -> None:
    approval_id = till.call(queueing.ask, Right.DISCOUNT, "Damaged")
    answer(till, approval_id, ApprovalState.GRANTED, by="s-sari")
    with pytest.raises(NotAllowed, match="may not do so here"):
        till.call(queueing.heard, approval_id)


def test_a_manager_answers_what_another_till_asks_once(till: Till) -> None:
    put(till)
    assert till.call(queueing.count_for_me) == 0
    with pytest.raises(NotAllowed, match="Sari may not do this"):
        till.call(queueing.answer, "ap-1", granted=True)
    till.staff = staff_members()[1]
    assert till.call(queueing.count_for_me) == 1
    assert till.call(queueing.answer, "ap-1", granted=True).asked_by == "Sari"
    assert till.call(queueing.waiting) == ()
    with pytest.raises(EntryRefused, match="answered already"):
        till.call(queueing.answer, "ap-1", granted=False)
    assert written(till) == [ApprovalAnswered(approval_id="ap-1", granted=True)]


def test_a_question_that_was_left_standing_leaves_the_list(till: Till, clock: HandClock) -> None:
    put(till)
    clock.pass_ms(2 * WAITS_MS)
    assert till.call(queueing.waiting) == ()


def test_the_journal_shows_this_till_at_once_and_the_store_as_it_syncs(till: Till) -> None:
    ring(till)
    till.call(discounting.discount_line, 1, OFF, "Dented", Word("budi", "9999"))
    put(till, "ap-2", state=ApprovalState.REFUSED, answered_by="s-budi", at_ms=NOON_MS - 1)
    with pytest.raises(WordNeeded, match="Approvals given: Sari may not do this"):
        till.call(queueing.past)
    till.staff = staff_members()[1]
    found = till.call(queueing.past)
    assert [(one.asked_by, one.answered_by, one.case.reason, one.case.state.value) for one in found] == [
        ("Sari", "Budi", "Discount of Rp 350 on Indomie Goreng 85 g: Dented", "given"),
        ("Sari", "Budi", "Damaged", "refused"),
    ]
    fill(till.store.folder, f"approvals/{STORE}", (found[0].case.approval_id, found[0].case))
    assert till.call(queueing.past) == found


def test_a_right_of_a_newer_hub_can_be_answered_by_nobody_here(till: Till) -> None:
    put(till, right="fly")
    till.staff = staff_members()[1]
    with pytest.raises(NotAllowed):
        till.call(queueing.answer, "ap-1", granted=True)
    assert msgspec.json.encode(till.call(queueing.waiting)) != b"[]"
