"""The doctor on a hub that refuses, and on one that does not answer."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.reports import Devices
from omnipos.cli import main
from omnipos.cli.doctor import Finding, _hub_and_clock
from omnipos.cli.hubchild import free_port
from omnipos.cli.membership import Membership, save_membership
from omnipos.cli.owner import owner_line
from omnipos.cli.ownhub import FOLDER, KEY_FILE, hub_database
from omnipos.config import Settings
from omnipos.signing import DEVICE_KEY, keep_key
from tests.cli.rigs import Demo, keep_on_paper


def look(folder: Path) -> Finding:
    """What the doctor says of the hub."""
    (found,) = _hub_and_clock(folder, Settings())
    return found


def own_hub(folder: Path, address: str) -> None:
    """A till with a hub of its own, as far as its folder tells."""
    hub_database(folder).parent.mkdir(parents=True)
    hub_database(folder).touch()
    unknown_till(folder, address)


def unknown_till(folder: Path, address: str) -> None:
    """A till with a key that no hub knows."""
    keep_key(folder / DEVICE_KEY)
    save_membership(folder, Membership(hub=address, device_id="unknown"))


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


def test_an_own_hub_may_be_away_while_no_till_is_open(tmp_path: Path, nowhere: str) -> None:
    own_hub(tmp_path, nowhere)
    found = look(tmp_path)
    assert found.ok
    assert found.say.startswith("The hub does not answer (")
    assert found.do == "The hub of this shop runs with the till: it is away while no till is open."


def test_an_own_hub_that_is_kept_running_must_answer(tmp_path: Path, nowhere: str) -> None:
    own_hub(tmp_path, nowhere)
    keep_on_paper(tmp_path)
    found = look(tmp_path)
    assert not found.ok
    assert found.do.startswith("Selling goes on; everything is kept")


@pytest.mark.parametrize("own", [True, False])
def test_a_hub_that_does_not_know_the_till_is_never_well(demo: Demo, tmp_path: Path, own: bool) -> None:
    if own:
        own_hub(tmp_path, demo.says["hub"])
    unknown_till(tmp_path, demo.says["hub"])
    found = look(tmp_path)
    assert (found.ok, found.say) == (False, "The hub does not know this till.")
    assert found.do == "Tell who looks after the hub."


def test_a_till_without_its_key_is_told_what_is_missing(demo: Demo, tmp_path: Path) -> None:
    save_membership(tmp_path, Membership(hub=demo.says["hub"], device_id="unknown"))
    assert look(tmp_path).say.startswith("This till's key (device.key) is missing")


def test_a_revoked_till_is_told_in_its_own_language(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "till"
    runner = CliRunner()
    at = ("--data-dir", str(demo.folder))
    code = runner.invoke(main, ["hub", "enrol-code", "--store", "S2", *at]).stdout.strip()
    runner.invoke(main, ["enrol", demo.says["hub"], code, "--data-dir", str(folder)])
    with owner_line(demo.says["hub"], demo.folder / FOLDER / KEY_FILE) as line:
        ours = line.get("/v1/devices", Devices).devices[-1]
        line.post(f"/v1/devices/{ours.device_id}/revoke", Devices, None)
    (folder / "omnipos.toml").write_text('language = "id"\n')

    done = runner.invoke(main, ["doctor", "--data-dir", str(folder)])

    assert done.exit_code == 1
    assert "Hak kassa ini sudah dicabut. Penjualannya disimpan; minta manajer." in done.output
    assert "rights were withdrawn" not in done.output
