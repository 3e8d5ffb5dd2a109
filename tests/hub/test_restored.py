"""A hub back from a backup: a till with more than the hub proves it, and all is fetched again."""

from typing import Any

import pytest

from hub.epochs import cursor_for
from tests.hub.rig import HubRig


def hello(rig: HubRig, **cursors: str) -> dict[str, Any]:
    wish = {
        "epoch": 1,
        "head_seq": 0,
        "head_hash": "",
        "schema_min": 1,
        "schema_max": 1,
        "version": "1",
        "sent_at_ms": rig.now_ms,
        "cursors": cursors,
    }
    answer: dict[str, Any] = rig.ask("POST", "/v1/hello", wish, key=rig.till.token)
    return answer


def test_a_cursor_beyond_the_head_begins_a_new_life(rig: HubRig) -> None:
    before = rig.hub_epoch()
    page = rig.pull("catalogue")
    after = hello(rig, catalogue=cursor_for(before, page.head + 1))["hub_epoch"]
    assert after != before
    assert rig.hub_epoch() == rig.ask("GET", "/v1/health")["hub_epoch"] == after
    assert rig.pull("catalogue", page.cursor).must_refetch
    again = rig.pull("catalogue")
    assert again.changes == page.changes
    assert not rig.pull("catalogue", again.cursor).must_refetch
    assert rig.exceptions() == ["hub_restored"]
    assert hello(rig, catalogue=cursor_for(before, page.head + 1))["hub_epoch"] == after
    assert hello(rig, catalogue=again.cursor)["hub_epoch"] == after
    assert rig.exceptions() == ["hub_restored"]


@pytest.mark.parametrize("stream", ["catalogue", "settings", "stock/elsewhere", "hub/events"])
def test_what_proves_nothing_begins_no_new_life(rig: HubRig, stream: str) -> None:
    before = rig.hub_epoch()
    own = stream in ("catalogue", "settings")
    number = rig.pull(stream).head if own else 99
    for cursor in (cursor_for(before, number), cursor_for("0123456789abcdef", 99), "rubbish", ""):
        assert hello(rig, **{stream: cursor})["hub_epoch"] == before
    assert rig.exceptions() == []


def test_a_revoked_till_begins_no_new_life(rig: HubRig) -> None:
    before = rig.hub_epoch()
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    assert hello(rig, catalogue=cursor_for(before, 99))["hub_epoch"] == before
