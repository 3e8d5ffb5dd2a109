"""The command itself: what it lists, what it imports, how it tells that something went wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from omnipos import __version__
from omnipos.cli import COMMANDS, main, verify
from omnipos.cli.ownhub import hub_database
from omnipos.store.connection import Store
from tests.cli.rigs import environment, run

HEAVY = ("textual", "escpos", "hub", "httpx", "sqlalchemy", "litestar", "granian", "sqlite_utils", "PIL")
LATER = (
    *(name for name in HEAVY if name != "textual"),
    *("argon2", "babel", "cryptography", "printing.composing"),
    *("screens.around_sale", "screens.charging", "screens.finished", "screens.following", "screens.sell"),
    *("omnipos.services.giving_back", "omnipos.services.reprinting"),
)
"""What the first screen does without: imported while nobody types, or by the first key that needs it."""


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_asking_the_command_about_itself_imports_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    script = (
        "import sys\n"
        "from omnipos.cli import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=True,
        timeout=30,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_first_screen_imports_nothing_that_only_later_ones_need() -> None:
    script = (
        "import sys\n"
        "import omnipos.cli.counter, screens.app\n"
        f"print([name for name in {LATER!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "[]\n"


def test_a_tills_key_is_not_read_before_its_hub_is_asked(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from omnipos.cli.membership import Membership, save_membership, till_client\n"
        "folder = Path(sys.argv[1])\n"
        "save_membership(folder, Membership(hub='http://127.0.0.1:1', device_id='till'))\n"
        "till_client(folder, 'http://127.0.0.1:1')\n"
        "print([name for name in sys.modules if name.startswith('cryptography.hazmat.bindings')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "[]\n"


def test_the_version_is_the_packages() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == f"OmniPOS, version {__version__}\n"


def test_help_lists_every_command_and_each_has_its_own_help() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    for name in COMMANDS:
        assert f"  {name} " in told
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_an_unknown_command_is_refused() -> None:
    done = CliRunner().invoke(main, ["sell"])
    assert done.exit_code == 2
    assert "No such command 'sell'" in done.output


def test_a_folder_without_a_till_is_told_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    for words in (["plain"], ["sync"]):
        done = CliRunner().invoke(main, [*words, "--data-dir", str(folder)])
        assert done.exit_code == 1
        assert done.output == (
            f"There is no till in {folder} yet. Start omnipos once to set it up,"
            " or join a hub with: omnipos enrol URL CODE\n"
        )
    for words in (["report", "x"], ["verify"]):
        done = CliRunner().invoke(main, [*words, "--data-dir", str(folder)])
        assert done.exit_code == 1
        assert done.output == f"There is no till in {folder}. Name its folder with --data-dir.\n"
    assert not hub_database(folder).exists()


def test_a_folder_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "till"
    store = Store(folder)
    try:
        (folder / "identity.json").write_text('{"hub": "http://127.0.0.1:1"}')
        done = run(tmp_path, "plain", "--data-dir", str(folder))
    finally:
        store.close()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"A till is already open on {folder}. Close it first; its data is safe.\n"


def test_the_data_folder_may_stand_before_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--data-dir", str(tmp_path / "x"), "verify"])
    assert done.output == f"There is no till in {tmp_path / 'x'}. Name its folder with --data-dir.\n"


def test_a_bug_is_one_line_and_stands_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_folder: Path) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(verify, "verified", broken)

    done = CliRunner().invoke(main, ["verify", "--data-dir", str(tmp_path)])

    log = tmp_path / "omnipos.log"
    assert done.exit_code == 1
    assert done.output == (
        "OmniPOS met an error of its own. All that was finished before is safe."
        f" What happened stands in {log}.\n"
    )
    assert "ZeroDivisionError: a bug" in log.read_text()


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "omnipos.toml").write_text("pinter = 'none'\n")
    (tmp_path / "identity.json").write_text('{"hub": "http://127.0.0.1:1"}')
    done = CliRunner().invoke(main, ["plain", "--data-dir", str(tmp_path)])
    assert done.exit_code == 1
    assert done.output.startswith(f"A setting in {tmp_path / 'omnipos.toml'} is wrong:")
    assert "pinter" in done.output
