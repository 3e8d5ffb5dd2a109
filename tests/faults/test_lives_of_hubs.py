"""Fault 32: a hub back from yesterday's backup gets again what tills kept, in whatever epoch they are."""

import shutil
from pathlib import Path

import pytest

from sync.errors import Retryable
from tests.faults.lives import INDOMIE, KOPI, TEH, Disk, exceptions, hub_sales
from tests.hubs import HubProcess


@pytest.fixture
def hub(own_hub: HubProcess) -> HubProcess:
    return own_hub


def back_up(hub: HubProcess, to: Path) -> None:
    hub.stop()
    shutil.copytree(hub.folder, to)
    hub.start()


def restore(hub: HubProcess, backup: Path) -> None:
    hub.kill()
    shutil.rmtree(hub.folder)
    shutil.copytree(backup, hub.folder)
    hub.start()


def life(hub: HubProcess) -> str:
    epoch: str = hub.ask("GET", "/v1/health")["hub_epoch"]
    return epoch


def test_fault_32_a_hub_that_lost_only_events_is_found_by_its_acknowledgement(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    back_up(hub, tmp_path / "backup")
    before = life(hub)
    sale = disk.sell(INDOMIE)

    def break_off(*_asked: object) -> None:
        raise Retryable("the line broke")

    pull, disk.counter.client.pull = disk.counter.client.pull, break_off  # type: ignore[method-assign,assignment]
    assert not disk.counter.engine.once().ok
    disk.counter.client.pull = pull  # type: ignore[method-assign]
    assert set(hub_sales(hub)) == {sale.sale_id}
    restore(hub, tmp_path / "backup")
    assert hub_sales(hub) == {}
    disk.sync()
    assert set(hub_sales(hub)) == {sale.sale_id}
    assert exceptions(hub) == ["hub_restored"]
    assert life(hub) != before
    renewed = life(hub)
    disk.open_again()
    disk.sync()
    assert (life(hub), exceptions(hub)) == (renewed, ["hub_restored"])


def test_fault_32_a_till_of_a_later_epoch_fills_a_hub_that_never_gave_it(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    back_up(hub, tmp_path / "hub backup")
    disk.sync()
    kept = [disk.sell(INDOMIE)]
    old = disk.copy(tmp_path / "till backup")
    kept.append(disk.sell(TEH))
    disk.sync()
    disk.put_back(old)
    kept.append(disk.sell(KOPI))
    disk.sync()
    kept.append(disk.sell(KOPI))
    disk.sync()
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    restore(hub, tmp_path / "hub backup")
    disk.sync()
    # The sale whose folder was thrown away is nowhere but on paper; all that a folder holds is back.
    assert set(hub_sales(hub)) == {sale.sale_id for sale in (kept[0], *kept[2:])}
    assert disk.verify().findings == ()
    after = disk.sell(TEH)
    disk.sync()
    assert hub_sales(hub)[after.sale_id] == after.receipt_number == "S1-1A-000004"
