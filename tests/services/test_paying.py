"""Payments asked for outside: the intent first, the end with its tender, nothing twice, nothing lost."""

from pathlib import Path

import pytest

from omnipos.domain.errors import BasketRefused, EntryRefused, PaymentOpen, TenderRefused, WordNeeded
from omnipos.domain.payment import Payment, PaymentAnswer, PaymentOutcome, PaymentState, Said
from omnipos.domain.tender import CardSlip, TenderKind
from omnipos.events import Fact, PaymentAsked, PaymentEnded, SaleCompleted, TenderTakenBack, decode_fact
from omnipos.services import finding, giving_back, paying, resolving, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import open_till, selling_till, staff_members

INDOMIE, TEH = "8998866200578", "8996006855893"
YES = PaymentAnswer(said=Said.APPROVED, card=CardSlip(approval_code="A1B2", last_four="4242"))
NO_ANSWER = PaymentAnswer(said=Said.UNANSWERED, reason="The line broke.")


@pytest.fixture
def till(tmp_path: Path) -> Till:
    made = selling_till(tmp_path)
    for code in (INDOMIE, TEH):
        ring(made, code)
    return made


def ring(till: Till, code: str) -> None:
    found = till.call(finding.scanned, code)
    assert isinstance(found, finding.ItemOffer)
    till.call(selling.ring, [(found.item, found.quantity_milli)])


def ask(till: Till, amount_minor: int | None = None, *, again: bool = False) -> Payment:
    return till.call(paying.ask, TenderKind.CARD, "terminal", amount_minor, again=again)


def facts(till: Till) -> list[Fact]:
    return [
        decode_fact(one.body) for one in till.store.call(lambda: list(journal.read_events(till.store.books)))
    ]


def states(till: Till) -> list[PaymentState]:
    return [one.state for one in till.call(resolving.open_payments)]


def test_an_intent_is_in_the_journal_before_anybody_is_asked(till: Till) -> None:
    payment = ask(till)
    assert facts(till) == [
        PaymentAsked(
            payment_id=payment.payment_id,
            basket_id=till.call(selling.current).basket.basket_id,
            kind=TenderKind.CARD,
            amount_minor=9500,
            currency="IDR",
            provider="terminal",
        )
    ]
    assert till.call(resolving.open_payments) == (payment,)
    assert till.call(selling.current).basket.payments == (payment.payment_id,)


def test_an_approved_payment_is_a_tender_and_completes_the_sale(till: Till) -> None:
    payment = ask(till)
    heard = till.call(paying.heard, payment.payment_id, YES)
    assert heard.payment.state is PaymentState.APPROVED
    assert heard.paid is not None
    assert heard.paid.sale is not None
    (tender,) = heard.paid.sale.tenders
    assert (tender.amount_minor, tender.card, tender.payment_id) == (9500, YES.card, payment.payment_id)
    assert [type(one) for one in facts(till)] == [PaymentAsked, PaymentEnded, SaleCompleted]
    assert states(till) == []


def test_a_part_paid_by_card_leaves_the_rest_due(till: Till) -> None:
    payment = ask(till, 4000)
    till.call(paying.heard, payment.payment_id, YES)
    view = till.call(selling.current)
    assert view.due.due_minor == 5500
    assert view.basket.payments == ()


@pytest.mark.parametrize("amount", [0, -1, 9501])
def test_what_is_not_due_is_not_asked_for(till: Till, amount: int) -> None:
    with pytest.raises(TenderRefused):
        ask(till, amount)
    assert facts(till) == []


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (Said.DECLINED, PaymentState.DECLINED),
        (Said.CANCELLED, PaymentState.CANCELLED),
        (Said.NEVER_HEARD, PaymentState.CANCELLED),
        (Said.UNREACHED, PaymentState.CANCELLED),
    ],
)
def test_a_payment_without_money_leaves_the_basket_as_it_was(
    till: Till, said: Said, state: PaymentState
) -> None:
    before = till.call(selling.current)
    payment = ask(till)
    heard = till.call(paying.heard, payment.payment_id, PaymentAnswer(said=said, reason="No."), first=True)
    assert (heard.payment.state, heard.payment.reason) == (state, "No.")
    assert till.call(selling.current) == before
    assert states(till) == []


def test_a_payment_without_an_answer_is_unknown_and_survives_a_restart(till: Till) -> None:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, NO_ANSWER)
    till.store.close()
    again = open_till(till.store.folder)
    (found,) = again.call(resolving.after_start)
    assert (found.state, found.reason) == (PaymentState.UNKNOWN, "The line broke.")
    again.store.close()


def test_a_later_question_that_reaches_nobody_leaves_a_payment_unknown(till: Till) -> None:
    payment = ask(till)
    heard = till.call(paying.heard, payment.payment_id, PaymentAnswer(said=Said.UNREACHED))
    assert heard.payment.state is PaymentState.UNKNOWN
    assert till.call(selling.current).basket.payments == (payment.payment_id,)


