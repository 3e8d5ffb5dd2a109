"""Card payments at the terminal in the plain counter, and the list of what is not known."""

import time
from collections.abc import Iterator

import msgspec
import pytest

from omnipos.domain.payment import PaymentState
from omnipos.services import resolving
from omnipos.services.till import Till
from omnipos.store.payments import payment_by_id
from screens.plain import PlainCounter
from tests.rigs import staff_members
from tests.terminals.rig import NO, NO_ANSWER, YES, HandTerminal, waiter
from tests.ui.plain_rig import TEH, counter


@pytest.fixture
def terminal() -> HandTerminal:
    """A terminal that answers at once."""
    made = HandTerminal()
    made.charged.set()
    return made


@pytest.fixture
def talk(till: Till, terminal: HandTerminal) -> Iterator[PlainCounter]:
    with waiter(till, terminal):
        yield counter(till, as_json=True, pause=time.sleep)


def say(talk: PlainCounter, line: str) -> dict[str, object]:
    answer = talk.answer(line)
    assert answer is not None
    found: dict[str, object] = msgspec.json.decode(answer)
    return found


def states(till: Till) -> list[PaymentState]:
    return [one.state for one in till.call(resolving.open_payments)]


def test_pay_card_asks_the_terminal_and_says_the_sale(
    till: Till, talk: PlainCounter, terminal: HandTerminal
) -> None:
    say(talk, TEH)
    told = say(talk, "pay card")
    assert told["ok"] is True
    assert told["sale"] is not None
    assert [what for what, _id in terminal.asked] == ["charge"]


def test_a_declined_card_is_no_success(till: Till, talk: PlainCounter, terminal: HandTerminal) -> None:
    terminal.answer = NO
    say(talk, TEH)
    told = say(talk, "pay card")
    assert told["ok"] is False
    assert told["say"] == "Declined: nothing of the Rp 6.000 moved. Not enough money."


def test_an_unknown_payment_is_listed_and_settled_with_a_managers_word(
    till: Till, talk: PlainCounter, terminal: HandTerminal
) -> None:
    terminal.answer = NO_ANSWER
    say(talk, TEH)
    assert say(talk, "pay card")["ok"] is False
    assert say(talk, "payments")["say"] == "Payment 1, Card, Rp 6.000, unknown."
    assert say(talk, "payment 1 unpaid no slip")["word_needed"] is True
    assert say(talk, "allow Budi 9999")["ok"] is True
    assert states(till) == []
    assert say(talk, "payments")["say"] == "Every payment is known."


def test_a_second_charge_is_chosen_by_a_number(
    till: Till, talk: PlainCounter, terminal: HandTerminal
) -> None:
    terminal.answer = NO_ANSWER
    say(talk, TEH)
    say(talk, "pay card")
    terminal.answer = YES
    assert "Type 1 to leave it; 2 to charge again." in str(say(talk, "pay card")["say"])
    assert say(talk, "1")["sale"] is None
    say(talk, "pay card")
    assert say(talk, "2")["sale"] is not None


@pytest.mark.parametrize("typed", ["pay cash", "pay cash 10000"])
def test_cash_for_what_a_card_may_have_paid_is_chosen_by_a_number(
    till: Till, talk: PlainCounter, terminal: HandTerminal, typed: str
) -> None:
    terminal.answer = NO_ANSWER
    say(talk, TEH)
    say(talk, "pay card")
    assert "Type 1 to leave it; 2 to take cash all the same." in str(say(talk, typed)["say"])
    assert say(talk, "1")["sale"] is None
    say(talk, typed)
    assert say(talk, "2")["sale"] is not None


def test_the_last_payment_goes_back_at_the_terminal(
    till: Till, talk: PlainCounter, terminal: HandTerminal
) -> None:
    say(talk, TEH)
    say(talk, "pay card 1000")
    assert "2 to give it back there" in str(say(talk, "pay back")["say"])
    assert say(talk, "2")["say"] == "Rp 1.000 went back to the card."
    assert [what for what, _id in terminal.asked] == ["charge", "refund"]


@pytest.mark.parametrize("typed", ["pay card", "pay card all"])
def test_paying_by_card_gives_no_money_back_and_a_refund_names_its_payment(
    till: Till, talk: PlainCounter, terminal: HandTerminal, typed: str
) -> None:
    till.staff = staff_members()[1]
    say(talk, TEH)
    say(talk, "pay card")
    say(talk, "return S1-1-000001")
    say(talk, "return-line 1 1 broken")
    assert str(say(talk, typed)["say"]).startswith("Money goes back here.")
    assert [what for what, _id in terminal.asked] == ["charge"]
    paid = terminal.asked[0][1]
    assert say(talk, "refund card")["sale"] is not None
    assert terminal.asked[1][0] == "refund"
    refund = till.store.call(lambda: payment_by_id(till.store.books, terminal.asked[1][1]))
    assert refund is not None
    assert refund.refund_of == paid
