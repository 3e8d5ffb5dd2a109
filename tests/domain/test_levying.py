"""Several taxes on a line, dated rates, and where the law rounds: by worked examples with their sources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.levying import TaxRule, check_taxes, parts_of, tax_lines
from omnipos.domain.money import half_up
from omnipos.domain.tax import DatedRate, Tax, TaxRounding, apportion
from tests.rigs import EXEMPT, PPN

LINE, RATE, RECEIPT = TaxRounding.LINE, TaxRounding.RATE, TaxRounding.RECEIPT

LUXURY = Tax(code="PPN-MEWAH", name="PPN", rate_ppm=120_000, inclusive=True)
STATE = Tax(code="STATE", name="State tax", rate_ppm=65_000, inclusive=False)
COUNTY = Tax(code="COUNTY", name="County tax", rate_ppm=38_500, inclusive=False)
US_WA = Tax(code="US-WA", name="Sales tax", rate_ppm=0, inclusive=False, parts=("STATE", "COUNTY"))
US_FOOD = Tax(code="US-FOOD", name="Food", rate_ppm=0, inclusive=False, parts=("COUNTY",))
GST = Tax(code="GST", name="GST", rate_ppm=50_000, inclusive=False)
QST = Tax(code="QST", name="QST", rate_ppm=75_000, inclusive=False, compound=True)
QC = Tax(code="QC", name="Quebec", rate_ppm=0, inclusive=False, parts=("GST", "QST"))
UK_20 = Tax(code="VAT", name="VAT", rate_ppm=200_000, inclusive=True)
DE_19 = Tax(code="MWST19", name="MwSt", rate_ppm=190_000, inclusive=True)
DE_7 = Tax(code="MWST7", name="MwSt", rate_ppm=70_000, inclusive=True)
JP_8 = Tax(code="CT8", name="Consumption tax", rate_ppm=80_000, inclusive=True, mark="*")
JP_8_PAPER = Tax(code="CT8-NEWS", name="Consumption tax", rate_ppm=80_000, inclusive=True, mark="*")
JP_10 = Tax(code="CT10", name="Consumption tax", rate_ppm=100_000, inclusive=True)
ALL = {
    tax.code: tax
    for tax in (
        PPN, EXEMPT, LUXURY, STATE, COUNTY, US_WA, US_FOOD, GST, QST, QC, UK_20, DE_19, DE_7,
        JP_8, JP_8_PAPER, JP_10,
    )
}  # fmt: skip

Sums = dict[str, tuple[int, int]]


def levied(
    *lines: tuple[int, Tax], rounding: TaxRounding = RATE, at_ms: int = 0
) -> tuple[Sums, tuple[int, ...]]:
    """Tax some lines; return base and tax of each tax, and the tax of each line."""
    rule = TaxRule(taxes=ALL, at_ms=at_ms, rounding=rounding)
    totals, own = tax_lines([(amount, tax.code) for amount, tax in lines], rule)
    return {one.code: (one.base_minor, one.tax_minor) for one in totals}, own


def test_state_and_county_are_rounded_as_one_rate_and_shared() -> None:
    """SSUTA section 324; RCW 82.08.054: state and local together, apart they would come to 0.11."""
    for rounding in TaxRounding:
        assert levied((100, US_WA), rounding=rounding) == ({"STATE": (100, 6), "COUNTY": (100, 4)}, (10,))


def test_three_items_of_4_99_by_item_and_by_invoice() -> None:
    """SSUTA section 324: by item 1.56, by invoice 1.55."""
    lines = ((499, US_WA), (499, US_WA), (499, US_WA))
    by_item, own = levied(*lines, rounding=LINE)
    assert (sum(tax for _base, tax in by_item.values()), own) == (156, (52, 52, 52))
    by_invoice, own = levied(*lines, rounding=RECEIPT)
    assert (sum(tax for _base, tax in by_invoice.values()), own) == (155, (52, 52, 51))


def test_a_part_that_several_codes_have_stands_once() -> None:
    sums, own = levied((1000, US_WA), (2000, US_FOOD), rounding=RECEIPT)
    assert sums == {"STATE": (1000, 65), "COUNTY": (3000, 116)}
    assert own == (104, 77)


def test_a_compound_tax_is_of_the_amount_with_the_tax_before_it() -> None:
    """Quebec until 2012: 7.5% of the price with its 5% GST: 100.00 gives 5.00 and 7.88 (7.875)."""
    sums, own = levied((10_000, QC))
    assert sums == {"GST": (10_000, 500), "QST": (10_500, 788)}
    assert own == (1288,)


def test_indonesia_rounds_once_a_receipt_and_never_through_a_rounded_base() -> None:
    """PMK 131/2024 and 11/2025; PER-11/PJ/2025 art. 129, whole rupiah half up."""
    assert levied((10_500, PPN), (9000, PPN), rounding=RECEIPT) == ({"PPN": (17_568, 1932)}, (1040, 892))
    assert levied((10_500, PPN), (9000, PPN), rounding=LINE) == ({"PPN": (17_567, 1933)}, (1041, 892))
    assert levied((100_000, PPN), rounding=RECEIPT) == ({"PPN": (90_090, 9910)}, (9910,))
    assert levied((550, PPN), rounding=RECEIPT) == ({"PPN": (495, 55)}, (55,))


@pytest.mark.parametrize(("exact", "whole"), [(150_000_049, 1_500_000), (190_000_050, 1_900_001)])
def test_the_published_roundings_of_indonesia(exact: int, whole: int) -> None:
    """PER-11/PJ/2025 art. 129: 1,500,000.49 and 1,900,000.50 rupiah."""
    assert half_up(exact, 100) == whole


def test_exempt_goods_have_their_base_and_no_tax() -> None:
    """PP 49/2022: fruit for 21,690 rupiah."""
    assert levied((21_690, EXEMPT), (19_500, PPN), rounding=RECEIPT) == (
        {"EXEMPT": (21_690, 0), "PPN": (17_568, 1932)},
        (0, 1932),
    )


def test_luxury_goods_pay_twelve_percent_of_the_whole_price() -> None:
    """PMK 131/2024 art. 2: 12% without the fraction; 112,000 rupiah hold 12,000."""
    assert levied((112_000, LUXURY), rounding=RECEIPT) == ({"PPN-MEWAH": (100_000, 12_000)}, (12_000,))


def test_two_rates_of_one_receipt_are_rounded_as_one_sum() -> None:
    # 0.4955 and 0.5357 of a rupiah: apart 0 and 1, together 1.03.
    assert levied((5, PPN), (5, LUXURY), rounding=RECEIPT)[1] == (0, 1)
    # 0.4955 and 0.4286: apart nothing, together 0.92, which the larger remainder gets.
    assert levied((5, PPN), (4, LUXURY), rounding=RATE)[1] == (0, 0)
    assert levied((5, PPN), (4, LUXURY), rounding=RECEIPT)[1] == (1, 0)


def test_united_kingdom_by_line_and_by_receipt() -> None:
    """HMRC VATREC12020, 12030: three items of 2.50."""
    lines = ((250, UK_20), (250, UK_20), (250, UK_20))
    assert levied(*lines, rounding=LINE) == ({"VAT": (624, 126)}, (42, 42, 42))
    assert levied(*lines, rounding=RATE) == ({"VAT": (625, 125)}, (42, 42, 41))
    assert levied(*lines, rounding=RECEIPT) == ({"VAT": (625, 125)}, (42, 42, 41))


def test_germany_two_rates() -> None:
    """UStG section 12: 9.99 at 19% holds 1.60, 3.49 at 7% holds 0.23."""
    assert levied((999, DE_19), (349, DE_7)) == ({"MWST19": (839, 160), "MWST7": (326, 23)}, (160, 23))


def test_japan_rounds_once_a_rate_on_the_receipt() -> None:
    """NTA qualified invoice Q&A 46: 504 at 8% and 544 at 10%; by line 35 and 48 would be wrong."""
    lines = ((126, JP_8), (136, JP_10)) * 4
    sums, own = levied(*lines)
    assert sums == {"CT8": (467, 37), "CT10": (495, 49)}
    assert (sum(own[::2]), sum(own[1::2])) == (37, 49)


def test_two_codes_of_one_rate_are_rounded_as_that_rate() -> None:
    # 7 yen hold 0.52, twice that 1.04: one rate, one rounding.
    assert levied((7, JP_8), (7, JP_8_PAPER), rounding=LINE)[1] == (1, 1)
    assert levied((7, JP_8), (7, JP_8_PAPER))[1] == (1, 0)


def test_a_later_rate_comes_into_force_by_itself() -> None:
    dated = Tax(
        code="PPN",
        name="PPN",
        rate_ppm=110_000,
        inclusive=True,
        later_rates=(
            DatedRate(valid_from_ms=1000, rate_ppm=120_000, base_numerator=11, base_denominator=12),
            DatedRate(valid_from_ms=2000, rate_ppm=120_000),
        ),
    )
    found = []
    for at_ms in (999, 1000, 1999, 2000):
        totals, _own = tax_lines([(112_000, "PPN")], TaxRule(taxes={"PPN": dated}, at_ms=at_ms))
        found.append((totals[0].rate_ppm, totals[0].base_numerator, totals[0].tax_minor))
    assert found == [(110_000, 1, 11_099), (120_000, 11, 11_099), (120_000, 11, 11_099), (120_000, 1, 12_000)]


def test_a_later_rate_of_a_part_counts_too() -> None:
    county = Tax(
        code="COUNTY",
        name="County",
        rate_ppm=38_500,
        inclusive=False,
        later_rates=(DatedRate(valid_from_ms=5, rate_ppm=0),),
    )
    taxes = ALL | {"COUNTY": county}
    before, _own = tax_lines([(10_000, "US-WA")], TaxRule(taxes=taxes, at_ms=4))
    after, _own = tax_lines([(10_000, "US-WA")], TaxRule(taxes=taxes, at_ms=5))
    assert [one.tax_minor for one in before] == [650, 385]
    assert [one.tax_minor for one in after] == [650, 0]


@pytest.mark.parametrize(("inclusive", "tax", "base"), [(False, 1000, 1000), (True, 500, 500)])
def test_a_hundred_percent_is_as_much_as_the_price_before_it(inclusive: bool, tax: int, base: int) -> None:
    whole = Tax(code="ALL", name="All", rate_ppm=1_000_000, inclusive=inclusive)
    totals, own = tax_lines([(1000, "ALL")], TaxRule(taxes={"ALL": whole}))
    assert ((totals[0].base_minor, totals[0].tax_minor), own) == ((base, tax), (tax,))


def test_an_unknown_tax_is_refused_and_not_guessed() -> None:
    with pytest.raises(BasketRefused, match="Tax NIL is not set up here"):
        tax_lines([(100, "NIL")], TaxRule(taxes=ALL))
    with pytest.raises(BasketRefused, match="Tax COUNTY is not set up here"):
        tax_lines([(100, "US-WA")], TaxRule(taxes={"US-WA": US_WA, "STATE": STATE}))


def test_parts_of_parts_are_taken_in_their_order() -> None:
    both = Tax(code="BOTH", name="Both", rate_ppm=0, inclusive=False, parts=("GST", "US-WA"))
    taxes = ALL | {"BOTH": both}
    assert [one.code for one in parts_of("BOTH", taxes)] == ["GST", "STATE", "COUNTY"]


def _refusal(*taxes: Tax, allow: bool = False) -> str:
    with pytest.raises(EntryRefused) as refused:
        check_taxes({tax.code: tax for tax in taxes}, allow_more_than_all=allow)
    return str(refused.value)


def _tax(code: str, *parts: str, rate_ppm: int = 0, inclusive: bool = False, **more: object) -> Tax:
    return Tax(code=code, name=code, rate_ppm=rate_ppm, inclusive=inclusive, parts=parts, **more)  # type: ignore[arg-type]


def test_taxes_that_cannot_be_are_refused_with_the_reason() -> None:
    plain = _tax("P", rate_ppm=50_000)
    assert _refusal(_tax("A", "X")) == (
        "Tax A names a part that is not set up. Send the part first, or with it."
    )
    assert _refusal(_tax("A", "B"), _tax("B", "A")) == "Tax A is a part of itself. Change its parts."
    assert _refusal(_tax("A", "A")) == "Tax A is a part of itself. Change its parts."
    assert _refusal(plain, _tax("A", "P", inclusive=True)) == (
        "Tax A and its parts must all be in the price, or all be added to it."
    )
    twice = "Tax A has more than 10 parts, or one of them twice. Change its parts."
    assert _refusal(plain, _tax("A", "P", "P")) == twice
    many = [_tax(f"P{number}", rate_ppm=1) for number in range(11)]
    assert _refusal(_tax("A", *(one.code for one in many)), *many) == twice
    assert _refusal(plain, _tax("A", "P", rate_ppm=1)) == (
        "Tax A has parts, so its own rate is 0: the parts have theirs."
    )


def test_rates_out_of_order_and_more_than_the_price_are_refused() -> None:
    def later(*times: int, rate_ppm: int = 1) -> tuple[DatedRate, ...]:
        return tuple(DatedRate(valid_from_ms=one, rate_ppm=rate_ppm) for one in times)

    order = "The later rates of tax A are not in the order of their dates."
    assert _refusal(_tax("A", later_rates=later(2, 1))) == order
    assert _refusal(_tax("A", later_rates=later(1, 1))) == order
    too_much = "Tax A is more than the price itself: 150%. Check the rate."
    assert _refusal(_tax("A", rate_ppm=1_500_000)) == too_much
    assert _refusal(_tax("A", rate_ppm=1_000_000, base_numerator=3, base_denominator=2)) == too_much
    assert _refusal(_tax("A", later_rates=later(7, rate_ppm=1_500_000))) == too_much
    check_taxes({"A": _tax("A", rate_ppm=1_500_000, later_rates=later(1, 2))}, allow_more_than_all=True)
    check_taxes({"A": _tax("A", rate_ppm=1_000_000)})
    check_taxes(ALL)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=30), st.integers(1, 10**9))
def test_every_exact_part_becomes_the_unit_below_or_above_it(parts: list[int], whole: int) -> None:
    total = half_up(sum(parts), whole)
    shares = apportion(total, parts, whole)
    assert sum(shares) == total
    assert all(part // whole <= one <= -(-part // whole) for part, one in zip(parts, shares, strict=True))


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(sorted(ALL))), min_size=1, max_size=30),
    st.sampled_from(list(TaxRounding)),
)
def test_each_line_is_within_a_unit_of_its_own_exact_tax(
    lines: list[tuple[int, str]], rounding: TaxRounding
) -> None:
    rule = TaxRule(taxes=ALL, rounding=rounding)
    totals, own = tax_lines(lines, rule)
    alone = [sum(tax_lines([line], TaxRule(taxes=ALL, rounding=LINE))[1]) for line in lines]
    assert all(abs(shared - single) <= 1 for shared, single in zip(own, alone, strict=True))
    assert sum(own) == sum(one.tax_minor for one in totals)
    assert all(one >= 0 for one in own)