def test_a_payment_that_was_being_asked_for_is_unknown_after_a_restart(till: Till) -> None:
    payment = ask(till)
    till.store.close()
    again = open_till(till.store.folder)
    assert states(again) == [PaymentState.ASKED]
    (found,) = again.call(resolving.after_start)
    assert (found.payment_id, found.state) == (payment.payment_id, PaymentState.UNKNOWN)
    again.store.close()


def test_nothing_changes_while_a_payment_is_open(till: Till) -> None:
    ask(till)
    with pytest.raises(BasketRefused):
        ring(till, TEH)
    with pytest.raises(BasketRefused):
        till.call(selling.void_line, 1)
    with pytest.raises(BasketRefused):
        till.call(selling.void_basket)
    assert till.call(selling.current).totals.total_minor == 9500


def test_a_second_card_payment_must_be_meant(till: Till) -> None:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, NO_ANSWER)
    slip = CardSlip(approval_code="Z9")
    with pytest.raises(PaymentOpen):
        ask(till)
    with pytest.raises(PaymentOpen):
        till.call(tendering.pay_card, None, slip)
    second = ask(till, again=True)
    assert till.call(selling.current).basket.payments == (payment.payment_id, second.payment_id)


def test_a_parked_basket_is_paid_by_the_answer_that_comes_late_in_the_name_of_who_asked(till: Till) -> None:
    payment = ask(till)
    till.call(selling.park)
    ring(till, TEH)
    till.staff = None
    heard = till.call(paying.heard, payment.payment_id, YES)
    assert heard.paid is not None
    assert heard.paid.sale is not None
    assert (heard.paid.sale.total_minor, heard.paid.sale.staff_id) == (9500, "s-sari")
    assert till.call(selling.parked) == ()
    assert till.call(selling.current).totals.total_minor == 6000


def test_a_part_paid_basket_can_wait_for_its_payment_too(till: Till) -> None:
    till.call(tendering.pay_cash, 1000)
    payment = ask(till)
    till.call(selling.park)
    heard = till.call(paying.heard, payment.payment_id, YES)
    assert heard.paid is not None
    assert heard.paid.sale is not None
    assert [one.amount_minor for one in heard.paid.sale.tenders] == [1000, 8500]


def test_a_payment_approved_after_its_basket_was_paid_in_cash_is_astray(till: Till) -> None:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, NO_ANSWER)
    with pytest.raises(PaymentOpen):
        till.call(tendering.pay_cash)
    assert till.call(tendering.pay_cash, again=True).sale is not None
    heard = till.call(paying.heard, payment.payment_id, YES)
    assert heard.paid is None
    assert states(till) == [PaymentState.ASTRAY]


def test_a_payment_approved_for_more_than_is_still_due_is_astray_and_frees_its_basket(till: Till) -> None:
    payment = ask(till)
    till.call(tendering.pay_cash, 1000, again=True)
    till.call(paying.heard, payment.payment_id, YES)
    assert states(till) == [PaymentState.ASTRAY]
    view = till.call(selling.current)
    assert (view.basket.payments, view.due.due_minor) == ((), 8500)


def test_the_same_answer_twice_is_taken_once(till: Till) -> None:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, YES)
    written = len(facts(till))
    for answer in (YES, NO_ANSWER, PaymentAnswer(said=Said.DECLINED)):
        assert till.call(paying.heard, payment.payment_id, answer).payment.state is PaymentState.APPROVED
    assert len(facts(till)) == written


def test_an_approval_that_comes_after_somebody_said_unpaid_is_astray(till: Till) -> None:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, NO_ANSWER)
    till.call(resolving.said_unpaid, payment.payment_id, "no slip", Word(name="Budi", pin="9999"))
    till.call(tendering.pay_cash)
    till.call(paying.heard, payment.payment_id, YES)
    assert states(till) == [PaymentState.ASTRAY]


def test_a_manager_says_that_it_was_paid(till: Till) -> None:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, NO_ANSWER)
    with pytest.raises(WordNeeded):
        till.call(resolving.said_paid, payment.payment_id, "A7", "the slip shows it")
    with pytest.raises(EntryRefused):
        till.call(resolving.said_paid, payment.payment_id, "A7", " ", Word(name="Budi", pin="9999"))
    with pytest.raises(TenderRefused):
        till.call(resolving.said_paid, payment.payment_id, "", "it was", Word(name="Budi", pin="9999"))
    assert states(till) == [PaymentState.UNKNOWN]
    word = Word(name="Budi", pin="9999")
    heard = till.call(resolving.said_paid, payment.payment_id, "A7", "the slip shows it", word)
    assert heard.paid is not None
    assert heard.paid.sale is not None
    ended = next(one for one in facts(till) if isinstance(one, PaymentEnded))
    assert ended.outcome is PaymentOutcome.SAID_PAID
    assert ended.card == CardSlip(approval_code="A7")
    assert ended.approval is not None
    assert (ended.approval.staff_id, ended.approval.reason) == ("s-budi", "the slip shows it")


