"""Tax: the worked examples of each country, and that every sum adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.levying import TaxRule, tax_lines
from omnipos.domain.tax import Tax, TaxRounding, TaxTotal, share, tax_on
from tests.rigs import EXEMPT, PPN

PPN_ON_TOP = Tax(
    code="PPNX", name="PPN", rate_ppm=120_000, inclusive=False, base_numerator=11, base_denominator=12
)
MY_8 = Tax(code="SVC8", name="Service tax", rate_ppm=80_000, inclusive=False)
MY_6 = Tax(code="SVC6", name="Service tax", rate_ppm=60_000, inclusive=False)
US = Tax(code="US", name="Sales tax", rate_ppm=103_500, inclusive=False)
US_STATE = Tax(code="ST", name="State", rate_ppm=65_000, inclusive=False)
US_CITY = Tax(code="CI", name="City", rate_ppm=38_500, inclusive=False)
UK_20 = Tax(code="VAT", name="VAT", rate_ppm=200_000, inclusive=True)
DE_19 = Tax(code="19", name="MwSt", rate_ppm=190_000, inclusive=True)
DE_7 = Tax(code="7", name="MwSt", rate_ppm=70_000, inclusive=True)
JP_8 = Tax(code="8", name="消費税", rate_ppm=80_000, inclusive=True)
JP_10 = Tax(code="10", name="消費税", rate_ppm=100_000, inclusive=True)


def levied(
    amounts: list[tuple[int, Tax]], rounding: TaxRounding
) -> tuple[tuple[TaxTotal, ...], tuple[int, ...]]:
    """Tax some amounts, each with its tax."""
    rule = TaxRule(taxes={tax.code: tax for _amount, tax in amounts}, rounding=rounding)
    return tax_lines([(amount, tax.code) for amount, tax in amounts], rule)


@pytest.mark.parametrize(
    ("amount", "tax", "wanted"),
    [
        (19_500, PPN, 1932),
        (10_500, PPN, 1041),
        (9000, PPN, 892),
        (100_000, PPN, 9910),
        (550, PPN, 55),
        (50_000_000, PPN_ON_TOP, 5_500_000),
        (21_690, EXEMPT, 0),
        (12_345, MY_8, 988),
        (1290, MY_6, 77),
        (100, US, 10),
        (100, US_STATE, 7),
        (100, US_CITY, 4),
        (999, DE_19, 160),
        (349, DE_7, 23),
        (504, JP_8, 37),
        (544, JP_10, 49),
    ],
)
def test_the_worked_examples_of_each_country(amount: int, tax: Tax, wanted: int) -> None:
    assert tax_on(amount, tax) == wanted


@pytest.mark.parametrize(
    ("rounding", "tax", "amounts", "wanted"),
    [
        (TaxRounding.RECEIPT, PPN, (10_500, 9000), 1932),
        (TaxRounding.LINE, PPN, (10_500, 9000), 1933),
        (TaxRounding.RECEIPT, US, (499, 499, 499), 155),
        (TaxRounding.LINE, US, (499, 499, 499), 156),
        (TaxRounding.RECEIPT, UK_20, (250, 250, 250), 125),
        (TaxRounding.LINE, UK_20, (250, 250, 250), 126),
    ],
)
def test_where_the_law_rounds_decides_the_sum(
    rounding: TaxRounding, tax: Tax, amounts: tuple[int, ...], wanted: int
) -> None:
    totals, lines = levied([(amount, tax) for amount in amounts], rounding)
    assert [one.tax_minor for one in totals] == [wanted]
    assert sum(lines) == wanted


def test_more_than_one_rate_in_a_basket_stands_apart_in_the_order_met() -> None:
    totals, lines = levied(
        [(10_500, PPN), (21_690, EXEMPT), (9000, PPN), (10_000, MY_8)], TaxRounding.RECEIPT
    )
    assert [(one.code, one.base_minor, one.tax_minor) for one in totals] == [
        ("PPN", 17_568, 1932),
        ("EXEMPT", 21_690, 0),
        ("SVC8", 10_000, 800),
    ]
    assert lines == (1040, 0, 892, 800)


def test_nothing_sold_has_no_tax() -> None:
    assert levied([], TaxRounding.RECEIPT) == ((), ())


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [(10, [1, 1, 1], [4, 3, 3]), (1, [1, 1], [1, 0]), (7, [0, 0], [7, 0]), (0, [], []), (5, [2, 3], [2, 3])],
)
def test_a_share_goes_by_largest_remainder_the_earlier_first(
    total: int, weights: list[int], shares: list[int]
) -> None:
    assert share(total, weights) == shares


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_shares_add_up_and_none_is_a_unit_off(total: int, weights: list[int]) -> None:
    shares = share(total, weights)
    assert sum(shares) == total
    if sum(weights):
        assert all(
            abs(part * sum(weights) - total * weight) < sum(weights)
            for part, weight in zip(shares, weights, strict=True)
        )


taxes = st.builds(
    Tax,
    code=st.sampled_from(["A", "B", "C"]),
    name=st.just("tax"),
    rate_ppm=st.integers(0, 300_000),
    inclusive=st.booleans(),
    base_numerator=st.integers(1, 12),
    base_denominator=st.just(12),
)


@given(
    st.lists(taxes, min_size=1, max_size=3, unique_by=lambda tax: tax.code),
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 2)), min_size=1, max_size=20),
    st.sampled_from(list(TaxRounding)),
)
def test_line_taxes_add_up_to_the_totals_and_bases_to_the_goods(
    rates: list[Tax], lines: list[tuple[int, int]], rounding: TaxRounding
) -> None:
    amounts = [(amount, rates[index % len(rates)]) for amount, index in lines]
    totals, line_taxes = levied(amounts, rounding)
    assert sum(line_taxes) == sum(one.tax_minor for one in totals)
    goods = sum(amount for amount, _tax in amounts)
    included = sum(one.tax_minor for one in totals if one.inclusive)
    assert sum(one.base_minor for one in totals) + included == goods
    assert all(tax >= 0 for tax in line_taxes)
