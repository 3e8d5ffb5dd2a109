"""Quantities, barcodes and receipt numbers: how they are read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.barcode import canonical, check_digit, is_gtin
from omnipos.domain.errors import EntryRefused
from omnipos.domain.quantity import MOST_MILLI, check_quantity, format_quantity, parse_quantity
from omnipos.domain.sale import receipt_number


@pytest.mark.parametrize(
    ("text", "milli"),
    [("3", 3000), ("0.5", 500), ("0,482", 482), (".5", 500), (" 12 ", 12_000), ("99999", MOST_MILLI)],
)
def test_a_quantity_is_read_in_thousandths(text: str, milli: int) -> None:
    assert parse_quantity(text) == milli


@pytest.mark.parametrize(
    "text", ["", "0", "0.000", "-1", "5.", "1.2345", "x", "1.2.3", "100000", "３", "9" * 60]
)
def test_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(EntryRefused):
        parse_quantity(text)


@given(st.integers(1, MOST_MILLI), st.sampled_from(["IDR", "MYR"]))
def test_a_written_quantity_reads_back(milli: int, currency: str) -> None:
    assert parse_quantity(format_quantity(milli, "pcs", currency)) == milli
    assert check_quantity(milli) == milli


@pytest.mark.parametrize(
    ("milli", "unit", "currency", "written"),
    [
        (3000, "pcs", "IDR", "3"),
        (482, "kg", "IDR", "0,482 kg"),
        (1000, "kg", "MYR", "1.000 kg"),
        (-2000, "pcs", "IDR", "−2"),
    ],
)
def test_a_quantity_is_written_for_people(milli: int, unit: str, currency: str, written: str) -> None:
    assert format_quantity(milli, unit, currency) == written


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("8998866200578", True),
        ("8998866200579", False),
        ("96385074", True),
        ("036000291452", True),
        ("18998866200575", True),
        ("89988662005", False),
        ("abcdefgh", False),
        ("８９９８８６６２００５７８", False),
        ("", False),
    ],
)
def test_a_gtin_has_a_length_and_a_check_digit(code: str, right: bool) -> None:
    assert is_gtin(code) is right


@given(st.text("0123456789", min_size=7, max_size=13).filter(lambda digits: len(digits) in (7, 11, 12, 13)))
def test_a_wrong_digit_is_always_found(digits: str) -> None:
    code = digits + str(check_digit(digits))
    assert is_gtin(code)
    wrong = code[:3] + str((int(code[3]) + 1) % 10) + code[4:]
    assert not is_gtin(wrong)


@pytest.mark.parametrize(
    ("scanned", "form"),
    [
        ("0036000291452", "36000291452"),
        ("036000291452", "36000291452"),
        ("00000000", "0"),
        ("idm-85 ", "IDM-85"),
        ("0041", "0041"),
    ],
)
def test_every_way_a_scanner_sends_a_code_is_one_form(scanned: str, form: str) -> None:
    assert canonical(scanned) == form


@pytest.mark.parametrize(
    ("epoch", "number", "written"),
    [
        (1, 17, "S1-2-000017"),
        (2, 18, "S1-2A-000018"),
        (27, 1, "S1-2Z-000001"),
        (28, 1, "S1-2AA-000001"),
        (1, 1_234_567, "S1-2-1234567"),
    ],
)
def test_a_restored_till_numbers_with_a_letter(epoch: int, number: int, written: str) -> None:
    assert receipt_number("S1", 2, epoch, number) == written


@given(st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 10**7)), unique=True, min_size=2, max_size=20))
def test_no_two_sales_share_a_receipt_number(places: list[tuple[int, int]]) -> None:
    assert len({receipt_number("S1", 1, *place) for place in places}) == len(places)
