"""Faults inside a hub: a busy or slow database, an entry it cannot process, a change between pages."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from hub import sales, tables
from hub.catalogue import product_id_of
from hub.unit import WriteConflict
from omnipos.domain.catalogue import Product
from omnipos.events import SCHEMA
from omnipos.protocol import Envelope
from tests.hub.journals import batch_of
from tests.hub.rig import APPLIED, DUPLICATE, QUARANTINED, A, B, HubRig, outcomes


def everything(rig: HubRig) -> dict[str, list[Any]]:
    """Return all rows of the hub's database, table by table."""
    with rig.hub.database.reading.begin() as conn:
        return {
            table.name: list(conn.execute(select(table).order_by(*table.primary_key.columns)))
            for table in tables.metadata.sorted_tables
        }


def push_raw(rig: HubRig, *envelopes: Envelope) -> Any:
    return rig.raw("POST", "/v1/events", batch_of(envelopes), key=rig.till.token)


def test_fault_34_an_event_nobody_can_process_is_set_aside_and_later_sales_flow(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = rig.journal()
    good, bad, later = (journal.sell((A, 1, 3500)) for _sale in range(3))
    apply = sales.apply

    def fail_on_one(unit: Any, reported: Any) -> None:
        if any(one.sale.sale_id == bad.sale_id for one in reported):
            raise ArithmeticError("nobody thought of this")
        apply(unit, reported)

    monkeypatch.setattr(sales, "apply", fail_on_one)
    answer = rig.push(*journal.envelopes)
    assert outcomes(answer) == [APPLIED, QUARANTINED, APPLIED]
    assert answer.acked_through == 3
    assert rig.ask("GET", "/v1/totals")["total_minor"] == good.total_minor + later.total_minor
    kept = rig.ask("GET", "/v1/events")["events"]
    assert kept[1]["body"]["sale"]["sale_id"] == bad.sale_id
    assert rig.exceptions() == ["event_failed"]


@contextmanager
def somebody_writing(rig: HubRig) -> Iterator[None]:
    """Hold the write lock of the hub's file from outside; the hub gives up on it quickly."""

    def impatient(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA busy_timeout = 20")

    rig.hub.database.write(impatient)
    with closing(sqlite3.connect(rig.folder / "hub.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("base", ["sqlite"])
def test_fault_35_a_locked_database_is_tried_again_and_has_one_effect(rig: HubRig) -> None:
    journal = rig.journal()
    journal.sell((A, 2, 3500))
    before = everything(rig)
    with somebody_writing(rig):
        answer = push_raw(rig, *journal.envelopes)
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "busy", "1")
    assert everything(rig) == before
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]
    assert outcomes(rig.push(*journal.envelopes)) == [DUPLICATE]
    assert rig.stock("A") == (-2000, 0)


@pytest.mark.parametrize("base", ["sqlite"])
def test_fault_15_a_hub_whose_disk_is_full_says_so_and_takes_the_sale_later(rig: HubRig) -> None:
    journal = rig.journal()
    for _sale in range(300):
        journal.sell((A, 2, 3500))

    def bound(conn: Connection, most: str) -> None:
        conn.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    def fill(conn: Connection) -> None:
        (pages,) = conn.exec_driver_sql("PRAGMA page_count").one()
        bound(conn, pages)

    rig.hub.database.write(fill)
    before = everything(rig)
    answer = push_raw(rig, *journal.envelopes)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "disk_full"
    assert everything(rig) == before
    rig.hub.database.write(lambda conn: bound(conn, "1000000"))
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED] * 300


@pytest.mark.parametrize(
    "trouble",
    [
        OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked")),
        WriteConflict("order-1"),
    ],
    ids=["locked", "serialization"],
)
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_fault_35_a_conflict_in_the_middle_of_a_batch_leaves_nothing_behind(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch, trouble: Exception, late: bool
) -> None:
    journal = rig.journal()
    for pieces in (1, 2, 3):
        journal.sell((A, pieces, 3500))
    before = everything(rig)
    apply = sales.apply

    def fail(unit: Any, reported: Any) -> None:
        if late:
            apply(unit, reported)
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(sales, "apply", fail)
        assert push_raw(rig, *journal.envelopes).status_code == 503
    assert everything(rig) == before
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED] * 3
    assert rig.stock("A") == (-6000, 0)


def test_fault_36_a_very_long_transaction_delays_and_shows_it_but_loses_nothing(rig: HubRig) -> None:
    journal = rig.journal()
    for _sale in range(3):
        journal.sell((B, 1, 6000))
    hello = {"epoch": 1, "head_seq": 3, "head_hash": journal.last_hash.hex(), "schema_min": 1}
    more = {"schema_max": SCHEMA, "version": "1", "sent_at_ms": rig.now_ms, "waiting": 3}
    rig.ask("POST", "/v1/hello", hello | more, key=rig.till.token)
    begun, enough = threading.Event(), threading.Event()

    def take_long(_conn: Connection) -> None:
        begun.set()
        assert enough.wait(30)

    def lag() -> tuple[int, int]:
        (device,) = rig.ask("GET", "/v1/devices")["devices"]
        return device["head_seq"], device["acked_seq"]

    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(rig.hub.database.write, take_long)
        assert begun.wait(10)
        pushed = pool.submit(rig.push, *journal.envelopes)
        try:
            assert lag() == (3, 0)
            page = rig.pull(f"stock/{rig.till.store_id}")
            assert (page.upto, page.applied_seq) == (page.head, 0)
            assert not pushed.done(), "nothing is acknowledged that is not in the database"
        finally:
            enough.set()
        long.result(10)
        assert outcomes(pushed.result(30)) == [APPLIED] * 3
    assert lag() == (3, 3)
    assert rig.stock("B") == (-3000, 0)


def test_fault_37_a_change_between_two_pages_reaches_each_row_exactly_once(rig: HubRig) -> None:
    def put(*prices: tuple[int, int]) -> None:
        products = [
            {"sku": f"P{number}", "name": f"Teh {number}", "price_minor": price, "tax_code": "PPN"}
            for number, price in prices
        ]
        rig.ask("PUT", "/v1/products", {"products": products})

    put(*((number, 1000) for number in range(8)))
    first = rig.pull("catalogue", "", 6)
    seen = {change.key for change in first.changes}
    known = [number for number in range(8) if any(product_id_of(f"P{number}") in key for key in seen)]
    assert 0 < len(known) < 8
    put((known[0], 2000), (7, 3000), (8, 4000))
    pages = [first]
    while pages[-1].upto < pages[-1].head:
        pages.append(rig.pull("catalogue", pages[-1].cursor, 3))
        assert pages[-1].after == pages[-2].upto
    changes = [change for page in pages for change in page.changes]
    assert [one.number for one in changes] == sorted({one.number for one in changes})
    prices: dict[str, list[int]] = {}
    for change in changes:
        if isinstance(change.record, Product) and change.record.sku.startswith("P"):
            prices.setdefault(change.record.sku, []).append(change.record.price_minor)
    assert prices.pop(f"P{known[0]}") == [1000, 2000]
    assert prices.pop("P7") == [3000]
    assert prices.pop("P8") == [4000]
    assert all(told == [1000] for told in prices.values())
    assert len(prices) == 6
