"""Whoever may only sell, at the keys and in plain words: what takes a right asks for a manager's word."""

import time

import pytest

from omnipos.domain.approval import ApprovalState
from omnipos.domain.staff import Right
from omnipos.events import Fact, PaymentAsked
from omnipos.services import reporting, reprinting, selling
from omnipos.services.till import Till
from tests.rigs import HandClock, fill
from tests.services.deeds import brought_by_budi, closed, facts, sell, sellers, words_given
from tests.services.test_badges import BUDIS, give_badges
from tests.services.test_queueing import answer
from tests.services.test_shifting import print_all
from tests.terminals.rig import YES, HandTerminal, waiter
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import counter as plain
from tests.ui.test_card_terminal import answer as terminal_says
from tests.ui.test_managing import asked_id, look

TEH = "8996006855893"


@pytest.fixture
def till(till: Till) -> Till:
    """The till with Nina signed in, who may only sell."""
    people = sellers()
    fill(till.store.folder, "staff", *((f"staff:{one.staff_id}", one) for one in people))
    give_badges(till.store.folder)
    till.staff = people[0]
    return till


PLAIN = (
    ("return", sell, ("return S1-1-000001",), "return-line 1 1 Broken", "1 Teh Botol 450 ml in the basket"),
    ("refund", brought_by_budi, (), "refund cash", "Sale S1-1-000002 is done."),
    ("float", None, (), "float 2*100000", "The float is Rp 200.000."),
    ("pay-in", None, (), "pay-in 5000 change", "Paid in: Rp 5.000."),
    ("pay-out", None, (), "pay-out 5000 ice", "Paid out: Rp 5.000."),
    ("drop", None, (), "drop 5000", "Safe drop: Rp 5.000."),
    ("x", sell, (), "x", "1 sales, total Rp 12.000"),
    ("x print", sell, (), "x print", "1 sales, total Rp 12.000"),
    ("report", sell, (), "report", "1 sale, total Rp 12.000"),
    ("close", sell, (), "close 12*1000", "S1-1-Z0001: 1 sales, total Rp 12.000"),
    ("z", closed, (), "z", "S1-1-Z0001: 1 sales, total Rp 12.000"),
    ("z 1", closed, (), "z 1", "S1-1-Z0001 is printed again, marked COPY."),
)


@pytest.mark.parametrize(("name", "ready", "before", "typed", "said"), PLAIN, ids=[one[0] for one in PLAIN])
def test_plain_words_take_a_managers_word_for_each(
    till: Till, name: str, ready: object, before: tuple[str, ...], typed: str, said: str
) -> None:
    if callable(ready):
        ready(till)
    print_all(till, HandClock())
    talk = plain(till)
    for one in before:
        talk.answer(one)
    asked = str(talk.answer(typed))
    assert "Nina may not do this. A manager's name and PIN allow it. Type allow, a manager's" in asked
    assert talk.answer("allow Oka 7777") == "Oka may not do this. Ask a manager."
    assert words_given(till) == []
    assert str(talk.answer("allow Budi 9999")).startswith(said)
    assert len(words_given(till)) == 1
    assert talk.answer("allow Budi 9999") == (
        "Nothing waits for a manager's word. Type first what is to be allowed."
    )


def test_plain_words_close_by_a_manager_elsewhere(till: Till) -> None:
    sell(till)
    print_all(till, HandClock())

    def pause(_seconds: float) -> None:
        answer(till, asked_id(till), ApprovalState.GRANTED, right=Right.CASH_UP)

    talk = plain(till, pause=pause)
    talk.answer("close 12*1000")
    assert str(talk.answer("ask-manager")).startswith("S1-1-Z0001: 1 sales")
    assert words_given(till) == [("s-budi", "cash_up", "Closing the shift")]


async def give_word(hands: Hands) -> None:
    """Let the manager type their name and PIN."""
    assert hands.up == "WordScreen", hands.text
    await hands.type("budi")
    await hands.press("enter")
    await hands.type("9999")
    await hands.press("enter")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_return_asks_once_from_the_receipt_to_the_money(till: Till, size: tuple[int, int]) -> None:
    sell(till)
    async with counter(till, size) as hands:
        await hands.press("f9")
        await hands.type("S1-1-000001")
        await hands.press("enter", "1", "enter", "2")
        assert "Return of S1-1-000001: Nina may not do this." in " ".join(
            hands.text.replace("│", " ").split()
        )
        await give_word(hands)
        assert "It is in the basket to come back." in hands.text
        await hands.press("f12", "1")
        assert "CASH BACK" in hands.text
    assert till.call(reprinting.latest)[0].total_minor == -6000
    assert words_given(till) == [("s-budi", "return", "Return of S1-1-000001: Does not please")]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_x_is_seen_with_a_badge_and_printed_with_another_word(
    till: Till, size: tuple[int, int]
) -> None:
    sell(till)
    async with counter(till, size) as hands:
        await hands.press("f10", "f7")
        assert hands.up == "WordScreen"
        await hands.scan(BUDIS)
        assert hands.up == "ReportScreen"
        await hands.press("f7")
        await give_word(hands)
        assert hands.up == "ReportScreen"
        assert "The report is being printed." in hands.text
    assert words_given(till) == [
        ("s-budi", "report", "X report"),
        ("s-budi", "report", "Printing the X report"),
    ]


