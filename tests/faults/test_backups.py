"""Backups: taken beside a running till, put back here or on a new computer; what verify says of folders."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from omnipos.cli.first_start import make_own_shop
from omnipos.cli.opening import open_to_sync
from tests.faults.lives import INDOMIE, KOPI, TEH, Disk, exceptions, hub_sales
from tests.faults.test_carrying import ask, take_in
from tests.hubs import HubProcess


@pytest.fixture
def hub(own_hub: HubProcess) -> HubProcess:
    return own_hub


def test_fault_05_a_backup_taken_while_selling_is_put_back_and_sells_before_it_meets_the_hub(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    kept = [disk.sell(INDOMIE)]
    disk.sync()
    kept.append(disk.sell(TEH))
    assert ask("backup", tmp_path / "backup", "--data-dir", disk.folder).exit_code == 0
    kept.append(disk.sell(KOPI))
    disk.sync()
    last = disk.sell(KOPI)
    disk.close()
    done = ask("restore", tmp_path / "backup", "--data-dir", disk.folder)
    assert done.exit_code == 0, done.output
    assert "1 entry there is not at the hub" in done.output
    disk.open()
    kept.append(disk.sell(INDOMIE))
    letters = kept[-1].receipt_number.removeprefix("S1-1").removesuffix("-000003")
    assert len(letters) == 4
    assert letters.isalpha()
    disk.sync()
    kept.append(disk.sell(INDOMIE))
    disk.sync()
    assert kept[-1].receipt_number == f"S1-1{letters}-000004"
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    assert exceptions(hub) == ["till_restored"]
    assert disk.verify().findings == ()
    (aside,) = disk.folder.glob("before-restore-*")
    assert ask("export-outbox", tmp_path / "unsent", "--data-dir", aside).exit_code == 0
    assert take_in(hub, tmp_path / "unsent")[0] == 0
    assert set(hub_sales(hub)) == {sale.sale_id for sale in (*kept, last)}


def test_fault_05_the_same_backup_restored_twice_offline_prints_no_number_twice(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    disk.sell(INDOMIE)
    disk.sync()
    assert ask("backup", tmp_path / "backup", "--data-dir", disk.folder).exit_code == 0
    printed = []
    for _again in range(2):
        disk.close()
        assert ask("restore", tmp_path / "backup", "--data-dir", disk.folder).exit_code == 0
        disk.open()
        printed.append(disk.sell(TEH).receipt_number)
    disk.sync()
    assert len(set(printed)) == 2
    assert printed[1] in hub_sales(hub).values()


def test_a_backup_holds_no_key_and_is_restored_on_a_new_computer_with_a_code(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    kept = [disk.sell(INDOMIE)]
    disk.sync()
    kept.append(disk.sell(TEH))
    file = tmp_path / "backup"
    assert ask("backup", file, "--data-dir", disk.folder).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as packed:
        assert sorted(packed.namelist()) == [
            "books.db",
            "catalogue-1.db",
            "customers-1.db",
            "manifest.json",
            "mirror-1.db",
        ]
        key = (disk.folder / "device.key").read_bytes().strip()
        assert all(key not in packed.read(name) for name in packed.namelist())
    disk.close()
    shutil.rmtree(disk.folder)
    done = ask("restore", file, "--data-dir", disk.folder)
    assert done.exit_code == 0
    assert "omnipos enrol" in done.output
    disk.open()
    kept.append(disk.sell(KOPI))
    disk.close()
    done = ask("enrol", hub.address, hub.enrol_code(), "--data-dir", disk.folder)
    assert done.exit_code == 0, done.output
    disk.open()
    kept.append(disk.sell(KOPI))
    disk.sync()
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    assert hub.ask("GET", "/v1/totals")["total_minor"] == sum(sale.total_minor for sale in kept)
    assert kept[-1].receipt_number.startswith("S1-2")
    assert disk.verify().findings == ()


def test_a_damaged_backup_changes_nothing(disk: Disk, tmp_path: Path) -> None:
    disk.sell(INDOMIE)
    file = tmp_path / "backup"
    assert ask("backup", file, "--data-dir", disk.folder).exit_code == 0
    disk.close()
    before = disk.receipts_on_disk()
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as packed:
        books = packed.getinfo("books.db")
    middle = books.header_offset + 30 + len("books.db") + books.compress_size // 2
    file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    refused = ask("restore", file, "--data-dir", disk.folder)
    assert refused.exit_code == 1
    assert "Nothing was changed" in refused.output
    assert disk.receipts_on_disk() == before == 1
    assert list(disk.folder.glob("before-restore-*")) == []


def test_a_till_that_is_open_is_not_restored(disk: Disk, tmp_path: Path) -> None:
    assert ask("backup", tmp_path / "backup", "--data-dir", disk.folder).exit_code == 0
    refused = ask("restore", tmp_path / "backup", "--data-dir", disk.folder)
    assert refused.exit_code == 1
    assert "already open" in refused.output


def test_fault_19_verify_finds_a_folder_put_back_or_copied_by_asking_the_hub(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    disk.sell(INDOMIE)
    disk.sync()
    old = disk.copy(tmp_path / "old")
    disk.sell(TEH)
    disk.sync()
    told = json.loads(ask("verify", "--json", "--data-dir", disk.folder).output)
    assert (told["ok"], told["hub_asked"]) == (True, True)
    found = json.loads(ask("verify", "--json", "--data-dir", old).output)
    assert not found["ok"]
    assert "event 2 of epoch 1 that is not in this journal" in found["findings"][0]
    hub.kill()
    away = json.loads(ask("verify", "--json", "--data-dir", old).output)
    assert (away["ok"], away["hub_asked"]) == (True, False)
    hub.start()


def test_fault_19_a_deleted_wal_file_loses_no_sale_that_the_hub_has(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    disk.sell(INDOMIE)
    disk.sync()
    disk.open_again()  # the log is merged into the file here, and begins anew
    kept = hub_sales(hub)
    sale = disk.sell(TEH)
    disk.sync()
    broken = tmp_path / "broken"
    shutil.copytree(disk.folder, broken)  # as it lies on disk at a power cut, the log not merged
    assert (broken / "books.db-wal").stat().st_size > 0
    (broken / "books.db-wal").unlink()
    disk.close()
    shutil.rmtree(disk.folder)
    broken.rename(disk.folder)
    assert disk.receipts_on_disk() == 1
    disk.open()
    again = disk.sell(KOPI)
    disk.sync()
    assert set(hub_sales(hub)) == {*kept, sale.sale_id, again.sale_id}
    assert exceptions(hub)[0] == "till_parted"
    assert disk.verify().findings == ()


def test_a_whole_shop_moves_to_a_new_computer_in_one_file(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    make_own_shop(old, "Toko Sinar", "ID", "en", "Sari", "1234")
    with open_to_sync(old) as engine:
        assert engine.once().ok
        file = tmp_path / "backup"
        assert ask("backup", file, "--data-dir", old).exit_code == 0
    done = ask("restore", file, "--data-dir", new)
    assert done.exit_code == 0, done.output
    with open_to_sync(new) as engine:
        outcome = engine.once()
        assert (outcome.ok, outcome.waiting, outcome.error) == (True, 0, "")
    told = json.loads(ask("verify", "--json", "--data-dir", new).output)
    assert told["ok"]
    assert (new / "hub" / "admin.key").read_text() != (old / "hub" / "admin.key").read_text()
