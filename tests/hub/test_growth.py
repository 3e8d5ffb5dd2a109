"""A hub of a big shop: no question that a till or a web shop asks often reads a table that grows whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from hub import customers
from tests.hub.rig import APPLIED, A, B, HubRig, outcomes

SMALL = {
    "api_key", "asked", "device", "device_place", "hub", "promotion", "staff", "staff_role", "store",
    "stream_head", "stream_mark", "tally", "tax", "CONSTANT", "(subquery-1)",
}  # fmt: skip
"""Tables of a chain's size at the most; of the others only what is asked for may be read."""
FEW = {"ix_change_gone", "ix_customer_alias_of"}
"""Indexes of few rows among many."""


@contextmanager
def plans(rig: HubRig) -> Iterator[tuple[set[str], set[str]]]:
    """Yield which tables are read whole while the block lasts, and by which indexes, as SQLite plans it."""
    asked: list[tuple[str, Any]] = []
    whole: set[str] = set()
    used: set[str] = set()

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        asked.append((statement, values[0] if many else values))

    engines = {rig.hub.database.reading, rig.hub.database.writing}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield whole, used
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    verbs = ("SELECT", "UPDATE", "DELETE", "INSERT")
    with rig.hub.database.reading.connect() as conn:
        for statement, values in [one for one in asked if one[0].startswith(verbs)]:
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
                verb, table, *how = row.detail.split()
                if verb == "SCAN" and table not in SMALL and not FEW & set(how):
                    whole.add(table)
                used.update(how)


def put_customers(rig: HubRig, *phones: str) -> list[str]:
    """Add customers and return their ids in the order of their phones."""
    rows = [{"customer_id": f"c-{phone}", "name": "Siti", "phone": phone} for phone in phones]
    rig.ask("PUT", "/v1/customers", {"customers": rows})
    return [f"c-{phone}" for phone in phones]


def test_customers_are_found_by_phone_page_by_page(rig: HubRig) -> None:
    ids = put_customers(rig, "081200001234", "081212340000", "081299991234", "081300001234")

    def pages(phone: str) -> list[list[str]]:
        found, after = [], ""
        while True:
            page = rig.ask("GET", f"/v1/customers?phone={phone}&limit=2&after={after}")
            found.append([one["customer_id"] for one in page["customers"]])
            after = page["next"]
            if not after:
                return found

    assert pages("0812") == [ids[:2], [ids[2]]]
    assert pages("1234") == [[ids[0], ids[2]], [ids[3]]]
    assert pages("08121234") == [[ids[1]]]
    assert pages("0899") == [[]]


@pytest.mark.parametrize("base", ["sqlite"])
def test_numbers_that_come_before_cost_a_search_nothing(rig: HubRig) -> None:
    wanted = put_customers(rig, "081300001234")

    def steps(conn: Connection) -> int:
        done: list[None] = []
        raw: Any = conn.connection.driver_connection
        raw.set_progress_handler(lambda: done.append(None), 1)
        found = customers.find(conn, phone="0813", words="", country="ID", after="", limit=5)
        raw.set_progress_handler(None, 1)
        assert [one.customer_id for one in found] == wanted
        return len(done)

    alone = rig.hub.database.read(steps)
    put_customers(rig, *(f"0812{number:08d}" for number in range(200)))
    assert rig.hub.database.read(steps) < alone + 50


def test_a_changed_number_is_found_by_its_new_end(rig: HubRig) -> None:
    put_customers(rig, "081200001234")
    changed = {"customer_id": "c-081200001234", "name": "Siti", "phone": "081200005678"}
    rig.ask("PUT", "/v1/customers", {"customers": [changed]})
    ends = [rig.ask("GET", f"/v1/customers?phone={end}")["customers"] for end in ("1234", "5678")]
    assert [len(one) for one in ends] == [0, 1]


@pytest.mark.parametrize("base", ["sqlite"])
def test_pushing_pulling_and_finding_read_no_table_whole(rig: HubRig) -> None:
    (card,) = put_customers(rig, "081200001234")
    journal = rig.journal()
    for _sale in range(3):
        journal.sell((A, 10, 3500), (B, 1, 6000), customer_id=card)
    with plans(rig) as (whole, used):
        assert set(outcomes(rig.push(*journal.envelopes))) == {APPLIED}
        rig.push(*journal.envelopes)
        for stream in ("catalogue", "customers", "stock/store-1", "orders/store-1"):
            rig.raw("GET", f"/v1/streams/{stream}", key=rig.till.token)
        for path in (
            "customers?phone=0812",
            "customers?phone=1234",
            f"customers/{card}",
            "products?barcode=8998866200578",
            "products?sku=A",
        ):
            rig.ask("GET", f"/v1/{path}")
        rig.ask("GET", "/v1/returnable?number=S1-1-000001", key=rig.till.token)
        rig.ask("GET", f"/v1/returnable?customer={card}", key=rig.till.token)
        rig.ask("GET", f"/v1/lowest-price?product={A}", key=rig.till.token)
    assert whole == set()
    assert {"ix_personal_phone_customer_id", "ix_personal_last_four_phone_customer_id"} <= used
