"""What goods ask before they are rung up: each question in its turn, and only a right answer goes on."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.asking import (
    HowMuch,
    OldEnough,
    Wanted,
    WhatPrice,
    WhichSerial,
    WhichVariant,
    answered,
    born_on_or_before,
    next_question,
    parse_measure,
    question_words,
)
from omnipos.domain.basket import Basket, add_item
from omnipos.domain.catalogue import Answers, Item, Product
from omnipos.domain.errors import BasketRefused, EntryRefused
from tests.rigs import APEL, INDOMIE, KOPI

TODAY = date(2026, 11, 21)
EMPTY = Basket(basket_id="b", number=1, currency="IDR", started_at_ms=0, staff_id="s")
BREAD = msgspec.structs.replace(KOPI, product_id="p-roti", name="Roti", price_minor=0, open_price=True)
PHONE = msgspec.structs.replace(KOPI, product_id="p-hp", name="HP Ria 5", asks_serial=True)
BEER = msgspec.structs.replace(KOPI, product_id="p-bir", name="Bir 330 ml", min_age=21)
RED = msgspec.structs.replace(
    KOPI, product_id="p-r", sku="K-R", name="Kaos Merah", family="Kaos", options=("Merah", "L")
)
BLUE = msgspec.structs.replace(RED, product_id="p-b", sku="K-B", name="Kaos Biru", options=("Biru", "L"))
GOOD_IMEI, BAD_IMEI = "356938035643809", "356938035643808"


def wanted(product: Product, quantity_milli: int = 1000, **changes: object) -> Wanted:
    return Wanted(Item(product=product, **changes), quantity_milli)  # type: ignore[arg-type]


def asked(one: Wanted, basket: Basket = EMPTY) -> object:
    return next_question(one, basket, TODAY)


def tell(one: Wanted, text: str, basket: Basket = EMPTY) -> Wanted:
    question = next_question(one, basket, TODAY)
    assert question is not None
    return answered(one, question, text, basket)


def test_plain_goods_ask_nothing() -> None:
    assert asked(wanted(INDOMIE)) is None


def test_a_family_asks_which_and_is_answered_by_number_words_or_sku() -> None:
    family = wanted(RED, variants=(RED, BLUE))
    assert asked(family) == WhichVariant(name="Kaos", variants=(RED, BLUE))
    for text in ("2", "k-b", "biru / l", "Kaos Biru"):
        assert tell(family, text) == wanted(BLUE)
    for text in ("0", "3", "", "hijau", "99999999999"):
        with pytest.raises(EntryRefused, match="none of them"):
            tell(family, text)


def test_weighed_goods_ask_for_their_weight_unless_it_is_known() -> None:
    assert asked(wanted(APEL)) == HowMuch(name="Apel Fuji", unit="kg")
    assert tell(wanted(APEL), "0,482").quantity_milli == 482
    assert asked(tell(wanted(APEL), "482 g")) is None
    assert asked(wanted(APEL, 482, answers=Answers(is_measured=True))) is None
    assert asked(wanted(APEL, 500, barcode="8991234")) is None


@pytest.mark.parametrize(
    ("text", "quantity_milli"),
    [("0.482", 482), ("0,482 kg", 482), ("2", 2000), ("482 g", 482), ("482g", 482), ("1,5kg", 1500)],
)
def test_a_weight_is_typed_in_kilograms_or_grams(text: str, quantity_milli: int) -> None:
    assert parse_measure(text, "kg") == quantity_milli


@pytest.mark.parametrize("text", ["", "0", "0 g", "x", "-1", "4,8 g", "g", "1000000", "100000001 g", "²"])
def test_a_weight_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused):
        parse_measure(text, "kg")


@pytest.mark.parametrize("text", ["0", "0,000", "0 g", "0kg"])
def test_no_weight_at_all_is_to_be_weighed_again(text: str) -> None:
    with pytest.raises(EntryRefused, match="more than nothing"):
        parse_measure(text, "kg")


def test_goods_of_open_price_ask_for_it() -> None:
    assert asked(wanted(BREAD)) == WhatPrice(name="Roti", currency="IDR")
    priced = tell(wanted(BREAD, 3000), "12.500")
    assert (priced.item.product.price_minor, priced.quantity_milli) == (12_500, 3000)
    assert asked(priced) is None


@pytest.mark.parametrize("text", ["0", "", "-5", "12.50", "x", "9999999999999999"])
def test_a_price_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused):
        tell(wanted(BREAD), text)


def test_each_piece_with_a_number_is_asked_for_it() -> None:
    two = wanted(PHONE, 2000)
    assert asked(two) == WhichSerial(name="HP Ria 5", number=1, count=2)
    one_left = tell(two, GOOD_IMEI)
    assert asked(one_left) == WhichSerial(name="HP Ria 5", number=2, count=2)
    done = tell(one_left, " SN-0042 ")
    assert asked(done) is None
    assert done.item.answers.serials == (GOOD_IMEI, "SN-0042")


def test_an_imei_with_a_wrong_check_digit_is_taken_only_when_it_is_given_again() -> None:
    doubting = tell(wanted(PHONE), BAD_IMEI)
    question = asked(doubting)
    assert question == WhichSerial(name="HP Ria 5", number=1, count=1, doubted=BAD_IMEI)
    assert "wrong check digit" in question_words(question)
    assert tell(doubting, GOOD_IMEI).item.answers.serials == (GOOD_IMEI,)
    assert tell(doubting, BAD_IMEI).item.answers.serials == (BAD_IMEI,)
    other = tell(doubting, "356938035643807")
    assert other.item.answers.serials == ()


@pytest.mark.parametrize("text", ["", "123", "x" * 41, "4111 1111 1111 1111"])
def test_what_is_no_serial_number_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused):
        tell(wanted(PHONE), text)


def test_a_number_is_in_one_basket_once() -> None:
    with pytest.raises(BasketRefused, match="in the basket already"):
        tell(tell(wanted(PHONE, 2000), "SN-0042"), "sn-0042")
    basket, _line = add_item(EMPTY, tell(wanted(PHONE), "SN-0042").item, 1000)
    with pytest.raises(BasketRefused, match="in the basket already"):
        tell(wanted(PHONE), "SN-0042", basket)


def test_more_numbered_pieces_than_anybody_scans_are_refused() -> None:
    with pytest.raises(EntryRefused, match="at most 100"):
        asked(wanted(PHONE, 101_000))


def test_the_age_is_asked_once_a_customer() -> None:
    question = asked(wanted(BEER))
    assert question == OldEnough(name="Bir 330 ml", min_age=21, born_by=date(2005, 11, 21))
    assert "on or before 2005-11-21" in question_words(question)
    assert asked(tell(wanted(BEER), "yes")) is None
    assert tell(wanted(BEER), "NO").item.answers.is_old_enough is False
    assert asked(tell(wanted(BEER), "no")) == question
    assert asked(wanted(BEER), msgspec.structs.replace(EMPTY, age_checked=21)) is None
    assert asked(wanted(BEER), msgspec.structs.replace(EMPTY, age_checked=18)) == question
    with pytest.raises(EntryRefused, match="yes or no"):
        tell(wanted(BEER), "")


def test_all_questions_of_one_item_come_one_after_the_other() -> None:
    everything = msgspec.structs.replace(PHONE, open_price=True, min_age=18, family="Kaos")
    now = wanted(everything, variants=(everything, RED))
    kinds = []
    for text in ("1", "12.500", "yes", "SN-1"):
        kinds.append(type(asked(now)))
        now = tell(now, text)
    assert kinds == [WhichVariant, WhatPrice, OldEnough, WhichSerial]
    assert asked(now) is None


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.integers(1, 30))
def test_who_was_born_on_the_day_named_is_old_enough_and_a_day_later_nobody_is(day: date, years: int) -> None:
    born = born_on_or_before(years, day)
    later = date.fromordinal(born.toordinal() + 1)
    assert (day.year - born.year, (born.month, born.day) <= (day.month, day.day)) == (years, True)
    assert later.year - born.year > 0 or (later.month, later.day) > (day.month, day.day)


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_a_question(text: str) -> None:
    for one in (wanted(APEL), wanted(BREAD), wanted(PHONE), wanted(BEER), wanted(RED, variants=(RED, BLUE))):
        try:
            found = tell(one, text)
        except (EntryRefused, BasketRefused):
            continue
        assert found != one
