"""What is sold keeps its rules in the basket: labels, numbers and deposits; and no odd product breaks it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.basket import Basket, Line, add_item, change_quantity, void_line
from omnipos.domain.catalogue import Answers, Item, Product
from omnipos.domain.errors import BasketRefused, DomainError
from tests.rigs import APEL, INDOMIE, KOPI, TEH

EMPTY = Basket(basket_id="b", number=1, currency="IDR", started_at_ms=0, staff_id="s")
BOTTLE = Product(product_id="p-botol", sku="BOTOL", name="Jaminan botol", price_minor=2000, tax_code="EXEMPT")
BEER = msgspec.structs.replace(TEH, product_id="p-bir", name="Bir 620 ml", deposit_id="p-botol")


def told(basket: Basket) -> list[tuple[str, int, int]]:
    return [(line.name, line.quantity_milli, line.amount_minor) for line in basket.lines]


def with_bottles(quantity_milli: int = 2000) -> Basket:
    return add_item(EMPTY, Item(product=BEER), quantity_milli, deposit=BOTTLE)[0]


def test_a_line_knows_what_promotions_ask_about() -> None:
    product = msgspec.structs.replace(
        KOPI, department="Minuman", category="Kopi", brand="Kapal Api", family="KA", discountable=False
    )
    _basket, line = add_item(EMPTY, Item(product=product), 1000)
    known = (line.department, line.category, line.brand, line.family, line.discountable)
    assert known == ("Minuman", "Kopi", "Kapal Api", "KA", False)


def test_two_labels_of_one_product_are_two_lines_at_the_prices_of_their_labels() -> None:
    basket = EMPTY
    for minor, milli in ((21_690, 482), (9000, 200)):
        basket, _line = add_item(basket, Item(product=APEL, label_minor=minor), milli)
    basket, _line = add_item(basket, Item(product=APEL), 1000)
    assert told(basket) == [
        ("Apel Fuji", 482, 21_690),
        ("Apel Fuji", 200, 9000),
        ("Apel Fuji", 1000, 45_000),
    ]
    with pytest.raises(BasketRefused, match="price from a label"):
        change_quantity(basket, 1, 500)


def test_numbered_pieces_are_lines_of_their_own_that_keep_their_quantity() -> None:
    numbered = Item(product=KOPI, answers=Answers(serials=("SN-1",)))
    other = Item(product=KOPI, answers=Answers(serials=("SN-2",)))
    basket = add_item(add_item(add_item(EMPTY, numbered, 1000)[0], other, 1000)[0], Item(product=KOPI), 1000)[
        0
    ]
    assert [line.serials for line in basket.lines] == [("SN-1",), ("SN-2",), ()]
    with pytest.raises(BasketRefused, match="its own number"):
        change_quantity(basket, 1, 2000)
    assert void_line(basket, 1)[1].serials == ("SN-1",)


def test_a_price_of_0_is_refused_and_a_label_has_its_own() -> None:
    free = msgspec.structs.replace(APEL, price_minor=0)
    with pytest.raises(BasketRefused, match="has the price 0 here"):
        add_item(EMPTY, Item(product=free), 1000)
    assert add_item(EMPTY, Item(product=free, label_minor=500), 1000)[1].amount_minor == 500


def test_a_name_of_5000_characters_is_cut_and_nothing_else_happens() -> None:
    long = msgspec.structs.replace(TEH, name="Teh \u202e" * 1000)
    _basket, line = add_item(EMPTY, Item(product=long), 1000)
    assert len(line.name) == 200
    assert "\u202e" not in line.name


def test_a_deposit_comes_with_its_goods_and_is_no_bargain() -> None:
    basket = with_bottles()
    assert told(basket) == [("Bir 620 ml", 2000, 12_000), ("Jaminan botol", 2000, 4000)]
    goods, deposit = basket.lines
    assert (goods.deposit_for, deposit.deposit_for) == (0, goods.line_id)
    assert (goods.discountable, deposit.discountable) == (True, False)


def test_a_deposit_follows_when_more_is_rung_changed_or_taken_out() -> None:
    basket, line = add_item(with_bottles(), Item(product=BEER), 1000, deposit=BOTTLE)
    assert [one.quantity_milli for one in basket.lines] == [3000, 3000]
    assert line.name == "Bir 620 ml"
    assert [one.quantity_milli for one in change_quantity(basket, 1, 7000)[0].lines] == [7000, 7000]
    after, taken = void_line(basket, 1)
    assert (after.lines, taken.name) == ((), "Bir 620 ml")


def test_a_deposit_is_not_changed_taken_out_or_raised_by_itself() -> None:
    basket = with_bottles()
    with pytest.raises(BasketRefused, match="belongs to Bir 620 ml"):
        void_line(basket, 2)
    with pytest.raises(BasketRefused, match="belongs to Bir 620 ml"):
        change_quantity(basket, 2, 1000)
    alone = add_item(basket, Item(product=BOTTLE), 1000)[0]
    assert [(one.quantity_milli, one.deposit_for) for one in alone.lines] == [(2000, 0), (2000, 1), (1000, 0)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["beer", "indomie", "label", "change", "void"]), st.integers(1, 9)),
        max_size=30,
    )
)
def test_whatever_is_done_each_deposit_counts_as_its_goods(steps: list[tuple[str, int]]) -> None:
    basket = EMPTY
    for step, number in steps:
        try:
            basket = _done(basket, step, number)
        except DomainError:
            continue
    by_id = {line.line_id: line for line in basket.lines}
    deposits = [line for line in basket.lines if line.deposit_for]
    assert all(one.quantity_milli == by_id[one.deposit_for].quantity_milli for one in deposits)
    beers = [line for line in basket.lines if line.product_id == "p-bir"]
    assert [one.deposit_for for one in deposits] == [one.line_id for one in beers]


def _done(basket: Basket, step: str, number: int) -> Basket:
    found: tuple[Basket, Line]
    match step:
        case "beer":
            found = add_item(basket, Item(product=BEER), number * 1000, deposit=BOTTLE)
        case "indomie":
            found = add_item(basket, Item(product=INDOMIE), number * 1000)
        case "label":
            found = add_item(basket, Item(product=APEL, label_minor=number * 45), number)
        case "change":
            found = change_quantity(basket, number, 3000)
        case _:
            found = void_line(basket, number)
    return found[0]
