"""A hub's settings: file, environment, options; what is wrong is told with its fix."""

import os
from pathlib import Path

import msgspec
import pytest

from hub.settings import (
    SETTINGS_FILE,
    HubSettings,
    load_settings,
    password_of,
    refuse_open_file,
    without_password,
)
from omnipos.domain.errors import EntryRefused

SECRET = "s3cr3t-wörd"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / SETTINGS_FILE
    path.write_text(text)
    path.chmod(mode)
    return path


def refusal(folder: Path, text: str = "", environment: dict[str, str] | None = None, **given: str) -> str:
    if text:
        written(folder, text)
    with pytest.raises(EntryRefused) as refused:
        load_settings(folder, environment=environment or {}, **given)
    return str(refused.value)


def test_without_a_file_all_is_as_usual(tmp_path: Path) -> None:
    assert load_settings(tmp_path, environment={}) == HubSettings()


def test_options_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    written(
        tmp_path, 'bind = "0.0.0.0:1"\nlog_format = "json"\ndrain_s = 5\ntrusted_proxies = ["10.0.0.0/8"]\n'
    )
    environment = {
        "OMNIPOS_HUB_BIND": "0.0.0.0:2",
        "OMNIPOS_HUB_DRAIN_S": "7",
        "OMNIPOS_HUB_TRUSTED_PROXIES": "127.0.0.1, ::1",
        "OMNIPOS_HUB_INSTANCE": "no setting",
    }
    found = load_settings(tmp_path, environment=environment, bind="0.0.0.0:3", database="")
    assert found == HubSettings(
        bind="0.0.0.0:3", log_format="json", drain_s=7, trusted_proxies=("127.0.0.1", "::1")
    )


def test_another_file_may_be_named_and_must_be_there(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    with pytest.raises(EntryRefused, match="No such file"):
        load_settings(tmp_path, config=other, environment={})
    other.write_text('log_level = "info"')
    assert load_settings(tmp_path, config=other, environment={}).log_level == "info"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('databse = "x"', "there is no key “databse”. Is database meant?"),
        ('zzz = "x"', "there is no key “zzz”. There are: database, database_password_file, bind"),
        ('address = "hub.example"', "address must be an address such as https://hub.example; it is 'hub"),
        ("bind = 8311", "bind must be a text in quotes; it is 8311."),
        ('drain_s = "soon"', "drain_s must be a whole number; it is 'soon'."),
        ("drain_s = 1000", "drain_s must be between 0 and 300; it is 1000."),
        ('log_level = "loud"', "log_level must be one of debug, info, warning, error; it is 'loud'."),
        ('log_format = "xml"', "log_format must be one of text, json; it is 'xml'."),
        ('trusted_proxies = "nginx"', "trusted_proxies must be a list of texts such as"),
        ('trusted_proxies = ["nginx"]', "trusted_proxies must be addresses or networks such as 10.0.0.0/8"),
        ('database = "mysql://u:hush@h/d"', "database must be a path or postgresql://USER@HOST/NAME"),
        ("bind = ", "Put it right or remove it."),
        ('messages = "http://u:hush@h"', "messages must begin with smtp://, smtps:// or folder://."),
    ],
)
def test_what_is_wrong_is_told_with_its_key_and_the_fix(tmp_path: Path, text: str, told: str) -> None:
    said = refusal(tmp_path, text)
    assert told in said
    assert str(tmp_path / SETTINGS_FILE) in said
    assert "hush" not in said


def test_a_wrong_variable_is_told_by_its_name(tmp_path: Path) -> None:
    said = refusal(tmp_path, environment={"OMNIPOS_HUB_UNSEEN_MINUTES": "x"})
    assert said == "OMNIPOS_HUB_UNSEEN_MINUTES: unseen_minutes must be a whole number; it is 'x'."


def test_a_password_is_never_taken_as_an_argument(tmp_path: Path) -> None:
    said = refusal(tmp_path, database=f"postgresql://omni:{SECRET}@db/hub")
    assert said.startswith("Everybody on this computer can read the password in --database.")
    assert SECRET not in said


def test_a_password_in_a_file_that_others_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, f'database = "postgresql://omni:{SECRET}@db/hub"', 0o640)
    with pytest.raises(EntryRefused) as refused:
        load_settings(tmp_path, environment={})
    assert str(refused.value) == f"{path} holds a password and others can read it. Do: chmod 600 {path}"
    secret = tmp_path / "password"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    said = refusal(tmp_path, f'database = "postgresql://omni@db/hub"\ndatabase_password_file = "{secret}"')
    assert said == f"Others can read {secret}. Do: chmod 600 {secret}"
    said = refusal(
        tmp_path, f'database = "postgresql://omni@db/hub"\ndatabase_password_file = "{tmp_path}/no"'
    )
    assert said == f"The secret in {tmp_path}/no cannot be read: No such file or directory."


@pytest.mark.parametrize("place", ["file", "url", "query", "environment"])
def test_a_password_goes_to_the_driver_and_into_nothing_that_is_shown(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "before")
    hosts = "db1:5432,db2:5433"
    plain = f"postgresql://omni@{hosts}/hub?target_session_attrs=read-write"
    with_it = plain.replace("omni@", "omni:s3cr3t-w%C3%B6rd@")
    environment = {}
    match place:
        case "file":
            (tmp_path / "password").write_text(SECRET + "\n")
            (tmp_path / "password").chmod(0o600)
            written(tmp_path, f'database = "{plain}"\ndatabase_password_file = "{tmp_path}/password"')
        case "url":
            written(tmp_path, f'database = "{with_it}"')
        case "query":
            written(tmp_path, f'database = "{plain}&password={SECRET}"')
        case _:
            environment["OMNIPOS_HUB_DATABASE"] = with_it
    found = load_settings(tmp_path, environment=environment)
    assert found.database == plain
    assert os.environ["PGPASSWORD"] == SECRET
    assert SECRET not in repr(found)
    assert SECRET.encode() not in msgspec.json.encode(found)


def test_an_address_without_a_password_stays_as_it_is(tmp_path: Path) -> None:
    for address in ("/srv/hub.db", "postgresql:///hub?host=/run/postgresql", "postgresql://u@h/d"):
        assert without_password(address) == address
        assert password_of(address) == ""
    refuse_open_file(tmp_path / "not there")
