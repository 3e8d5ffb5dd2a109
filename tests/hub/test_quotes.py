"""Quotes: what a web basket comes to, with what was saved by what, and why a coupon opened nothing."""

from typing import Any

import pytest

from hub.promotions import promotion_id_of
from hub.quoting import RulesKept
from tests.hub.journals import AT_MS
from tests.hub.rig import HubRig

TEN = {"code": "TEN", "name": "Ten off", "reward": {"type": "percent", "rate_ppm": 100_000}}


@pytest.fixture
def web(rig: HubRig) -> str:
    """The key of a web shop."""
    key: str = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    return key


def put(rig: HubRig, *wishes: dict[str, Any]) -> None:
    """Put promotions."""
    rig.ask("PUT", "/v1/promotions", {"promotions": wishes})


def quote(rig: HubRig, *lines: tuple[str, int], key: str | None = None, **more: object) -> dict[str, Any]:
    """Ask what some (SKU, pieces) cost."""
    wish: dict[str, object] = {
        "store_code": "S1",
        "lines": [{"sku": sku, "quantity_milli": pieces * 1000} for sku, pieces in lines],
    }
    answer: dict[str, Any] = rig.ask("POST", "/v1/quotes", wish | more, key=key)
    return answer


def why_not(rig: HubRig, **more: object) -> tuple[int, str, str]:
    """Ask for a quote that is refused; return status, code and sentence."""
    wish = {"store_code": "S1", "lines": [{"sku": "A"}]} | more
    answer = rig.raw("POST", "/v1/quotes", wish)
    return answer.status_code, answer.json()["code"], answer.json()["detail"]


def test_a_basket_is_priced_with_its_savings_and_its_tax(rig: HubRig, web: str) -> None:
    put(rig, TEN | {"goods": {"skus": ["A"]}})
    told = quote(rig, ("A", 2), ("B", 1), key=web)
    (tax,) = told.pop("taxes")
    assert (tax["code"], tax["base_minor"], tax["tax_minor"]) == ("PPN", 11_081, 1219)
    assert told == {
        "currency": "IDR",
        "at_ms": AT_MS,
        "group": "",
        "lines": [
            {
                "sku": "A",
                "name": "Indomie Goreng",
                "unit": "pcs",
                "quantity_milli": 2000,
                "unit_price_minor": 3500,
                "price_list": "",
                "amount_minor": 7000,
                "savings": [{"name": "Ten off", "promotion": "TEN", "amount_minor": 700, "coupon": ""}],
                "net_minor": 6300,
                "tax_code": "PPN",
                "tax_minor": 624,
                "deposit": False,
            },
            {
                "sku": "B",
                "name": "Teh Botol",
                "unit": "pcs",
                "quantity_milli": 1000,
                "unit_price_minor": 6000,
                "price_list": "",
                "amount_minor": 6000,
                "savings": [],
                "net_minor": 6000,
                "tax_code": "PPN",
                "tax_minor": 595,
                "deposit": False,
            },
        ],
        "goods_minor": 13_000,
        "saved_minor": 700,
        "tax_minor": 1219,
        "total_minor": 12_300,
        "coupons": [],
    }


def test_the_channel_is_the_keys_own(rig: HubRig, web: str) -> None:
    put(rig, TEN | {"channels": ["web"]})
    assert quote(rig, ("A", 1), key=web)["saved_minor"] == 350
    assert quote(rig, ("A", 1))["saved_minor"] == 0
    assert quote(rig, ("A", 1), channel="web")["saved_minor"] == 350
    wish = {"store_code": "S1", "lines": [{"sku": "A"}], "channel": "store"}
    assert rig.refused("POST", "/v1/quotes", wish, key=web) == (403, "channel")
    assert rig.refused("POST", "/v1/quotes", wish, key=rig.till.token) == (403, "forbidden")


def test_the_customers_group_has_its_own_prices_and_promotions(rig: HubRig) -> None:
    sarah = {"name": "Sarah", "phone": "0812-3456-7890", "tier": "Gold"}
    rig.ask("PUT", "/v1/customers", {"customers": [sarah], "country": "ID"})
    (card,) = rig.ask("GET", "/v1/customers?phone=081234567890&country=ID")["customers"]
    put(rig, TEN | {"groups": ["gold"]})
    for named in ({"phone": "0812 3456 7890"}, {"customer_id": card["customer_id"]}, {"group": "GOLD"}):
        told = quote(rig, ("A", 1), **named)
        assert (told["group"], told["saved_minor"]) == ("gold", 350), named
    for stranger in ({}, {"phone": "0812 0000 0000"}, {"customer_id": "nobody"}, {"group": "silver"}):
        assert quote(rig, ("A", 1), **stranger)["saved_minor"] == 0, stranger
    refused = why_not(rig, phone="0812", group="gold")
    assert refused[:2] == (422, "customer")


def test_the_moment_says_what_holds(rig: HubRig) -> None:
    put(rig, TEN | {"weekdays": ["sun"], "from_time": "10:00", "until_time": "12:00"})
    sunday_ms = AT_MS + 86_400_000  # 17:00 in Jakarta, a day after Saturday
    assert quote(rig, ("A", 1), at_ms=sunday_ms)["saved_minor"] == 0
    assert quote(rig, ("A", 1), at_ms=sunday_ms - 6 * 3_600_000)["saved_minor"] == 350
    assert quote(rig, ("A", 1), at_ms=sunday_ms - 6 * 3_600_000)["at_ms"] == sunday_ms - 6 * 3_600_000
    assert quote(rig, ("A", 1))["at_ms"] == AT_MS


