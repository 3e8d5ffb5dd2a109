"""How tills stand at the hub: seen, heads, gaps, waiting, skew, counts; as JSON and for Prometheus."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from hub import tables
from hub.exposing import MEDIA_TYPE, escaped
from omnipos.events import SCHEMA
from omnipos.signing import make_key
from tests.hub.chains import wait_for
from tests.hub.journals import AT_MS
from tests.hub.rig import A, HubRig, enrol_wish

SAMPLE = re.compile(r'^(\w+)(\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+]+)$')


def device(rig: HubRig) -> dict[str, Any]:
    found: dict[str, Any] = rig.ask("GET", "/v1/devices")["devices"][0]
    return found


def metrics(rig: HubRig, key: str | None = None) -> dict[str, float]:
    """Return every sample by its name and labels, the device's id left out; each line must be well formed."""
    answer = rig.raw("GET", "/metrics", key=key)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == f"{MEDIA_TYPE}; charset=utf-8"
    assert answer.text.endswith("\n")
    found = {}
    for line in answer.text.splitlines():
        if line.startswith(("# HELP omnipos_", "# TYPE omnipos_", "# HELP process_", "# TYPE process_")):
            continue
        sample = SAMPLE.match(line)
        assert sample, line
        found[re.sub(r',?device="[0-9a-f]+"', "", line.rpartition(" ")[0])] = float(sample[3])
    return found


def hello(rig: HubRig, **more: object) -> None:
    said = {
        "epoch": 1,
        "head_seq": 0,
        "head_hash": "",
        "schema_min": 1,
        "schema_max": SCHEMA,
        "version": "1.2",
        "sent_at_ms": rig.now_ms,
    }
    rig.ask("POST", "/v1/hello", said | more, key=rig.till.token)


def test_a_till_that_was_offline_shows_what_waits_until_it_is_here(rig: HubRig) -> None:
    journal = rig.journal()
    for _sale in range(5):
        journal.sell((A, 1, 3500))
    hello(rig, head_seq=5, waiting=5, sent_at_ms=rig.now_ms - 90_000)
    shown = device(rig)
    assert (shown["head_seq"], shown["acked_seq"], shown["waiting"], shown["gaps"]) == (5, 0, 5, 0)
    assert (shown["skew_ms"], shown["version"], shown["last_seen_ms"]) == (-90_000, "1.2", AT_MS)
    rig.push(*journal.envelopes[:3])
    assert (device(rig)["acked_seq"], device(rig)["waiting"]) == (3, 2)
    rig.push(*journal.envelopes[3:])
    journal.sell((A, 1, 3500))
    rig.push(journal.envelopes[-1])
    assert (device(rig)["head_seq"], device(rig)["acked_seq"], device(rig)["waiting"]) == (6, 6, 0)


def seen_at(rig: HubRig, at_ms: int) -> bool:
    """Wait until it is written down that the till was seen at a time: no page waits for that."""
    until = time.monotonic() + 10
    while device(rig)["last_seen_ms"] != at_ms and time.monotonic() < until:
        pass
    return bool(device(rig)["last_seen_ms"] == at_ms)


def test_any_request_of_a_till_is_a_sign_of_life_written_at_most_every_half_minute(rig: HubRig) -> None:
    rig.pull("settings")
    assert seen_at(rig, AT_MS)
    rig.now_ms += 29_000
    rig.pull("settings")
    assert device(rig)["last_seen_ms"] == AT_MS
    rig.now_ms += 1_000
    rig.pull("settings")
    assert seen_at(rig, AT_MS + 30_000)


def test_who_was_seen_is_written_down_together(rig: HubRig) -> None:
    other = rig.enrol()
    rig.pull("settings")
    assert seen_at(rig, AT_MS)
    rig.now_ms += 40_000
    rig.pull("settings")
    assert seen_at(rig, AT_MS + 40_000)
    rig.pull("settings", key=rig.token_of(other))
    rig.now_ms += 2_000
    rig.pull("staff")
    until = time.monotonic() + 10
    shown: list[int] = []
    while shown != [AT_MS + 40_000] * 2 and time.monotonic() < until:
        shown = [one["last_seen_ms"] for one in rig.ask("GET", "/v1/devices")["devices"]]
    assert shown == [AT_MS + 40_000] * 2, "each at its own time, by one later transaction"


