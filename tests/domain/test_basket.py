"""The basket's rules: lines are added, raised, changed and voided, and nothing else may happen."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.basket import (
    MOST_LINES,
    Basket,
    OrderToSettle,
    add_item,
    change_quantity,
    line_of,
    void_line,
)
from omnipos.domain.catalogue import Item, Product
from omnipos.domain.errors import BasketRefused, DomainError, EntryRefused
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.tender import Tender, TenderKind
from tests.rigs import APEL, EXEMPT, INDOMIE, KOPI, PPN, SERVICE, TEH

TAXES = {tax.code: tax for tax in (PPN, EXEMPT, SERVICE)}
EMPTY = Basket(basket_id="b", number=1, currency="IDR", started_at_ms=0, staff_id="s")


def with_items(*products: Product) -> Basket:
    basket = EMPTY
    for product in products:
        basket, _line = add_item(basket, Item(product=product), 1000)
    return basket


def test_the_same_product_again_raises_its_line() -> None:
    basket = with_items(INDOMIE, TEH, INDOMIE)
    assert [(line.line_id, line.sku, line.quantity_milli) for line in basket.lines] == [
        (1, "IDM-85", 2000),
        (2, "TEH-450", 1000),
    ]


def test_another_price_or_tax_is_another_line() -> None:
    dearer = msgspec.structs.replace(INDOMIE, price_minor=3600)
    taxed = msgspec.structs.replace(INDOMIE, tax_code="SVC")
    assert [line.unit_price_minor for line in with_items(INDOMIE, dearer, taxed).lines] == [3500, 3600, 3500]


def test_a_voided_line_id_is_never_used_again() -> None:
    basket, taken = void_line(with_items(INDOMIE, TEH), 2)
    assert taken.sku == "TEH-450"
    assert [line.line_id for line in add_item(basket, Item(product=TEH), 1000)[0].lines] == [1, 3]


@pytest.mark.parametrize("quantity_milli", [0, -1000, 100_000_000])
def test_no_quantity_is_refused(quantity_milli: int) -> None:
    basket = with_items(INDOMIE)
    with pytest.raises(EntryRefused):
        add_item(basket, Item(product=TEH), quantity_milli)
    with pytest.raises(EntryRefused):
        change_quantity(basket, 1, quantity_milli)


def test_pieces_are_whole_when_rung_and_when_changed_but_weight_is_not() -> None:
    with pytest.raises(BasketRefused, match="sold by the piece"):
        add_item(EMPTY, Item(product=INDOMIE), 500)
    with pytest.raises(BasketRefused, match="sold by the piece"):
        change_quantity(with_items(INDOMIE), 1, 1500)
    assert add_item(EMPTY, Item(product=APEL), 482)[1].amount_minor == 21_690


def test_a_sum_too_large_to_count_is_refused() -> None:
    gold = msgspec.structs.replace(APEL, price_minor=10**14)
    with pytest.raises(BasketRefused, match="more than the till can count"):
        add_item(EMPTY, Item(product=gold), 99_999_000)


def test_a_full_basket_takes_no_other_line_but_more_of_the_same() -> None:
    line = with_items(INDOMIE).lines[0]
    lines = tuple(
        msgspec.structs.replace(line, line_id=n, product_id=f"p{n}" if n > 1 else line.product_id)
        for n in range(1, MOST_LINES + 1)
    )
    full = msgspec.structs.replace(EMPTY, lines=lines, next_line_id=MOST_LINES + 1)
    with pytest.raises(BasketRefused, match="full"):
        add_item(full, Item(product=TEH), 1000)
    assert add_item(full, Item(product=INDOMIE), 1000)[1].quantity_milli == 2000


def test_a_part_paid_basket_does_not_change() -> None:
    part_paid = msgspec.structs.replace(
        with_items(INDOMIE), tenders=(Tender(kind=TenderKind.CASH, amount_minor=1000),)
    )
    for change in (
        lambda: add_item(part_paid, Item(product=TEH), 1000),
        lambda: change_quantity(part_paid, 1, 2000),
        lambda: void_line(part_paid, 1),
    ):
        with pytest.raises(BasketRefused, match="paid already"):
            change()


def test_a_line_of_an_order_is_neither_changed_nor_voided_nor_raised() -> None:
    line = msgspec.structs.replace(with_items(INDOMIE).lines[0], order_line_id="w-1")
    basket = msgspec.structs.replace(
        EMPTY, lines=(line,), next_line_id=2, order=OrderToSettle(order_id="o", number="W", check="code")
    )
    with pytest.raises(BasketRefused):
        change_quantity(basket, 1, 2000)
    with pytest.raises(BasketRefused):
        void_line(basket, 1)
    assert [one.quantity_milli for one in add_item(basket, Item(product=INDOMIE), 1000)[0].lines] == [
        1000,
        1000,
    ]


def test_a_line_that_is_gone_is_refused() -> None:
    with pytest.raises(BasketRefused, match="no longer"):
        line_of(EMPTY, 1)


def test_what_was_paid_online_stands_before_what_is_taken_here() -> None:
    order = OrderToSettle(order_id="o", number="W", check="code", paid_online_minor=5000)
    cash = Tender(kind=TenderKind.CASH, amount_minor=8000)
    basket = msgspec.structs.replace(EMPTY, order=order, tenders=(cash,))
    assert [(one.kind, one.amount_minor) for one in basket.all_tenders] == [
        (TenderKind.ONLINE, 5000),
        (TenderKind.CASH, 8000),
    ]
    assert not basket.is_empty


def test_a_basket_of_many_rates_comes_to_its_goods_and_what_is_on_top() -> None:
    service = msgspec.structs.replace(KOPI, product_id="p-svc", tax_code="SVC", price_minor=10_000)
    basket, _line = add_item(with_items(INDOMIE, TEH, service), Item(product=APEL), 482)
    totals = price_lines(basket.lines, Terms(taxes=TAXES))
    assert totals.goods_minor == 41_190
    assert [(one.code, one.tax_minor) for one in totals.taxes] == [("PPN", 941), ("SVC", 800), ("EXEMPT", 0)]
    assert (totals.total_minor, totals.tax_minor) == (41_990, 1741)


def test_a_line_whose_tax_is_not_set_up_is_refused() -> None:
    with pytest.raises(BasketRefused, match="PPN"):
        price_lines(with_items(INDOMIE).lines, Terms(taxes={}))


@given(st.data())
def test_no_sequence_of_changes_breaks_a_basket(data: st.DataObject) -> None:
    basket, used = EMPTY, set[int]()
    for _step in range(data.draw(st.integers(0, 12))):
        line_ids = st.integers(1, 8)
        quantity = data.draw(st.sampled_from([0, 482, 1000, 3000, 99_999_000]))
        product = data.draw(st.sampled_from([INDOMIE, TEH, APEL, KOPI]))
        act = data.draw(st.sampled_from(["add", "change", "void"]))
        try:
            if act == "add":
                basket, _line = add_item(basket, Item(product=product), quantity)
            elif act == "change":
                basket, _line = change_quantity(basket, data.draw(line_ids), quantity)
            else:
                basket, line = void_line(basket, data.draw(line_ids))
                used.add(line.line_id)
        except DomainError:
            continue
        ids = [line.line_id for line in basket.lines]
        assert len(set(ids)) == len(ids)
        assert not used & set(ids)
        assert all(0 < line.line_id < basket.next_line_id for line in basket.lines)
        assert all(line.quantity_milli > 0 for line in basket.lines)
        assert len({line.product_id for line in basket.lines}) == len(basket.lines)
        totals = price_lines(basket.lines, Terms(taxes=TAXES))
        assert totals.total_minor == sum(line.amount_minor for line in basket.lines)
