"""Whoever may only sell collects an order on one manager's word: scanned, made ready, handed over."""

import pytest

from omnipos.domain.order import OrderState
from omnipos.services import collecting
from omnipos.services.till import Till
from tests.services.deeds import TEH, words_given
from tests.services.test_leasing import ORDER, own, put
from tests.ui import test_allowing
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import counter as plain

till = test_allowing.till
give_word = test_allowing.give_word
INDOMIE = "8998866200578"
ALLOWED = [("s-budi", "collect", "Order W-1001")]


async def open_order(hands: Hands) -> None:
    await hands.press("f3", "enter")
    assert hands.up == "OrderScreen"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_order_is_picked_readied_and_handed_over_on_one_word(
    till: Till, size: tuple[int, int]
) -> None:
    async with counter(till, size) as hands:
        await open_order(hands)
        await hands.scan(INDOMIE, INDOMIE, TEH)
        assert "Order W-1001: Nina may not do this." in " ".join(hands.text.replace("│", " ").split())
        await give_word(hands)
        assert hands.up == "OrderScreen"
        await hands.press("r", "enter")
        assert "Ready. The bag slip is printed." in hands.text
        await hands.press("h")
        await hands.type("471001")
        await hands.press("enter")
        assert "Handed over. The slip is printed." in hands.text
    assert till.call(collecting.order_with_id, ORDER).state is OrderState.COLLECTED
    assert words_given(till) == ALLOWED


async def test_who_leaves_an_order_is_asked_again(till: Till) -> None:
    own(till)
    async with counter(till) as hands:
        await open_order(hands)
        await hands.press("h")
        await hands.type("471001")
        await hands.press("enter")
        await give_word(hands)
        assert "Handed over. The slip is printed." in hands.text
    assert till.leaves == {}


async def test_an_order_of_another_till_is_asked_for_on_a_word(till: Till) -> None:
    put(till)
    async with counter(till) as hands:
        await open_order(hands)
        await hands.press("h")
        assert hands.up == "WordScreen"
        await give_word(hands)
        assert hands.up == "AskScreen"
        assert "Asking till 2" in hands.text
        await hands.press("escape", "escape")
        await hands.press("enter", "h")
        assert hands.up == "WordScreen"


def test_plain_words_collect_an_order_on_one_word(till: Till) -> None:
    talk = plain(till)
    talk.answer("order 1001")
    assert "Order W-1001: Nina may not do this." in str(talk.answer(f"pick {INDOMIE}"))
    assert str(talk.answer("allow Budi 9999")).startswith("Indomie Goreng 85 g, 1 of 2 picked.")
    talk.answer(f"pick {INDOMIE}")
    talk.answer(f"pick {TEH}")
    assert talk.answer("ready 1001 A3") == "Order W-1001 is ready. Its bag slip is printed."
    assert talk.answer("hand-over 1001 471001") == "Order W-1001 is handed over to Sarah Wijaya."
    assert words_given(till) == ALLOWED


def test_plain_words_override_on_the_word_of_another(till: Till) -> None:
    put(till)
    talk = plain(till)
    talk.answer("override 1001 till 2 is broken")
    assert str(talk.answer("allow Budi 9999")).startswith("Type hand-over W-1001 and its code now.")
    assert talk.answer("hand-over 1001 471001") == "Order W-1001 is handed over to Sarah Wijaya."
    assert words_given(till) == [("s-budi", "override", "till 2 is broken")]


@pytest.mark.parametrize("typed", ["ask 1001", "give-back 1001"])
def test_plain_words_ask_and_give_back_on_a_word(till: Till, typed: str) -> None:
    (put if typed.startswith("ask") else own)(till)
    talk = plain(till)
    assert "Order W-1001: Nina may not do this." in str(talk.answer(typed))
    assert str(talk.answer("allow Budi 9999")).startswith("Order W-1001 is")
    assert words_given(till) == ALLOWED
