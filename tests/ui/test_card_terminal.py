"""Cards by a terminal on screen: asking, cancelling, walking away, and the list of what is not known."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from textual.pilot import Pilot

from omnipos.config import Settings
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import TenderRefused
from omnipos.domain.payment import PaymentAnswer, PaymentState, Said
from omnipos.domain.tender import TenderKind
from omnipos.services import paying as intents
from omnipos.services import reprinting, resolving, returning, selling, tendering
from omnipos.services.returning import Back
from omnipos.services.till import Till
from screens.app import TillApp
from tests.rigs import TEH as TEH_BOTOL
from tests.terminals.rig import NO, NO_ANSWER, YES, HandTerminal, waiter
from tests.ui.driving import LARGE, SMALL, Hands, counter

INDOMIE, TEH = "8998866200578", "8996006855893"


@pytest.fixture
def terminal() -> HandTerminal:
    return HandTerminal()


@asynccontextmanager
async def paying(till: Till, terminal: HandTerminal) -> AsyncIterator[Hands]:
    """Ring up 12.000 at a till with a terminal, and press C."""
    with waiter(till, terminal):
        async with counter(till) as hands:
            await hands.scan(TEH, TEH)
            await hands.press("f12", "c")
            yield hands


async def until(hands: Hands, holds: Callable[[], bool], what: str) -> None:
    """Let the counter go on until something holds."""
    end = monotonic() + 20
    while not holds():
        assert monotonic() < end, f"waited in vain for {what}; the screen is\n{hands.text}"
        await hands.settle()
    # It may have been seen in the middle of what it is part of.
    await hands.settle()


async def answer(hands: Hands, terminal: HandTerminal, said: PaymentAnswer) -> None:
    """Let the terminal answer, and wait until the box that waits is gone."""
    terminal.answer = said
    terminal.charged.set()
    await until(hands, lambda: hands.up != "ChargingScreen", "the answer")


def sold(till: Till) -> list[int]:
    return [sale.total_minor for sale in till.call(reprinting.latest)]


def states(till: Till) -> list[PaymentState]:
    return [one.state for one in till.call(resolving.open_payments)]


async def test_the_answer_of_the_terminal_finishes_the_sale(till: Till, terminal: HandTerminal) -> None:
    async with paying(till, terminal) as hands:
        assert hands.up == "ChargingScreen"
        assert "The card terminal is asked for Rp 12.000." in hands.text
        await hands.press("enter", "enter")
        await answer(hands, terminal, YES)
        assert "Sale S1-1-000001 saved." in hands.text
        assert "CHANGE DUE" in hands.text
    assert sold(till) == [12_000]


async def test_a_declined_card_says_that_nothing_moved_and_the_sale_can_be_paid_otherwise(
    till: Till, terminal: HandTerminal
) -> None:
    async with paying(till, terminal) as hands:
        await answer(hands, terminal, NO)
        assert "Declined: nothing of the Rp 12.000 moved. Not enough money." in " ".join(hands.text.split())
        assert hands.pays
        await hands.press("escape")
        assert "scan, or type a name" in hands.text
        await hands.press("f12", "enter")
        assert "CHANGE DUE" in hands.text
    assert sold(till) == [12_000]


async def test_a_part_by_card_leaves_the_rest_due(till: Till, terminal: HandTerminal) -> None:
    with waiter(till, terminal):
        async with counter(till) as hands:
            await hands.scan(TEH, TEH)
            await hands.press("f12")
            await hands.type("5000c")
            await answer(hands, terminal, YES)
            assert "Still due" in hands.text
            assert "7.000" in hands.text
    assert sold(till) == []


async def test_a_payment_is_cancelled_at_the_terminal(till: Till, terminal: HandTerminal) -> None:
    async with paying(till, terminal) as hands:
        await hands.press("f8")
        await until(hands, lambda: hands.up != "ChargingScreen", "the end")
        assert "nothing of the Rp 12.000 moved" in hands.text
        assert states(till) == []
        terminal.answer = PaymentAnswer(said=Said.CANCELLED)


async def test_the_next_customer_is_served_while_the_terminal_hangs(
    till: Till, terminal: HandTerminal
) -> None:
    async with paying(till, terminal) as hands:
        await hands.press("f4")
        assert "Basket 1 is parked" in hands.text
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter", "escape")
        assert sold(till) == [3500]
        terminal.charged.set()
        await until(hands, lambda: sold(till) == [12_000, 3500], "the end")
        await until(hands, lambda: "is paid by card. Sale S1-1-000002 saved." in hands.text, "the news")
    assert till.call(selling.parked) == ()


async def test_back_from_asking_loses_nothing_and_nothing_changes_meanwhile(
    till: Till, terminal: HandTerminal
) -> None:
    async with paying(till, terminal) as hands:
        await hands.press("escape")
        assert "Asking the terminal" in hands.text
        assert "ayment unknown" not in hands.text
        await hands.scan(INDOMIE)
        assert "A payment of this sale is not known yet." in hands.text
        terminal.charged.set()
        await until(hands, lambda: sold(till) == [12_000], "the end")
        await until(hands, lambda: "is paid by card" in hands.text, "the news")


async def test_a_lost_answer_shows_until_a_manager_settles_it(till: Till, terminal: HandTerminal) -> None:
    async with paying(till, terminal) as hands:
        await answer(hands, terminal, NO_ANSWER)
        assert "Nobody knows yet whether Rp 12.000 was charged." in " ".join(hands.text.split())
        assert "payment unknown" in hands.text.splitlines()[0]
        assert "Payment unknown · ^O" in hands.text
        assert "Asking the terminal" not in hands.text
        await hands.press("escape", "ctrl+o")
        assert "Rp 12.000  unknown" in hands.text
        await hands.press("enter", "enter")
        assert "Enter is no answer here." in hands.text
        await hands.press("3")
        await hands.type("A77")
        await hands.press("enter")
        await hands.type("the slip shows it")
        await hands.press("enter")
        assert hands.up == "WordScreen"
        await hands.type("Budi")
        await hands.press("enter")
        await hands.type("9999")
        await hands.press("enter")
        assert states(till) == []
        assert "payment unknown" not in hands.text
    assert sold(till) == [12_000]


async def test_an_answer_found_later_takes_the_bad_news_away(till: Till, terminal: HandTerminal) -> None:
    async with paying(till, terminal) as hands:
        await answer(hands, terminal, NO_ANSWER)
        assert "Nobody knows yet" in hands.text
        terminal.status_answer = YES
        (payment,) = till.call(resolving.open_payments)
        assert till.charging is not None
        till.charging.ask_again(payment)
        await until(hands, lambda: "CHANGE DUE" in hands.text, "the finished sale")
        assert "Nobody knows yet" not in hands.text


async def test_a_second_card_payment_asks_by_a_numbered_choice(till: Till, terminal: HandTerminal) -> None:
    async with paying(till, terminal) as hands:
        await answer(hands, terminal, NO_ANSWER)
        await hands.press("c")
        assert hands.up == "ChoiceScreen"
        assert "1 Pay by card again" in hands.text
        await hands.press("enter", "escape")
        assert [what for what, _id in terminal.asked] == ["charge"]
        terminal.answer = YES
        await hands.press("c", "1")
        await until(hands, lambda: sold(till) == [12_000], "the end")
    assert [what for what, _id in terminal.asked] == ["charge", "charge"]
    assert states(till) == [PaymentState.UNKNOWN]


@pytest.mark.parametrize("key", ["enter", "f4"])
async def test_cash_for_what_a_card_may_have_paid_is_taken_by_a_numbered_choice(
    till: Till, terminal: HandTerminal, key: str
) -> None:
    async with paying(till, terminal) as hands:
        await answer(hands, terminal, NO_ANSWER)
        await hands.press(key)
        assert hands.up == "ChoiceScreen"
        assert "1 Take cash all the same" in hands.text
        await hands.press("enter", "f4", "escape")
        assert sold(till) == []
        await hands.press(key, "1")
        assert ("CHANGE DUE" in hands.text) == (key == "enter"), "a note of 5.000 is a part"
    assert states(till) == [PaymentState.UNKNOWN]


async def test_what_was_charged_for_a_sale_paid_in_cash_is_given_back_at_the_terminal(
    till: Till, terminal: HandTerminal
) -> None:
    async with paying(till, terminal) as hands:
        await hands.press("escape", "f12", "enter", "1")
        assert sold(till) == [12_000]
        terminal.charged.set()
        await until(hands, lambda: "its sale is paid already" in " ".join(hands.text.split()), "the news")
        await hands.press("escape", "ctrl+o", "enter", "1")
        await until(hands, lambda: not states(till), "the end")
        await until(hands, lambda: "went back to the card" in hands.text, "the news")
    assert [what for what, _id in terminal.asked] == ["charge", "refund"]


async def test_the_last_payment_goes_back_at_the_terminal(till: Till, terminal: HandTerminal) -> None:
    with waiter(till, terminal):
        async with counter(till) as hands:
            await hands.scan(TEH, TEH)
            await hands.press("f12")
            await hands.type("5000c")
            await answer(hands, terminal, YES)
            await hands.press("f10")
            assert "Ask the terminal to give it back" in hands.text
            await hands.press("1")
            await until(hands, lambda: "went back to the card" in hands.text, "the news")
            assert till.call(selling.current).basket.tenders == ()
            await hands.press("enter")
    assert sold(till) == [12_000]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "140x45"])
@pytest.mark.parametrize("looks", ["asking", "list", "one"])
def test_a_card_payment_looks_as_before(
    till: Till,
    terminal: HandTerminal,
    snap_compare: Callable[..., bool],
    looks: str,
    size: tuple[int, int],
) -> None:
    app = TillApp(till, Settings(idle_lock_s=0))

    async def drive(pilot: Pilot[None]) -> None:
        hands = Hands(app, pilot)
        await hands.settle()
        await app.look_around()
        await hands.settle()
        await hands.scan(TEH, TEH)
        await hands.press("f12", "c")
        if looks != "asking":
            await answer(hands, terminal, NO_ANSWER)
            await hands.press("escape", "ctrl+o")
        if looks == "one":
            await hands.press("enter")
        await app.look_around()
        await hands.settle()

    with waiter(till, terminal):
        assert snap_compare(app, run_before=drive, terminal_size=size)


async def test_what_was_paid_at_the_terminal_goes_back_there_and_no_more(
    till: Till, terminal: HandTerminal
) -> None:
    async with paying(till, terminal) as hands:
        await answer(hands, terminal, YES)
        await hands.press("escape", "f9")
        await hands.type("S1-1-000001")
        await hands.press("enter", "1", "enter", "1", "f12")
        terminal.charged.clear()
        await hands.press("1", "1")
        assert "The card terminal is asked to give Rp 6.000 back." in hands.text
        await answer(hands, terminal, YES)
    assert [what for what, _payment in terminal.asked] == ["charge", "refund"]
    back, sale = till.call(reprinting.latest)
    assert [one.amount_minor for one in back.tenders] == [-6000]
    assert (back.total_minor, sale.total_minor) == (-6000, 12_000)


def test_a_terminal_is_not_asked_to_give_back_what_was_paid_in_cash(till: Till) -> None:
    till.call(selling.ring, [(Item(product=TEH_BOTOL), 1000)])
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    found = till.call(returning.find, None, sale.receipt_number)[0]
    till.call(returning.bring, found, [Back(line_no=1, quantity_milli=1000)], "1")
    with pytest.raises(TenderRefused, match="may go back so"):
        till.call(intents.ask, TenderKind.CARD, "terminal", -6000)
