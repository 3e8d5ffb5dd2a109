"""Taxes at the hub: dated, of several parts, refused when they cannot be or when something has them."""

from typing import Any

from omnipos.domain.tax import DatedRate, Tax
from tests.hub.rig import TAX, HubRig

STATE = {"code": "STATE", "name": "State", "rate_ppm": 65_000, "inclusive": False}
COUNTY = {"code": "COUNTY", "name": "County", "rate_ppm": 38_500, "inclusive": False}
BOTH = {"code": "US-WA", "name": "Sales tax", "rate_ppm": 0, "inclusive": False, "parts": ["STATE", "COUNTY"]}


def put(rig: HubRig, *taxes: dict[str, Any], **more: object) -> Any:
    """Put taxes and return the answer."""
    return rig.ask("PUT", "/v1/taxes", {"taxes": taxes, **more})


def why_not(rig: HubRig, *taxes: dict[str, Any]) -> str:
    """Put taxes that are refused; return the sentence. Nothing was changed by it."""
    before = rig.ask("GET", "/v1/taxes")
    answer = rig.raw("PUT", "/v1/taxes", {"taxes": taxes})
    assert (answer.status_code, answer.json()["code"]) == (422, "tax")
    assert rig.ask("GET", "/v1/taxes") == before
    said = answer.json()["detail"]
    assert said.endswith(" Nothing was changed.")
    return str(said.removesuffix(" Nothing was changed."))


def told(rig: HubRig) -> dict[str, Tax]:
    """The taxes in the tills' stream."""
    records = [one.record for one in rig.pull("catalogue").changes]
    return {one.code: one for one in records if isinstance(one, Tax)}


def test_a_dated_tax_of_parts_reaches_the_tills_as_it_was_put(rig: HubRig) -> None:
    later = {"valid_from_ms": 1_800_000_000_000, "rate_ppm": 40_000}
    answer = put(rig, BOTH | {"mark": "*"}, STATE, COUNTY | {"later_rates": [later], "compound": True})
    assert (answer["written"], answer["unchanged"]) == (3, 0)
    tills = told(rig)
    assert tills["US-WA"] == Tax(
        code="US-WA", name="Sales tax", rate_ppm=0, inclusive=False, parts=("STATE", "COUNTY"), mark="*"
    )
    assert tills["COUNTY"] == Tax(
        code="COUNTY",
        name="County",
        rate_ppm=38_500,
        inclusive=False,
        compound=True,
        later_rates=(DatedRate(valid_from_ms=1_800_000_000_000, rate_ppm=40_000),),
    )
    assert put(rig, STATE)["unchanged"] == 1
    listed = rig.ask("GET", "/v1/taxes")["taxes"]
    assert [one["code"] for one in listed] == ["COUNTY", "PPN", "STATE", "US-WA"]


def test_parts_that_cannot_be_are_refused(rig: HubRig) -> None:
    assert why_not(rig, BOTH, STATE) == (
        "Tax US-WA names a part that is not set up. Send the part first, or with it."
    )
    assert why_not(rig, BOTH, STATE, COUNTY | {"inclusive": True}) == (
        "Tax US-WA and its parts must all be in the price, or all be added to it."
    )
    circle = (STATE | {"rate_ppm": 0, "parts": ["COUNTY"]}, COUNTY | {"rate_ppm": 0, "parts": ["STATE"]})
    assert why_not(rig, *circle) == "Tax STATE is a part of itself. Change its parts."


def test_a_part_cannot_be_changed_away_from_under_the_tax_that_has_it(rig: HubRig) -> None:
    put(rig, STATE, COUNTY, BOTH)
    assert why_not(rig, STATE | {"inclusive": True}) == (
        "Tax US-WA and its parts must all be in the price, or all be added to it."
    )
    assert why_not(rig, STATE | {"rate_ppm": 0, "parts": ["US-WA"]}).endswith(
        "is a part of itself. Change its parts."
    )


def test_a_rate_of_more_than_the_price_is_a_slip_unless_it_is_allowed(rig: HubRig) -> None:
    high = STATE | {"rate_ppm": 1_200_000}
    assert why_not(rig, high) == "Tax STATE is more than the price itself: 120%. Check the rate."
    assert put(rig, high, allow_more_than_all=True)["written"] == 1
    assert put(rig, COUNTY)["written"] == 1, "what was allowed once is not asked about again"
    assert put(rig, COUNTY | {"rate_ppm": 1_000_000})["written"] == 1


