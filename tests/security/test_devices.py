"""Bar 14: keys made on the device, tokens for a quarter of an hour, revocation; no secret is kept."""

import sqlite3
from pathlib import Path

import pytest

from hub.context import Hub
from hub.serving import open_database
from hub.tokens import MOST_TOKENS, NONCE_LIFE_MS, TOKEN_LIFE_MS
from omnipos.domain.errors import StoreTrouble
from omnipos.events import SCHEMA
from omnipos.signing import DEVICE_KEY, HUB_KEY, head_words, is_signed, keep_key, load_key, make_key
from tests.hub.rig import QUARANTINED, A, HubRig, outcomes, token_wish


def nonce_of(rig: HubRig) -> str:
    nonce: str = rig.ask("POST", "/v1/nonce", key="")["nonce"]
    return nonce


def test_a_key_is_its_owners_alone_and_shows_itself_nowhere(tmp_path: Path) -> None:
    key = keep_key(tmp_path / DEVICE_KEY)
    secret = (tmp_path / DEVICE_KEY).read_text().strip()
    assert (tmp_path / DEVICE_KEY).stat().st_mode & 0o777 == 0o600
    assert len(secret) == 64
    again = load_key(tmp_path / DEVICE_KEY)
    assert again is not None
    assert again.public == key.public
    assert secret not in f"{key!r} {key} {vars(type(key))}"
    (tmp_path / DEVICE_KEY).write_text(secret[:-2] + "zz")
    with pytest.raises(StoreTrouble) as broken:
        load_key(tmp_path / DEVICE_KEY)
    assert secret[:8] not in f"{broken.value} {broken.value.__cause__}"


def test_a_token_lives_a_quarter_of_an_hour_and_others_live_beside_it(rig: HubRig) -> None:
    first = rig.new_token(rig.till.device_id, rig.till.key)
    rig.now_ms += TOKEN_LIFE_MS - 1
    second = rig.new_token(rig.till.device_id, rig.till.key)
    for token in (first, second):
        rig.pull("catalogue", key=token)
    rig.now_ms += 1
    assert rig.refused("GET", "/v1/streams/catalogue", key=first) == (401, "unauthorized")
    rig.pull("catalogue", key=second)


def test_the_hub_keeps_hashes_of_few_tokens_and_prunes_them(rig: HubRig) -> None:
    tokens = [rig.new_token(rig.till.device_id, rig.till.key) for _each in range(MOST_TOKENS + 5)]
    kept = b"".join(path.read_bytes() for path in rig.folder.glob("hub.db*"))
    assert not any(token.encode() in kept for token in tokens)
    database = sqlite3.connect(rig.folder / "hub.db")
    counted = database.execute("SELECT count(*) FROM device_token").fetchone()
    assert counted == (MOST_TOKENS,)
    rig.pull("catalogue", key=tokens[-1])
    rig.now_ms += TOKEN_LIFE_MS + 2 * NONCE_LIFE_MS
    rig.new_token(rig.till.device_id, rig.till.key)
    counts = "SELECT (SELECT count(*) FROM device_token), (SELECT count(*) FROM used_nonce)"
    assert database.execute(counts).fetchone() == (1, 1)
    database.close()


def test_a_captured_request_for_a_token_is_worth_nothing(rig: HubRig) -> None:
    wish = token_wish(rig.hub.key.public, rig.till.device_id, nonce_of(rig), rig.till.key)
    assert rig.ask("POST", "/v1/token", wish, key="")["life_ms"] == TOKEN_LIFE_MS
    assert rig.refused("POST", "/v1/token", wish, key="") == (401, "nonce")


def test_a_nonce_is_the_hubs_own_and_runs_out(rig: HubRig) -> None:
    nonce = nonce_of(rig)
    forged = nonce[:-6] + ("AAAA==" if nonce[-6:] != "AAAA==" else "BBBB==")
    for wrong in ("", "x", forged, nonce + "AAAA"):
        wish = token_wish(rig.hub.key.public, rig.till.device_id, wrong, rig.till.key)
        assert rig.refused("POST", "/v1/token", wish, key="") == (401, "nonce")
    wish = token_wish(rig.hub.key.public, rig.till.device_id, nonce, rig.till.key)
    rig.now_ms += NONCE_LIFE_MS
    assert rig.refused("POST", "/v1/token", wish, key="") == (401, "nonce")


def test_a_signature_counts_for_its_device_hub_and_nonce_alone(rig: HubRig) -> None:
    other = rig.enrol()
    hub_key, nonce = rig.hub.key.public, nonce_of(rig)
    wrong = [
        token_wish(hub_key, rig.till.device_id, nonce, other.key),
        token_wish(hub_key, rig.till.device_id, nonce, make_key()),
        token_wish(make_key().public, rig.till.device_id, nonce, rig.till.key),
        token_wish(hub_key, "nobody", nonce, rig.till.key),
        token_wish(hub_key, rig.till.device_id, nonce_of(rig), rig.till.key) | {"nonce": nonce},
        token_wish(hub_key, rig.till.device_id, nonce, rig.till.key) | {"device_id": other.device_id},
        token_wish(hub_key, rig.till.device_id, nonce, rig.till.key) | {"signature": "zz"},
    ]
    for wish in wrong:
        assert rig.refused("POST", "/v1/token", wish, key="") == (401, "unauthorized")
    # A wrong signature uses no nonce up.
    assert rig.ask("POST", "/v1/token", token_wish(hub_key, rig.till.device_id, nonce, rig.till.key), key="")


def test_a_revoked_till_has_a_way_in_and_none_out_at_once(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 2, 3500))
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    fresh = rig.new_token(rig.till.device_id, rig.till.key)
    for token in (rig.till.token, fresh):
        for path in ("/v1/streams/catalogue", "/v1/streams/staff", "/v1/streams/customers"):
            assert rig.refused("GET", path, key=token) == (403, "revoked")
    assert outcomes(rig.push(*journal.envelopes)) == [QUARANTINED]


def test_the_hub_signs_what_it_has_in_answers_to_hello_and_push(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    head = rig.push(*journal.envelopes).countersigned
    assert head is not None
    assert (head.epoch, head.seq, head.hash) == (1, 1, journal.last_hash.hex())
    words = head_words(rig.till.device_id, 1, 1, journal.last_hash.hex())
    assert is_signed(words, head.signature, rig.till.hub_key)
    assert not is_signed(words, head.signature, make_key().public)
    assert not is_signed(head_words(rig.till.device_id, 1, 2, head.hash), head.signature, rig.till.hub_key)
    said = {"epoch": 1, "head_seq": 1, "head_hash": "", "schema_min": 1, "schema_max": SCHEMA}
    body = said | {"version": "1", "sent_at_ms": rig.now_ms}
    answer = rig.ask("POST", "/v1/hello", body, key=rig.till.token)
    assert answer["countersigned"]["signature"] == head.signature


def test_a_hub_without_its_own_key_does_not_start(tmp_path: Path) -> None:
    Hub(open_database(str(tmp_path / "hub.db"))).database.close()
    assert (tmp_path / HUB_KEY).stat().st_mode & 0o777 == 0o600
    kept = (tmp_path / HUB_KEY).read_text()
    (tmp_path / HUB_KEY).unlink()
    for _once_more in range(2):
        database = open_database(str(tmp_path / "hub.db"))
        with pytest.raises(StoreTrouble, match="Its data is safe"):
            Hub(database)
        database.close()
        keep_key(tmp_path / HUB_KEY)
    (tmp_path / HUB_KEY).write_text(kept)
    Hub(open_database(str(tmp_path / "hub.db"))).database.close()
