"""Each action that takes a right asks for a manager's word."""

import msgspec
import pytest

from omnipos.domain.approval import ApprovalGiven, ApprovalState
from omnipos.domain.drawer import CashMove, Pieces
from omnipos.domain.errors import NotAllowed, SignInRefused, WordNeeded
from omnipos.domain.payment import PaymentAnswer, Said
from omnipos.domain.staff import Approval, Right, StaffHabits
from omnipos.domain.tender import CardSlip, TenderKind
from omnipos.events import (
    CashMoved,
    DrawerOpened,
    ExceptionSettled,
    PaperReprinted,
    ShiftClosed,
    ShiftOpened,
    StockCounted,
)
from omnipos.services import (
    approving,
    finding,
    kicking,
    paying,
    queueing,
    reprinting,
    returning,
    selling,
    settling,
    shifting,
    signing_in,
    stocktaking,
    tendering,
)
from omnipos.services.approving import NOBODY, Word
from omnipos.services.returning import Back
from omnipos.services.shifting import Closing
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from tests.rigs import SHOP, STORE, HandClock, fill, fill_exceptions, staff_members
from tests.services.deeds import (
    BUDI,
    DEEDS,
    NONE,
    TEH,
    Deed,
    bring,
    brought_by_budi,
    close,
    facts,
    limited,
    sell,
    sellers,
    words_given,
)
from tests.services.test_badges import BUDIS, give_badges
from tests.services.test_queueing import answer, put
from tests.services.test_shifting import print_all


@pytest.fixture
def till(till: Till) -> Till:
    """The till with Nina signed in, who may only sell."""
    nina, oka = sellers()
    fill(till.store.folder, "staff", *((f"staff:{one.staff_id}", one) for one in (nina, oka)))
    give_badges(till.store.folder)
    till.staff = nina
    return till


all_deeds = pytest.mark.parametrize("deed", DEEDS, ids=[one.name for one in DEEDS])


def refused(till: Till, deed: Deed, word: Word, error: type[Exception], text: str) -> None:
    """Try an action in vain: nothing is written, and nothing is left over for another try."""
    before = len(facts(till))
    with pytest.raises(error, match=text):
        deed.do(till, word)
    assert len(facts(till)) == before
    assert (till.tickets, till.leaves) == ({}, {})


def used_up(till: Till, deed: Deed, word: Word) -> None:
    """Whatever was allowed is asked for again the next time."""
    assert (till.tickets, till.leaves) == ({}, {})
    with pytest.raises(SignInRefused, match="used up"):
        till.call(approving.allowed, (deed.right,), "Anything else", word)
    with pytest.raises(WordNeeded):
        till.call(approving.allowed, (deed.right,), "Anything else")


@all_deeds
def test_it_is_asked_for_by_its_name_and_done_with_a_managers_pin(till: Till, deed: Deed) -> None:
    deed.ready(till)
    refused(till, deed, NOBODY, WordNeeded, rf"{deed.named}: Nina may not do this\. A manager's name and PIN")
    refused(till, deed, Word("Budi", "1111"), SignInRefused, "That is not the PIN of Budi")
    refused(till, deed, Word("Oka", "7777"), NotAllowed, "Oka may not do this")
    deed.do(till, BUDI)
    assert words_given(till) == [("s-budi", deed.right.value, deed.reason)]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


@all_deeds
def test_a_badge_allows_it_as_well(till: Till, deed: Deed) -> None:
    deed.ready(till)
    deed.do(till, till.call(approving.vouch, deed.right, Word(badge=BUDIS)))
    assert words_given(till) == [("s-budi", deed.right.value, deed.reason)]


@all_deeds
def test_a_manager_elsewhere_allows_it_and_only_this_once(till: Till, deed: Deed) -> None:
    deed.ready(till)
    with pytest.raises(WordNeeded) as needed:
        deed.do(till, NOBODY)
    assert (needed.value.right, needed.value.reason) == (deed.right, deed.reason)
    approval_id = till.call(queueing.ask, deed.right, needed.value.reason)
    answer(till, approval_id, ApprovalState.GRANTED, right=deed.right)
    ticket = till.call(queueing.heard, approval_id)
    assert ticket is not None
    deed.do(till, ticket)
    (given,) = [one for one in facts(till) if isinstance(one, ApprovalGiven)]
    assert (given.approval_id, given.staff_id) == (approval_id, "s-budi")
    used_up(till, deed, ticket)


@all_deeds
def test_a_word_for_another_right_does_not_allow_it(till: Till, deed: Deed) -> None:
    deed.ready(till)
    refused(till, deed, till.call(approving.vouch, Right.NO_SALE, BUDI), SignInRefused, "for something else")


@all_deeds
def test_nobody_signed_in_is_refused_whoever_gives_their_word(till: Till, deed: Deed) -> None:
    deed.ready(till)
    till.staff = None
    refused(till, deed, BUDI, NotAllowed, "Nobody is signed in")


