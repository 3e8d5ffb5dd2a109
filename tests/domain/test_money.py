"""Money: how sums are written, read and rounded, currency by currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import (
    CashRounding,
    RoundingMode,
    format_amount,
    format_money,
    half_up,
    line_amount,
    parse_money,
    round_cash,
)

CURRENCIES = ("IDR", "MYR", "USD", "GBP", "EUR", "JPY", "KWD", "SGD")
NEAREST_100 = CashRounding(mode=RoundingMode.NEAREST, step_minor=100)
DOWN_100 = CashRounding(mode=RoundingMode.DOWN, step_minor=100)
SEN_5 = CashRounding(mode=RoundingMode.NEAREST, step_minor=5)


@pytest.mark.parametrize(
    ("minor", "code", "written"),
    [
        (41_190, "IDR", "Rp 41.190"),
        (0, "IDR", "Rp 0"),
        (-3000, "IDR", "−Rp 3.000"),
        (1330, "MYR", "RM 13.30"),
        (5, "MYR", "RM 0.05"),
        (110, "USD", "$1.10"),
        (123_456_789, "USD", "$1,234,567.89"),
        (123_456, "EUR", "€ 1.234,56"),
        (1500, "JPY", "¥1,500"),
        (1234, "KWD", "KD 1.234"),
    ],
)
def test_a_sum_is_written_as_its_shops_write_it(minor: int, code: str, written: str) -> None:
    assert format_money(minor, code) == written


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("50000", "IDR", 50_000),
        ("50.000", "IDR", 50_000),
        ("Rp 50.000", "IDR", 50_000),
        ("13.3", "MYR", 1330),
        ("RM13.30", "MYR", 1330),
        ("1,234.5", "USD", 123_450),
        ("1.234,56", "EUR", 123_456),
        ("1.234", "KWD", 1234),
        (" 7 ", "JPY", 7),
    ],
)
def test_a_typed_sum_is_read_in_major_units(text: str, code: str, minor: int) -> None:
    assert parse_money(text, code) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "IDR"),
        ("50.00", "IDR"),
        ("50,5", "IDR"),
        ("5.0000", "IDR"),
        ("1,23", "MYR"),
        ("1.234", "MYR"),
        ("-5", "MYR"),
        ("5.", "MYR"),
        ("１２", "IDR"),
        ("1e3", "USD"),
        ("lima", "IDR"),
        ("1234567890123456", "IDR"),
    ],
)
def test_a_slip_is_refused_and_never_read_as_another_sum(text: str, code: str) -> None:
    with pytest.raises(EntryRefused):
        parse_money(text, code)


def test_an_unknown_currency_is_refused_by_name() -> None:
    with pytest.raises(EntryRefused, match="XYZ"):
        format_money(1, "XYZ")


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from(CURRENCIES))
def test_what_is_written_reads_back_as_the_same_sum(minor: int, code: str) -> None:
    assert parse_money(format_amount(minor, code), code) == minor
    assert parse_money(format_money(minor, code), code) == minor


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(1, 2, 1), (-1, 2, -1), (3, 2, 2), (5, 4, 1), (-5, 4, -1), (0, 7, 0), (7, 7, 1)],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_rounding_is_off_by_half_at_most_and_symmetric(numerator: int, denominator: int) -> None:
    rounded = half_up(numerator, denominator)
    assert abs(2 * (rounded * denominator - numerator)) <= denominator
    assert half_up(-numerator, denominator) == -rounded


@pytest.mark.parametrize(
    ("quantity_milli", "price", "amount"),
    [(482, 45_000, 21_690), (3000, 3500, 10_500), (1, 499, 0), (500, 999, 500), (333, 1000, 333)],
)
def test_a_line_costs_its_quantity_times_its_price(quantity_milli: int, price: int, amount: int) -> None:
    assert line_amount(quantity_milli, price) == amount


@pytest.mark.parametrize(
    ("minor", "rule", "settled"),
    [
        (8202, SEN_5, 8200),
        (8203, SEN_5, 8205),
        (8207, SEN_5, 8205),
        (8208, SEN_5, 8210),
        (8206, SEN_5, 8205),
        (8209, SEN_5, 8210),
        (41_190, NEAREST_100, 41_200),
        (41_190, DOWN_100, 41_100),
        (41_149, NEAREST_100, 41_100),
        (41_150, NEAREST_100, 41_200),
        (41_190, CashRounding(), 41_190),
    ],
)
def test_cash_is_rounded_as_the_country_says(minor: int, rule: CashRounding, settled: int) -> None:
    assert round_cash(minor, rule) == settled


@given(st.integers(-(10**9), 10**9), st.sampled_from(list(RoundingMode)), st.integers(1, 1000))
def test_rounded_cash_is_a_multiple_of_the_step_and_less_than_a_step_away(
    minor: int, mode: RoundingMode, step: int
) -> None:
    settled = round_cash(minor, CashRounding(mode=mode, step_minor=step))
    if mode is RoundingMode.OFF or step == 1:
        assert settled == minor
    else:
        assert settled % step == 0
        assert abs(settled - minor) < step
        assert mode is RoundingMode.NEAREST or abs(settled) <= abs(minor)
