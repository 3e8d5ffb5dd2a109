"""Fault 32 with the hub's own commands: a backup taken while it runs, put back over what came after."""

import contextlib
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.database import is_url
from omnipos.cli.ownhub import lock_keeper
from tests.faults.lives import INDOMIE, KOPI, TEH, Disk, exceptions, hub_sales
from tests.faults.test_carrying import ask
from tests.hubs import HubProcess
from tests.postgres import fresh_database, programs, shared


@pytest.fixture(params=["sqlite", "postgresql"])
def own_hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HubProcess]:
    if request.param == "sqlite":
        yield from shop(HubProcess(tmp_path / "data" / "hub"))
        return
    with fresh_database() as address:
        yield from shop(HubProcess(tmp_path / "data" / "hub", address))


@contextlib.contextmanager
def empty_database() -> Iterator[str]:
    """Return the address of a database without any table."""
    shared().ask("CREATE DATABASE new_machine")
    try:
        yield shared().address("new_machine")
    finally:
        shared().drop("new_machine")


def shop(hub: HubProcess) -> Iterator[HubProcess]:
    hub.set_up_shop()
    yield hub
    hub.stop()


def tell(hub: HubProcess, *words: object) -> tuple[int, str]:
    """Run a command on a hub's database and keys; return its exit code and what it said."""
    place = ("--database", hub.database, "--admin-key", hub.folder / "admin.key", "--programs", programs())
    done = ask("hub", *words, *place)
    return done.exit_code, done.output


def name_of(hub: HubProcess) -> str:
    return hub.database.partition("?")[0].rpartition("/")[2]


def totals(hub: HubProcess) -> tuple[int, int]:
    told = hub.ask("GET", "/v1/totals?store=S1")
    return told["sales"], told["total_minor"]


def test_fault_32_a_hub_put_back_to_its_backup_gets_again_what_its_tills_kept(
    own_hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    hub, file = own_hub, tmp_path / "hub backup"
    kept = [disk.sell(INDOMIE)]
    disk.sync()
    code, said = tell(hub, "backup", file)
    assert (code, "keep it safe" in said, file.stat().st_mode & 0o077) == (0, True, 0), said
    kept += [disk.sell(TEH), disk.sell(KOPI, KOPI)]
    disk.sync()
    before, life = totals(hub), hub.ask("GET", "/v1/health")["hub_epoch"]
    assert before == (3, sum(sale.total_minor for sale in kept))

    hub.stop()
    owners = (hub.folder / "admin.key").read_text()
    code, said = tell(hub, "restore", file)
    assert (code, f"--replace {name_of(hub)}" in said) == (1, True), said
    code, said = tell(hub, "restore", file, "--replace", name_of(hub))
    assert (code, "The hub is restored" in said) == (0, True), said
    assert (hub.folder / "admin.key").read_text() == owners
    hub.start()

    assert set(hub_sales(hub)) == {kept[0].sale_id}
    assert hub.ask("GET", "/v1/health")["hub_epoch"] != life
    disk.sync()
    assert totals(hub) == before
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}
    assert exceptions(hub) == ["hub_restored"]
    assert disk.verify().findings == ()
    kept.append(disk.sell(TEH))
    disk.sync()
    assert set(hub_sales(hub)) == {sale.sale_id for sale in kept}


def test_a_hub_is_restored_on_a_new_machine_whose_owner_gets_a_new_key(
    own_hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    hub, sale, file = own_hub, disk.sell(INDOMIE), tmp_path / "hub backup"
    disk.sync()
    assert tell(hub, "backup", file)[0] == 0
    owners = (hub.folder / "admin.key").read_text()
    hub.stop()
    hub.folder.rename(tmp_path / "old machine")
    with contextlib.ExitStack() as stack:
        if is_url(hub.database):
            hub.folder.mkdir()
            hub.database = stack.enter_context(empty_database())
        code, said = tell(hub, "restore", file)
        assert (code, "before" in said) == (0, False), said
        hub.start()
        assert (hub.folder / "admin.key").read_text() != owners
        assert set(hub_sales(hub)) == {sale.sale_id}
        disk.sync()
        hub.stop()


def test_a_restore_that_cannot_be_done_changes_nothing(
    own_hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    hub, file = own_hub, tmp_path / "hub backup"
    assert tell(hub, "backup", file)[0] == 0
    sale = disk.sell(INDOMIE)
    disk.sync()
    life, key = hub.ask("GET", "/v1/health")["hub_epoch"], (hub.folder / "hub.key").read_bytes()
    here = () if is_url(hub.database) else (lock_keeper(hub.folder),)
    code, said = tell(hub, "restore", file, "--replace", name_of(hub))
    assert (code, "top" in said) == (1, True), said
    for lock in here:
        assert lock is not None
        os.close(lock)
    hub.stop()
    for broken in (damaged(file, tmp_path), cut_short(file, tmp_path)):
        code, said = tell(hub, "restore", broken, "--replace", name_of(hub))
        assert (code, "hanged" in said) == (1, True), said
    hub.start()
    assert set(hub_sales(hub)) == {sale.sale_id}
    assert (hub.ask("GET", "/v1/health")["hub_epoch"], (hub.folder / "hub.key").read_bytes()) == (life, key)


def damaged(file: Path, folder: Path) -> Path:
    """Return a copy of a backup in which one part is another than the manifest says."""
    changed = folder / "damaged"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"x" if name.startswith("hub.d") else b""))
    return changed


