"""Keys, codes and tokens: who may do what, codes that work once, secrets that are never kept."""

from pathlib import Path

import pytest

from omnipos.events import SCHEMA
from omnipos.signing import make_key
from tests.hub.rig import QUARANTINED, A, HubRig, enrol_wish, open_rig, outcomes

HOUR_MS = 3_600_000


def test_an_enrol_code_works_once(rig: HubRig) -> None:
    code = rig.ask("POST", "/v1/enrol-codes", {"store_code": "S1"})["code"]
    wish = enrol_wish(code, make_key())
    first = rig.ask("POST", "/v1/enrol", wish | {"code": code.lower().replace("-", " ")}, key="")
    assert (first["till_number"], first["store_code"], first["epoch"]) == (2, "S1", 1)
    other = enrol_wish(code, make_key())
    assert rig.refused("POST", "/v1/enrol", other, key="") == (403, "enrol_code")
    assert len(rig.ask("GET", "/v1/devices")["devices"]) == 2


def test_a_lost_answer_to_an_enrolment_is_told_again_to_the_same_key(rig: HubRig) -> None:
    code = rig.ask("POST", "/v1/enrol-codes", {"store_code": "S1"})["code"]
    wish = enrol_wish(code, make_key())
    first = rig.ask("POST", "/v1/enrol", wish, key="")
    assert rig.ask("POST", "/v1/enrol", wish, key="") == first
    assert len(rig.ask("GET", "/v1/devices")["devices"]) == 2
    rig.now_ms += 24 * HOUR_MS
    assert rig.refused("POST", "/v1/enrol", wish, key="") == (403, "enrol_code")


def test_a_key_that_the_device_does_not_have_enrols_nothing(rig: HubRig) -> None:
    code = rig.ask("POST", "/v1/enrol-codes", {"store_code": "S1"})["code"]
    wish = enrol_wish(code, make_key())
    for wrong in ({"public_key": make_key().public}, {"proof": "00" * 64}, {"public_key": "x"}):
        assert rig.refused("POST", "/v1/enrol", wish | wrong, key="") == (422, "public_key")
    assert rig.ask("POST", "/v1/enrol", wish, key="")["till_number"] == 2


def test_an_enrol_code_ends_after_a_day(rig: HubRig) -> None:
    code = rig.ask("POST", "/v1/enrol-codes", {"store_code": "S1"})["code"]
    rig.now_ms += 24 * HOUR_MS
    wish = enrol_wish(code, make_key())
    assert rig.refused("POST", "/v1/enrol", wish, key="") == (403, "enrol_code")


def test_till_numbers_are_gapless_per_store(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "MY"}]})
    assert [rig.enrol(store).till_number for store in ("S1", "S2", "S1", "S2")] == [2, 1, 3, 2]


def test_changing_a_store_keeps_its_tills_counted(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S1", "name": "New name", "country": "ID"}]})
    assert rig.enrol().till_number == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/devices"),
        ("POST", "/v1/api-keys"),
        ("PUT", "/v1/staff"),
        ("GET", "/v1/products"),
        ("POST", "/v1/orders"),
        ("POST", "/v1/events"),
        ("GET", "/v1/events"),
        ("POST", "/v1/hello"),
        ("GET", "/v1/streams/catalogue"),
    ],
)
def test_nobody_gets_in_without_a_key(rig: HubRig, method: str, path: str) -> None:
    for key in ("", "wrong", "a" * 10_000):
        assert rig.refused(method, path, b"{}", key=key) == (401, "unauthorized")


def test_each_key_opens_only_its_doors(rig: HubRig) -> None:
    shop = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    assert rig.ask("GET", "/v1/products", key=shop)["products"]
    assert rig.ask("GET", "/v1/totals", key=shop)["sales"] == 0
    for method, path in (("GET", "/v1/devices"), ("PUT", "/v1/staff"), ("POST", "/v1/hello")):
        assert rig.refused(method, path, b"{}", key=shop) == (403, "forbidden")
    assert rig.refused("GET", "/v1/streams/staff", key=shop) == (404, "not_found")
    for method, path in (("GET", "/v1/products"), ("GET", "/v1/devices"), ("GET", "/v1/totals")):
        assert rig.refused(method, path, key=rig.till.token) == (403, "forbidden")
    assert rig.refused("POST", "/v1/events", b"{}") == (403, "forbidden")


