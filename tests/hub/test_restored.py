"""A hub back from a backup: a till with more than the hub proves it, and all is fetched again."""

from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from hub import tables
from hub.epochs import cursor_for
from omnipos.events import SCHEMA
from tests.hub.rig import HubRig


def hello(rig: HubRig, **cursors: str) -> dict[str, Any]:
    wish = {
        "epoch": 1,
        "head_seq": 0,
        "head_hash": "",
        "schema_min": 1,
        "schema_max": SCHEMA,
        "version": "1",
        "sent_at_ms": rig.now_ms,
        "cursors": cursors,
    }
    answer: dict[str, Any] = rig.ask("POST", "/v1/hello", wish, key=rig.till.token)
    return answer


def put_product(rig: HubRig, sku: str) -> None:
    product = {"sku": sku, "name": sku, "price_minor": 1000, "tax_code": "PPN"}
    rig.ask("PUT", "/v1/products", {"products": [product]})


def put_back(rig: HubRig, stream: str, head: int) -> None:
    """Take from a stream what a backup of long ago knows nothing of."""

    def cut(conn: Connection) -> None:
        change, heads, marks = tables.change.c, tables.stream_head, tables.stream_mark.c
        conn.execute(delete(tables.stream_mark).where(marks.stream == stream, marks.since > head))
        conn.execute(delete(tables.change).where(change.stream == stream, change.number > head))
        conn.execute(update(heads).where(heads.c.stream == stream).values(n=head))

    rig.hub.database.write(cut)


def test_a_cursor_beyond_the_head_begins_a_new_life(rig: HubRig) -> None:
    before = rig.hub_epoch()
    page = rig.pull("catalogue")
    after = hello(rig, catalogue=cursor_for(before, page.head + 1, ""))["hub_epoch"]
    assert after != before
    assert rig.hub_epoch() == rig.ask("GET", "/v1/health")["hub_epoch"] == after
    assert rig.pull("catalogue", page.cursor).must_refetch
    again = rig.pull("catalogue")
    assert again.changes == page.changes
    assert not rig.pull("catalogue", again.cursor).must_refetch
    assert rig.exceptions() == ["hub_restored"]
    assert hello(rig, catalogue=cursor_for(before, page.head + 1, ""))["hub_epoch"] == after
    assert hello(rig, catalogue=again.cursor)["hub_epoch"] == after
    assert rig.exceptions() == ["hub_restored"]


@pytest.mark.parametrize("stream", ["catalogue", "settings", "stock/elsewhere", "hub/events"])
def test_what_proves_nothing_begins_no_new_life(rig: HubRig, stream: str) -> None:
    before = rig.hub_epoch()
    own = stream in ("catalogue", "settings")
    for cursor in (
        rig.pull(stream).cursor if own else cursor_for(before, 99, ""),
        cursor_for("0123456789abcdef", 99, ""),
        "rubbish",
        "",
    ):
        assert hello(rig, **{stream: cursor})["hub_epoch"] == before
    assert rig.exceptions() == []


def test_a_revoked_till_begins_no_new_life(rig: HubRig) -> None:
    before = rig.hub_epoch()
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    assert hello(rig, catalogue=cursor_for(before, 99, ""))["hub_epoch"] == before


def test_what_a_lost_part_of_a_stream_had_is_fetched_again_even_when_the_numbers_go_on(rig: HubRig) -> None:
    kept = rig.pull("catalogue")
    put_product(rig, "LOST-1")
    lost = rig.pull("catalogue", kept.cursor)
    put_back(rig, "catalogue", kept.head)
    rig.hub.mark = "another run"
    for sku in ("NEW-1", "NEW-2"):
        put_product(rig, sku)
    assert rig.pull("catalogue", lost.cursor).must_refetch
    on = rig.pull("catalogue", kept.cursor)
    assert (on.must_refetch, len(on.changes)) == (False, 2)
    before = rig.hub_epoch()
    assert hello(rig, catalogue=on.cursor)["hub_epoch"] == before
    assert hello(rig, catalogue=lost.cursor)["hub_epoch"] != before
