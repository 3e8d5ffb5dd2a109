"""Products at the hub: all that they carry, what is refused, what is only warned of, and how they go."""

from typing import Any
from urllib.parse import quote

import pytest

from hub.catalogue import product_id_of
from omnipos.domain.catalogue import DatedPrice, Product
from tests.hub.rig import A, B, HubRig

PUT = ("PUT", "/v1/products")
TEA = {"sku": "T", "name": "Teh Botol", "price_minor": 6000, "tax_code": "PPN"}
BOTTLE = {**TEA, "sku": "D", "name": "Botol kosong", "price_minor": 1500, "discountable": False}


def put(rig: HubRig, *products: dict[str, Any]) -> Any:
    """Send products and return what the hub wrote."""
    return rig.ask(*PUT, {"products": products})


def refusal(rig: HubRig, *products: dict[str, Any]) -> tuple[int, str, str]:
    """Send what is refused; return status, code and sentence."""
    answer = rig.raw(*PUT, {"products": products})
    problem = answer.json()
    return answer.status_code, problem.get("code"), problem.get("detail")


def shown(rig: HubRig, sku: str) -> Any:
    """One product as the hub shows it."""
    return rig.ask("GET", f"/v1/products?sku={quote(sku)}")["products"][0]


def told(rig: HubRig) -> dict[str, Any]:
    """The newest record of each key of the catalogue stream."""
    return {change.key: change.record for change in rig.pull("catalogue").changes}


EVERYTHING = {
    "category": "Minuman\x07",
    "brand": "Sosro",
    "family": "Teh Botol",
    "options": ["Less sugar", " 450 ml "],
    "later_prices": [
        {"price_minor": 7000, "valid_from_ms": 2000},
        {"price_minor": 6500, "valid_from_ms": 1000},
    ],
    "open_price": True,
    "asks_serial": True,
    "min_age": 21,
    "deposit_sku": "D",
    "discountable": False,
}


def test_all_that_a_product_carries_is_kept_shown_and_told(rig: HubRig) -> None:
    put(rig, TEA | EVERYTHING, BOTTLE)
    kept = shown(rig, "T")
    assert kept["later_prices"][0] == {"price_minor": 6500, "valid_from_ms": 1000}
    assert (kept["category"], kept["deposit_id"], kept["min_age"]) == ("Minuman", product_id_of("D"), 21)
    product = told(rig)[product_id_of("T")]
    assert isinstance(product, Product)
    assert product.later_prices == (
        DatedPrice(price_minor=6500, valid_from_ms=1000),
        DatedPrice(price_minor=7000, valid_from_ms=2000),
    )
    assert (product.category, product.brand, product.family) == ("Minuman", "Sosro", "Teh Botol")
    assert product.options == ("Less sugar", "450 ml")
    assert (product.open_price, product.asks_serial, product.min_age) == (True, True, 21)
    assert (product.deposit_id, product.discountable) == (product_id_of("D"), False)


def test_what_a_sender_does_not_know_of_stays(rig: HubRig) -> None:
    put(rig, BOTTLE, TEA | EVERYTHING)
    before = shown(rig, "T")
    assert put(rig, TEA) == {"written": 0, "unchanged": 1}
    put(rig, TEA | {"price_minor": 6100})
    assert shown(rig, "T") == before | {"price_minor": 6100}
    put(rig, TEA | {"category": "", "options": [], "later_prices": [], "min_age": 0, "deposit_sku": ""})
    after = shown(rig, "T")
    gone = [
        name for name in ("category", "options", "later_prices", "min_age", "deposit_id") if name in after
    ]
    assert (gone, after["brand"], after["open_price"]) == ([], "Sosro", True)


def test_the_same_product_twice_in_a_request_adds_up(rig: HubRig) -> None:
    answer = put(rig, TEA | {"brand": "Sosro"}, TEA | {"price_minor": 6200})
    assert answer == {"written": 1, "unchanged": 1}
    assert (shown(rig, "T")["brand"], shown(rig, "T")["price_minor"]) == ("Sosro", 6200)


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        (
            {
                "later_prices": [
                    {"price_minor": 1, "valid_from_ms": 5},
                    {"price_minor": 2, "valid_from_ms": 5},
                ]
            },
            "price_twice",
            "Product T has two prices from the same moment on. Nothing was changed.",
        ),
        (
            {"barcodes": [{"code": "8990000000019"}, {"code": "08990000000019", "quantity_milli": 6000}]},
            "barcode_twice",
            "Product T has barcode 08990000000019 twice, for two quantities. Nothing was changed.",
        ),
        (
            {"deposit_sku": "?"},
            "deposit_unknown",
            "The deposit of product T is not in the catalogue. Send it first.",
        ),
        (
            {"deposit_sku": "T"},
            "deposit_itself",
            "Product T is named as its own deposit. Nothing was changed.",
        ),
        (
            {"name": "\x07"},
            "product_name",
            "Product 'T' has no name or SKU that can be read. Nothing was changed.",
        ),
        (
            {"tax_code": "VAT"},
            "tax_unknown",
            "Product T names tax VAT, which is not set up. Send it first.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "_" in value else "",
)
def test_what_cannot_be_is_refused_with_its_sku_and_changes_nothing(
    rig: HubRig, more: dict[str, Any], code: str, sentence: str
) -> None:
    assert refusal(rig, BOTTLE, TEA | more) == (422, code, sentence)
    assert rig.ask("GET", "/v1/products?sku=D")["products"] == []


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "x" * 5000, "Expected `str` of length <= 400"),
        ("price_minor", -1, "Expected `int` >= 0"),
        ("price_minor", 10**15 + 1, "Expected `int` <= 1000000000000000"),
        ("min_age", 100, "Expected `int` <= 99"),
        ("options", ["x"] * 11, "Expected `array` of length <= 10"),
    ],
)
def test_what_does_not_fit_is_told_with_row_field_and_sku(
    rig: HubRig, field: str, value: object, reason: str
) -> None:
    sentence = f"The request does not fit: products[1].{field} (T): {reason}."
    assert refusal(rig, BOTTLE, TEA | {field: value}) == (400, "request", sentence)