def test_a_manager_says_that_it_was_not_paid_and_the_basket_can_be_paid_again(till: Till) -> None:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, NO_ANSWER)
    till.staff = staff_members()[1]
    heard = till.call(resolving.said_unpaid, payment.payment_id, "the terminal's journal has none")
    assert heard.payment.state is PaymentState.CANCELLED
    assert states(till) == []
    assert ask(till).payment_id != payment.payment_id


def test_what_is_still_being_asked_for_is_not_settled_by_hand(till: Till) -> None:
    payment = ask(till)
    till.staff = staff_members()[1]
    with pytest.raises(TenderRefused):
        till.call(resolving.said_unpaid, payment.payment_id, "impatience")


def refund_heard(till: Till, refund: Payment, answer: PaymentAnswer = YES) -> None:
    till.call(paying.heard, refund.payment_id, answer)


def with_part_by_card(till: Till) -> Payment:
    payment = ask(till, 4000)
    till.call(paying.heard, payment.payment_id, YES)
    return payment


def test_the_last_tender_goes_back_where_it_was_asked_for(till: Till) -> None:
    paid = with_part_by_card(till)
    refund = till.call(giving_back.ask_last_back)
    assert (refund.amount_minor, refund.refund_of) == (-4000, paid.payment_id)
    assert len(till.call(selling.current).basket.tenders) == 1
    with pytest.raises(TenderRefused):
        till.call(tendering.take_back)
    refund_heard(till, refund)
    view = till.call(selling.current)
    assert (view.basket.tenders, view.basket.payments, view.due.due_minor) == ((), (), 9500)
    assert states(till) == []
    ended = [(one.payment_id, one.outcome) for one in facts(till) if isinstance(one, PaymentEnded)]
    assert ended[1:] == [
        (refund.payment_id, PaymentOutcome.APPROVED),
        (paid.payment_id, PaymentOutcome.GIVEN_BACK),
    ]
    assert isinstance(facts(till)[-1], TenderTakenBack)


def test_a_tender_that_could_not_be_given_back_stays(till: Till) -> None:
    with_part_by_card(till)
    refund = till.call(giving_back.ask_last_back)
    refund_heard(till, refund, PaymentAnswer(said=Said.DECLINED))
    view = till.call(selling.current)
    assert (len(view.basket.tenders), view.basket.payments, view.due.due_minor) == (1, (), 5500)


def test_a_refund_without_an_answer_is_unknown_and_its_tender_stays_until_it_is_known(till: Till) -> None:
    with_part_by_card(till)
    refund = till.call(giving_back.ask_last_back)
    refund_heard(till, refund, NO_ANSWER)
    assert states(till) == [PaymentState.UNKNOWN]
    with pytest.raises(PaymentOpen):
        till.call(giving_back.ask_last_back)
    till.staff = staff_members()[1]
    till.call(resolving.said_paid, refund.payment_id, "R1", "the customer's bank shows it")
    assert till.call(selling.current).basket.tenders == ()


def test_what_was_not_paid_outside_is_not_given_back_there(till: Till) -> None:
    till.call(tendering.pay_cash, 1000)
    with pytest.raises(TenderRefused):
        till.call(giving_back.ask_last_back)


def with_astray(till: Till) -> Payment:
    payment = ask(till)
    till.call(paying.heard, payment.payment_id, NO_ANSWER)
    till.call(tendering.pay_cash, again=True)
    till.call(paying.heard, payment.payment_id, YES)
    return payment


def test_a_payment_in_no_sale_is_given_back_once(till: Till) -> None:
    paid = with_astray(till)
    refund = till.call(giving_back.ask_astray_back, paid.payment_id)
    with pytest.raises(TenderRefused):
        till.call(giving_back.ask_astray_back, paid.payment_id)
    refund_heard(till, refund)
    assert states(till) == []
    with pytest.raises(TenderRefused):
        till.call(giving_back.ask_astray_back, paid.payment_id)
    # The terminal goes on saying that it was approved once; that brings it back no more.
    till.call(paying.heard, paid.payment_id, YES)
    assert states(till) == []


def test_a_manager_says_what_became_of_a_payment_in_no_sale(till: Till) -> None:
    paid = with_astray(till)
    with pytest.raises(WordNeeded):
        till.call(giving_back.said_kept, paid.payment_id, "the customer owes us more")
    with pytest.raises(EntryRefused):
        till.call(giving_back.said_given_back, paid.payment_id, "")
    assert states(till) == [PaymentState.ASTRAY]
    word = Word(name="Budi", pin="9999")
    till.call(giving_back.said_given_back, paid.payment_id, "in cash, from the safe", word)
    assert states(till) == []
    ended = facts(till)[-1]
    assert isinstance(ended, PaymentEnded)
    assert (ended.outcome, ended.reason) == (PaymentOutcome.GIVEN_BACK, "in cash, from the safe")