def test_rows_that_the_hub_lost_are_gaps(rig: HubRig) -> None:
    journal = rig.journal()
    for _sale in range(4):
        journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    assert device(rig)["gaps"] == 0
    table = tables.event
    rig.hub.database.write(lambda conn: conn.execute(delete(table).where(table.c.seq.in_([2, 3]))))
    assert device(rig)["gaps"] == 2
    assert metrics(rig)["omnipos_tills_with_rows_gone"] == 0
    rig.hub.database.write(lambda conn: conn.execute(delete(table).where(table.c.seq == 4)))
    assert device(rig)["gaps"] == 3
    assert metrics(rig)["omnipos_tills_with_rows_gone"] == 1


def test_what_was_set_aside_and_what_is_open_are_counted_by_till(rig: HubRig) -> None:
    journal = rig.journal()
    journal.append(body=b"{}", kind="odd")
    rig.push(*journal.envelopes)
    assert (device(rig)["quarantined"], device(rig)["exceptions_open"]) == (1, 1)
    rig.ask("POST", "/v1/exceptions/1/settle", {"answer": "entered"})
    assert (device(rig)["quarantined"], device(rig)["exceptions_open"]) == (1, 0)


def test_prometheus_reads_tills_and_counts(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.append(body=b"{}", kind="odd")
    hello(rig, head_seq=3, sent_at_ms=rig.now_ms + 1500)
    rig.push(*journal.envelopes)
    rig.push(*journal.envelopes)
    rig.pull("settings")
    rig.pull("staff")
    till = 'store="S1",till="1"'
    expected = {
        f"omnipos_till_head_seq{{{till}}}": 3,
        f"omnipos_till_acked_seq{{{till}}}": 2,
        f"omnipos_till_waiting{{{till}}}": 1,
        f"omnipos_till_gaps{{{till}}}": 0,
        f"omnipos_till_clock_skew_seconds{{{till}}}": 1.5,
        f"omnipos_till_last_seen_timestamp_seconds{{{till}}}": AT_MS / 1000,
        f"omnipos_till_exceptions_open{{{till}}}": 1,
        "omnipos_exceptions_open": 1,
        f'omnipos_events_total{{{till},outcome="applied"}}': 1,
        f'omnipos_events_total{{{till},outcome="duplicate"}}': 1,
        f'omnipos_events_total{{{till},outcome="quarantined"}}': 2,
        f"omnipos_pushes_total{{{till}}}": 2,
        f"omnipos_pulls_total{{{till}}}": 2,
    }
    # Where several write at once, what a till asked for is written down beside its answer.
    wait_for(lambda: expected.items() <= metrics(rig).items())
    found = metrics(rig)
    assert {name: found.get(name) for name in expected} == expected
    assert metrics(rig)[f"omnipos_pulls_total{{{till}}}"] == 2, "what was counted is counted once"


def test_this_process_tells_of_itself_in_the_same_answer(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    changes = len(rig.pull("catalogue").changes)
    found = metrics(rig)
    place = 'method="POST",route="/v1/events"'
    assert found[f'omnipos_http_requests_total{{{place},status="200"}}'] == 1
    seconds = "omnipos_http_request_duration_seconds"
    assert found[f'{seconds}_bucket{{{place},le="+Inf"}}'] == found[f"{seconds}_count{{{place}}}"] == 1
    bounds = [value for name, value in found.items() if name.startswith(f"{seconds}_bucket{{{place}")]
    assert bounds == sorted(bounds)
    assert found['omnipos_rows_total{direction="pushed"}'] == 2
    assert found['omnipos_rows_total{direction="pulled"}'] == changes > 0
    assert (found["omnipos_hints_listeners"], found["omnipos_hub_stopping"]) == (0, 0)
    assert found["process_resident_memory_bytes"] > 10_000_000
    assert found["process_open_fds"] > 3


def test_whole_copies_tell_their_age_and_size(rig: HubRig, tmp_path: Path) -> None:
    assert not any(name.startswith("omnipos_snapshot") for name in metrics(rig))
    file = tmp_path / "catalogue.db"
    file.write_bytes(b"x" * 10_000)
    rig.hub.shelf.folder.mkdir(exist_ok=True)
    made = rig.hub.shelf.put("catalogue", file, 1, "cursor", 1, rig.now_ms)
    rig.now_ms += 90_000
    found = metrics(rig)
    assert found['omnipos_snapshot_age_seconds{stream="catalogue"}'] == 90
    assert found['omnipos_snapshot_bytes{stream="catalogue"}'] == made.parts[0].bytes > 0


def test_prometheus_reads_of_all_tills_together(rig: HubRig) -> None:
    rig.enrol()
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.append(body=b"{}", kind="odd")
    hello(rig, head_seq=5, waiting=5)
    rig.push(*journal.envelopes)
    found = metrics(rig)
    states = ("seen", "unseen", "never", "revoked")
    assert [found[f'omnipos_tills{{state="{one}"}}'] for one in states] == [1, 0, 1, 0]
    assert found["omnipos_events_waiting"] == 3
    kinds = {name: n for name, n in found.items() if name.startswith("omnipos_exceptions_open_by_kind")}
    assert kinds == {'omnipos_exceptions_open_by_kind{kind="unknown_fact"}': 1}
    assert found["omnipos_database_bytes"] > 100_000
    assert found['omnipos_stream_changes_total{stream="stock"}'] >= 1
    rig.now_ms += 16 * 60_000
    found = metrics(rig)
    assert [found[f'omnipos_tills{{state="{one}"}}'] for one in states] == [0, 1, 1, 0]
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    assert metrics(rig)['omnipos_tills{state="revoked"}'] == 1


ASIDE = 'omnipos_events_total{outcome="quarantined"}'


def test_a_chain_of_many_tills_is_told_in_few_series(rig: HubRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.metrics.MOST_TILLS", 1)
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    few = metrics(rig)
    assert any("till=" in name for name in few)
    rig.enrol()
    found = metrics(rig)
    for told in (few['omnipos_events_total{store="S1",till="1",outcome="quarantined"}'], found[ASIDE]):
        assert told == 0, "an increase from 1 to 1 alarms nobody"
    assert not any("till=" in name for name in found)
    assert found['omnipos_events_total{outcome="applied"}'] == 1
    assert found["omnipos_pushes_total"] == 1


def test_a_hostile_name_of_a_till_ends_no_line(rig: HubRig) -> None:
    code = rig.ask("POST", "/v1/enrol-codes", {"store_code": "S1"})["code"]
    name = 'Kasir "1"\\\n omnipos_till_gaps 9'
    wish = enrol_wish(code, make_key()) | {"device_name": name, "version": 'x"\ny'}
    rig.ask("POST", "/v1/enrol", wish, key="")
    found = metrics(rig)
    assert "omnipos_till_gaps" not in found
    assert any(r'name="Kasir \"1\"\\ omnipos_till_gaps 9"' in sample for sample in found)
    assert escaped('a"b\\c\nd') == r"a\"b\\c\nd"


def test_only_the_owner_and_who_watches_see_how_tills_stand(rig: HubRig) -> None:
    watcher = rig.ask("POST", "/v1/api-keys", {"channel": "prometheus", "watches": True})["key"]
    web = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    assert metrics(rig, watcher)["omnipos_exceptions_open"] == 0
    assert rig.ask("GET", "/v1/devices", key=watcher)["devices"]
    for key in (web, rig.till.token):
        assert rig.refused("GET", "/metrics", key=key) == (403, "forbidden")
        assert rig.refused("GET", "/v1/devices", key=key) == (403, "forbidden")
    assert rig.refused("GET", "/metrics", key="nobody") == (401, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/sales"),
        ("GET", "/v1/exceptions"),
        ("GET", "/v1/streams/catalogue"),
        ("POST", "/v1/events"),
        ("PUT", "/v1/stores"),
    ],
)
def test_who_watches_can_do_nothing_else(rig: HubRig, method: str, path: str) -> None:
    watcher = rig.ask("POST", "/v1/api-keys", {"channel": "prometheus", "watches": True})["key"]
    assert rig.refused(method, path, {}, key=watcher) == (403, "forbidden")
