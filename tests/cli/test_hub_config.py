"""The owner's commands on a machine of a chain: hub.toml says where its hub is and where the key lies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from omnipos.cli import main
from tests.hubs import HubProcess, free_port


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A hub whose key and database lie elsewhere than a data folder of a till has them."""
    hub = HubProcess(tmp_path / "srv")
    yield hub
    hub.stop()


def ask(*words: str | Path, folder: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["hub", *map(str, words)], env={"OMNIPOS_DATA_DIR": str(folder)})
    return done.exit_code, done.output.strip()


def settings_of(hub: HubProcess, file: Path, bind: str = "") -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        f'bind = "{bind or f"0.0.0.0:{hub.port}"}"\n'
        f'database = "{hub.database}"\nadmin_key_file = "{hub.folder}/admin.key"\n'
    )
    return file


def test_the_owner_names_the_hubs_settings_and_nothing_else(hub: HubProcess, tmp_path: Path) -> None:
    folder, config = tmp_path / "var", settings_of(hub, tmp_path / "etc" / "hub.toml")
    code, said = ask("add-store", "S1", "Toko Sinar", folder=folder)
    assert (code, "with --config" in said) == (1, True)
    assert ask("add-store", "S1", "Toko Sinar", "--config", config, folder=folder) == (
        0,
        "Store S1 is Toko Sinar.",
    )
    assert ask("status", "--config", config, folder=folder) == (0, "No till is enrolled yet.")
    settings_of(hub, folder / "hub.toml")
    assert ask("status", folder=folder) == (0, "No till is enrolled yet.")
    code, said = ask("status", "--hub", f"http://127.0.0.1:{free_port()}", "--config", config, folder=folder)
    assert (code, "cannot be asked: " in said) == (1, True)
    assert said.endswith("omnipos hub doctor says more.")
