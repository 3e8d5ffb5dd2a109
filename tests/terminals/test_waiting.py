"""Who waits for the terminal: the books hear of every end, nobody else waits, nothing is charged again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.domain.payment import Payment, PaymentAnswer, PaymentState, Said
from omnipos.domain.tender import TenderKind
from omnipos.services import finding, paying, resolving, selling
from omnipos.services.paying import Heard
from omnipos.services.till import Till
from terminals.waiting import TerminalWaiter
from tests.rigs import open_till, selling_till
from tests.services.faulty import failing_at
from tests.terminals.rig import NO, NO_ANSWER, YES, HandTerminal, waiter
from tests.waiting import until

INDOMIE = "8998866200578"


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = selling_till(tmp_path)
    found = made.call(finding.scanned, INDOMIE)
    assert isinstance(found, finding.ItemOffer)
    made.call(selling.ring, [(found.item, 1000)])
    yield made
    made.store.close()


def charge(till: Till) -> tuple[Payment, list[Heard]]:
    """Begin a charge; return it and the list into which goes whatever is heard of it."""
    heard: list[Heard] = []
    till.on_payment = heard.append
    assert till.charging is not None
    payment = till.call(paying.ask, TenderKind.CARD, till.charging.provider)
    till.charging.begin(payment)
    return payment, heard


def state_of(till: Till, payment: Payment) -> PaymentState:
    return till.call(paying.one, payment.payment_id).state


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (YES, PaymentState.APPROVED),
        (NO, PaymentState.DECLINED),
        (PaymentAnswer(said=Said.CANCELLED), PaymentState.CANCELLED),
        (PaymentAnswer(said=Said.UNREACHED), PaymentState.CANCELLED),
        (NO_ANSWER, PaymentState.UNKNOWN),
    ],
)
def test_each_end_of_a_charge_is_written_down_and_told(
    till: Till, answer: PaymentAnswer, state: PaymentState
) -> None:
    terminal = HandTerminal()
    terminal.answer = answer
    with waiter(till, terminal):
        payment, heard = charge(till)
        terminal.charged.set()
        until(lambda: heard, "the end")
        assert heard[0].payment.state is state
        assert (heard[0].paid is not None) == (state is PaymentState.APPROVED)
        assert state_of(till, payment) is state


def test_the_books_are_free_while_the_terminal_is_waited_for(till: Till) -> None:
    terminal = HandTerminal()
    with waiter(till, terminal):
        payment, heard = charge(till)
        until(lambda: terminal.asked, "the charge")
        till.call(selling.park)
        found = till.call(finding.scanned, INDOMIE)
        assert isinstance(found, finding.ItemOffer)
        till.call(selling.ring, [(found.item, 1000)])
        assert heard == []
        assert state_of(till, payment) is PaymentState.ASKED
        terminal.charged.set()
        until(lambda: heard, "the end")


def test_an_unknown_payment_is_asked_for_again_by_itself_and_charged_once(till: Till) -> None:
    terminal = HandTerminal()
    terminal.answer = NO_ANSWER
    terminal.charged.set()
    with waiter(till, terminal) as made:
        made.start()
        payment, heard = charge(till)
        until(lambda: ("status", payment.payment_id) in terminal.asked, "a second question")
        assert state_of(till, payment) is PaymentState.UNKNOWN
        assert [one.payment.state for one in heard] == [PaymentState.UNKNOWN]  # told once, asked for often
        terminal.status_answer = YES
        until(lambda: state_of(till, payment) is PaymentState.APPROVED, "the end")
    assert [what for what, _id in terminal.asked].count("charge") == 1


def test_a_terminal_out_of_reach_at_a_later_question_says_nothing(till: Till) -> None:
    terminal = HandTerminal()
    terminal.answer = NO_ANSWER
    terminal.status_answer = PaymentAnswer(said=Said.UNREACHED)
    terminal.charged.set()
    with waiter(till, terminal) as made:
        made.start()
        payment, _heard = charge(till)
        until(lambda: terminal.asked.count(("status", payment.payment_id)) > 2, "more questions")
        assert state_of(till, payment) is PaymentState.UNKNOWN


def test_a_payment_the_terminal_never_heard_of_is_refused_there_before_it_is_ended(till: Till) -> None:
    terminal = HandTerminal()
    terminal.answer = NO_ANSWER
    terminal.status_answer = PaymentAnswer(said=Said.NEVER_HEARD)
    terminal.charged.set()
    with waiter(till, terminal) as made:
        payment, heard = charge(till)
        until(lambda: heard, "the lost answer")
        made.ask_again(payment)
        until(lambda: state_of(till, payment) is PaymentState.CANCELLED, "the end")
    assert [what for what, _id in terminal.asked] == ["charge", "status", "cancel"]


def test_a_charge_is_cancelled_while_it_is_waited_for(till: Till) -> None:
    terminal = HandTerminal()
    terminal.answer = PaymentAnswer(said=Said.CANCELLED)
    with waiter(till, terminal) as made:
        payment, heard = charge(till)
        made.cancel(payment)
        until(lambda: heard, "the end")
        assert state_of(till, payment) is PaymentState.CANCELLED
        terminal.charged.set()
    assert len(heard) == 1


def test_an_answer_that_could_not_be_written_is_asked_for_again(till: Till) -> None:
    terminal = HandTerminal()
    with waiter(till, terminal) as made:
        payment, _heard = charge(till)
        with failing_at(till, 1) as faulty:
            terminal.charged.set()
            until(lambda: faulty.writes, "the write that fails")
            until(lambda: not made.is_waiting_for(payment.payment_id), "the end of the charge")
        assert state_of(till, payment) is PaymentState.ASKED
        terminal.status_answer = YES
        made.start()
        until(lambda: state_of(till, payment) is PaymentState.APPROVED, "the end")


def test_a_till_that_is_left_hears_nothing_more_and_asks_at_its_next_start(till: Till) -> None:
    terminal = HandTerminal()
    with waiter(till, terminal):
        payment, heard = charge(till)
        until(lambda: terminal.asked, "the charge")
    assert heard == []
    assert state_of(till, payment) is PaymentState.ASKED


def test_at_the_start_every_open_payment_is_asked_for_and_none_is_charged(tmp_path: Path) -> None:
    before = selling_till(tmp_path)
    found = before.call(finding.scanned, INDOMIE)
    assert isinstance(found, finding.ItemOffer)
    before.call(selling.ring, [(found.item, 1000)])
    payment = before.call(paying.ask, TenderKind.CARD, TerminalWaiter.provider)
    before.store.close()

    till = open_till(tmp_path)
    till.call(resolving.after_start)
    terminal = HandTerminal()
    terminal.status_answer = YES
    with waiter(till, terminal) as made:
        made.start()
        until(lambda: state_of(till, payment) is PaymentState.APPROVED, "the end")
    assert [what for what, _id in terminal.asked] == ["status"]
    till.store.close()
