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


def test_a_new_tills_command_names_the_address_that_the_settings_give(
    hub: HubProcess, tmp_path: Path
) -> None:
    config = settings_of(hub, tmp_path / "etc" / "hub.toml")
    ask("add-store", "S1", "Toko Sinar", "--config", config, folder=tmp_path)
    here = f"http://127.0.0.1:{hub.port}"
    code, said = ask("enrol-code", "--config", config, folder=tmp_path)
    assert (code, f"omnipos enrol {here} " in said) == (0, True)
    config.write_text(f'{config.read_text()}address = "https://hub.example/"\n')
    code, said = ask("enrol-code", "--config", config, folder=tmp_path)
    assert (code, "omnipos enrol https://hub.example " in said) == (0, True)
    # Whoever names the address of another hub is not told this one's.
    key = hub.folder / "admin.key"
    code, said = ask("enrol-code", "--hub", here, "--key-file", key, "--config", config, folder=tmp_path)
    assert (code, f"omnipos enrol {here} " in said) == (0, True)


def test_a_till_or_store_that_is_not_there_is_told_with_those_that_are(
    hub: HubProcess, tmp_path: Path
) -> None:
    config = settings_of(hub, tmp_path / "etc" / "hub.toml")
    for words in (("store-tax", "S9"), ("store-qr", "S9")):
        assert ask(*words, "--config", config, folder=tmp_path) == (
            1,
            "The hub has no store yet. Make one with: omnipos hub add-store",
        )
    ask("add-store", "S1", "Toko Sinar", "--config", config, folder=tmp_path)
    for words in (("store-tax", "S9"), ("store-qr", "S9")):
        assert ask(*words, "--config", config, folder=tmp_path) == (
            1,
            "There is no store S9. There are: S1.",
        )
    assert ask("revoke", "S1-2", "--config", config, folder=tmp_path) == (1, "No till is enrolled yet.")
