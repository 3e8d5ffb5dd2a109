"""Faults 10 and 51: what is unsent leaves an unusable till as a file, and no till is wiped before."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from omnipos.cli import main
from omnipos.domain.errors import StoreTrouble
from omnipos.store.connection import Store
from tests.faults.lives import INDOMIE, KOPI, TEH, Disk, exceptions, hub_sales
from tests.hubs import HubProcess


@pytest.fixture
def hub(own_hub: HubProcess) -> HubProcess:
    return own_hub


def ask(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def take_in(hub: HubProcess, file: Path) -> tuple[int, dict[str, int]]:
    done = ask("hub", "take-in", file, "--hub", hub.address, "--key-file", hub.folder / "admin.key", "--json")
    told = json.loads(done.output)
    told.pop("reasons")
    return done.exit_code, told


def outcomes(**told: int) -> dict[str, int]:
    return {"applied": 0, "duplicate": 0, "quarantined": 0, "retry": 0} | told


def test_fault_10_a_folder_of_a_newer_program_is_exported_and_taken_in_once(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    first = disk.sell(INDOMIE)
    disk.sync()
    kept = [disk.sell(TEH), disk.sell(KOPI)]
    disk.close()
    newer = Database(disk.folder / "books.db")
    newer["_sqlite_migrations"].insert({"migration_set": "books", "name": "from_2030"})
    newer.close()
    with pytest.raises(StoreTrouble, match="newer OmniPOS"):
        Store(disk.folder)
    file = tmp_path / "unsent"
    done = ask("export-outbox", file, "--data-dir", disk.folder, "--json")
    assert json.loads(done.output)["events"] == 2
    assert file.stat().st_mode & 0o077 == 0
    assert take_in(hub, file) == (0, outcomes(applied=2))
    assert take_in(hub, file) == (0, outcomes(duplicate=2))
    assert set(hub_sales(hub)) == {sale.sale_id for sale in (first, *kept)}
    newer = Database(disk.folder / "books.db")
    newer.execute("DELETE FROM _sqlite_migrations WHERE name = 'from_2030'")
    newer.close()
    disk.open()
    disk.sell(TEH)
    disk.sync()
    assert len(hub_sales(hub)) == 4
    assert exceptions(hub) == []


def test_fault_10_a_file_that_is_not_whole_is_not_taken_in(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    disk.sell(INDOMIE)
    disk.sell(TEH)
    file = tmp_path / "unsent"
    assert ask("export-outbox", file, "--data-dir", disk.folder).exit_code == 0
    whole = file.read_bytes()
    first, *lines = gzip.decompress(whole).splitlines(keepends=True)
    for part in (whole[:-20], gzip.compress(b"".join([first, *lines[:-1]])), gzip.compress(b"")):
        file.write_bytes(part)
        refused = ask("hub", "take-in", file, "--hub", hub.address, "--key-file", hub.folder / "admin.key")
        assert refused.exit_code == 1
        assert "Nothing was sent" in refused.output
    assert hub_sales(hub) == {}


def test_the_outbox_of_a_folder_put_back_by_hand_is_taken_in_beside_the_other_life(
    hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    kept = [disk.sell(INDOMIE)]
    disk.sync()
    old = disk.copy(tmp_path / "old")
    kept += [disk.sell(TEH), disk.sell(TEH)]
    disk.sync()
    lost = disk.second(old)
    kept += [lost.sell(KOPI), lost.sell(KOPI), lost.sell(KOPI)]
    lost.close()
    file = tmp_path / "unsent"
    assert ask("export-outbox", file, "--data-dir", old).exit_code == 0
    assert take_in(hub, file) == (0, outcomes(applied=3))
    assert take_in(hub, file) == (0, outcomes(duplicate=3))
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    kept.append(disk.sell(INDOMIE))
    disk.sync()
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    assert hub.ask("GET", "/v1/totals")["total_minor"] == sum(sale.total_minor for sale in kept)


def test_fault_51_a_till_with_unsent_sales_is_not_wiped_before_they_are_saved(
    disk: Disk, tmp_path: Path
) -> None:
    disk.sell(INDOMIE)
    disk.close()
    refused = ask("reset", "--yes", "--data-dir", disk.folder)
    assert refused.exit_code == 1
    assert "1 entry of the till in " in refused.output
    assert "export-outbox" in refused.output
    assert disk.receipts_on_disk() == 1
    saved = ask("export-outbox", tmp_path / "first", "--data-dir", disk.folder)
    assert (saved.exit_code, saved.output.startswith("1 event is saved in ")) == (0, True)
    disk.open()
    disk.sell(TEH)
    disk.close()
    assert ask("reset", "--yes", "--data-dir", disk.folder).exit_code == 1
    assert ask("export-outbox", tmp_path / "second", "--data-dir", disk.folder).exit_code == 0
    assert ask("reset", "--yes", "--data-dir", disk.folder).exit_code == 0
    assert not disk.folder.exists()


def test_fault_51_a_running_till_is_not_wiped(disk: Disk) -> None:
    refused = ask("reset", "--yes", "--data-dir", disk.folder)
    assert refused.exit_code == 1
    assert "already open" in refused.output
    assert disk.receipts() == []


def test_fault_51_a_demo_shop_with_unsent_sales_is_not_thrown_away(disk: Disk) -> None:
    disk.sell(INDOMIE)
    disk.close()
    (disk.folder / "demo.json").write_text("{}")
    refused = ask("demo", "--reset", "--data-dir", disk.folder)
    assert refused.exit_code == 1
    assert "export-outbox" in refused.output
    assert disk.receipts_on_disk() == 1