def test_later_rates_stand_in_the_order_of_their_dates(rig: HubRig) -> None:
    later = [{"valid_from_ms": 2, "rate_ppm": 1}, {"valid_from_ms": 1, "rate_ppm": 1}]
    assert why_not(rig, STATE | {"later_rates": later}) == (
        "The later rates of tax STATE are not in the order of their dates."
    )


def test_a_tax_that_something_has_cannot_be_taken_away(rig: HubRig) -> None:
    put(rig, STATE, COUNTY, BOTH)
    whole = rig.raw("DELETE", "/v1/taxes/PPN")
    assert (whole.status_code, whole.json()["code"]) == (409, "tax_used")
    assert whole.json()["detail"] == (
        "Tax PPN is used by product A. Give that another tax first. Nothing was changed."
    )
    part = rig.raw("DELETE", "/v1/taxes/STATE").json()["detail"]
    assert part == "Tax STATE is used by tax US-WA. Give that another tax first. Nothing was changed."
    assert rig.refused("DELETE", "/v1/taxes/NIL") == (404, "not_found")
    assert len(rig.ask("GET", "/v1/taxes")["taxes"]) == 4


def test_a_tax_that_an_open_order_has_stays_too(rig: HubRig) -> None:
    rig.order("W-1")
    for sku in ("A", "B"):
        product = rig.ask("GET", f"/v1/products?sku={sku}")["products"][0]
        wish = {name: product[name] for name in ("sku", "name", "price_minor")} | {"tax_code": "STATE"}
        put(rig, STATE)
        rig.ask("PUT", "/v1/products", {"products": [wish]})
    detail = rig.raw("DELETE", "/v1/taxes/PPN").json()["detail"]
    assert detail == "Tax PPN is used by order W-1. Give that another tax first. Nothing was changed."


def test_a_tax_that_nothing_has_goes_here_and_at_the_tills(rig: HubRig) -> None:
    put(rig, STATE)
    assert rig.ask("DELETE", "/v1/taxes/STATE") == {"code": "STATE"}
    assert [one["code"] for one in rig.ask("GET", "/v1/taxes")["taxes"]] == ["PPN"]
    gone = [one for one in rig.pull("catalogue").changes if one.key == "tax/STATE"]
    assert [one.record for one in gone] == [None]


def test_a_web_shop_reads_and_puts_taxes_but_takes_none_away(rig: HubRig) -> None:
    key = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    assert rig.ask("PUT", "/v1/taxes", {"taxes": [TAX]}, key=key)["unchanged"] == 1
    assert rig.ask("GET", "/v1/taxes", key=key)["taxes"][0]["code"] == "PPN"
    assert rig.refused("DELETE", "/v1/taxes/PPN", key=key)[0] == 403


def test_a_store_that_is_not_registered_takes_orders_without_tax(rig: HubRig) -> None:
    put(rig, STATE)
    product = {"sku": "T", "name": "Taxed", "price_minor": 1000, "tax_code": "STATE"}
    rig.ask("PUT", "/v1/products", {"products": [product]})
    order = {"number": "W-1", "store_code": "S1", "promised_at_ms": rig.now_ms + 1, "lines": [
        {"sku": "T", "quantity_milli": 1000},
    ]}  # fmt: skip
    assert rig.ask("POST", "/v1/orders", order)["total_minor"] == 1065
    store = {"code": "S1", "name": "Toko", "country": "ID"}
    changed = rig.ask("PUT", "/v1/stores", {"stores": [store | {"tax_registered": False}]})["stores"][0]
    assert changed["tax_registered"] is False
    assert rig.ask("PUT", "/v1/stores", {"stores": [store]})["stores"][0]["tax_registered"] is False
    assert rig.ask("POST", "/v1/orders", order | {"number": "W-2"})["total_minor"] == 1000


def test_a_code_with_a_slash_can_be_taken_away_too(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/taxes", {"taxes": [{**STATE, "code": "STATE/2"}]})
    assert rig.ask("DELETE", "/v1/taxes/STATE%2F2") == {"code": "STATE/2"}
    assert "STATE/2" not in [one["code"] for one in rig.ask("GET", "/v1/taxes")["taxes"]]
