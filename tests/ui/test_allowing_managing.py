"""Whoever may only sell counts stock, sees staff, settles and trains: each on a manager's word."""

import pytest

from omnipos.services import settling
from omnipos.services.till import Till
from tests.rigs import fill_exceptions
from tests.services.deeds import TEH, Badges, words_given
from tests.services.test_badges import BUDIS
from tests.ui import test_allowing
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import counter as plain

till = test_allowing.till
give_word = test_allowing.give_word


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_stock_is_counted_on_one_word(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await hands.press("ctrl+k")
        assert "Stocktake: Nina may not do this." in hands.text
        await hands.scan(BUDIS)
        assert hands.up == "StocktakeScreen"
        await hands.scan(TEH, TEH)
        await hands.press("f5", "4", "enter", "escape")
        await hands.press("ctrl+k")
        assert "4 of 50" in hands.text
        await hands.press("f12", "1")
        assert hands.up == "SellScreen"
        assert "1 product is counted." in hands.text
        await hands.press("ctrl+k")
        assert hands.up == "WordScreen"
    assert words_given(till) == [("s-budi", "count", "Stocktake")]


async def test_what_is_scanned_for_another_count_waits_for_its_word(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("ctrl+k")
        await give_word(hands)
        till.leaves.clear()
        await hands.scan(TEH, TEH, TEH)
        assert hands.up == "WordScreen"
        await give_word(hands)
        assert hands.up == "StocktakeScreen"
        assert "3 of 50" in hands.text


async def test_a_badge_is_made_on_a_word_behind_that_for_the_list(till: Till) -> None:
    till.badges = Badges()
    async with counter(till) as hands:
        await hands.press("ctrl+g", "3")
        await give_word(hands)
        assert hands.up == "StaffScreen"
        await hands.press("enter", "1")
        assert "New badge for Budi: Nina may not do this." in hands.text
        await give_word(hands)
        assert "The badge of Budi is being printed." in hands.text
    assert [why for _who, _right, why in words_given(till)] == ["Staff", "New badge for Budi"]


async def test_approvals_are_listed_on_a_word_that_stands_among_them(till: Till) -> None:
    async with counter(till, LARGE) as hands:
        await hands.press("ctrl+g", "2")
        await give_word(hands)
        assert hands.up == "ApprovalJournalScreen"
        assert "Nina: exception to the rules" in hands.text
        assert "allowed by Budi: Approvals given" in hands.text


async def test_an_exception_is_settled_on_a_word(till: Till) -> None:
    fill_exceptions(till.store.folder)
    async with counter(till) as hands:
        await hands.press("ctrl+x", "enter")
        await hands.type("1")
        await hands.press("enter")
        await give_word(hands)
        assert "Exception 7 is settled." in hands.text
    assert len(till.call(settling.find, "7").case.answers) == 1


async def change_training(hands: Hands) -> None:
    await hands.press("ctrl+y", "1")
    assert "Beginning training: Nina may not do this." in " ".join(hands.text.replace("│", " ").split())
    assert not hands.app.changes_training


async def test_training_is_begun_on_a_word(till: Till) -> None:
    async with counter(till) as hands:
        await change_training(hands)
        await give_word(hands)
        assert hands.app.changes_training


async def test_training_is_not_begun_without_one(till: Till) -> None:
    async with counter(till) as hands:
        await change_training(hands)
        await hands.press("escape")
        assert (hands.up, hands.app.changes_training) == ("SellScreen", False)


PLAIN = (
    ("count", f"count {TEH}", "Teh Botol 450 ml: 1 counted, 50 expected."),
    ("staff", "staff", "4 people work here."),
    ("approvals", "approvals", "0 approvals wait."),
    ("settle", "settle 7 goods_back", "Exception 7 is settled"),
    ("training", "training", "Training begins"),
)


@pytest.mark.parametrize(("name", "typed", "said"), PLAIN, ids=[one[0] for one in PLAIN])
def test_plain_words_take_a_managers_word_for_each(till: Till, name: str, typed: str, said: str) -> None:
    fill_exceptions(till.store.folder)
    talk = plain(till)
    asked = str(talk.answer(typed))
    assert "Nina may not do this. A manager's name and PIN allow it. Type allow, a manager's" in asked
    assert talk.answer("allow Oka 7777") == "Oka may not do this. Ask a manager."
    assert words_given(till) == []
    assert str(talk.answer("allow Budi 9999")).startswith(said)
    assert len(words_given(till)) == 1


def test_plain_words_count_on_one_word_until_the_count_is_finished(till: Till) -> None:
    talk = plain(till)
    talk.answer(f"count {TEH}")
    talk.answer("allow Budi 9999")
    talk.answer("count set 47")
    assert str(talk.answer("count finish")).startswith("Teh Botol 450 ml: 47 counted, 50 expected.")
    assert talk.answer("1") == "1 product is counted."
    assert "Nina may not do this." in str(talk.answer("count"))
    assert words_given(till) == [("s-budi", "count", "Stocktake")]
