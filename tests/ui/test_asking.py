"""The boxes in which goods ask: by keys and by scanner, nothing lost and nothing taken for what it is not."""

import pytest

from omnipos.events import AgeChecked, decode_fact
from omnipos.services import selling
from omnipos.services.till import Till
from omnipos.store import journal
from tests.goods import IMEI, OTHER_IMEI, SHIRTS, WRONG_IMEI, fill_goods
from tests.ui.driving import counter

INDOMIE, TEH = "8998866200578", "8996006855893"
PHONE, BEER = "8991234500019", "8991234500026"


@pytest.fixture(autouse=True)
def _goods(till: Till) -> None:
    fill_goods(till.store.folder)


def lines(till: Till) -> list[tuple[str, int]]:
    return [(line.name, line.quantity_milli) for line in till.call(selling.current).basket.lines]


def ages(till: Till) -> list[bool]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    facts = [decode_fact(event.body) for event in events]
    return [one.sold for one in facts if isinstance(one, AgeChecked)]


async def test_a_family_is_chosen_by_arrows_or_narrowed_by_typing(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("kaos")
        assert "Kaos Polos" in hands.text
        assert "6 variants" in hands.text
        await hands.press("enter")
        assert hands.up == "AskScreen"
        assert "Which Kaos Polos?" in hands.text
        await hands.press("down", "enter")
        await hands.type("2*kaos")
        await hands.press("enter")
        await hands.type("biru l")
        assert "Merah" not in hands.text.split("Which")[1].split("Esc")[0].replace("Polos Merah M", "")
        await hands.press("enter")
        assert hands.up == "SellScreen"
    assert lines(till) == [("Kaos Polos Merah M", 1000), ("Kaos Polos Biru L", 2000)]


async def test_a_scanned_variant_goes_straight(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(SHIRTS[4].barcodes[0].code)
        assert hands.up == "SellScreen"
    assert lines(till) == [("Kaos Polos Biru M", 1000)]


async def test_weight_is_typed_in_grams_and_a_wrong_one_is_said(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("4131")
        await hands.press("enter")
        await hands.press("enter")
        assert "is not a quantity" in hands.text
        await hands.type("482 g")
        await hands.press("enter")
        assert "0,482 kg × 45.000     21.690" in hands.text
    assert lines(till) == [("Apel Fuji", 482)]


async def test_a_scan_is_no_price_and_waits_for_its_turn(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("roti")
        await hands.press("enter")
        await hands.type("12")
        await hands.scan(INDOMIE, TEH)
        assert "2 scans wait until this is answered." in hands.text
        assert "12▏" in hands.text
        assert lines(till) == []
        await hands.type(".500")
        await hands.press("enter")
        assert hands.up == "SellScreen"
    assert lines(till) == [("Roti", 1000), ("Indomie Goreng 85 g", 1000), ("Teh Botol 450 ml", 1000)]


async def test_escape_takes_nothing_and_loses_no_scan_and_no_typing(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("tele")
        await hands.scan(BEER)
        await hands.scan(INDOMIE)
        await hands.press("escape")
        assert hands.up == "SellScreen"
        assert " tele▏" in hands.text
    assert lines(till) == [("Indomie Goreng 85 g", 1000)]
    assert ages(till) == []


async def test_a_burst_asks_one_after_the_other_in_order(till: Till) -> None:
    async with counter(till) as hands:
        for code in (INDOMIE, BEER, TEH, PHONE, INDOMIE):
            hands.scan_without_waiting(code)
        await hands.settle()
        assert "Bir 620 ml is sold from 21 years on" in hands.text
        assert lines(till) == [("Indomie Goreng 85 g", 1000)]
        await hands.press("1")
        assert "IMEI of HP Ria 5" in hands.text
        assert "1 scan waits" in hands.text
        await hands.type(IMEI)
        await hands.press("enter")
    assert lines(till) == [
        ("Indomie Goreng 85 g", 2000),
        ("Bir 620 ml", 1000),
        ("Jaminan botol", 1000),
        ("Teh Botol 450 ml", 1000),
        ("HP Ria 5", 1000),
    ]
    assert ages(till) == [True]


async def test_a_scan_answers_a_number_but_another_product_does_not(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("2*")
        await hands.scan(PHONE)
        await hands.scan(WRONG_IMEI)
        assert "check digit. Scan it again" in hands.text
        await hands.scan(IMEI)
        assert "2 of 2" in hands.text
        await hands.scan(IMEI)
        assert "in the basket already" in hands.text
        hands.scan_without_waiting(OTHER_IMEI)
        hands.scan_without_waiting(TEH)
        await hands.settle()
        assert hands.up == "SellScreen"
    assert lines(till) == [("HP Ria 5", 2000), ("Teh Botol 450 ml", 1000)]
    assert till.call(selling.current).basket.lines[0].serials == (IMEI, OTHER_IMEI)


async def test_no_reflex_answers_an_age_and_a_no_is_said_before_the_next_scan(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(BEER)
        await hands.press("enter")
        assert "Enter is no answer here" in hands.text
        await hands.type("9")
        assert "Type the number of an answer" in hands.text
        await hands.scan(INDOMIE)
        await hands.press("2")
        assert "is not sold to anybody under 21" in hands.text
        assert lines(till) == []
        await hands.press("enter")
        assert hands.up == "SellScreen"
    assert lines(till) == [("Indomie Goreng 85 g", 1000)]
    assert ages(till) == [False]


@pytest.mark.parametrize("stalls", [(), (5,), (6,), (6, 7), (5, 7)])
async def test_a_scan_that_stalls_at_a_digit_answers_no_age(till: Till, stalls: tuple[int, ...]) -> None:
    code = "9558991000005"  # Its "1" stands at 6.
    async with counter(till) as hands:
        await hands.scan(BEER)
        for at, digit in enumerate(code):
            hands.strike(digit, digit, 0.07 if at in stalls else 0.004)
        hands.strike("enter", None, 0.004)
        await hands.settle()
        assert hands.up == "AskScreen"
        assert "1 scan waits until this is answered." in hands.text
    assert lines(till) == []
    assert ages(till) == []


async def test_a_lock_keeps_the_question_and_what_waits_behind_it(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("2*")
        await hands.scan(BEER)
        await hands.scan(INDOMIE)
        await hands.app.lock()
        await hands.settle()
        assert hands.up == "SignInScreen"
        await hands.type("2")
        await hands.type("1234")
        await hands.press("enter")
        assert hands.up == "AskScreen"
        assert lines(till) == []
        await hands.press("1")
    assert lines(till) == [("Bir 620 ml", 2000), ("Jaminan botol", 2000), ("Indomie Goreng 85 g", 1000)]


async def test_goods_ask_over_another_screen_too(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f3")
        below = hands.up
        await hands.press("escape", "f7")
        await hands.scan(BEER)
        assert hands.up == "AskScreen"
        await hands.press("1")
        assert hands.up != "AskScreen"
        assert below == "OrdersScreen"
    assert lines(till)[0] == ("Bir 620 ml", 1000)


async def test_a_label_is_rung_as_it_says_and_a_wrong_one_is_said(till: Till) -> None:
    from tests.goods import label_code

    async with counter(till) as hands:
        await hands.scan(label_code("21", 4131, 2169))
        assert "0,482 kg × 45.000     21.690" in hands.text
        await hands.scan("2104131021690")
        assert "check digit" in hands.text
    assert lines(till) == [("Apel Fuji", 482)]
