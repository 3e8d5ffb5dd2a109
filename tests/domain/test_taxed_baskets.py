"""What a basket comes to with its taxes: exempt, unregistered, and the identity that always holds."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from omnipos.domain.basket import Discount, Exemption, Line
from omnipos.domain.levying import check_taxes
from omnipos.domain.pricing import Terms, Totals, price_lines
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Occasion, Promotion
from omnipos.domain.saving import Saving, SavingKind
from omnipos.domain.tax import DatedRate, Tax, TaxRounding
from tests.domain.promotions.baskets import NOON, promotions, rewards
from tests.rigs import EXEMPT, PPN, SERVICE

ROOM_8 = Tax(code="ST8", name="Service tax 8%", rate_ppm=80_000, inclusive=False)
MEAL_6 = Tax(code="ST6", name="Service tax 6%", rate_ppm=60_000, inclusive=False)
GOODS = Tax(code="NONE", name="No tax", rate_ppm=0, inclusive=True, reason="Goods at retail")
TAXES = {tax.code: tax for tax in (PPN, EXEMPT, SERVICE, ROOM_8, MEAL_6, GOODS)}
CARD = Exemption(reason="Diplomat", certificate="KBRI-17")


def lines_of(*goods: tuple[int, str]) -> list[Line]:
    """One piece each at a price with a tax code."""
    return [
        Line(
            line_id=number,
            product_id=f"p{number}",
            sku=f"S{number}",
            name="Goods",
            quantity_milli=1000,
            unit_price_minor=price,
            tax_code=code,
        )
        for number, (price, code) in enumerate(goods, start=1)
    ]


def test_malaysia_taxes_services_and_no_goods_at_the_till() -> None:
    """Service Tax Act 2018 as of March 2024: 8%, food and drink 6%; sales tax is not taken at retail."""
    totals = price_lines(lines_of((12_345, "ST8")), Terms(taxes=TAXES))
    assert (totals.tax_minor, totals.total_minor) == (988, 13_333)
    totals = price_lines(lines_of((1290, "ST6")), Terms(taxes=TAXES))
    assert (totals.tax_minor, totals.total_minor) == (77, 1367)
    totals = price_lines(lines_of((8990, "NONE"), (1290, "ST6")), Terms(taxes=TAXES))
    assert [(one.code, one.base_minor, one.tax_minor, one.reason) for one in totals.taxes] == [
        ("NONE", 8990, 0, "Goods at retail"),
        ("ST6", 1290, 77, ""),
    ]
    assert totals.total_minor == 10_357


def test_a_shop_that_is_not_registered_has_no_tax_at_all() -> None:
    lines = lines_of((19_500, "PPN"), (10_000, "SVC"), (700, "NOT-THERE"))
    totals = price_lines(lines, Terms(taxes=TAXES, registered=False))
    assert (totals.taxes, totals.line_taxes, totals.total_minor) == ((), (0, 0, 0), 30_200)
    assert totals.line_savings == ((), (), ())
    assert price_lines(lines, Terms(taxes=TAXES, registered=False), None, CARD) == totals


def test_an_exempt_sale_saves_what_prices_hold_and_adds_nothing() -> None:
    lines = lines_of((10_500, "PPN"), (9000, "PPN"), (21_690, "EXEMPT"), (10_000, "SVC"))
    totals = price_lines(lines, Terms(taxes=TAXES, rounding=TaxRounding.RECEIPT), None, CARD)
    off = [Saving(kind=SavingKind.EXEMPT, name="Without PPN", amount_minor=one) for one in (1040, 892)]
    assert totals.line_savings == ((off[0],), (off[1],), (), ())
    assert totals.total_minor == 19_500 - 1932 + 21_690 + 10_000
    assert totals.line_taxes == (0, 0, 0, 0)
    assert [(one.code, one.rate_ppm, one.base_minor, one.tax_minor, one.reason) for one in totals.taxes] == [
        ("PPN", 0, 17_568, 0, "Diplomat"),
        ("EXEMPT", 0, 21_690, 0, "PP 49/2022"),
        ("SVC", 0, 10_000, 0, "Diplomat"),
    ]


def test_the_rate_of_the_occasion_counts() -> None:
    dated = {"T": Tax(code="T", name="T", rate_ppm=100_000, inclusive=False, later_rates=(
        DatedRate(valid_from_ms=50, rate_ppm=200_000),
    ))}  # fmt: skip
    sums = [
        price_lines(
            lines_of((1000, "T")),
            Terms(taxes=dated, occasion=Occasion(at_ms=at_ms, weekday=1, minute=0)),
        ).total_minor
        for at_ms in (49, 50)
    ]
    assert sums == [1100, 1200]


rates = st.one_of(
    st.sampled_from([0, 1, 60_000, 85_000, 200_000, 999_999, 1_000_000]), st.integers(0, 1_000_000)
)


@st.composite
def tax_sets(draw: st.DrawFn) -> dict[str, Tax]:
    """Up to four plain taxes, some compound, some dated, and codes that are made of them."""
    inclusive = draw(st.booleans())
    plain = [
        Tax(
            code=f"P{number}",
            name=f"Part {number}",
            rate_ppm=draw(rates),
            inclusive=inclusive,
            base_numerator=draw(st.integers(0, 12)),
            base_denominator=12,
            compound=draw(st.booleans()),
            later_rates=tuple(DatedRate(valid_from_ms=at_ms, rate_ppm=draw(rates)) for at_ms in draw(_times)),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    other = Tax(code="X", name="Other way", rate_ppm=draw(rates), inclusive=not inclusive)
    codes = [one.code for one in plain]
    groups = [
        Tax(code=f"G{number}", name="Together", rate_ppm=0, inclusive=inclusive, parts=tuple(parts))
        for number, parts in enumerate(
            draw(st.lists(st.lists(st.sampled_from(codes), min_size=1, unique=True), max_size=2))
        )
    ]
    taxes = {one.code: one for one in (*plain, *groups, other)}
    check_taxes(taxes)
    return taxes


_times = st.lists(st.integers(0, 100), unique=True, max_size=2).map(sorted)


@given(st.data(), tax_sets(), st.sampled_from(list(TaxRounding)), st.booleans(), st.booleans())
def test_total_is_goods_less_savings_with_the_tax_on_top(
    data: st.DataObject, taxes: dict[str, Tax], rounding: TaxRounding, registered: bool, exempt: bool
) -> None:
    goods = data.draw(st.lists(st.tuples(st.integers(0, 10**7), st.sampled_from(sorted(taxes))), max_size=20))
    at_ms = data.draw(st.integers(0, 100))
    terms = Terms(
        taxes=taxes,
        occasion=Occasion(at_ms=at_ms, weekday=1, minute=0),
        rounding=rounding,
        registered=registered,
    )
    lines = lines_of(*goods)
    totals = price_lines(lines, terms, None, CARD if exempt else None)
    _check_identity(totals, lines)
    if exempt or not registered:
        assert totals.tax_minor == 0
        assert totals.total_minor == totals.goods_minor - totals.saved_minor
    if not registered or not exempt:
        assert totals.saved_minor == 0
    if exempt and registered:
        taxed = price_lines(lines, terms)
        on_top = sum(one.tax_minor for one in taxed.taxes if not one.inclusive)
        held = sum(one.tax_minor for one in taxed.taxes if one.inclusive)
        assert totals.saved_minor == held
        assert totals.total_minor == taxed.total_minor - on_top - held


@settings(max_examples=200, deadline=None)
@given(st.data(), tax_sets(), promotions(rewards(), 5), st.sampled_from(list(TaxRounding)), st.booleans())
def test_offers_discounts_taxes_and_exemptions_together_never_go_below_nothing(
    data: st.DataObject, taxes: dict[str, Tax], offers: list[Promotion], rounding: TaxRounding, exempt: bool
) -> None:
    goods = data.draw(st.lists(st.tuples(st.integers(0, 10**5), st.sampled_from(sorted(taxes))), max_size=8))
    lines = [
        msgspec.structs.replace(line, product_id="abcd"[line.line_id % 4], quantity_milli=1000 * count)
        for line in lines_of(*goods)
        for count in [data.draw(st.integers(1, 4))]
    ]
    by_hand = Discount(reason="Goodwill", amount_minor=data.draw(st.integers(1, 10**6)))
    terms = Terms(taxes=taxes, occasion=NOON, rounding=rounding, book=PromotionBook(offers))
    totals = price_lines(lines, terms, data.draw(st.sampled_from([None, by_hand])), CARD if exempt else None)
    _check_identity(totals, lines)
    assert totals.total_minor >= 0
    assert totals.goods_minor - totals.saved_minor <= totals.goods_minor


def _check_identity(totals: Totals, lines: list[Line]) -> None:
    on_top = sum(one.tax_minor for one in totals.taxes if not one.inclusive)
    assert totals.goods_minor == sum(line.amount_minor for line in lines)
    assert totals.total_minor == totals.goods_minor - totals.saved_minor + on_top
    assert sum(totals.line_taxes) == totals.tax_minor
    assert all(tax >= 0 for tax in totals.line_taxes)
    assert all(one.tax_minor >= 0 and one.base_minor >= 0 for one in totals.taxes)
    for line, savings in zip(lines, totals.line_savings, strict=True):
        assert all(saving.amount_minor > 0 for saving in savings)
        assert sum(saving.amount_minor for saving in savings) <= line.amount_minor
