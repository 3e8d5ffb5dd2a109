"""Counting while tills sell offline: the hub's balance is what lies on the shelf, in any order of arrival."""

import itertools

import pytest
from sqlalchemy import func, select

from hub import tables
from omnipos.domain.hybrid import HybridStamp
from omnipos.domain.stocktake import CountedLine, SeenPlace
from omnipos.events import StockCounted
from tests.hub.journals import AT_MS, Journal
from tests.hub.rig import APPLIED, A, B, HubRig, outcomes

MINUTE_MS = 60_000


def count(
    journal: Journal, pieces: int, own_seq: int, *, at_ms: int = AT_MS, seen: dict[str, int] | None = None
) -> None:
    """Append a count of A, made when the journal stood at `own_seq`."""
    line = CountedLine(
        product_id=A,
        counted_milli=pieces * 1000,
        expected_milli=0,
        own_epoch=1,
        own_seq=own_seq,
        stamp=HybridStamp(wall_ms=at_ms, device_id=journal.till.device_id),
    )
    known = tuple(SeenPlace(device_id=one, epoch=1, seq=seq) for one, seq in (seen or {}).items())
    journal.append(
        StockCounted(
            stocktake_id=f"take-{len(journal.envelopes)}-{journal.till.device_id}",
            store_id=journal.till.store_id,
            seen=known,
            lines=(line,),
        )
    )


def receive(rig: HubRig, number: int, pieces: int) -> None:
    movement = {"movement_id": f"m-{number}", "store_code": "S1", "sku": "A", "quantity_milli": pieces * 1000}
    rig.ask("POST", "/v1/stock/movements", {"movements": [movement]})


@pytest.fixture
def tills(rig: HubRig) -> tuple[Journal, Journal]:
    budi = {"name": "Budi", "role": "manager", "pin": "9999", "staff_id": "staff-1"}
    rig.ask("PUT", "/v1/staff", {"staff": [budi]})
    rig.now_ms = AT_MS - 60 * MINUTE_MS
    receive(rig, 1, 50)
    rig.now_ms = AT_MS + 60 * MINUTE_MS
    return Journal(rig.till), Journal(rig.enrol())


def push(rig: HubRig, journal: Journal) -> None:
    assert set(outcomes(rig.push(*journal.envelopes, till=journal.till))) == {APPLIED}


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_offline_sales_around_a_count_are_subtracted_once(
    rig: HubRig, tills: tuple[Journal, Journal], order: tuple[int, ...]
) -> None:
    counting, selling = tills
    third = Journal(rig.enrol())
    counting.sell((A, 2, 3500), (B, 1, 6000))  # on the counting till, before: the shelf has 48
    selling.sell((A, 3, 3500))  # on another till, known to the counting one: 45
    # A sale that nobody had heard of when the count was made: 44 lie there.
    third.sell((A, 1, 3500))
    third.envelopes[0] = at(third, AT_MS - 30 * MINUTE_MS)
    count(counting, 43, own_seq=1, seen={selling.till.device_id: 1})  # one was stolen
    counting.sell((A, 4, 3500))  # after it: 39
    selling.sell((A, 1, 3500))
    selling.envelopes[1] = at(selling, AT_MS + 30 * MINUTE_MS)  # after it: 38
    for index in order:
        push(rig, (counting, selling, third)[index])
    assert rig.stock("A") == (38_000, 0)
    assert rig.stock("B") == (-1000, 0)
    assert rig.exceptions() == []


def at(journal: Journal, at_ms: int):  # type: ignore[no-untyped-def]
    """Return the journal's last sale as it is when its till's clock said something else."""
    import msgspec

    from omnipos.events import seal
    from omnipos.protocol import envelope_of

    old = journal.envelopes.pop()
    prev = bytes.fromhex(old.prev_hash)
    event = seal(msgspec.structs.replace(old.header, occurred_at_ms=at_ms), bytes(old.body), prev)
    journal.last_hash = event.hash
    journal.envelopes.append(old)
    return envelope_of(event, {})


def test_of_two_counts_the_later_stands_whichever_arrives_first(
    rig: HubRig, tills: tuple[Journal, Journal]
) -> None:
    first, second = tills
    count(first, 40, own_seq=0)
    count(second, 30, own_seq=0, at_ms=AT_MS + 1)
    push(rig, second)
    assert rig.stock("A") == (30_000, 0)
    push(rig, first)
    assert rig.stock("A") == (30_000, 0)


def test_goods_received_after_a_count_are_added(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    count(tills[0], 40, own_seq=0)
    push(rig, tills[0])
    receive(rig, 2, 5)
    assert rig.stock("A") == (45_000, 0)


def test_a_sale_close_to_a_count_that_came_late_is_told(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    count(tills[0], 40, own_seq=0)
    tills[1].sell((A, 1, 3500))
    push(rig, tills[0])
    push(rig, tills[1])
    assert rig.stock("A") == (40_000, 0)
    assert rig.exceptions() == ["count_in_doubt"]


def test_the_ledger_is_the_balance(rig: HubRig, tills: tuple[Journal, Journal]) -> None:
    count(tills[0], 40, own_seq=0)
    for one in (tills[1], tills[0]):
        one.sell((A, 1, 3500))
        push(rig, one)
    with rig.hub.database.reading.begin() as conn:
        moved = tables.stock_movement
        total = conn.scalar(select(func.sum(moved.c.quantity_milli)).where(moved.c.product_id == A))
    assert (total, 0) == rig.stock("A")


def test_the_stock_stream_says_how_much_of_each_till_it_contains(
    rig: HubRig, tills: tuple[Journal, Journal]
) -> None:
    tills[1].sell((A, 1, 3500))
    push(rig, tills[1])
    applied = rig.pull(f"stock/{rig.till.store_id}").applied
    assert applied == (SeenPlace(device_id=tills[1].till.device_id, epoch=1, seq=1),)
    assert rig.pull("customers").applied == ()


def test_a_count_by_somebody_who_may_not_stands_and_is_told(
    rig: HubRig, tills: tuple[Journal, Journal]
) -> None:
    sari = {"name": "Budi", "role": "cashier", "staff_id": "staff-1"}
    rig.ask("PUT", "/v1/staff", {"staff": [sari]})
    count(tills[0], 40, own_seq=0)
    push(rig, tills[0])
    assert (rig.stock("A"), rig.exceptions()) == ((40_000, 0), ["by_somebody_without_the_right"])