def cut_short(file: Path, folder: Path) -> Path:
    """Return a sound backup whose database breaks off in its last third."""
    changed = folder / "cut short"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for name in manifest["parts"]:
            whole = old.read(name)
            part = whole[: len(whole) * 2 // 3] if name.startswith("hub.d") else whole
            manifest["parts"][name] = hashlib.sha256(part).hexdigest()
            new.writestr(name, part)
        new.writestr("manifest.json", json.dumps(manifest))
    return changed


def test_what_cannot_be_saved_or_read_is_said_plainly(tmp_path: Path) -> None:
    file = tmp_path / "no backup"
    file.write_text("hello")
    place = ("--data-dir", tmp_path / "data")
    said = ask("hub", "backup", tmp_path / "new", *place)
    assert (said.exit_code, "missing" in said.output, (tmp_path / "new").exists()) == (1, True, False)
    said = ask("hub", "restore", file, *place)
    assert (said.exit_code, "no backup of a hub" in said.output) == (1, True)


def test_what_the_settings_of_a_hub_say_is_what_is_saved_and_put_back(
    own_hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    hub, file = own_hub, tmp_path / "hub backup"
    disk.sell(INDOMIE)
    disk.sync()
    settings = tmp_path / "etc" / "hub.toml"
    settings.parent.mkdir()
    settings.write_text(f'database = "{hub.database}"\nadmin_key_file = "{hub.folder}/admin.key"\n')
    for place in (("--config", settings), ("--data-dir", settings.parent)):
        said = ask("hub", "backup", file, *place, "--programs", programs())
        assert (said.exit_code, file.exists()) == (0, True), said.output
    before = totals(hub)
    hub.stop()
    words = ("--config", settings, "--replace", name_of(hub), "--programs", programs())
    said = ask("hub", "restore", file, *words)
    assert (said.exit_code, "The hub is restored" in said.output) == (0, True), said.output
    hub.start()
    assert (before, totals(hub)) == ((1, before[1]), before)


@pytest.mark.parametrize("own_hub", ["sqlite"], indirect=True)
def test_a_hub_on_a_file_whose_keys_lie_elsewhere_is_restored_in_its_folder_and_never_while_it_runs(
    own_hub: HubProcess, disk: Disk, tmp_path: Path
) -> None:
    hub, file, keys = own_hub, tmp_path / "hub backup", tmp_path / "keys"
    keys.mkdir()
    for name in ("admin.key", "hub.key"):
        (hub.folder / name).rename(keys / name)
    place = ("--database", hub.database, "--admin-key", keys / "admin.key")
    sale = disk.sell(INDOMIE)
    assert ask("hub", "backup", file, *place).exit_code == 0
    hub.stop()
    lock = lock_keeper(hub.folder)
    assert lock is not None
    said = ask("hub", "restore", file, "--replace", "hub.db", *place)
    assert (said.exit_code, f"A hub runs on {hub.folder} already" in said.output) == (1, True), said.output
    os.close(lock)
    said = ask("hub", "restore", file, "--replace", "hub.db", *place)
    assert said.exit_code == 0, said.output
    assert len([*hub.folder.glob("before-restore-*/hub.db")]) == 1
    assert sorted(one.name for one in keys.iterdir()) == ["admin.key", "hub.key"]
    for name in ("admin.key", "hub.key"):
        (keys / name).rename(hub.folder / name)
    hub.start()
    disk.sync()
    assert set(hub_sales(hub)) == {sale.sale_id}
