"""Prices ahead of their time and of customer groups: put, shown, taken back, told to the tills."""

from typing import Any
from urllib.parse import quote

import pytest

from hub.catalogue import product_id_of
from hub.prices import KEPT_PRICES_MS
from omnipos.domain.catalogue import DatedPrice, ListPrice, Product
from tests.hub.rig import A, B, HubRig

DAY_MS = 86_400_000


def put(rig: HubRig, *prices: dict[str, Any]) -> Any:
    """Send prices and return what the hub wrote."""
    return rig.ask("PUT", "/v1/prices", {"prices": prices})


def listed(rig: HubRig, group: str, **more: int | str) -> Any:
    """A group's prices as the hub shows them."""
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return rig.ask("GET", f"/v1/price-lists/{quote(group)}?{query}")


def of(price_minor: int, valid_from_ms: int = 0) -> dict[str, int]:
    """A price as it is sent and shown."""
    return {"price_minor": price_minor, "valid_from_ms": valid_from_ms}


def product(rig: HubRig, sku: str) -> tuple[int, list[dict[str, int]]]:
    """A product's price and those ahead."""
    one = rig.ask("GET", f"/v1/products?sku={sku}")["products"][0]
    return one["price_minor"], one.get("later_prices", [])


def test_prices_of_everybody_are_added_to_those_that_are_there(rig: HubRig) -> None:
    later = rig.now_ms + 30 * DAY_MS
    first = put(rig, {"sku": "A", **of(3600, later)}, {"sku": "B", **of(6100)})
    assert first == {"written": 2, "unchanged": 0}
    assert put(rig, {"sku": "A", **of(3700, later + 1)}, {"sku": "B", **of(6100)}) == {
        "written": 1,
        "unchanged": 1,
    }
    assert product(rig, "A") == (3500, [of(3600, later), of(3700, later + 1)])
    assert product(rig, "B") == (6100, [])
    record = {change.key: change.record for change in rig.pull("catalogue").changes}[A]
    assert isinstance(record, Product)
    assert record.later_prices == (
        DatedPrice(price_minor=3600, valid_from_ms=later),
        DatedPrice(price_minor=3700, valid_from_ms=later + 1),
    )


def test_a_price_list_is_put_shown_and_told(rig: HubRig) -> None:
    cursor = rig.pull("catalogue").cursor
    prices = [
        {"sku": "A", **of(3300)},
        {"sku": "A", **of(3200, 9000)},
        {"sku": "B", **of(5500)},
    ]
    assert rig.ask("PUT", "/v1/price-lists/Gold%20Plus", {"prices": prices}) == {
        "written": 3,
        "unchanged": 0,
    }
    assert listed(rig, "GOLD plus") == {
        "group": "gold plus",
        "prices": [
            {"sku": "A", "product_id": A, "prices": [of(3300), of(3200, 9000)]},
            {"sku": "B", "product_id": B, "prices": [of(5500)]},
        ],
        "next": "",
    }
    assert rig.ask("GET", "/v1/price-lists") == {"price_lists": [{"group": "gold plus", "products": 2}]}
    told = {change.key: change.record for change in rig.pull("catalogue", cursor).changes}
    assert told[f"list_price/{A}/gold plus"] == ListPrice(
        group="gold plus",
        product_id=A,
        prices=(
            DatedPrice(price_minor=3300, valid_from_ms=0),
            DatedPrice(price_minor=3200, valid_from_ms=9000),
        ),
    )
    assert set(told) == {f"list_price/{one}/gold plus" for one in (A, B)}
    assert product(rig, "A") == (3500, []), "a group's price is not everybody's"


def test_the_same_again_changes_nothing_and_tells_nothing(rig: HubRig) -> None:
    prices = [{"sku": "A", "group": "Gold", **of(3300)}, {"sku": "A", "group": "silver", **of(3400)}]
    put(rig, *prices)
    cursor = rig.pull("catalogue").cursor
    assert put(rig, *prices) == {"written": 0, "unchanged": 2}
    assert rig.pull("catalogue", cursor).changes == ()


def test_long_lists_come_in_pages(rig: HubRig) -> None:
    put(rig, *({"sku": sku, "group": "gold", **of(1)} for sku in "AB"))
    assert listed(rig, "gold", limit=1)["next"] == "A"
    assert [one["sku"] for one in listed(rig, "gold", limit=1, after="A")["prices"]] == ["B"]
    assert listed(rig, "nobody") == {"group": "nobody", "prices": [], "next": ""}


