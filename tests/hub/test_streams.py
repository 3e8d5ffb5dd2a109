"""Streams: pages join without a gap, leave out what was replaced, and know another hub's cursor."""

import base64
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from hub import feed
from hub.catalogue import product_id_of
from omnipos.domain.catalogue import Product
from omnipos.domain.shop import Shop
from omnipos.domain.stock import StockLevel
from omnipos.domain.tax import Tax
from tests.hub.rig import A, B, HubRig


def put(rig: HubRig, *rows: tuple[str, int]) -> None:
    products = [{"sku": sku, "name": sku, "price_minor": price, "tax_code": "PPN"} for sku, price in rows]
    rig.ask("PUT", "/v1/products", {"products": products})


def test_first_pull_gives_everything_in_the_order_it_came(rig: HubRig) -> None:
    page = rig.pull("catalogue")
    assert [type(change.record) for change in page.changes] == [Tax, Product, Product]
    assert [change.key for change in page.changes] == ["tax/PPN", A, B]
    assert (page.after, page.upto, page.head) == (0, 3, 3)
    assert not page.must_refetch


def test_pages_join_without_a_gap_and_leave_out_what_was_replaced(rig: HubRig) -> None:
    put(rig, *((f"P{number}", 100) for number in range(10)))
    put(rig, ("P3", 200), ("P7", 200))
    seen, cursor, last = [], "", 0
    while True:
        page = rig.pull("catalogue", cursor, 4)
        assert page.after == last
        seen += [change.number for change in page.changes]
        assert all(page.after < change.number <= page.upto for change in page.changes)
        last, cursor = page.upto, page.cursor
        if page.upto == page.head:
            break
    assert seen == [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15]
    again = rig.pull("catalogue", cursor)
    assert (again.after, again.upto, again.changes) == (15, 15, ())


def test_what_is_unchanged_takes_no_number(rig: HubRig) -> None:
    answer = rig.ask(
        "PUT",
        "/v1/products",
        {"products": [{"sku": "A", "name": "Indomie Goreng", "price_minor": 3500, "tax_code": "PPN"}]},
    )
    assert answer == {"written": 0, "unchanged": 1}
    assert rig.pull("catalogue").head == 3


def test_a_cursor_of_another_hub_or_beyond_the_head_is_to_fetch_again(rig: HubRig) -> None:
    other = base64.urlsafe_b64encode(b"0123456789abcdef:2").decode().rstrip("=")
    beyond = base64.urlsafe_b64encode(f"{rig.hub_epoch()}:99".encode()).decode().rstrip("=")
    for cursor in (other, beyond, "rubbish", "%21%21", "ä", "9" * 30):
        page = rig.pull("catalogue", cursor)
        assert page.must_refetch
        assert page.changes == ()
        assert page.cursor == ""


def test_a_page_says_how_far_the_asking_tills_events_are_in(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    page = rig.pull(f"stock/{rig.till.store_id}")
    assert (page.applied_epoch, page.applied_seq) == (1, 2)
    assert page.changes[0].record == StockLevel(store_id=rig.till.store_id, product_id=A, on_hand_milli=-2000)


def test_a_batch_tells_each_product_once(rig: HubRig) -> None:
    journal = rig.journal()
    for _number in range(20):
        journal.sell((A, 1, 3500), (B, 1, 6000))
    rig.push(*journal.envelopes)
    assert rig.pull(f"stock/{rig.till.store_id}").head == 2


def test_a_till_sees_no_stream_of_another_store(rig: HubRig) -> None:
    wish = {"stores": [{"code": "S2", "name": "Toko Dua", "country": "ID"}]}
    other = rig.ask("PUT", "/v1/stores", wish)["stores"][0]["store_id"]
    rig.ask(
        "POST",
        "/v1/stock/movements",
        {"movements": [{"movement_id": "1", "store_code": "S2", "sku": "A", "quantity_milli": 1000}]},
    )
    streams = (f"stock/{other}", f"orders/{other}", "hub/events", "nothing", f"stock/{other}/..")
    for stream in streams:
        path = f"/v1/streams/{stream}"
        assert rig.refused("GET", path, key=rig.till.token) == (404, "not_found")
    assert rig.ask("GET", f"/v1/streams/stock/{other}")["head"] == 1


def test_settings_carry_every_store(rig: HubRig) -> None:
    record = rig.pull("settings").changes[0].record
    assert isinstance(record, Shop)
    assert (record.code, record.currency, record.cash_rounding.step_minor) == ("S1", "IDR", 100)


@pytest.mark.parametrize("limit", ["abc", "1e3", "99999999999999999999999"])
def test_a_limit_that_is_none_breaks_nothing(rig: HubRig, limit: str) -> None:
    answer = rig.raw("GET", f"/v1/streams/catalogue?limit={limit}")
    assert answer.status_code in (200, 400)


def _catalogue_head(conn: Connection) -> int:
    return feed.head_of(conn, "catalogue")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.one_of(st.tuples(st.integers(0, 5), st.integers(1, 9)), st.just("pull")), max_size=25),
    limit=st.integers(1, 4),
)
def test_a_mirror_filled_by_pages_equals_the_catalogue(
    rig: HubRig, steps: list[tuple[int, int] | str], limit: int
) -> None:
    mirror: dict[str, object] = {}
    cursor, last = "", 0
    whole = rig.pull("catalogue").head + len(steps)
    for step in [*steps, *["pull"] * whole]:
        if isinstance(step, tuple):
            put(rig, (f"P{step[0]}", step[1]))
            continue
        if step == "pull" and last and last == rig.hub.database.read(_catalogue_head):
            continue
        page = rig.pull("catalogue", cursor, limit)
        assert page.after == last
        mirror |= {change.key: change.record for change in page.changes}
        cursor, last = page.cursor, page.upto
    everything = {change.key: change.record for change in rig.pull("catalogue").changes}
    assert mirror == everything


def test_the_id_of_a_product_is_a_uuid_of_its_sku() -> None:
    shops = uuid.UUID("8c2b6a3e-51a0-5d0e-9f5c-6f1c0f1e7a10")
    skus = ["A", "8998866200578", "é-1", *map(str, range(64))]
    assert [product_id_of(sku) for sku in skus] == [str(uuid.uuid5(shops, sku)) for sku in skus]


def test_whoever_may_not_sell_any_more_leaves_the_tills_with_the_pin(rig: HubRig) -> None:
    wish = {"name": "Sari", "role": "cashier", "pin": "1234", "staff_id": "s-sari"}
    rig.ask("PUT", "/v1/staff", {"staff": [wish]})
    cursor = rig.pull("staff").cursor
    rig.ask("PUT", "/v1/staff", {"staff": [wish | {"active": False}]})
    assert [(one.key, one.record) for one in rig.pull("staff", cursor).changes] == [("s-sari", None)]
    rig.ask("PUT", "/v1/staff", {"staff": [wish | {"active": True}]})
    assert [one.key for one in rig.pull("staff", cursor).changes if one.record] == ["s-sari"]
