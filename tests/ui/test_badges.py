"""Badges at the counter: at the first screen, in the middle of selling, and where a word is asked for."""

import msgspec
import pytest

from omnipos.domain.staff import StaffHabits
from omnipos.services import selling
from omnipos.services.till import Till
from tests.rigs import SHOP, STORE, fill
from tests.services.test_badges import BUDIS, SARIS, give_badges
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import INDOMIE, TEH, say
from tests.ui.plain_rig import counter as plain


@pytest.fixture(autouse=True)
def badges(till: Till) -> None:
    """Both people have badges."""
    give_badges(till.store.folder)


def want_pins(till: Till) -> None:
    wants = msgspec.structs.replace(SHOP, staff=StaffHabits(badge_needs_pin=True))
    fill(till.store.folder, "settings", (f"shop:{STORE}", wants))


async def test_a_badge_opens_the_till(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        await hands.scan(SARIS)
        assert hands.up == "SellScreen"
        assert till.staff is not None
        assert (till.staff.name, SARIS[8:] in hands.text) == ("Sari", False)


async def test_where_the_shop_wants_it_the_pin_is_asked_for_too(till: Till) -> None:
    till.staff = None
    want_pins(till)
    async with counter(till) as hands:
        await hands.scan(SARIS)
        assert hands.up == "SignInScreen"
        assert "Now type the PIN of Sari." in hands.text
        await hands.type("1234")
        await hands.press("enter")
        assert hands.up == "SellScreen"


async def test_a_badge_in_the_middle_of_selling_does_nothing_and_is_not_shown(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE, BUDIS, TEH)
        assert BUDIS[8:] not in hands.text
        await hands.scan(BUDIS)
        assert "That is a staff badge." in hands.text
        assert till.staff is not None
        assert till.staff.name == "Sari"
    assert [line.name for line in till.call(selling.current).basket.lines] == [
        "Indomie Goreng 85 g",
        "Teh Botol 450 ml",
    ]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_managers_badge_allows_what_was_refused(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await hands.scan(INDOMIE, TEH)
        await hands.press("ctrl+t")
        await hands.type("Diplomat")
        await hands.press("enter", "enter")
        assert hands.up == "WordScreen"
        assert "Sari may not do this." in hands.text
        await hands.scan(SARIS)
        assert "Sari may not do this. Ask a manager." in hands.text
        await hands.scan(BUDIS)
        assert hands.up == "SellScreen"
        assert "No tax: Diplomat" in hands.text
        assert till.staff is not None
        assert till.staff.name == "Sari"


async def test_the_pin_of_another_name_is_not_the_badges(till: Till) -> None:
    want_pins(till)
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("ctrl+t")
        await hands.type("Diplomat")
        await hands.press("enter", "enter")
        await hands.scan(BUDIS)
        assert "Now type the PIN of Budi." in hands.text
        await hands.type("1234")
        await hands.press("enter")
        assert hands.up == "WordScreen"
        assert "That is not the PIN of Budi." in hands.text
        await hands.type("9999")
        await hands.press("enter")
        assert hands.up == "SellScreen"
        assert "No tax: Diplomat" in hands.text


async def test_escape_leaves_the_word_and_nothing_was_done(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("ctrl+t")
        await hands.type("Diplomat")
        await hands.press("enter", "enter", "escape")
        assert hands.up == "ExemptScreen"
        assert "Diplomat" in hands.text
    assert till.call(selling.current).basket.exemption is None


def test_a_badge_is_a_line_of_the_plain_counter(till: Till) -> None:
    till.staff = None
    talk = plain(till)
    assert talk.answer(SARIS) == "Sari is signed in."
    talk.answer(INDOMIE)
    assert "may not do this" in str(talk.answer("discount 1 10% Damaged"))
    assert "Rp 350 off" in str(talk.answer(BUDIS))
    assert str(talk.answer(BUDIS)).startswith("Nothing waits for a manager's word.")
    till.staff = None
    assert talk.answer(f"sign-in {SARIS}") is not None
    assert till.staff is not None


def test_plain_words_of_a_badge_that_opens_nothing_do_not_repeat_it(till: Till) -> None:
    till.staff = None
    assert say(till, SARIS[:-1] + "0") == "This badge opens nothing here. Ask a manager for another."