@pytest.mark.parametrize(
    ("price", "code", "sentence"),
    [
        (
            {"sku": "?", **of(1)},
            "product_unknown",
            "There is no product ? in the catalogue. Send it first.",
        ),
        (
            {"sku": "A", **of(9)},
            "price_twice",
            "Product A has two prices from the same moment on. Nothing was changed.",
        ),
        (
            {"sku": "A", "group": "a/b", **of(1)},
            "group_name",
            "“a/b” cannot be the name of a customer group. Nothing was changed.",
        ),
        (
            {"sku": "A", "group": "\x07", **of(1)},
            "group_name",
            "“” cannot be the name of a customer group. Nothing was changed.",
        ),
    ],
    ids=["product", "twice", "slash", "nothing"],
)
def test_a_price_that_cannot_be_is_refused_with_all_others(
    rig: HubRig, price: dict[str, Any], code: str, sentence: str
) -> None:
    answer = rig.raw("PUT", "/v1/prices", {"prices": [{"sku": "A", **of(3333)}, price]})
    said = answer.json()
    assert (answer.status_code, said["detail"], said["code"]) == (422, sentence, code)
    assert product(rig, "A") == (3500, [])


def test_a_price_of_nothing_is_taken_and_told(rig: HubRig) -> None:
    answer = rig.ask("PUT", "/v1/price-lists/staff", {"prices": [{"sku": "B", **of(0)}]})
    warning = {"row": 0, "detail": "Product B has the price 0. It was taken so."}
    assert answer == {"written": 1, "unchanged": 0, "warnings": [warning]}


def test_what_does_not_fit_is_told_with_row_and_sku(rig: HubRig) -> None:
    prices = [{"sku": "A", **of(1)}, {"sku": "B", **of(-1)}]
    answer = rig.raw("PUT", "/v1/price-lists/gold", {"prices": prices})
    sentence = "The request does not fit: prices[1].price_minor (B): Expected `int` >= 0."
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)


def test_prices_ahead_are_taken_back_one_or_all(rig: HubRig) -> None:
    now = rig.now_ms
    put(rig, *({"sku": "A", **of(3600 + number, now + number)} for number in (1, 2, 3)))
    assert rig.ask("DELETE", f"/v1/prices/A?valid_from_ms={now + 2}")["written"] == 1
    assert product(rig, "A") == (3500, [of(3601, now + 1), of(3603, now + 3)])
    assert rig.refused("DELETE", f"/v1/prices/A?valid_from_ms={now + 2}") == (404, "not_found")
    assert rig.ask("DELETE", "/v1/prices/A")["written"] == 2
    assert rig.refused("DELETE", "/v1/prices/A?valid_from_ms=0") == (404, "not_found")
    assert product(rig, "A") == (3500, [])


def test_one_price_or_a_whole_list_is_taken_away_and_told(rig: HubRig) -> None:
    rig.ask(
        "PUT",
        "/v1/products",
        {"products": [{"sku": "C/1", "name": "C", "price_minor": 1, "tax_code": "PPN"}]},
    )
    put(rig, *({"sku": sku, "group": "gold", **of(1, at)} for sku in ("A", "B", "C/1") for at in (0, 7)))
    cursor = rig.pull("catalogue").cursor
    assert rig.ask("DELETE", "/v1/price-lists/Gold/A?valid_from_ms=0")["written"] == 1
    assert listed(rig, "gold")["prices"][0]["prices"] == [of(1, 7)]
    assert rig.ask("DELETE", "/v1/price-lists/gold/C%2F1")["written"] == 2
    gone = {change.key: change.record for change in rig.pull("catalogue", cursor).changes}
    assert gone[f"list_price/{product_id_of('C/1')}/gold"] is None
    assert rig.ask("DELETE", "/v1/price-lists/gold")["written"] == 2
    assert rig.refused("DELETE", "/v1/price-lists/gold") == (404, "not_found")
    gone = {change.key: change.record for change in rig.pull("catalogue", cursor).changes}
    assert set(gone) == {f"list_price/{product_id_of(sku)}/gold" for sku in ("A", "B", "C/1")}
    assert set(gone.values()) == {None}


def test_a_removed_product_leaves_its_price_lists(rig: HubRig) -> None:
    put(rig, {"sku": "B", "group": "gold", **of(1)}, {"sku": "B", "group": "silver", **of(2)})
    cursor = rig.pull("catalogue").cursor
    rig.ask("DELETE", "/v1/products/B")
    gone = {change.key for change in rig.pull("catalogue", cursor).changes if change.record is None}
    assert gone == {B, f"list_price/{B}/gold", f"list_price/{B}/silver"}
    assert rig.ask("GET", "/v1/price-lists") == {"price_lists": []}


def test_prices_long_over_leave_and_more_than_fifty_are_refused(rig: HubRig) -> None:
    over = rig.now_ms - KEPT_PRICES_MS
    put(
        rig, {"sku": "A", **of(1, over - 3)}, {"sku": "A", **of(2, over - 2)}, {"sku": "A", **of(3, over + 9)}
    )
    assert product(rig, "A") == (3500, [of(2, over - 2), of(3, over + 9)])
    many = [{"sku": "A", **of(1, rig.now_ms + at)} for at in range(50)]
    assert rig.refused("PUT", "/v1/prices", {"prices": many}) == (422, "prices_many")
    assert product(rig, "A") == (3500, [of(2, over - 2), of(3, over + 9)])
