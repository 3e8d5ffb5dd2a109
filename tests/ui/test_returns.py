"""Returns on screen and in plain words: found by number or scan, chosen by line, the money by a number."""

import msgspec
import pytest

from omnipos.domain.lowest import LowestPrice
from omnipos.ports import HubAway
from omnipos.services import reprinting, selling
from omnipos.services.till import Till
from tests import rigs
from tests.goods import IMEI, OTHER_IMEI, fill_goods
from tests.rigs import fill
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import say

PHONE = "8991234500019"
INDOMIE, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"


async def sell(hands: Hands, *codes: str) -> None:
    """Sell something for cash, exactly."""
    await hands.scan(*codes)
    await hands.press("f12", "enter", "escape")


async def test_a_receipt_that_is_scanned_offers_its_return_and_the_money_goes_by_a_number(till: Till) -> None:
    async with counter(till) as hands:
        await sell(hands, TEH, TEH, INDOMIE)
        await hands.scan("S1-1-000001")
        assert "F9 Return" in hands.text
        await hands.press("f9")
        assert "Return of S1-1-000001" in hands.text
        await hands.press("1", "enter", "2")
        assert "It is in the basket to come back." in hands.text
        assert "From S1-1-000001, Does not please" in hands.text
        await hands.press("f12")
        assert "Rp 6.000 goes back to the customer. How?" in hands.text
        await hands.press("enter")
        assert "Enter is no answer here." in hands.text
        assert till.call(selling.current).basket.tenders == ()
        await hands.press("1")
        assert "CASH BACK" in hands.text
    sale = till.call(reprinting.latest)[0]
    assert (sale.total_minor, [one.amount_minor for one in sale.tenders]) == (-6000, [-6000])


async def test_the_reflexes_of_paying_give_nothing_back(till: Till) -> None:
    async with counter(till, SMALL) as hands:
        await sell(hands, TEH)
        await hands.press("f9")
        await hands.type("S1-1-000001")
        await hands.press("enter", "space", "enter", "1", "f12", "escape")
        for key in ("enter", "f7", "f9"):
            await hands.press(key)
            assert "goes back to the customer. How?" in hands.text
            await hands.press("escape")
        assert till.call(selling.current).basket.tenders == ()
        assert till.call(reprinting.latest)[0].total_minor == 6000


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ((), "F12 gives the money back."),
        ((TEH,), "Nothing is left to pay; F12 ends the exchange."),
        ((TEH, TEH), "Rp 6.000 is left to pay with F12."),
    ],
)
async def test_goods_that_come_back_say_who_owes_whom(till: Till, taken: tuple[str, ...], said: str) -> None:
    async with counter(till, LARGE) as hands:
        await sell(hands, TEH)
        if taken:
            await hands.scan(*taken)
        await hands.press("f9")
        await hands.type("s1-1-000001")
        await hands.press("enter", "space", "enter", "3")
        assert f"It is in the basket to come back. {said}" in hands.text


async def test_an_even_exchange_is_finished_by_a_number(till: Till) -> None:
    async with counter(till, LARGE) as hands:
        await sell(hands, TEH)
        await hands.press("f9")
        await hands.type("s1-1-000001")
        await hands.press("enter", "d", "enter", "3")
        assert "From S1-1-000001, Broken, damaged" in hands.text
        await hands.scan(TEH)
        await hands.press("f12")
        assert "Nothing is due and nothing goes back." in hands.text
        await hands.press("1")
    assert till.call(reprinting.latest)[0].tenders == ()


async def test_less_than_a_coin_is_rounded_away_by_a_number(till: Till) -> None:
    async with counter(till) as hands:
        await sell(hands, TEH)
        await hands.press("f9")
        await hands.type("S1-1-000001")
        await hands.press("enter", "space", "enter", "1")
        cheaper = msgspec.structs.replace(rigs.TEH, price_minor=5960)
        fill(till.store.folder, "catalogue", ("product:p-teh", cheaper))
        await hands.scan(TEH)
        await hands.press("f12")
        assert "Rp 40 goes back to the customer. How?" in hands.text
        assert "1 Nothing: in cash it is rounded away" in hands.text
        await hands.press("1")
    sale = till.call(reprinting.latest)[0]
    assert (sale.total_minor, [one.amount_minor for one in sale.tenders]) == (-40, [0])