async def test_x_is_seen_when_a_manager_elsewhere_allows_it(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f10", "f7", "f2")
        assert hands.up == "AskedScreen"
        answer(till, asked_id(till), ApprovalState.GRANTED, right=Right.REPORT)
        await look(hands)
        assert hands.up == "ReportScreen"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_drawer_is_counted_and_closed_on_one_word(till: Till, size: tuple[int, int]) -> None:
    sell(till)
    print_all(till, HandClock())
    async with counter(till, size) as hands:
        await hands.press("f10", "f2")
        await hands.type("0")
        await hands.press("f12")
        await give_word(hands)
        assert "The float is Rp 0." in hands.text
        await hands.press("f3")
        await hands.type("1000")
        await hands.press("enter")
        await hands.type("change")
        await hands.press("enter")
        await give_word(hands)
        assert "Paid in: Rp 1.000." in hands.text
        print_all(till, HandClock())
        await hands.press("f12")
        await give_word(hands)
        assert hands.up == "CashUpScreen"
        print_all(till, HandClock())
        for _field in range(20):
            if hands.up != "CashUpScreen":
                break
            await hands.press("f12")
        await hands.press("enter", "enter")
        await hands.press("enter")
        assert "The drawer is Rp 13.000 short" in " ".join(hands.text.split())
        await hands.type("stolen")
        await hands.press("enter")
        await give_word(hands)
        assert hands.up == "ReportScreen", hands.text
    report = till.store.call(lambda: reporting.z_report(till.store.books, 0))
    assert report.closed_by == "s-nina"
    assert [right for _who, right, _why in words_given(till)] == ["drawer", "drawer", "cash_up", "override"]


async def test_who_leaves_the_count_is_asked_again(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f10", "f12")
        await give_word(hands)
        await hands.press("escape")
        assert hands.up == "DrawerScreen"
        await hands.press("f12")
        if hands.up == "ChoiceScreen":
            await hands.type("1")
        assert hands.up == "WordScreen"


async def test_closed_shifts_are_listed_with_a_word_and_printed_with_another(till: Till) -> None:
    closed(till)
    async with counter(till) as hands:
        await hands.press("f10", "f8")
        await give_word(hands)
        assert "S1-1-Z0001" in hands.text
        await hands.press("f7")
        await give_word(hands)
        assert "S1-1-Z0001 is printed again, marked COPY." in hands.text
        await hands.press("enter")
        assert hands.up == "ReportScreen"
        await hands.press("escape")
        assert hands.up == "ShiftsScreen"
    assert [why for _who, _right, why in words_given(till)] == [
        "Closed shifts",
        "Printing S1-1-Z0001 again",
    ]


async def test_a_wrong_pin_and_who_may_not_either_change_nothing(till: Till) -> None:
    before = len(facts(till))
    async with counter(till) as hands:
        await hands.press("f10", "f7")
        await hands.type("oka")
        await hands.press("enter")
        assert "Oka may not do this." in hands.text
        await hands.press("escape", "f7")
        await hands.type("budi")
        await hands.press("enter")
        await hands.type("1111")
        await hands.press("enter")
        assert "That is not the PIN of Budi." in hands.text
        assert hands.up == "WordScreen"
    assert len(facts(till)) == before
    assert till.call(selling.current).basket.is_empty


async def test_the_terminal_is_asked_for_a_refund_on_a_word(till: Till) -> None:
    brought_by_budi(till, card=True)
    terminal = HandTerminal()
    with waiter(till, terminal):
        async with counter(till) as hands:
            await hands.press("f12", "1", "1")
            assert "Giving money back: Nina may not do this." in " ".join(
                hands.text.replace("│", " ").split()
            )
            assert facts_of(till, PaymentAsked) == []
            await give_word(hands)
            assert hands.up == "ChargingScreen", hands.text
            await terminal_says(hands, terminal, YES)
    assert till.call(reprinting.latest)[0].total_minor == -6000
    assert words_given(till) == [("s-budi", "return", "Giving money back")]


def test_plain_words_ask_the_terminal_for_a_refund_on_a_word(till: Till) -> None:
    brought_by_budi(till, card=True)
    terminal = HandTerminal()
    terminal.answer = YES
    terminal.charged.set()
    with waiter(till, terminal):
        talk = plain(till, pause=time.sleep)
        assert "Giving money back: Nina may not do this." in str(talk.answer("refund card"))
        assert str(talk.answer("allow Budi 9999")).startswith("Sale S1-1-000002 is done.")


def facts_of(till: Till, kind: type[Fact]) -> list[Fact]:
    return [one for one in facts(till) if isinstance(one, kind)]