@pytest.mark.parametrize("base", ["sqlite"])
def test_no_secret_is_in_the_database(rig: HubRig) -> None:
    shop = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    code = rig.ask("POST", "/v1/enrol-codes", {"store_code": "S1"})["code"]
    rig.ask("PUT", "/v1/staff", {"staff": [{"name": "Sari", "role": "cashier", "pin": "739154"}]})
    kept = b"".join(path.read_bytes() for path in rig.folder.glob("hub.db*"))
    for secret in (rig.admin_key, shop, code, code.replace("-", ""), rig.till.token, "739154"):
        assert secret.encode() not in kept


def test_the_admin_key_is_the_owners_alone_and_stays(tmp_path: Path) -> None:
    with open_rig(tmp_path) as first:
        key = first.admin_key
    assert (tmp_path / "admin.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "again").mkdir()
    with open_rig(tmp_path) as second:
        assert second.admin_key == key
        (tmp_path / "admin.key").unlink()
    with open_rig(tmp_path) as third:
        assert third.admin_key != key
        assert third.refused("GET", "/v1/devices", key=key) == (401, "unauthorized")


def test_a_revoked_till_pulls_nothing_and_loses_nothing(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    journal.sell((A, 1, 3500))
    answer = rig.push(*journal.envelopes[1:])
    assert outcomes(answer) == [QUARANTINED]
    assert answer.acked_through == 2
    assert rig.exceptions() == ["revoked_till"]
    assert rig.refused("GET", "/v1/streams/catalogue", key=rig.till.token) == (403, "revoked")
    assert hello(rig)["revoked"] is True
    assert hello(rig)["streams"] == []


def hello(rig: HubRig, **more: object) -> dict[str, object]:
    said = {
        "epoch": 1,
        "head_seq": 2,
        "head_hash": "ab",
        "schema_min": 1,
        "schema_max": SCHEMA,
        "version": "9.9",
        "sent_at_ms": rig.now_ms - 5000,
        "waiting": 7,
    }
    answer: dict[str, object] = rig.ask("POST", "/v1/hello", said | more, key=rig.till.token)
    return answer


def test_hello_tells_both_sides_where_they_stand(rig: HubRig) -> None:
    assert hello(rig)["acked_seq"] == 0
    assert hello(rig)["acked_hash"] == ""
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    answer = hello(rig)
    assert answer["acked_seq"] == 1
    assert answer["acked_hash"] == journal.last_hash.hex()
    assert answer["server_time_ms"] == rig.now_ms
    seen = rig.ask("GET", "/v1/devices")["devices"][0]
    assert (seen["head_seq"], seen["acked_seq"], seen["waiting"]) == (2, 1, 1)
    assert (seen["version"], seen["skew_ms"], seen["last_seen_ms"]) == ("9.9", -5000, rig.now_ms)


def test_a_hello_with_impossible_numbers_is_refused(rig: HubRig) -> None:
    said = {"epoch": 1, "head_seq": 10**25, "head_hash": "", "schema_min": 1, "schema_max": SCHEMA}
    body = said | {"version": "1", "sent_at_ms": 0}
    assert rig.refused("POST", "/v1/hello", body, key=rig.till.token)[0] == 400


def test_pins_are_hashed_by_the_standard_and_kept_when_sent_again(rig: HubRig) -> None:
    wish = {"staff": [{"name": "Sari", "role": "cashier", "pin": "1234"}]}
    rig.ask("PUT", "/v1/staff", wish)
    first = rig.pull("staff")
    rig.ask("PUT", "/v1/staff", wish)
    assert rig.pull("staff").changes == first.changes
    record = first.changes[-1].record
    assert record.pin_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")  # type: ignore[union-attr]
    rig.ask("PUT", "/v1/staff", {"staff": [{"name": "Sari", "role": "manager"}]})
    after = rig.pull("staff").changes[-1].record
    assert (after.role, after.pin_hash) == ("manager", record.pin_hash)  # type: ignore[union-attr]
    assert "pin_hash" not in rig.raw("GET", "/v1/staff").text


def test_an_empty_key_file_left_by_a_crash_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "admin.key").touch()
    with open_rig(tmp_path) as rig:
        assert len(rig.admin_key) == 43
        assert rig.refused("GET", "/v1/devices", key="") == (401, "unauthorized")