def test_coupons_say_what_they_save_or_why_nothing(rig: HubRig) -> None:
    rig.now_ms = AT_MS
    teas = TEN | {"code": "TEA", "name": "Tea", "goods": {"skus": ["B"]}, "needs_coupon": True}
    put(rig, TEN | {"goods": {"skus": ["A"]}, "needs_coupon": True}, teas, TEN | {"code": "GONE"})
    codes = ["T1", "T2", "TEA-1"]
    coupons = [
        {"code": "T1", "promotion": "TEN"},
        {"code": "T2", "promotion": "TEN"},
        {"code": "LATE", "promotion": "TEN", "valid_until_ms": AT_MS},
        {"code": "TEA-1", "promotion": "TEA"},
        {"code": "LOST", "promotion": "GONE"},
    ]
    rig.ask("PUT", "/v1/coupons", {"coupons": coupons})
    rig.ask("DELETE", "/v1/promotions/GONE")
    told = quote(rig, ("A", 1), coupons=["late", *codes, "LOST", "NONE", "t1"])
    assert told["saved_minor"] == 350
    assert told["lines"][0]["savings"][0]["coupon"] == "T1"
    assert [tuple(one.values()) for one in told["coupons"]] == [
        ("LATE", "TEN", 0, "no longer valid"),
        ("T1", "TEN", 350, ""),
        ("T2", "TEN", 0, "coupon T1 opens the same offer"),
        ("TEA-1", "TEA", 0, "nothing for it yet"),
        ("LOST", "", 0, "its offer was deleted"),
        ("NONE", "", 0, "there is no such coupon"),
    ]


def test_the_same_product_twice_is_one_line_and_nothing_is_none(rig: HubRig) -> None:
    told = quote(rig, ("A", 1), ("B", 0), ("A", 2))
    assert [(one["sku"], one["quantity_milli"]) for one in told["lines"]] == [("A", 3000)]
    assert quote(rig, ("A", 0))["total_minor"] == 0


def test_what_cannot_be_sold_cannot_be_quoted(rig: HubRig) -> None:
    assert why_not(rig, lines=[{"sku": "A"}, {"sku": "NONE"}]) == (
        422,
        "product_unknown",
        "There is no product NONE.",
    )
    assert why_not(rig, store_code="S9")[:2] == (422, "store_unknown")
    assert why_not(rig, lines=[{"sku": "A", "quantity_milli": -1000}])[:2] == (400, "request")
    assert why_not(rig, lines=[{"sku": "A", "quantity_milli": 10**9}]) == (
        422,
        "not_possible",
        "1000000 is more than one line can hold. Was a barcode scanned here?",
    )
    assert why_not(rig, lines=[{"sku": "A", "quantity_milli": 500}])[:2] == (422, "not_possible")
    assert why_not(rig, lines=[])[:2] == (400, "request")
    assert why_not(rig, lines=[{"sku": "A"}] * 501)[:2] == (400, "request")
    assert why_not(rig, at_ms=2**63 - 1)[:2] == (422, "at_ms")


def test_later_prices_and_deposits_are_the_tills(rig: HubRig) -> None:
    deposit = {"sku": "DEP", "name": "Deposit", "price_minor": 500, "tax_code": "PPN", "discountable": False}
    bottle = {
        "sku": "BOTTLE",
        "name": "Water",
        "price_minor": 4000,
        "tax_code": "PPN",
        "deposit_sku": "DEP",
        "later_prices": [{"price_minor": 4500, "valid_from_ms": AT_MS + 1000}],
    }
    rig.ask("PUT", "/v1/products", {"products": [deposit, bottle]})
    put(rig, TEN)
    told = quote(rig, ("BOTTLE", 2))
    assert [(one["sku"], one["net_minor"], one["deposit"]) for one in told["lines"]] == [
        ("BOTTLE", 7200, False),
        ("DEP", 1000, True),
    ]
    assert quote(rig, ("BOTTLE", 2), at_ms=AT_MS + 1000)["lines"][0]["unit_price_minor"] == 4500


def test_the_rules_are_decoded_again_only_when_they_change(rig: HubRig) -> None:
    kept = RulesKept()

    def book() -> object:
        return rig.hub.database.read(lambda conn: kept.current(conn)).book

    put(rig, TEN)
    first = book()
    assert book() is first
    rig.ask("PUT", "/v1/coupons", {"coupons": [{"code": "C1", "promotion": "TEN"}]})
    assert book() is first, "a coupon is no rule"
    put(rig, TEN | {"priority": 1})
    second = book()
    assert second is not first
    rig.ask("DELETE", "/v1/promotions/TEN")
    assert book() is not second
    rules = rig.hub.database.read(lambda conn: kept.current(conn))
    assert promotion_id_of("TEN") not in rules.promotions


def test_a_quote_keeps_nothing(rig: HubRig) -> None:
    put(rig, TEN | {"needs_coupon": True})
    rig.ask("PUT", "/v1/coupons", {"coupons": [{"code": "C1", "promotion": "TEN"}]})
    head = rig.pull("catalogue").head
    for _time in range(2):
        assert quote(rig, ("A", 1), coupons=["C1"])["saved_minor"] == 350
    assert rig.pull("catalogue").head == head
    assert rig.ask("GET", "/v1/coupons/C1")["used"] == 0
