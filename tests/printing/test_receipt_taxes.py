"""What a receipt says of taxes: each rate with base and tax, marks, reasons, or nothing at all."""

import msgspec
import pytest

from omnipos.cli.taxes import TAXES
from omnipos.domain.basket import Basket, Line
from omnipos.domain.paper import ReceiptPaper
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.sale import SaleIdentity, complete
from omnipos.domain.shop import COUNTRIES, Shop
from omnipos.domain.tender import Tender, TenderKind, settle
from omnipos.locale import speak
from printing.document import as_text
from printing.receipt import receipt
from tests.printing.papers import AT_MS, line


@pytest.fixture(autouse=True)
def english() -> None:
    """Papers in English."""
    speak("en")


def paper(country: str, *goods: Line, registered: bool = True) -> list[str]:
    """Return the receipt of goods in a new shop of a country, line by line."""
    habits = msgspec.structs.asdict(COUNTRIES[country])
    shop = Shop(
        store_id="s1", code="S1", name="Shop", country=country, tax_number="T1234567890123",
        tax_registered=registered, **habits,
    )  # fmt: skip
    terms = Terms(
        taxes={tax.code: tax for tax in TAXES[country]}, rounding=shop.tax_rounding, registered=registered
    )
    totals = price_lines(goods, terms)
    tenders = (Tender(kind=TenderKind.CARD, amount_minor=totals.total_minor),)
    settled = settle(totals.total_minor, tenders, shop.cash_rounding)
    assert settled is not None
    basket = Basket(
        basket_id="b", number=1, currency=shop.currency, started_at_ms=AT_MS, staff_id="s", lines=goods,
        tenders=tenders,
    )  # fmt: skip
    identity = SaleIdentity(
        sale_id="x", receipt_number="S1-1-000001", store_id="s1", till_number=1, staff_id="s",
        completed_at_ms=AT_MS,
    )  # fmt: skip
    sold = complete(basket, totals, settled, identity)
    return as_text(receipt(ReceiptPaper(sale=sold, shop=shop, staff_name="Ann"), copy=False), 48).splitlines()


def tax_part(lines: list[str]) -> list[str]:
    """Return the rows below the heading of the taxes."""
    start = next(at for at, text in enumerate(lines) if text.startswith("Tax "))
    return [text for text in lines[start + 1 :][: lines[start + 1 :].index("")] if text]


def test_japan_marks_the_reduced_rate_and_shows_each_rate_once() -> None:
    """NTA qualified invoice: registration number, totals and tax per rate, the reduced rate marked."""
    lines = paper(
        "JP", *(line(f"Onigiri {n}", 126, tax="CT8", line_id=n) for n in range(1, 5)),
        *(line(f"Beer {n}", 136, tax="CT10", line_id=n) for n in range(5, 9)),
    )  # fmt: skip
    assert "Reg. No T1234567890123" in "\n".join(lines)
    assert any(text.startswith("Onigiri 1 *  ") for text in lines)
    assert any(text.startswith("Beer 5  ") for text in lines)
    assert tax_part(lines) == [
        "* Consumption tax 8% included   467           37",
        "Consumption tax 10% included    495           49",
    ]


def test_germany_marks_both_rates() -> None:
    lines = paper("DE", line("Shampoo", 999, tax="MWST19"), line("Brot", 349, tax="MWST7", line_id=2))
    assert any(text.startswith("Shampoo A ") for text in lines)
    assert tax_part(lines) == [
        "A MwSt 19% included            8,39         1,60",
        "B MwSt 7% included             3,26         0,23",
    ]


def test_the_parts_of_a_tax_stand_apart_and_are_added() -> None:
    lines = paper("US", line("Pen", 100, tax="SALES"), line("Bread", 200, tax="FOOD", line_id=2))
    assert [" ".join(text.split()) for text in lines if "%" in text][:2] == [
        "State tax 6.5% 0.06",
        "County tax 3.85% 0.04",
    ]
    assert tax_part(lines) == [
        "State tax 6.5% added           1.00         0.06",
        "County tax 3.85% added         1.00         0.04",
        "Exempt food                    2.00         0.00",
    ]


def test_exempt_goods_say_by_which_law() -> None:
    lines = paper("ID", line("Apel", 21_690, tax="BEBAS"))
    assert tax_part(lines)[1] == "  PP 49/2022"


def test_a_shop_that_is_not_registered_shows_nothing_of_tax() -> None:
    text = "\n".join(paper("ID", line("Indomie", 3500, tax="PPN"), registered=False))
    assert "TOTAL" in text
    for word in ("Tax", "PPN", "NPWP", "T1234567890123"):
        assert word not in text
