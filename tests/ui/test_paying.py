"""Paying: cash, banknotes, cards, splits, rounding shown first, and the change that stays."""

from omnipos.services import reprinting, selling, tendering
from omnipos.services.till import Till
from tests.ui.driving import LARGE, Hands, counter

INDOMIE, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"


def sales(till: Till) -> list[tuple[int, int, int]]:
    """Return total, rounding and change of each sale, the newest first."""
    return [(s.total_minor, s.rounding_minor, s.change_minor) for s in till.call(reprinting.latest)]


async def to_pay(hands: Hands) -> None:
    """Ring up 12.000 and go to paying."""
    await hands.scan(TEH, TEH)
    await hands.press("f12")


async def test_enter_alone_pays_the_sum_and_further_enters_do_nothing(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        assert "Enter takes Rp 12.000 in cash" in hands.text
        await hands.press("enter", "enter", "enter")
        assert "CHANGE DUE" in hands.text
    assert sales(till) == [(12_000, 0, 0)]


async def test_banknote_key_gives_change_that_stays_until_the_next_scan(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.press("f7")
        assert "F7 Print again" in hands.text
        assert "Sale S1-1-000001 saved." in hands.text
        await hands.scan(INDOMIE)
        assert not hands.pays
        assert "TOTAL             Rp 3.500" in hands.text
    assert sales(till) == [(12_000, 0, 38_000)]


async def test_key_after_the_sale_begins_the_next_one_and_counts(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.press("enter")
        await hands.type("kop")
        assert not hands.pays
        assert " kop▏" in hands.text


async def test_held_enter_takes_only_one_tender_of_a_split(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.type("5000")
        hands.strike("enter", None, 0.2)
        for _repeat in range(5):
            hands.strike("enter", None, 0.03)
        await hands.settle()
        assert "Still due" in hands.text
        assert sales(till) == []
        assert [t.amount_minor for t in till.call(selling.current).basket.tenders] == [5_000]


async def test_rounding_is_a_line_of_its_own_before_paying(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("0,482*4131")
        await hands.press("enter", "f12")
        assert "Rounding, if in cash   10" in hands.text
        assert "DUE IN CASH     Rp 21.700" in hands.text
        await hands.press("enter")
    assert sales(till) == [(21_690, 10, 0)]


async def test_split_of_card_and_cash(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.type("8000")
        await hands.press("f9")
        assert hands.up == "CardScreen"
        for field in ("A1B2", "BCA", "Visa", "000123", "4242"):
            await hands.type(field)
            await hands.press("enter")
        assert hands.pays
        assert "Card Visa 4242" in hands.text
        await hands.press("enter")
    sale = till.call(reprinting.latest)[0]
    assert [(t.kind.value, t.amount_minor) for t in sale.tenders] == [("card", 8_000), ("cash", 4_000)]
    assert sale.tenders[0].card is not None
    assert sale.tenders[0].card.approval_code == "A1B2"


async def test_the_keys_of_the_other_ways_stay_in_view_however_many_tenders_there_are(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        for _tender in range(5):
            await hands.press("escape")
            await hands.app.desk.put(till.call(tendering.pay_cash, 100).view)
            await hands.press("f12")
            assert "C  Card" in hands.text or "C  Q  G  S  A" in hands.text
        assert "C  Q  G  S  A" in hands.text


async def test_refused_card_leaves_what_was_typed(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.type("c")
        await hands.press("enter")
        await hands.type("BCA")
        await hands.press("up", "up", "up", "enter")
        assert hands.up == "CardScreen"
        assert "BCA" in hands.text
    assert sales(till) == []


async def test_escape_from_paying_keeps_the_basket(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.press("escape")
        assert not hands.pays
        assert "TOTAL            Rp 12.000" in hands.text


async def test_scan_while_paying_goes_back_and_rings(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.scan(INDOMIE)
        assert not hands.pays
        assert "TOTAL            Rp 15.500" in hands.text


async def test_scan_after_a_part_payment_is_refused_and_said(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.type("5000")
        await hands.press("enter")
        await hands.scan(INDOMIE)
        assert "Part of this sale is paid already." in hands.text
    assert [t.amount_minor for t in till.call(selling.current).basket.tenders] == [5_000]


async def test_nonsense_is_refused_and_stays_to_be_corrected(till: Till) -> None:
    async with counter(till) as hands:
        await to_pay(hands)
        await hands.type("12,5")
        await hands.press("enter")
        assert "is not a sum" in hands.text
        assert "12,5" in hands.text
    assert sales(till) == []


async def test_recalled_basket_asks_before_its_first_tender(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(KOPI)
        await hands.press("f4")
        assert "Basket 1 is parked." in hands.text
        await hands.press("f4", "enter")
        assert hands.up == "ParkedScreen"
        await hands.type("1")
        await hands.press("f12", "f8")
        assert hands.up == "ChoiceScreen"
        await hands.press("escape")
        assert sales(till) == []
        await hands.press("f8")
        await hands.type("1")
        assert sales(till) == [(25_600, 0, 74_400)]


async def test_nothing_to_pay_says_so(till: Till) -> None:
    async with counter(till, LARGE) as hands:
        await hands.press("f12")
        assert not hands.pays
        assert "There is nothing to pay." in hands.text
