"""Signing in: names by arrows, number or beginning; the PIN; nobody yet; the idle lock."""

from pathlib import Path

from omnipos.config import Settings
from omnipos.services import selling
from omnipos.services.till import Till
from tests.rigs import HandClock, open_till
from tests.ui.driving import counter


async def test_number_and_pin_open_the_till(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        assert hands.up == "SignInScreen"
        await hands.type("2")
        await hands.type("1234")
        assert "1234" not in hands.text
        assert "••••" in hands.text
        await hands.press("enter")
        assert hands.up == "SellScreen"
        assert till.staff is not None
        assert till.staff.name == "Sari"


async def test_a_key_of_the_sell_screen_says_to_sign_in_first(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        await hands.press("f9")
        said = " ".join(hands.text.replace("│", " ").split())
        assert "F9 (Return) works on the sell screen. Sign in first." in said


async def test_beginning_of_a_name_narrows_and_enter_takes(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        await hands.type("sa")
        assert "Budi" not in hands.text
        await hands.press("enter")
        await hands.type("1234")
        await hands.press("enter")
        assert till.staff is not None
        assert till.staff.name == "Sari"


async def test_arrows_choose_and_escape_goes_back_to_the_names(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        await hands.press("down", "enter")
        assert "Budi" not in hands.text
        await hands.press("escape")
        assert "Budi" in hands.text


async def test_wrong_pin_says_so_until_the_next_key(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        await hands.type("1")
        await hands.type("1111")
        await hands.press("enter")
        assert hands.up == "SignInScreen"
        assert "That is not the PIN of Budi." in hands.text
        await hands.type("9")
        assert "That is not the PIN" not in hands.text
        assert till.staff is None


async def test_scan_into_the_pin_is_refused_and_leaves_it_empty(till: Till) -> None:
    till.staff = None
    async with counter(till) as hands:
        await hands.type("1")
        await hands.scan("8998866200578")
        assert "Sign in first" in hands.text
        assert "•" not in hands.text
    assert till.call(selling.current).basket.lines == ()


async def test_nobody_yet_says_why_and_names_appear_by_themselves(tmp_path: Path) -> None:
    from tests.rigs import fill_small_shop

    till = open_till(tmp_path)
    async with counter(till) as hands:
        assert "Nobody can sign in yet" in hands.text
        fill_small_shop(tmp_path)
        await hands.app.look_around()
        await hands.settle()
        assert "Sari" in hands.text
    till.store.close()


async def test_idle_till_locks_and_keeps_the_basket(till: Till, clock: HandClock) -> None:
    async with counter(till, settings=Settings(idle_lock_s=120)) as hands:
        await hands.scan("8998866200578")
        clock.pass_ms(119_000)
        await hands.app.look_around()
        assert hands.up == "SellScreen"
        clock.pass_ms(1_000)
        await hands.app.look_around()
        await hands.settle()
        assert hands.up == "SignInScreen"
        assert till.staff is None
        await hands.type("2")
        await hands.type("1234")
        await hands.press("enter")
        assert "Indomie Goreng 85 g" in hands.text


async def test_first_tender_over_a_basket_found_at_sign_in_asks(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan("8998866200578")
        await hands.press("f11")
        assert hands.up == "SignInScreen"
        await hands.type("2")
        await hands.type("1234")
        await hands.press("enter", "f12", "enter")
        assert hands.up == "ChoiceScreen"
        await hands.press("enter")
        assert hands.up == "ChoiceScreen"
        await hands.type("1")
        assert "CHANGE DUE" in hands.text
