"""Web shops with API keys: each has only its own orders, and what it mistakes is refused in a sentence."""

import pytest

from tests.hub.journals import AT_MS
from tests.hub.rig import HubRig

PLACE = ("POST", "/v1/orders")


def key_of(rig: HubRig, channel: str) -> str:
    key: str = rig.ask("POST", "/v1/api-keys", {"channel": channel})["key"]
    return key


def order(**more: object) -> dict[str, object]:
    lines = [{"sku": "A", "quantity_milli": 2000}, {"sku": "B", "quantity_milli": 1000}]
    return {"number": "W1", "store_code": "S1", "promised_at_ms": AT_MS, "lines": lines} | more


@pytest.mark.parametrize("name", ["promised_at_ms", "placed_at_ms"])
def test_a_time_no_calendar_shows_is_refused(rig: HubRig, name: str) -> None:
    for at_ms in (AT_MS * 1000, AT_MS // 1000, 946_684_799_999, 7_258_118_400_000):
        answer = rig.raw(*PLACE, order(**{name: at_ms}))
        assert (answer.status_code, answer.json()["code"]) == (400, "time")
        assert answer.json()["detail"].startswith(f"{name} is {at_ms}. Send milliseconds")
    for at_ms in (946_684_800_000, 7_258_118_399_999):
        assert rig.ask(*PLACE, order(**{"number": f"W{at_ms}", name: at_ms}))[name] == at_ms


def test_more_than_the_total_cannot_have_been_paid(rig: HubRig) -> None:
    answer = rig.raw(*PLACE, order(paid_minor=13_001))
    assert (answer.status_code, answer.json()["code"]) == (400, "paid")
    assert answer.json()["detail"] == (
        "Order W1 comes to Rp 13.000, and Rp 13.001 cannot have been paid for it."
    )
    assert rig.stock("A") == (0, 0)
    assert rig.ask(*PLACE, order(paid_minor=13_000))["paid_minor"] == 13_000


def test_half_a_piece_cannot_be_ordered_but_half_a_kilogram_can(rig: HubRig) -> None:
    pears = {"sku": "P", "name": "Pears", "price_minor": 40_000, "tax_code": "PPN", "unit": "kg"}
    rig.ask("PUT", "/v1/products", {"products": [pears]})
    half = order(lines=[{"sku": "A", "quantity_milli": 1500}])
    assert rig.refused(*PLACE, half) == (400, "quantity")
    half = order(lines=[{"sku": "P", "quantity_milli": 500}])
    assert rig.ask(*PLACE, half)["total_minor"] == 20_000


def test_points_are_the_owners_to_set(rig: HubRig) -> None:
    ayu = {"name": "Ayu Lestari", "phone": "+6281123456789", "points": 120}
    web = key_of(rig, "web")
    put = ("PUT", "/v1/customers")
    assert rig.refused(*put, {"customers": [ayu]}, key=web) == (403, "points")
    assert rig.ask("GET", "/v1/customers?q=ayu")["customers"] == []
    without = {name: value for name, value in ayu.items() if name != "points"}
    assert rig.ask(*put, {"customers": [without]}, key=web)["written"] == 1
    rig.ask(*put, {"customers": [ayu]})
    assert rig.ask("GET", "/v1/customers?q=ayu")["customers"][0]["points"] == 120


def test_a_web_shop_has_only_its_own_orders(rig: HubRig) -> None:
    web, market = key_of(rig, "web"), key_of(rig, "market")
    own = rig.ask(*PLACE, order(), key=web)
    other = rig.ask(*PLACE, order(number="M1"), key=market)
    assert rig.ask("GET", "/v1/orders/W1", key=web) == own
    for path in ("/v1/orders/M1", "/v1/orders/M1?channel=market", "/v1/orders/W1?channel=market"):
        assert rig.refused("GET", path, key=web) == (404, "not_found")
    for path in ("/v1/orders/M1/cancel", "/v1/orders/M1/cancel?channel=market"):
        assert rig.refused("POST", path, key=web) == (404, "not_found")
    assert rig.ask("GET", "/v1/orders", key=web)["orders"] == [own]
    assert rig.ask("GET", "/v1/orders?number=M1", key=web)["orders"] == []
    assert rig.refused("GET", f"/v1/streams/orders/{rig.till.store_id}", key=web) == (404, "not_found")
    assert rig.ask("GET", "/v1/orders/M1") == other
    assert rig.refused("GET", "/v1/orders/M1?channel=web") == (404, "not_found")
    assert {one["number"] for one in rig.ask("GET", "/v1/orders")["orders"]} == {"W1", "M1"}
    assert rig.ask("POST", "/v1/orders/W1/cancel", key=web)["state"] == "cancelled"
    assert rig.ask("POST", "/v1/orders/M1/cancel")["state"] == "cancelled"


def test_a_collection_code_is_one_open_orders_only(rig: HubRig) -> None:
    rig.order("W1", collection_code="ab-471")
    answer = rig.raw(*PLACE, order(number="W2", collection_code="AB-471"))
    assert (answer.status_code, answer.json()["code"]) == (409, "collection_code")
    assert "AB-471" in answer.json()["detail"]
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    rig.ask(*PLACE, order(number="W3", store_code="S2", collection_code="AB-471"))
    rig.ask(*PLACE, order(number="W4", state="collected", collection_code="AB-471"))
    rig.ask("POST", "/v1/orders/W1/cancel")
    rig.ask(*PLACE, order(number="W2", collection_code="AB-471"))


def test_a_generated_code_avoids_those_in_use(rig: HubRig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.order("W1", collection_code="100005")
    numbers = iter([5, 6])
    monkeypatch.setattr("hub.orders.secrets.randbelow", lambda _below: next(numbers))
    assert rig.order("W2")["collection_code"] == "100006"
