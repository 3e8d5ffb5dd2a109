"""Deletions leave the streams after 400 days; a till that was away for longer fetches all again."""

from hub import feed
from omnipos.events import SCHEMA
from tests.hub.rig import HubRig

DAY_MS = 86_400_000


def delete_and_add(rig: HubRig) -> str:
    """Make two cards one, so that the stream holds a deletion; return a cursor from before it."""
    rows = [{"name": "Sarah", "phone": "081234567890", "customer_id": "c1"}]
    rig.ask("PUT", "/v1/customers", {"customers": rows})
    cursor = rig.pull("customers").cursor
    rig.hub.database.write(
        lambda conn: rig.hub.run(conn, lambda unit: unit.tell(feed.CUSTOMERS, "gone", None))
    )
    return cursor


def say_hello(rig: HubRig) -> None:
    hello = {
        "epoch": 1,
        "head_seq": 0,
        "head_hash": "",
        "schema_min": 1,
        "schema_max": SCHEMA,
        "version": "1",
        "sent_at_ms": rig.now_ms,
    }
    rig.ask("POST", "/v1/hello", hello, key=rig.token_of(rig.till))


def test_a_deletion_stays_400_days(rig: HubRig) -> None:
    cursor = delete_and_add(rig)
    rig.now_ms += 400 * DAY_MS
    say_hello(rig)
    page = rig.pull("customers", cursor)
    assert (page.must_refetch, [one.key for one in page.changes]) == (False, ["gone"])


def test_a_cursor_from_before_a_deletion_that_left_must_fetch_again(rig: HubRig) -> None:
    before = delete_and_add(rig)
    after = rig.pull("customers").cursor
    rig.now_ms += 400 * DAY_MS + 1
    say_hello(rig)
    say_hello(rig)
    assert rig.pull("customers", before).must_refetch
    assert not rig.pull("customers", after).must_refetch
    fresh = rig.pull("customers")
    assert (fresh.must_refetch, [one.key for one in fresh.changes]) == (False, ["c1"])


def test_an_erasure_never_leaves(rig: HubRig) -> None:
    cursor = delete_and_add(rig)
    rig.ask("POST", "/v1/customers/erase", {"phone": "081234567890"})
    rig.now_ms += 4000 * DAY_MS
    say_hello(rig)
    assert [(one.key, one.erased) for one in rig.pull("customers").changes] == [("c1", True)]
    assert rig.pull("customers", cursor).must_refetch
