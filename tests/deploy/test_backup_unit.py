"""The nightly backup's unit makes a whole backup, keeps a month of them, and is one that systemd takes."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.hub.rig import open_rig

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = (DEPLOY / "omnipos-backup.service").read_text()
FOLDER = "/var/backups/omnipos"
DAY_S = 86_400


def told(key: str) -> str:
    """Return the value of a key of the unit."""
    return dict(line.split("=", 1) for line in UNIT.splitlines() if "=" in line)[key]


def run(key: str, folder: Path, program: str, config: Path) -> None:
    """Do what the unit does, as systemd splits it, with other folders."""
    line = (
        told(key)
        .replace("%%", "%")
        .replace("$$", "$")
        .replace(FOLDER, str(folder))
        .replace("/etc/omnipos/hub.toml", str(config))
    )
    line = line.replace("/opt/omnipos/.venv/bin/omnipos", program)
    subprocess.run(shlex.split(line), check=True, env={**os.environ, "OMNIPOS_DATA_DIR": str(folder.parent)})


def test_last_nights_backup_is_whole_and_only_old_ones_go(tmp_path: Path) -> None:
    folder, config = tmp_path / "backups", tmp_path / "hub.toml"
    folder.mkdir()
    kept, gone, other = (folder / name for name in ("hub-kept.backup", "hub-gone.backup", "till.backup"))
    for file, days in ((kept, 30), (gone, 33), (other, 33)):
        file.touch()
        os.utime(file, (time.time() - days * DAY_S,) * 2)
    with open_rig(tmp_path / "hub") as rig:
        config.write_text(f'database = "{rig.folder}/hub.db"\n')
        run("ExecStart", folder, f"{sys.executable} -m omnipos", config)
    run("ExecStartPost", folder, "", config)
    (made,) = {*folder.iterdir()} - {kept, other}
    assert re.fullmatch(r"hub-\d{4}-\d\d-\d\d\.backup", made.name)
    with zipfile.ZipFile(made) as packed:
        assert (packed.testzip(), "hub.key" in packed.namelist()) == (None, True)


def test_it_is_written_where_the_unit_may_and_the_doctor_looks() -> None:
    settings = tomllib.loads((DEPLOY / "hub.toml").read_text())
    assert (told("ProtectSystem"), told("ReadWritePaths")) == ("strict", FOLDER)
    assert settings["backup_folder"] == FOLDER
    assert f" {FOLDER}/hub-" in told("ExecStart")
    hub = (DEPLOY / "omnipos-hub@.service").read_text()
    for key in ("User", "Group", "StateDirectory", "StateDirectoryMode"):
        assert f"\n{key}={told(key)}\n" in hub, "it reads the very files of the hub"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit_and_its_timer(tmp_path: Path) -> None:
    for name in ("omnipos-backup.service", "omnipos-backup.timer"):
        (tmp_path / name).write_text((DEPLOY / name).read_text().replace("=omnipos\n", "=root\n"))
    command = ["systemd-analyze", "verify", "--man=no", f"{tmp_path}/omnipos-backup.timer"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "omnipos" in line] == []
    command = ["systemd-analyze", "verify", "--man=no", f"{tmp_path}/omnipos-backup.service"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "omnipos" in line]
    assert [line for line in complaints if "is not executable" not in line] == []
    when = re.search(r"OnCalendar=(.+)", (DEPLOY / "omnipos-backup.timer").read_text())
    assert when is not None
    shown = subprocess.run(
        ["systemd-analyze", "calendar", when[1]], capture_output=True, text=True, check=True
    )
    assert "Normalized form: *-*-* 02:30:00" in shown.stdout
