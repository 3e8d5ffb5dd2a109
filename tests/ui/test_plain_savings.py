"""Savings and coupons in the plain counter, in words and for programs."""

from omnipos.services.till import Till
from tests.rigs import fill_offers
from tests.ui.plain_rig import KOPI, TEH, say, tell


def test_a_line_is_said_with_what_comes_off_it(till: Till) -> None:
    fill_offers(till.store.folder)
    said = say(till, TEH, TEH)
    assert said == "Teh Botol 450 ml, 2 pieces, Rp 12.000, second at half price −Rp 3.000. Total Rp 9.000."
    assert say(till, "basket") == (
        "Basket 1. Line 1: Teh Botol 450 ml, 2 pieces, Rp 12.000, second at half price −Rp 3.000."
        " PPN Rp 892. Saved Rp 3.000. Total Rp 9.000."
    )
    assert say(till, "pay cash").startswith("Sale S1-1-000001 is done. Total Rp 9.000. Saved Rp 3.000.")


def test_a_coupon_is_given_said_and_taken_off(till: Till) -> None:
    fill_offers(till.store.folder)
    say(till, KOPI)
    assert say(till, "coupon KOPI-2") == (
        "Coupon KOPI-2, Two Kopi for Rp 45.000: nothing for it yet. Total Rp 25.600."
    )
    say(till, KOPI)
    assert say(till, "coupon") == "Coupon KOPI-2 opens Two Kopi for Rp 45.000 and saves Rp 6.200."
    assert "Coupon KOPI-2 opens Two Kopi for Rp 45.000 and saves Rp 6.200." in say(till, "basket")
    assert say(till, "coupon kopi-2") == "Coupon KOPI-2 is in this basket already; it counts once."
    assert say(till, "coupon off kopi-2") == "Coupon kopi-2 is taken off. Total Rp 51.200."
    assert say(till, "coupon off kopi-2") == "Coupon kopi-2 is not in this basket."
    assert say(till, "coupon") == "No coupon is in this basket. Type coupon and its code to give one."
    assert say(till, "coupon NONE").startswith("No coupon has the code NONE here.")


def test_a_coupon_scanned_as_a_line_is_given(till: Till) -> None:
    fill_offers(till.store.folder)
    assert say(till, "GOLD-5") == "Coupon GOLD-5, Gold week 5%: only for gold. Total Rp 0."


def test_a_program_is_told_savings_and_coupons(till: Till) -> None:
    fill_offers(till.store.folder)
    basket = tell(till, KOPI, KOPI, TEH, "KOPI-2")["basket"]
    assert basket["lines"][0]["savings"] == [
        {
            "kind": "promotion",
            "name": "Two Kopi for Rp 45.000",
            "amount_minor": 6200,
            "promotion_id": "pr-kopi",
            "coupon": "KOPI-2",
        }
    ]
    assert basket["lines"][1]["savings"] == []
    assert (basket["goods_minor"], basket["saved_minor"], basket["total_minor"]) == (57_200, 6200, 51_000)
    assert basket["coupons"] == [
        {"code": "KOPI-2", "name": "Two Kopi for Rp 45.000", "saved_minor": 6200, "idle": ""}
    ]
    sale = tell(till, "pay cash")["sale"]
    assert (sale["coupons"], sale["saved_minor"]) == (["KOPI-2"], 6200)
    assert [(line["amount_minor"], line["net_minor"]) for line in sale["lines"]] == [
        (51_200, 45_000),
        (6000, 6000),
    ]


def test_the_report_says_what_customers_saved(till: Till) -> None:
    fill_offers(till.store.folder)
    say(till, TEH, TEH, "pay cash")
    say(till, "sign-in Budi 9999")
    assert say(till, "report") == (
        "1 sale, total Rp 9.000, tax Rp 892, cash in the drawer from sales Rp 9.000."
        " Customers saved Rp 3.000."
    )
    report = tell(till, "report")["report"]["takings"]
    assert report["saved_minor"] == 3000
    assert report["taxes"] == [
        {
            "code": "PPN",
            "goods_minor": 9000,
            "tax_minor": 892,
            "name": "PPN",
            "rate_ppm": 120_000,
            "inclusive": True,
        }
    ]