@all_deeds
def test_who_has_the_right_is_not_asked(till: Till, deed: Deed) -> None:
    deed.ready(till)
    till.staff = staff_members()[1]
    deed.do(till, NOBODY)
    assert words_given(till) == []


def test_who_allows_two_things_at_once_needs_both_rights(till: Till) -> None:
    limited(till)
    half = msgspec.structs.replace(sellers()[1], rights=("sell", "override"))
    fill(till.store.folder, "staff", ("staff:s-oka", half))
    beyond = next(one for one in DEEDS if one.name == "beyond")
    refused(till, beyond, Word("Oka", "7777"), NotAllowed, "Oka may not do this")
    ticket = till.call(approving.vouch, Right.OVERRIDE, Word("Oka", "7777"))
    refused(till, beyond, ticket, NotAllowed, "Oka may not do this")
    beyond.do(till, BUDI)
    (moved,) = [one for one in facts(till) if isinstance(one, CashMoved)]
    assert (moved.approval, moved.allowed) == (said := Approval(staff_id="s-budi", reason="ice"), said)


def test_the_facts_say_who_allowed_them(till: Till) -> None:
    def budi(reason: str) -> Approval:
        return Approval(staff_id="s-budi", reason=reason)

    till.call(shifting.open_with_float, (Pieces(worth_minor=1000, count=1),), BUDI)
    till.call(shifting.move_cash, CashMove.PAID_IN, 1000, "change", BUDI)
    till.call(kicking.open_to_count, BUDI)
    print_all(till, HandClock())
    report = till.call(shifting.close, Closing(counted=(Pieces(worth_minor=1000, count=2),)))
    till.call(shifting.reprint_z, 0, BUDI)
    written = facts(till)
    assert [one.allowed for one in written if isinstance(one, ShiftOpened | CashMoved | PaperReprinted)] == [
        budi("Float of Rp 1.000"),
        budi("change"),
        budi("Printing S1-1-Z0001 again"),
    ]
    (opened,) = [one for one in written if isinstance(one, DrawerOpened)]
    assert (opened.staff_id, opened.approval, opened.to_count) == (
        "s-nina",
        budi("Counting the drawer"),
        True,
    )
    (shut,) = [one for one in written if isinstance(one, ShiftClosed)]
    assert (shut.report.closed_by, shut.report.allowed) == ("s-nina", budi("Counting the drawer"))
    assert till.call(shifting.names_in, report)["s-budi"] == "Budi"


def test_counting_the_drawer_is_one_action_until_it_is_left(till: Till) -> None:
    sell(till)
    till.call(kicking.open_to_count, BUDI)
    till.call(kicking.open_to_count)
    till.call(kicking.leave_count)
    with pytest.raises(WordNeeded):
        till.call(kicking.open_to_count)
    till.call(kicking.open_to_count, BUDI)
    close(till, NOBODY)
    with pytest.raises(WordNeeded):
        till.call(kicking.open_to_count)


def test_a_difference_takes_a_word_of_its_own_behind_that_for_counting(till: Till) -> None:
    sell(till)
    till.call(kicking.open_to_count, BUDI)
    print_all(till, HandClock())
    closing = Closing(counted=NONE, reason="stolen")
    with pytest.raises(WordNeeded) as needed:
        till.call(shifting.close, closing)
    assert needed.value.right is Right.OVERRIDE
    report = till.call(shifting.close, closing, BUDI)
    assert report.over_short == Approval(staff_id="s-budi", reason="stolen")
    assert [right for _who, right, _why in words_given(till)] == ["cash_up", "override"]


def test_what_was_allowed_to_one_is_not_allowed_to_the_next_who_signs_in(till: Till) -> None:
    till.call(kicking.open_to_count, BUDI)
    till.call(signing_in.sign_in, "s-oka", "7777")
    with pytest.raises(WordNeeded, match="Oka may not do this"):
        till.call(kicking.open_to_count)
    till.call(signing_in.sign_in, "s-nina", "5555")
    with pytest.raises(WordNeeded, match="Nina may not do this"):
        till.call(kicking.open_to_count)


def test_a_return_is_allowed_once_for_all_its_lines_and_its_money(till: Till) -> None:
    for code in (TEH, "8998866200578"):
        offer = till.call(finding.understood, code)
        assert isinstance(offer, finding.ItemOffer)
        till.call(selling.ring, [(offer.item, offer.quantity_milli)])
    first = till.call(tendering.pay_cash, None).sale
    assert first is not None
    sell(till)
    second = till.call(reprinting.latest)[0]
    (found,) = till.call(returning.find, None, first.receipt_number)
    till.call(returning.bring, found, [Back(line_no=1, quantity_milli=1000)], "1", BUDI)
    till.call(returning.bring, found, [Back(line_no=2, quantity_milli=1000)], "1")
    (other,) = till.call(returning.find, None, second.receipt_number)
    with pytest.raises(WordNeeded, match="Return of S1-1-000002: Nina"):
        till.call(returning.bring, other, [Back(line_no=1, quantity_milli=1000)], "1")
    paid = till.call(returning.give_back, till.call(returning.ways_back)[0])
    assert paid.sale is not None
    budi = Approval(staff_id="s-budi", reason="Does not fit")
    assert [line.returned.allowed for line in paid.sale.lines if line.returned] == [budi, budi]
    assert words_given(till) == [("s-budi", "return", "Return of S1-1-000001: Does not fit")]


