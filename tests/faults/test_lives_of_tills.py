"""Faults 5, 6 and 12: restored and copied tills lose no sale, and no receipt number is used twice."""

from functools import partial
from pathlib import Path

import msgspec
import pytest

from omnipos.cli.joining import join_anew
from omnipos.protocol import Hello, HelloAnswer
from omnipos.services import selling
from omnipos.store import journal
from omnipos.store.connection import transaction
from tests.faults.lives import INDOMIE, KOPI, TEH, Disk, exceptions, hub_sales
from tests.hubs import HubProcess


@pytest.fixture
def hub(own_hub: HubProcess) -> HubProcess:
    return own_hub


class FromTheFuture(msgspec.Struct, frozen=True, kw_only=True, tag="from_the_future"):
    """A fact that the hub sets aside."""


def write_what_the_hub_sets_aside(disk: Disk) -> None:
    till = disk.counter.till

    def write() -> None:
        with transaction(till.store.books):
            journal.append(till.store.books, till.stamp(), FromTheFuture())  # type: ignore[arg-type]

    till.store.call(write)


def count_hellos(disk: Disk, most: int) -> list[Hello]:
    """Return the list that grows with every hello from now on; one more than so many fails the test."""
    said: list[Hello] = []
    say = disk.counter.client.hello

    def hello(one: Hello) -> HelloAnswer:
        said.append(one)
        assert len(said) <= most, "the till and the hub never come to an end"
        return say(one)

    disk.counter.client.hello = hello  # type: ignore[method-assign]
    return said


def stock_sold(hub: HubProcess) -> int:
    rows = hub.ask("GET", "/v1/stock?store=S1")["stock"]
    return sum(100_000 - row["on_hand_milli"] for row in rows)


def test_fault_05_a_folder_put_back_by_hand_keeps_the_sales_of_both_lives(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    kept = [disk.sell(INDOMIE)]
    disk.sync()
    backup = disk.copy(tmp_path / "backup")
    kept += [disk.sell(TEH), disk.sell(KOPI)]
    disk.sync()
    disk.put_back(backup)
    kept.append(disk.sell(INDOMIE, TEH))
    assert kept[-1].receipt_number == kept[1].receipt_number == "S1-1-000002"
    disk.sync()
    kept.append(disk.sell(TEH))
    disk.sync()
    assert kept[-1].receipt_number == "S1-1A-000003"
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    assert hub.ask("GET", "/v1/totals")["total_minor"] == sum(sale.total_minor for sale in kept)
    assert stock_sold(hub) == 6000
    assert exceptions(hub) == ["till_parted", "receipt_twice"]
    assert disk.verify().findings == ()


def test_fault_05_a_folder_put_back_before_anything_was_sold_again(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    backup = disk.copy(tmp_path / "backup")
    first = disk.sell(TEH)
    disk.sync()
    disk.put_back(backup)
    disk.sync()
    second = disk.sell(KOPI)
    disk.sync()
    assert (first.receipt_number, second.receipt_number) == ("S1-1-000001", "S1-1A-000001")
    assert set(hub_sales(hub).values()) == {"S1-1-000001", "S1-1A-000001"}
    disk.put_back(backup)
    disk.sync()
    third = disk.sell(KOPI)
    disk.sync()
    assert third.receipt_number == "S1-1B-000001"
    assert len(hub_sales(hub)) == 3
    assert disk.verify().findings == ()


def test_fault_05_a_life_that_only_the_hub_has_is_answered_once(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    kept = [disk.sell(INDOMIE)]
    write_what_the_hub_sets_aside(disk)
    disk.sync()
    backup = disk.copy(tmp_path / "backup")
    kept.append(disk.sell(TEH))
    disk.sync()
    disk.put_back(backup)
    hellos = count_hellos(disk, 10)
    first = disk.counter.engine.once()
    # All of the old epoch went up again, and what the hub sets aside of it asks for one more hello.
    assert (first.ok, first.waiting, first.pushed, len(hellos)) == (True, 0, 3, 3)
    for _day in range(2):
        disk.open_again()
        hellos = count_hellos(disk, 1)
        kept.append(disk.sell(KOPI))
        again = disk.counter.engine.once()
        assert (again.ok, again.waiting, again.pushed, len(hellos)) == (True, 0, 1, 1)
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}


def test_fault_06_two_tills_with_one_identity_become_two(hub: HubProcess, disk: Disk, tmp_path: Path) -> None:
    kept = [disk.sell(INDOMIE)]
    disk.sync()
    second = disk.second(disk.copy(tmp_path / "copy"))
    try:
        for _day in range(3):
            for one in (disk, second):
                kept.append(one.sell(TEH))
                kept.append(one.sell(KOPI))
                one.counter.engine.rejoin = partial(join_anew, one.folder, one.counter.client)
                one.sync()
    finally:
        second.close()
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    assert hub.ask("GET", "/v1/totals")["total_minor"] == sum(sale.total_minor for sale in kept)
    assert stock_sold(hub) == 13_000
    assert disk.verify().findings == ()
    mine, other = (one.counter.store.identity for one in (disk, second))
    assert mine is not None
    assert other is not None
    assert mine.device_id != other.device_id
    assert {mine.till_number, other.till_number} == {1, 2}
    assert set(exceptions(hub)) >= {"till_copied", "till_parted"}
    after_both_knew = [sale.receipt_number for sale in kept[-4:]]
    assert len(set(after_both_knew)) == 4


def test_fault_12_no_number_is_drawn_twice_after_a_void_a_crash_and_a_restore(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    printed = [disk.sell(TEH).receipt_number]
    till = disk.counter.till
    disk.sync()
    backup = disk.copy(tmp_path / "backup")
    till = disk.counter.till
    till.call(selling.void_basket)
    printed.append(disk.sell(KOPI).receipt_number)
    disk.sync()
    disk.put_back(backup)
    disk.sync()
    printed += [disk.sell(KOPI).receipt_number for _each in range(2)]
    assert printed == ["S1-1-000001", "S1-1-000002", "S1-1A-000002", "S1-1A-000003"]
