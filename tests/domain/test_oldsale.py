"""A sale of an old system is read as the sale that it was, to the minor unit, or not at all."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.errors import DomainError
from omnipos.domain.money import line_amount
from omnipos.domain.oldsale import Goods, OldSale, Reading, habit_holds_tax, read_sale, taxes_by_rate
from omnipos.domain.sale import Sale, adds_up
from omnipos.domain.shop import COUNTRIES, Shop
from omnipos.domain.tax import Tax
from omnipos.domain.tender import TenderKind

NOW_MS = 1_750_000_000_000
PPN = Tax(code="PPN", name="PPN", rate_ppm=120_000, inclusive=True, base_numerator=11, base_denominator=12)
US = {
    "SALES": Tax(code="SALES", name="Sales tax", rate_ppm=0, inclusive=False, parts=("STATE", "COUNTY")),
    "STATE": Tax(code="STATE", name="State tax", rate_ppm=65_000, inclusive=False),
    "COUNTY": Tax(code="COUNTY", name="County tax", rate_ppm=38_500, inclusive=False),
}


def using(country: str = "ID", taxes: dict[str, Tax] | None = None) -> Reading:
    habits = COUNTRIES[country]
    shop = Shop(
        store_id="store-1",
        code="S1",
        name="Toko",
        country=country,
        currency=habits.currency,
        time_zone=habits.time_zone,
        tax_rounding=habits.tax_rounding,
        cash_rounding=habits.cash_rounding,
    )
    known = {"PPN": PPN} if taxes is None else taxes
    return Reading(
        shop=shop,
        zone=ZoneInfo(habits.time_zone),
        now_ms=NOW_MS,
        taxes=taxes_by_rate(known, NOW_MS),
        by_barcode={"8991": Goods("p-1", "KOPI", "Kopi 200 g")},
        by_sku={"TEH": Goods("p-2", "TEH", "Teh Botol")},
        staff={"sari": "staff-1"},
        prices_hold_tax=habit_holds_tax(shop, known),
    )


def old(lines: list[Any], *tenders: tuple[str, int], **more: Any) -> OldSale:
    """A sale of lines (name, quantity, price) or whole ones."""
    whole = [
        one
        if isinstance(one, dict)
        else {"name": one[0], "quantity": Decimal(one[1]), "unit_price_minor": one[2]}
        for one in lines
    ]
    paid = [{"kind": kind, "amount_minor": minor} for kind, minor in tenders]
    wish = {"number": "A-1", "at": "2024-03-01T10:00:00", "lines": whole, "tenders": paid}
    return msgspec.convert(wish | more, OldSale)


def read(lines: list[Any], *tenders: tuple[str, int], country: str = "ID", **more: Any) -> Sale:
    sale = read_sale(old(lines, *tenders, **more), using(country))
    assert adds_up(sale)
    return sale


def refusal(lines: list[Any], *tenders: tuple[str, int], country: str = "ID", **more: Any) -> str:
    with pytest.raises(DomainError) as refused:
        read_sale(old(lines, *tenders, **more), using(country))
    return str(refused.value)


def test_a_line_is_rounded_half_up_less_its_discount() -> None:
    line = {"name": "Apel", "quantity": Decimal("0.485"), "unit_price_minor": 30_001, "discount_minor": 50}
    sale = read([line], ("cash", 14_500), ("cash", 0))
    (sold,) = sale.lines
    assert (sold.quantity_milli, sold.amount_minor, sold.saved_minor, sold.net_minor) == (
        485, 14_550, 50, 14_500,
    )  # fmt: skip
    assert (sale.total_minor, sale.rounding_minor) == (14_500, 0)


def test_cash_below_zero_is_the_change() -> None:
    sale = read([("Kopi", 1, 12_000)], ("cash", 20_000), ("cash", -8_000))
    assert [(one.kind, one.amount_minor) for one in sale.tenders] == [(TenderKind.CASH, 20_000)]
    assert (sale.change_minor, sale.total_minor) == (8_000, 12_000)


def test_money_given_back_for_returned_goods_is_a_tender() -> None:
    sale = read([("Kopi", -1, 12_000)], ("cash", -12_000))
    assert [one.amount_minor for one in sale.tenders] == [-12_000]
    assert (sale.change_minor, sale.total_minor, sale.lines[0].quantity_milli) == (0, -12_000, -1000)


def test_a_sale_may_come_to_nothing_without_a_tender() -> None:
    sale = read([("Coffee", 1, 500), ("Cup back", -1, 500)])
    assert (sale.total_minor, sale.tenders) == (0, ())


def test_what_does_not_add_up_is_told_with_its_difference() -> None:
    said = refusal([("Kopi", 1, 9_500)], ("cash", 10_000))
    assert said == "tenders 10.000, lines 9.500: 500 differ"
    said = refusal([("Kopi", 1, 950)], ("card", 951), country="MY")
    assert said == "tenders 9.51, lines 9.50: 0.01 differ"


def test_prices_hold_the_tax_that_the_shop_has() -> None:
    line = {"barcode": "8991", "quantity": 1, "unit_price_minor": 11_100, "tax_rate_ppm": 110_000}
    sale = read([line], ("card", 11_100))
    (tax,) = sale.taxes
    assert (tax.code, tax.inclusive, tax.base_minor, tax.tax_minor) == ("PPN", True, 10_000, 1_100)
    assert (sale.lines[0].name, sale.lines[0].product_id, sale.lines[0].tax_code) == (
        "Kopi 200 g", "p-1", "PPN",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tender", "inclusive", "tax", "code"),
    [(1_104, False, 104, "SALES"), (1_000, True, 94, "10.35%")],
)
def test_the_tenders_say_whether_tax_is_on_top(tender: int, inclusive: bool, tax: int, code: str) -> None:
    line = {"name": "Mug", "quantity": 1, "unit_price_minor": 1_000, "tax_rate_ppm": 103_500}
    sale = read_sale(old([line], ("card", tender)), using("US", US))
    assert adds_up(sale)
    assert (sale.total_minor, sale.tax_minor) == (tender, tax)
    assert [(one.inclusive, one.code) for one in sale.taxes] == [(inclusive, code)]


def test_tax_may_have_been_rounded_line_by_line() -> None:
    line = {"name": "Gum", "quantity": 1, "unit_price_minor": 105, "tax_rate_ppm": 100_000}
    # 10.5 each: 11 + 11 + 11 by line, 31.5 → 32 by receipt.
    by_line = read_sale(old([line] * 3, ("card", 348)), using("US", US))
    by_receipt = read_sale(old([line] * 3, ("card", 347)), using("US", US))
    assert (by_line.tax_minor, by_receipt.tax_minor) == (33, 32)
    assert adds_up(by_line)


def test_cash_may_have_been_rounded_as_the_shop_does() -> None:
    sale = read([("Roti", 1, 1_303)], ("cash", 1_305), country="MY")
    assert (sale.total_minor, sale.rounding_minor) == (1_303, 2)
    assert "differ" in refusal([("Roti", 1, 1_303)], ("card", 1_305), country="MY")


@pytest.mark.parametrize(
    ("at", "at_ms"),
    [
        ("2024-03-01T10:00:00", 1_709_262_000_000),
        ("2024-03-01 10:00", 1_709_262_000_000),
        ("2024-03-01T10:00:00+07:00", 1_709_262_000_000),
        ("2024-03-01T03:00:00.250Z", 1_709_262_000_250),
        (1_709_262_000_250, 1_709_262_000_250),
    ],
)
def test_the_time_is_the_shops_own_unless_it_says(at: str | int, at_ms: int) -> None:
    assert read([("Kopi", 1, 500)], ("cash", 500), at=at).completed_at_ms == at_ms


@pytest.mark.parametrize(
    ("line", "more", "said"),
    [
        ({"quantity": Decimal("NaN")}, {}, "“NaN” is no quantity."),
        ({"quantity": Decimal("1E+400")}, {}, "“1E+400” is no quantity."),
        ({"quantity": Decimal("0.0001")}, {}, "The quantity 0.0001 has more than three decimals."),
        ({"quantity": 1_000_000}, {}, "1000000 is more than one line can hold. Was a barcode scanned here?"),
        ({"quantity": 2, "unit_price_minor": 10**15}, {}, "The sum of “Kopi” is too large."),
        ({"name": "Kopi 4111 1111 1111 1111"}, {}, "card number"),
        ({"barcode": "4111111111111111"}, {}, "card number"),
        ({"name": " \x1b"}, {}, "no name"),
        ({}, {"staff": "4111111111111111"}, "card number"),
        ({}, {"number": "4111-1111-1111-1111"}, "card number"),
        ({}, {"number": "\x07"}, "number cannot be read"),
        ({}, {"at": "2099-01-01T00:00:00"}, "Its time, 2099-01-01T00:00:00+07:00, lies in the future."),
        ({}, {"at": 10**30}, "lies in the future"),
        ({}, {"at": 1_709_262_000}, "Are these seconds?"),
        ({}, {"at": "yesterday"}, "“yesterday” is no time."),
        ({}, {"at": "0001-01-01T00:00:00+14:00"}, "before 1980"),
    ],
)
def test_what_is_no_sale_is_refused_with_its_reason(
    line: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    whole = {"name": "Kopi", "quantity": 1, "unit_price_minor": 500} | line
    assert said in refusal([whole], ("cash", 500), **more)


def test_who_and_what_is_known_is_named_and_what_is_not_is_kept() -> None:
    lines = [
        {"sku": "TEH", "quantity": 1, "unit_price_minor": 100},
        {"barcode": 12345678, "name": "Old thing", "quantity": 1, "unit_price_minor": 100},
        {"department": "Cakes", "quantity": 1, "unit_price_minor": 100},
    ]
    sale = read(lines, ("cash", 300), staff="SARI")
    assert [(one.product_id, one.sku, one.name, one.department) for one in sale.lines] == [
        ("p-2", "TEH", "Teh Botol", ""),
        ("", "12345678", "Old thing", ""),
        ("", "", "Cakes", "Cakes"),
    ]
    assert (sale.staff_id, sale.till_number, sale.receipt_number) == ("staff-1", 0, "A-1")
    assert read(lines, ("cash", 300), staff="Somebody").staff_id == "Somebody"


LINES = st.lists(
    st.tuples(
        st.integers(-3_000, 99_999_000),
        st.integers(0, 10**7),
        st.integers(-500, 5_000),
        st.sampled_from([0, 110_000, 82_500]),
    ),
    max_size=6,
)


@given(LINES, st.sampled_from(["ID", "MY", "US", "JP"]), st.integers(0, 10_000))
def test_every_sale_that_adds_up_is_read_and_stays_the_same_sum(
    lines: list[tuple[int, int, int, int]], country: str, more_cash: int
) -> None:
    goods = sum(line_amount(milli, price) - discount for milli, price, discount, _rate in lines)
    whole = [
        {
            "name": "x",
            "quantity": Decimal(milli) / 1000,
            "unit_price_minor": price,
            "discount_minor": discount,
            "tax_rate_ppm": rate,
        }
        for milli, price, discount, rate in lines
    ]
    tenders = [("card", goods), ("cash", more_cash), ("cash", -more_cash)]
    sale = read_sale(old(whole, *tenders), using(country))
    assert adds_up(sale)
    assert sale.total_minor + sale.rounding_minor == goods
    assert [one.quantity_milli for one in sale.lines] == [one[0] for one in lines]