async def test_without_a_receipt_a_manager_gives_the_word(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f9", "f9")
        await hands.scan(KOPI)
        assert "lowest recent price Rp 25.600" in hands.text
        await hands.press("4")
        assert "A manager's word" in hands.text
        await hands.type("Budi")
        await hands.press("enter")
        await hands.type("9999")
        await hands.press("enter")
        assert "It is in the basket to come back." in hands.text
    back = till.call(selling.current).basket.lines[0].returned
    assert back is not None
    assert back.approval is not None
    assert (back.amount_minor, back.approval.staff_id) == (-25_600, "s-budi")


async def test_which_piece_comes_back_is_a_row_of_its_own_and_a_weight_is_typed(till: Till) -> None:
    fill_goods(till.store.folder)
    async with counter(till) as hands:
        await hands.type("2*")
        await hands.scan(PHONE)
        await hands.scan(IMEI)
        await hands.scan(OTHER_IMEI)
        await hands.type("0.482*APEL")
        await hands.press("enter", "f12", "enter", "escape", "f9")
        await hands.type("S1-1-000001")
        await hands.press("enter")
        assert f"HP Ria 5 · {IMEI}" in hands.text
        await hands.press("down", "space", "down")
        await hands.type("0.25")
        assert "0.25 kg comes back." in hands.text
        await hands.type("9")
        assert "0.259 kg comes back." in hands.text
        await hands.press("backspace", "enter", "1")
    lines = till.call(selling.current).basket.lines
    assert [(one.serials, one.quantity_milli) for one in lines] == [((OTHER_IMEI,), -1000), ((), -250)]


async def test_digits_add_up_and_what_would_be_too_many_begins_anew(till: Till) -> None:
    async with counter(till, SMALL) as hands:
        await hands.type("20*")
        await sell(hands, TEH)
        await hands.press("f9")
        await hands.type("S1-1-000001")
        await hands.press("enter", "1", "2")
        assert "−12" in hands.text
        await hands.press("5")
        assert "−12" not in hands.text
        assert "−5" in hands.text
        await hands.press("right", "1", "3", "backspace", "4", "enter", "1")
    assert [one.quantity_milli for one in till.call(selling.current).basket.lines] == [-14_000]


def test_plain_words_say_which_piece_comes_back_and_a_weight(till: Till) -> None:
    fill_goods(till.store.folder)
    say(till, f"2*{PHONE} serial={IMEI} serial={OTHER_IMEI}", "4131 weight=482g", "pay cash")
    say(till, "return S1-1-000001", f"return-line 1 {OTHER_IMEI} broken", "return-line 2 0.25 bruised")
    lines = till.call(selling.current).basket.lines
    assert [(one.serials, one.quantity_milli) for one in lines] == [((OTHER_IMEI,), -1000), ((), -250)]


async def test_a_number_on_no_receipt_leaves_the_box_as_it_is(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f9")
        await hands.type("S9-9-000001")
        await hands.press("enter")
        assert "this till has no such sale" in hands.text
        assert "S9-9-000001" in hands.text


def test_plain_words_bring_goods_back_and_give_the_money(till: Till) -> None:
    say(till, f"2*{TEH}", "pay cash")
    said = say(till, "return s1-1-000001")
    assert "Line 1: Teh Botol 450 ml, 2 of 2 may come back." in said
    assert say(till, "refund cash") == "Nothing in this basket comes back."
    said = say(till, "return S1-1-000001", "return-line 1 1 damaged leaks")
    assert said.startswith("1 Teh Botol 450 ml in the basket to come back, −Rp 6.000.")
    assert say(till, "refund") == "The money may go back so: refund cash: Cash Rp 6.000."
    assert "still due" not in say(till, "refund cash 3000")
    assert say(till, "pay cash").startswith("Money goes back here.")
    assert say(till, "refund cash").startswith("Sale S1-1-000002 is done. Total −Rp 6.000.")
    sale = till.call(reprinting.latest)[0]
    assert [one.amount_minor for one in sale.tenders] == [-3000, -3000]
    assert sale.lines[0].note == "From S1-1-000001, leaks, damaged"


def test_plain_words_ask_a_manager_for_goods_without_a_receipt(till: Till) -> None:
    said = say(till, f"return-goods {KOPI} broken")
    assert "Type allow" in said
    said = say(till, f"return-goods {KOPI} broken", "allow Budi 9999")
    assert said.startswith("1 Kopi Kapal Api 200 g in the basket to come back, −Rp 25.600.")


class CheaperElsewhere(HubAway):
    """A hub that knows a lower price than this till."""

    def lowest_price(self, product_id: str) -> LowestPrice:
        """Say Rp 20.000."""
        return LowestPrice(product_id=product_id, currency="IDR", days=30, price_minor=20_000)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_without_a_receipt_the_screen_says_whose_price_it_is(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await hands.press("f9", "f9")
        await hands.scan(KOPI)
        assert "lowest recent price Rp 25.600." in hands.text
        assert "lowest of this till only" in hands.text
        await hands.press("escape", "escape")
        till.hub = CheaperElsewhere()
        await hands.press("f9", "f9")
        await hands.scan(KOPI)
        assert "lowest recent price Rp 20.000." in hands.text
        assert "lowest at all tills" in hands.text
        await hands.press("f3")
        assert "Damaged." in hands.text
        await hands.press("4")
        assert "A manager's word" in hands.text
        assert "at all tills. Sari may" in " ".join(hands.text.replace("│", "").split())


def test_plain_words_say_whose_lowest_price_goes_back(till: Till) -> None:
    only_here = "That is the lowest of this till only: the hub cannot be asked."
    assert only_here in say(till, f"return-goods {KOPI} broken", "allow Budi 9999")
    till.hub = CheaperElsewhere()
    assert "at Rp 6.000, the lowest recent price at all tills." in say(till, f"return-goods {TEH} broken")
    said = say(till, f"return-goods {TEH} broken", "allow Budi 9999")
    assert "Teh Botol 450 ml in the basket to come back" in said
    assert said.endswith(
        "That is the lowest at all tills. Total −Rp 31.600. Type refund to give the money back."
    )
