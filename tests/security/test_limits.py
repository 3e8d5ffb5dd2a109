"""Bar 13: body size, compression ratio, JSON depth, batch length and rate; beyond them a clear 4xx."""

import gzip

import pytest
from litestar.handlers import HTTPRouteHandler

from hub.pacing import MOST_CALLERS, Pace
from hub.problems import Refused
from omnipos.protocol import MOST_BYTES, MOST_EVENTS
from tests.hub.journals import zipped
from tests.hub.rig import HubRig

STORE = {"code": "S1", "name": "Toko", "country": "ID"}
RATE = {"currency": "USD", "rate_minor": 16_000}
CONSENT = {
    "purpose": "marketing",
    "given": True,
    "wording_version": "1",
    "language": "id",
    "staff_id": "",
    "at_ms": 0,
}


def push(rig: HubRig, body: bytes, encoding: str = "identity") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {rig.till.token}", "Content-Encoding": encoding}
    answer = rig.client.post("/v1/events", content=body, headers=headers)
    return answer.status_code, answer.json()["code"]


def test_a_body_has_a_limit_packed_or_not(rig: HubRig) -> None:
    large = b'{"events":[' + b" " * MOST_BYTES + b"]}"
    assert push(rig, large)[0] == 413
    assert push(rig, zipped(large), "gzip") == (413, "batch_too_large")
    bomb = gzip.compress(b'{"events":[' + b" " * (MOST_BYTES - 100) + b"]}", 9)
    assert push(rig, bomb, "gzip") == (413, "gzip")


def test_json_has_a_depth_and_a_batch_a_length(rig: HubRig) -> None:
    assert push(rig, b'{"events":[' + b"[" * 200 + b"]" * 200 + b"]}") == (400, "json")
    many = b",".join([b"{}"] * (MOST_EVENTS + 1))
    assert push(rig, b'{"events":[' + many + b"]}") == (413, "batch_too_large")
    deep = b'{"staff":' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert 400 <= rig.raw("PUT", "/v1/staff", deep).status_code < 500


def test_one_caller_too_often_is_told_when_to_come_again_and_others_are_served(rig: HubRig) -> None:
    rig.hub.pace = Pace(burst=3, per_s=1, monotonic_s=lambda: 0.0)
    for _each in range(3):
        rig.pull("catalogue")
    answer = rig.raw("GET", "/v1/streams/catalogue", key=rig.till.token)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert answer.headers["Retry-After"] == "1"
    rig.ask("GET", "/v1/devices")


def test_guessing_without_a_key_is_slowed_down(rig: HubRig) -> None:
    rig.hub.pace_of_strangers = Pace(burst=2, per_s=1, monotonic_s=lambda: 0.0)
    for _each in range(2):
        assert rig.refused("GET", "/v1/devices", key="guess") == (401, "unauthorized")
    assert rig.refused("GET", "/v1/devices", key="guess") == (429, "too_many")
    for path in ("/v1/nonce", "/v1/token", "/v1/enrol"):
        assert rig.refused("POST", path, b"{}", key="")[0] == 429
    rig.ask("GET", "/v1/devices")


def test_a_bucket_fills_again_and_the_quietest_is_forgotten() -> None:
    now = [0.0]
    pace = Pace(burst=2, per_s=4, monotonic_s=lambda: now[0])
    pace.take("a")
    pace.take("a")
    with pytest.raises(Refused):
        pace.take("a")
    now[0] += 0.25
    pace.take("a")
    for number in range(MOST_CALLERS):
        pace.take(f"caller {number}")
    assert len(pace._callers) == MOST_CALLERS
    assert "a" not in pace._callers


def test_a_till_of_one_store_finds_nothing_of_another(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    other = rig.enrol("S2")
    for stream in (f"stock/{other.store_id}", f"orders/{other.store_id}", "stock/none"):
        path = f"/v1/streams/{stream}"
        assert rig.refused("GET", path, key=rig.token_of(rig.till)) == (404, "not_found")


@pytest.mark.parametrize("path", ["/v1/enrol", "/v1/token", "/v1/enrol-codes", "/v1/api-keys"])
def test_a_field_that_would_be_overlooked_is_refused(rig: HubRig, path: str) -> None:
    bodies = {
        "/v1/enrol": {"code": "", "device_name": "", "version": "", "public_key": "", "proof": ""},
        "/v1/token": {"device_id": "", "nonce": "", "signature": ""},
        "/v1/enrol-codes": {"store_code": "S1"},
        "/v1/api-keys": {"channel": "web"},
    }
    assert rig.refused("POST", path, bodies[path] | {"admin": True})[0] == 400


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/v1/stores", {"stores": [STORE | {"returns": {"windw_days": 7}}]}, "stores[0].returns.windw_days"),
        (
            "/v1/stores",
            {"stores": [STORE, STORE | {"foreign": [RATE | {"rond": 1}]}]},
            "stores[1].foreign[0].rond",
        ),
        (
            "/v1/customers",
            {"customers": [{"name": "Sarah", "phone": "0812-3456-7890", "consents": [CONSENT | {"no": 1}]}]},
            "customers[0].consents[0].no",
        ),
    ],
)
def test_a_word_that_means_nothing_is_refused_in_a_part_of_a_record_too(
    rig: HubRig, path: str, body: dict[str, object], where: str
) -> None:
    before = rig.ask("GET", "/v1/stores")
    answer = rig.raw("PUT", path, body)
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        f"The request does not fit: {where}: unknown field.",
    )
    assert rig.ask("GET", "/v1/stores") == before


def test_every_body_but_a_tills_is_closed_at_its_top(rig: HubRig) -> None:
    fields = [one.parsed_data_field for route in rig.client.app.routes for one in _handlers(route)]
    messages = {field.annotation for field in fields if field is not None}
    assert len(messages) > 25
    open_ones = {one.__name__ for one in messages if not one.__struct_config__.forbid_unknown_fields}
    # A till may be newer than its hub; what it adds is no wrong word.
    assert open_ones == {"Hello", "EpochRequest", "TakeIn"}


def _handlers(route: object) -> list[HTTPRouteHandler]:
    return list(getattr(route, "route_handlers", []))
