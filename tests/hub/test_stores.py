"""Stores as the owner sets them up: what is not sent stays, what cannot be is refused."""

from typing import Any

import pytest

from tests.domain.test_emvqr import DUITNOW_STATIC, QRIS_41190, QRIS_STATIC
from tests.hub.rig import A, HubRig

FULL = {
    "code": "S1",
    "name": "Toko Sinar",
    "country": "ID",
    "currency": "USD",
    "address": "Jl. Melati 1",
    "phone": "021-555",
    "tax_label": "PKP",
    "tax_number": "01.234",
    "language": "en",
    "time_zone": "Asia/Makassar",
    "tax_rounding": "line",
    "cash_rounding": {"mode": "down", "step_minor": 25},
    "footer": "Terima kasih",
}


def put(rig: HubRig, **wish: object) -> dict[str, Any]:
    store: dict[str, Any] = rig.ask("PUT", "/v1/stores", {"stores": [wish]})["stores"][0]
    return store


def test_a_new_store_takes_the_habits_of_its_country(rig: HubRig) -> None:
    store = put(rig, code="K1", name="Kedai", country="MY")
    assert (store["currency"], store["time_zone"], store["language"], store["tax_label"]) == (
        "MYR",
        "Asia/Kuala_Lumpur",
        "ms",
        "SST",
    )
    assert store["cash_rounding"] == {"mode": "nearest", "step_minor": 5}


def test_what_is_not_sent_of_a_store_stays(rig: HubRig) -> None:
    kept = put(rig, **FULL)
    assert {name: kept[name] for name in FULL} == FULL
    assert put(rig, code="S1", name="Toko Baru", country="ID") == {**kept, "name": "Toko Baru"}
    assert put(rig, code="S1", name="Toko Baru", country="ID", footer="")["footer"] == ""
    assert rig.ask("GET", "/v1/stores")["stores"][0]["address"] == "Jl. Melati 1"


@pytest.mark.parametrize(
    "change", [{"currency": "USD"}, {"country": "MY"}, {"country": "MY", "currency": "IDR"}]
)
def test_money_and_country_of_a_store_that_sold_stay(rig: HubRig, change: dict[str, str]) -> None:
    wish = {"code": "S1", "name": "Toko Sinar", "country": "ID"}
    assert put(rig, **(wish | {"country": "MY"}))["currency"] == "MYR"
    assert put(rig, **wish)["currency"] == "IDR"
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    assert rig.refused("PUT", "/v1/stores", {"stores": [wish | change]}) == (409, "store_sold")
    assert put(rig, **(wish | {"currency": "IDR"}))["country"] == "ID"


@pytest.mark.parametrize("zone", ["Asia/Jakatra", "../etc/passwd", "America", "a\x00b"])
def test_a_time_zone_that_nobody_knows_is_refused(rig: HubRig, zone: str) -> None:
    wish = {"code": "S1", "name": "Toko Sinar", "country": "ID", "time_zone": zone}
    assert rig.refused("PUT", "/v1/stores", {"stores": [wish]}) == (400, "time_zone")
    assert rig.ask("GET", "/v1/stores")["stores"][0]["time_zone"] == "Asia/Jakarta"


def test_a_till_moves_to_another_store_with_a_new_number_and_epoch(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Toko Kedua", "country": "ID"}]})
    address = f"/v1/devices/{rig.till.device_id}/move"
    for _again in range(2):
        (moved,) = rig.ask("POST", address, {"store_code": "S2"})["devices"]
        assert (moved["store_code"], moved["till_number"], moved["epoch"]) == ("S2", 1, 2)
    assert rig.refused("POST", address, {"store_code": "S9"}) == (422, "store_unknown")
    assert rig.refused("POST", "/v1/devices/nobody/move", {"store_code": "S2"}) == (404, "not_found")
    assert rig.refused("POST", address, {"store_code": "S1"}, key=rig.till.token)[0] == 403
    old = f"/v1/streams/stock/{rig.till.store_id}"
    assert rig.refused("GET", old, key=rig.till.token) == (404, "not_found")
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    assert rig.refused("POST", address, {"store_code": "S1"}) == (409, "revoked")


def test_a_store_says_how_its_scales_write_labels(rig: HubRig) -> None:
    assert put(rig, code="S1", name="Toko", country="ID")["labels"] == []
    layout = {"pattern": "20IIIIIKVVVVC", "value": "price", "times": 10}
    assert put(rig, code="S1", name="Toko", country="ID", labels=[layout])["labels"] == [layout]
    assert put(rig, code="S1", name="Toko baru", country="ID")["labels"] == [layout]
    bad = {"pattern": "89IIIIIVVVVVC"}
    wish = {"stores": [{"code": "S1", "name": "Toko", "country": "ID", "labels": [bad]}]}
    assert rig.refused("PUT", "/v1/stores", wish)[0] == 422
    assert put(rig, code="S1", name="Toko", country="ID")["labels"] == [layout]
    assert put(rig, code="S1", name="Toko", country="ID", labels=[])["labels"] == []


def test_the_standing_qr_code_of_a_store_is_checked_before_it_is_kept(rig: HubRig) -> None:
    own = {"static_payload": f" {QRIS_STATIC}\n", "acquirer": "Bank\x07 Contoh", "allow_amount": False}
    kept = {"static_payload": QRIS_STATIC, "acquirer": "Bank Contoh", "allow_amount": False}
    wish = {"code": "S1", "name": "Toko Sinar", "country": "ID"}
    assert put(rig, **wish)["qr"] == {"static_payload": "", "acquirer": "", "allow_amount": False}
    assert put(rig, **wish, qr=own)["qr"] == kept
    assert put(rig, **wish)["qr"] == kept
    for broken in (QRIS_STATIC[:-1] + "F", QRIS_41190, DUITNOW_STATIC, "pay me"):
        body = {"stores": [wish | {"qr": own | {"static_payload": broken}}]}
        assert rig.refused("PUT", "/v1/stores", body)[0] == 422
    assert rig.refused("PUT", "/v1/stores", {"stores": [wish | {"currency": "MYR"}]})[0] == 422
    assert put(rig, **wish)["qr"] == kept
    assert put(rig, **wish, qr={})["qr"]["static_payload"] == ""