def test_deposits_make_no_chains_and_no_rings(rig: HubRig) -> None:
    crate = {**BOTTLE, "sku": "C", "name": "Krat"}
    put(rig, TEA | {"deposit_sku": "D"}, BOTTLE, crate)
    chain = "Product D is to have a deposit, but is itself that of T. Nothing was changed."
    assert refusal(rig, BOTTLE | {"deposit_sku": "C"}) == (422, "deposit_chain", chain)
    assert refusal(rig, BOTTLE | {"deposit_sku": "T"})[1] == "deposit_chain"
    second = {**TEA, "sku": "U", "deposit_sku": "T"}
    sentence = "The deposit of product U, T, has a deposit itself. Nothing was changed."
    assert refusal(rig, second) == (422, "deposit_chain", sentence)
    assert put(rig, TEA | {"deposit_sku": ""}, BOTTLE | {"deposit_sku": "C"})["written"] == 2


def test_odd_rows_are_taken_and_told(rig: HubRig) -> None:
    codes = [{"code": "8990000000018"}, {"code": "8990000000013", "quantity_milli": 24_000}, {"code": "T-7"}]
    answer = put(rig, TEA, {**TEA, "sku": "U", "price_minor": 0, "barcodes": codes})
    assert answer["warnings"] == [
        {"row": 1, "detail": "Product U has the price 0. It was taken so."},
        {
            "row": 1,
            "detail": "Product U: the check digit of barcode 8990000000018 is wrong. It was taken so.",
        },
    ]
    again = put(rig, TEA, {**TEA, "sku": "U", "price_minor": 0, "barcodes": codes})
    assert (again["unchanged"], again["warnings"]) == (2, answer["warnings"])
    assert put(rig, {**TEA, "sku": "V", "price_minor": 0, "open_price": True}) == {
        "written": 1,
        "unchanged": 0,
    }


def test_one_barcode_of_two_products_is_kept_at_both_and_told(rig: HubRig) -> None:
    code = {"barcodes": [{"code": "8990000000013"}]}
    put(rig, TEA | code)
    answer = put(rig, {**TEA, "sku": "U", "barcodes": [{"code": "08990000000013"}]})
    sentence = (
        "Barcode 08990000000013 is that of product U and of T. Both have it;"
        " a scan finds the one that was there first."
    )
    assert answer["warnings"] == [{"row": 0, "detail": sentence}]
    found = rig.ask("GET", "/v1/products?barcode=8990000000013")["products"]
    assert [one["sku"] for one in found] == ["T", "U"]


def test_only_so_many_warnings_are_told(rig: HubRig) -> None:
    free = [{**TEA, "sku": f"F{number}", "price_minor": 0} for number in range(130)]
    answer = put(rig, *free)
    assert (len(answer["warnings"]), answer["more_warnings"]) == (100, 30)


@pytest.mark.parametrize("sku", ["T", "T/7 é", "?x=1"])
def test_a_removed_product_leaves_the_catalogue_and_can_come_back(rig: HubRig, sku: str) -> None:
    product = {**TEA, "sku": sku, "barcodes": [{"code": "8990000000019"}]}
    put(rig, product)
    cursor = rig.pull("catalogue").cursor
    path = f"/v1/products/{quote(sku, safe='')}"
    assert rig.ask("DELETE", path)["written"] == 1
    assert rig.refused("DELETE", path) == (404, "not_found")
    (change,) = rig.pull("catalogue", cursor).changes
    assert (change.key, change.record) == (product_id_of(sku), None)
    assert rig.ask("GET", "/v1/products?barcode=8990000000019")["products"] == []
    put(rig, product)
    assert shown(rig, sku)["product_id"] == product_id_of(sku)


def test_goods_by_weight_have_no_deposit_by_the_piece(rig: HubRig) -> None:
    put(rig, BOTTLE)
    sentence = "Product T is sold by kg, but its deposit D by the piece. Nothing was changed."
    assert refusal(rig, TEA | {"unit": "kg", "deposit_sku": "D"}) == (422, "deposit_unit", sentence)
    put(rig, TEA | {"deposit_sku": "D"})
    assert refusal(rig, TEA | {"unit": "kg"})[1] == "deposit_unit"


def test_a_deposit_that_is_needed_is_not_removed(rig: HubRig) -> None:
    put(rig, BOTTLE, TEA | {"deposit_sku": "D"})
    answer = rig.raw("DELETE", "/v1/products/D")
    sentence = "Product D is the deposit of T and cannot be removed before that changes."
    assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    rig.ask("DELETE", "/v1/products/T")
    rig.ask("DELETE", "/v1/products/D")
    assert set(told(rig)) >= {A, B}