def test_a_late_return_takes_one_word_for_both_rights(till: Till, clock: HandClock) -> None:
    sell(till)
    clock.pass_ms(40 * 86_400_000)
    with pytest.raises(WordNeeded, match=r"Sold 40 days ago; .* Return of S1-1-000001: Nina may not"):
        bring(till)
    bring(till, BUDI)
    (line,) = till.call(selling.current).basket.lines
    assert line.returned is not None
    budi = Approval(staff_id="s-budi", reason="Does not fit")
    assert (line.returned.approval, line.returned.allowed) == (budi, budi)
    assert words_given(till) == [("s-budi", "return_freely", "Return of S1-1-000001: Does not fit")]


def test_who_allowed_the_money_stands_with_the_lines_that_another_brought(till: Till) -> None:
    brought_by_budi(till, card=True)
    owed_minor = till.call(selling.current).totals.total_minor
    refund = till.call(paying.ask, TenderKind.CARD, "terminal", owed_minor, word=BUDI)
    slip = CardSlip(approval_code="654321")
    paid = till.call(paying.heard, refund.payment_id, PaymentAnswer(said=Said.APPROVED, card=slip)).paid
    assert paid is not None
    assert paid.sale is not None
    allowed = [line.returned.allowed for line in paid.sale.lines if line.returned]
    assert allowed == [Approval(staff_id="s-budi", reason="Giving money back")]


def test_who_brought_goods_back_stands_behind_an_exchange_that_another_finishes(till: Till) -> None:
    brought_by_budi(till)
    offer = till.call(finding.understood, TEH)
    assert isinstance(offer, finding.ItemOffer)
    till.call(selling.ring, [(offer.item, offer.quantity_milli)])
    sale = till.call(tendering.finish).sale
    assert sale is not None
    assert sale.staff_id == "s-nina"
    (back,) = [line.returned for line in sale.lines if line.returned]
    assert (back.allowed, back.brought_by) == (None, "s-budi")


def test_a_badge_that_needs_its_pin_allows_nothing_without_it(till: Till) -> None:
    wants = msgspec.structs.replace(SHOP, staff=StaffHabits(badge_needs_pin=True))
    fill(till.store.folder, "settings", (f"shop:{STORE}", wants))
    x = next(one for one in DEEDS if one.name == "x")
    refused(till, x, Word(badge=BUDIS), SignInRefused, "a badge needs its PIN too")
    x.do(till, Word(badge=BUDIS, pin="9999"))


def test_the_queue_names_what_is_wanted(till: Till) -> None:
    put(till, right="report", reason="X report", asked_by="s-nina")
    till.staff = staff_members()[1]
    (waits,) = till.call(queueing.waiting)
    assert (waits.asked_by, waits.case.right, waits.case.reason) == ("Nina", "report", "X report")


def test_a_count_is_allowed_once_from_its_first_scan_to_the_stock(till: Till) -> None:
    till.call(stocktaking.current, BUDI)
    till.call(stocktaking.count_entry, f"3*{TEH}")
    till.call(stocktaking.leave)
    view = till.call(stocktaking.put, "p-teh", 5000)
    assert [one.counted_milli for one in view.rows] == [5000]
    till.call(stocktaking.finish)
    (counted,) = [one for one in facts(till) if isinstance(one, StockCounted)]
    assert counted.allowed == Approval(staff_id="s-budi", reason="Stocktake")
    assert words_given(till) == [("s-budi", "count", "Stocktake")]
    with pytest.raises(WordNeeded):
        till.call(stocktaking.count_entry, TEH)


def test_a_count_that_is_given_up_takes_another_word_the_next_time(till: Till) -> None:
    till.call(stocktaking.count_entry, TEH, BUDI)
    till.call(stocktaking.give_up)
    with pytest.raises(WordNeeded):
        till.call(stocktaking.current)


def test_an_exception_says_who_allowed_its_answer(till: Till) -> None:
    fill_exceptions(till.store.folder)
    done = till.call(settling.settle, "7", "goods_back", "", BUDI)
    assert done.settled_by == "Nina"
    (settled,) = [one for one in facts(till) if isinstance(one, ExceptionSettled)]
    assert settled.allowed == Approval(staff_id="s-budi", reason="Settling exception 7")
