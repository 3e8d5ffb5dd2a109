"""Discounts and prices by hand: what may be typed, who takes them, and that no minor unit is ever lost."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain import discounting
from omnipos.domain.basket import Basket, Discount, Line, PriceOverride, add_item, change_quantity, void_line
from omnipos.domain.catalogue import Item, Product
from omnipos.domain.discounting import Off, check_sums, clean_reason, parse_off, parse_price
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.pricing import Terms, Totals, pick_of, price_lines
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Occasion, Pick
from omnipos.domain.sale import SaleIdentity, adds_up, complete
from omnipos.domain.saving import Saving, SavingKind
from omnipos.domain.tax import TaxRounding
from omnipos.domain.tender import Tender, TenderKind, due, settle
from tests.rigs import APEL, EXEMPT, INDOMIE, KOPI, PPN, SERVICE, SHOP, TEH

TAXES = {tax.code: tax for tax in (PPN, EXEMPT, SERVICE)}
TERMS = Terms(taxes=TAXES)
EMPTY = Basket(basket_id="b", number=1, currency="IDR", started_at_ms=0, staff_id="s")
TEN_PERCENT = Discount(reason="Damaged", rate_ppm=100_000)
DEPOSIT = msgspec.structs.replace(TEH, product_id="p-botol", name="Botol", discountable=False)
MADE = PriceOverride(reason="Price match", was_minor=0)


def with_items(*products: Product) -> Basket:
    basket = EMPTY
    for product in products:
        basket, _line = add_item(basket, Item(product=product), 1000)
    return basket


def totals_of(basket: Basket, terms: Terms = TERMS) -> Totals:
    return price_lines(basket.lines, terms, basket.discount)


def saved(totals: Totals) -> list[list[tuple[str, int]]]:
    return [[(one.name, one.amount_minor) for one in savings] for savings in totals.line_savings]


class Halved(PromotionBook):
    """Promotions that take half off everything they may touch."""

    def best(self, picks: object, occasion: Occasion) -> tuple[tuple[Saving, ...], ...]:
        assert isinstance(picks, list)
        return tuple(self._half(pick) for pick in picks)

    def _half(self, pick: Pick) -> tuple[Saving, ...]:
        half = pick.amount_minor // 2
        if not pick.discountable or not half:
            return ()
        return (Saving(kind=SavingKind.PROMOTION, name="Half", amount_minor=half),)


HALVED = Terms(taxes=TAXES, book=Halved())


@pytest.mark.parametrize(
    ("text", "code", "off"),
    [
        ("10%", "IDR", Off(rate_ppm=100_000)),
        (" 12,5 % ", "IDR", Off(rate_ppm=125_000)),
        ("12.25%", "USD", Off(rate_ppm=122_500)),
        ("1%", "IDR", Off(rate_ppm=10_000)),
        ("100%", "IDR", Off(rate_ppm=1_000_000)),
        ("5.000", "IDR", Off(amount_minor=5000)),
        ("5.50", "MYR", Off(amount_minor=550)),
    ],
)
def test_a_rate_or_a_sum_is_read_as_it_is_typed(text: str, code: str, off: Off) -> None:
    assert parse_off(text, code) == off


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,99%", "from 1% to 100%"),
        ("100,01%", "from 1% to 100%"),
        ("8998866200578%", "from 1% to 100%"),
        ("%", "is not a rate"),
        ("-5%", "is not a rate"),
        ("12,%", "is not a rate"),
        ("12,555%", "is not a rate"),
        ("٣%", "is not a rate"),
        ("0", "more than nothing"),
        ("-5", "is not a sum"),
        ("ten", "is not a sum"),
    ],
)
def test_what_is_no_discount_is_refused(text: str, said: str) -> None:
    with pytest.raises(EntryRefused, match=said):
        parse_off(text, "IDR")


def test_a_price_has_a_limit_so_that_no_barcode_becomes_one() -> None:
    assert (parse_price("0", "IDR"), parse_price("1.000.000.000", "IDR")) == (0, 10**9)
    with pytest.raises(EntryRefused, match="barcode"):
        parse_price("1000000001", "IDR")
    with pytest.raises(EntryRefused, match="barcode"):
        parse_price("8998866200578", "IDR")


def test_a_reason_is_a_number_of_the_list_or_free_words_and_never_a_card_number() -> None:
    assert [clean_reason(text) for text in ("1", "5", " dented\x1b tin ")] == [
        "Damaged",
        "Goodwill",
        "dented tin",
    ]
    assert clean_reason("6") == "6"
    for text in ("", "  ", "card 4242 4242 4242 4242"):
        with pytest.raises(EntryRefused):
            clean_reason(text)


def test_a_line_discount_comes_after_the_promotions_and_the_baskets_after_that() -> None:
    basket = with_items(INDOMIE, TEH)
    basket = discounting.discount_line(basket, 1, TEN_PERCENT)
    basket = discounting.discount_basket(basket, Discount(reason="Staff", amount_minor=1000))
    totals = totals_of(basket, HALVED)
    # 3500 and 6000 are halved to 1750 and 3000; 175 off the first; 1000 over 1575 and 3000.
    assert saved(totals) == [
        [("Half", 1750), ("Discount: Damaged", 175), ("Discount: Staff", 344)],
        [("Half", 3000), ("Discount: Staff", 656)],
    ]
    assert [one.kind for one in totals.line_savings[1]] == [SavingKind.PROMOTION, SavingKind.DISCOUNT]
    assert totals.total_minor == 9500 - 4750 - 175 - 1000


def test_a_basket_discount_leaves_out_what_takes_none() -> None:
    ordered = msgspec.structs.replace(with_items(KOPI).lines[0], line_id=9, order_line_id="w-1")
    bound = msgspec.structs.replace(with_items(KOPI).lines[0], line_id=8, deposit_for=1)
    basket = with_items(INDOMIE, DEPOSIT)
    basket = msgspec.structs.replace(basket, lines=(*basket.lines, ordered, bound))
    totals = totals_of(discounting.discount_basket(basket, TEN_PERCENT))
    assert saved(totals) == [[("Discount: Damaged", 350)], [], [], []]
    with pytest.raises(BasketRefused, match="Nothing in this basket"):
        discounting.discount_basket(with_items(DEPOSIT), TEN_PERCENT)


def test_a_deposit_and_an_order_line_take_neither_discount_nor_price() -> None:
    basket = with_items(DEPOSIT, INDOMIE)
    ordered = msgspec.structs.replace(basket.lines[1], order_line_id="w-1")
    basket = msgspec.structs.replace(basket, lines=(basket.lines[0], ordered))
    for line_id, said in ((1, "Botol is always sold at its own price"), (2, "online order")):
        with pytest.raises(BasketRefused, match=said):
            discounting.discount_line(basket, line_id, TEN_PERCENT)
        with pytest.raises(BasketRefused, match=said):
            discounting.override_price(basket, line_id, 100, MADE)


def test_a_sum_of_more_than_is_left_is_refused_for_a_line_and_for_the_basket() -> None:
    basket = with_items(INDOMIE, TEH)
    for whole, line_id, said in (
        (
            discounting.discount_line(basket, 1, Discount(reason="x", amount_minor=1751)),
            1,
            r"1\.751 .* 1\.750",
        ),
        (
            discounting.discount_basket(basket, Discount(reason="x", amount_minor=4751)),
            0,
            r"4\.751 .* 4\.750",
        ),
    ):
        with pytest.raises(BasketRefused, match=said):
            check_sums(whole, totals_of(whole, HALVED).promotions, line_id)
        check_sums(whole, totals_of(whole).promotions, line_id)


def test_a_price_by_hand_keeps_the_first_price_and_is_left_alone_by_promotions() -> None:
    basket = discounting.override_price(with_items(INDOMIE, TEH), 1, 3000, MADE)
    basket = discounting.override_price(basket, 1, 2000, MADE)
    line = basket.lines[0]
    assert (line.unit_price_minor, line.override) == (2000, msgspec.structs.replace(MADE, was_minor=3500))
    assert not pick_of(line).discountable
    assert saved(totals_of(basket, HALVED)) == [[], [("Half", 3000)]]
    with pytest.raises(EntryRefused, match="price already"):
        discounting.override_price(basket, 1, 2000, MADE)
    assert discounting.override_price(basket, 1, 3500, MADE) == with_items(INDOMIE, TEH)
    assert discounting.restore_price(basket, 1) == with_items(INDOMIE, TEH)
    with pytest.raises(BasketRefused, match="Nobody has changed"):
        discounting.restore_price(basket, 2)


def test_a_price_on_a_label_is_discounted_and_not_changed() -> None:
    basket = with_items(APEL)
    labelled = msgspec.structs.replace(basket.lines[0], label_minor=21_690)
    basket = msgspec.structs.replace(basket, lines=(labelled,))
    with pytest.raises(BasketRefused, match="label says"):
        discounting.override_price(basket, 1, 100, MADE)
    assert saved(totals_of(discounting.discount_line(basket, 1, TEN_PERCENT))) == [
        [("Discount: Damaged", 2169)]
    ]


def test_a_line_with_a_discount_or_a_price_by_hand_is_not_raised_by_a_scan() -> None:
    item = Item(product=INDOMIE)
    for changed in (
        discounting.discount_line(with_items(INDOMIE), 1, TEN_PERCENT),
        discounting.override_price(with_items(INDOMIE), 1, 3000, MADE),
    ):
        basket, line = add_item(changed, item, 1000)
        assert (line.line_id, line.discount, line.override) == (2, None, None)
        assert [one.quantity_milli for one in add_item(basket, item, 1000)[0].lines] == [1000, 2000]


def test_a_rate_follows_the_quantity() -> None:
    basket = discounting.discount_line(with_items(INDOMIE), 1, TEN_PERCENT)
    assert totals_of(change_quantity(basket, 1, 3000)[0]).saved_minor == 1050


def test_the_discount_of_the_basket_goes_with_its_last_line() -> None:
    basket = discounting.discount_basket(with_items(INDOMIE, TEH), TEN_PERCENT)
    basket, _line = void_line(basket, 1)
    assert basket.discount == TEN_PERCENT
    assert void_line(basket, 2)[0].discount is None


def test_discounts_are_taken_back_and_none_is_refused() -> None:
    basket = with_items(INDOMIE)
    assert discounting.take_back(discounting.discount_line(basket, 1, TEN_PERCENT), 1) == basket
    assert discounting.take_back(discounting.discount_basket(basket, TEN_PERCENT)) == basket
    for line_id in (0, 1):
        with pytest.raises(BasketRefused, match="no discount"):
            discounting.take_back(basket, line_id)


def test_a_part_paid_basket_keeps_its_prices() -> None:
    basket = discounting.discount_line(with_items(INDOMIE), 1, TEN_PERCENT)
    paid = msgspec.structs.replace(basket, tenders=(Tender(kind=TenderKind.CASH, amount_minor=1000),))
    for change in (
        lambda: discounting.discount_line(paid, 1, TEN_PERCENT),
        lambda: discounting.discount_basket(paid, TEN_PERCENT),
        lambda: discounting.take_back(paid, 1),
        lambda: discounting.override_price(paid, 1, 1, MADE),
        lambda: discounting.restore_price(paid, 1),
    ):
        with pytest.raises(BasketRefused, match="paid already"):
            change()


AMOUNTS = st.integers(0, 10**9)
DISCOUNTS = st.none() | st.builds(
    Discount,
    reason=st.just("x"),
    rate_ppm=st.sampled_from([0, 10_000, 125_000, 333_300, 1_000_000]),
    amount_minor=AMOUNTS,
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    price_minor = draw(AMOUNTS)
    return Line(
        line_id=draw(st.integers(1, 10**6)),
        product_id=draw(st.sampled_from("abc")),
        sku="",
        name="x",
        quantity_milli=draw(st.sampled_from([1, 482, 1000, 7000])),
        unit_price_minor=price_minor,
        tax_code=draw(st.sampled_from(sorted(TAXES))),
        discountable=draw(st.booleans()),
        order_line_id=draw(st.sampled_from(["", "w"])),
        discount=draw(DISCOUNTS),
        override=draw(st.none() | st.just(MADE)),
    )


@given(
    st.lists(lines(), min_size=1, max_size=8),
    DISCOUNTS,
    st.sampled_from([TERMS, HALVED]),
    st.sampled_from([TaxRounding.RATE, TaxRounding.LINE]),
)
def test_whatever_is_taken_off_no_line_is_negative_and_the_sale_adds_up(
    rung: list[Line], discount: Discount | None, terms: Terms, rounding: TaxRounding
) -> None:
    terms = msgspec.structs.replace(terms, rounding=rounding)
    totals = price_lines(rung, terms, discount)
    bare = price_lines(rung, terms)
    for line, savings, before in zip(rung, totals.line_savings, bare.line_savings, strict=True):
        assert all(one.amount_minor > 0 for one in savings)
        assert line.amount_minor - sum(one.amount_minor for one in savings) >= 0
        assert savings[: len(before)] == before
        if not line.discountable or line.order_line_id:
            assert not savings
    shared = totals.saved_minor - bare.saved_minor
    taking = [line for line in rung if line.discountable and not line.order_line_id]
    left = sum(line.amount_minor for line in taking) - bare.saved_minor
    if discount is None:
        assert shared == 0
    elif discount.rate_ppm:
        assert abs(2 * (shared * 1_000_000 - left * discount.rate_ppm)) <= 1_000_000
    else:
        assert shared == min(discount.amount_minor, left)
    on_top = sum(tax.tax_minor for tax in totals.taxes if not tax.inclusive)
    assert totals.total_minor == totals.goods_minor - totals.saved_minor + on_top
    basket = msgspec.structs.replace(EMPTY, lines=tuple(rung), discount=discount)
    cash = Tender(
        kind=TenderKind.CASH, amount_minor=due(totals.total_minor, (), SHOP.cash_rounding).cash_due_minor
    )
    settled = settle(totals.total_minor, (cash,), SHOP.cash_rounding)
    assert settled is not None
    who = SaleIdentity(
        sale_id="s", receipt_number="n", store_id="s", till_number=1, staff_id="s", completed_at_ms=0
    )
    sale = complete(msgspec.structs.replace(basket, tenders=(cash,)), totals, settled, who)
    assert adds_up(sale)
    assert sale.discount == discount
    assert [line.discount for line in sale.lines] == [line.discount for line in rung]
