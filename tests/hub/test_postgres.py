"""A hub on PostgreSQL: opened by an address, its tables made once however many start together."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.database import NEWEST, Database
from hub.serving import open_database
from omnipos.domain.errors import EntryRefused, StoreTrouble
from tests.hubs import HubProcess
from tests.postgres import fresh_database, shared


def test_hubs_that_start_together_on_an_empty_database_make_its_tables_once(tmp_path: Path) -> None:
    shared().copy("template0", "empty")
    address = shared().address("empty")
    with ThreadPoolExecutor(2) as pool:
        hubs = list(pool.map(lambda _number: HubProcess(tmp_path, address), range(2)))
    hubs[0].set_up_shop()
    assert hubs[1].ask("GET", "/v1/stores")["stores"][0]["code"] == "S1"
    for hub in hubs:
        hub.stop()
    assert shared().ask("SELECT version_num FROM alembic_version", "empty") == [(NEWEST,)]
    assert shared().ask("SELECT count(*) FROM hub", "empty") == [(1,)]
    assert shared().ask("SELECT count(*) FROM api_key", "empty") == [(1,)]
    shared().drop("empty")


def test_text_is_ordered_as_on_sqlite_whatever_the_servers_language() -> None:
    with fresh_database() as address:
        name = address.rpartition("@/")[2].partition("?")[0]
        other = "data_type = 'text' AND table_schema = 'public' AND collation_name IS DISTINCT FROM 'C'"
        columns = shared().ask(f"SELECT table_name FROM information_schema.columns WHERE {other}", name)
        assert columns == [("alembic_version",)] or columns == []


def test_a_machine_without_the_owners_key_does_not_lock_the_others_out(tmp_path: Path) -> None:
    with fresh_database() as address:
        open_database(address, tmp_path / "one" / "admin.key").close()
        with pytest.raises(StoreTrouble, match="from a machine that runs it"):
            open_database(address, tmp_path / "two" / "admin.key")
        open_database(address, tmp_path / "one" / "admin.key").close()


@pytest.mark.parametrize("address", ["mysql://root@localhost/hub", "postgresql://u:secret@h/db?no_such=1"])
def test_an_address_that_is_none_is_refused_without_its_password(tmp_path: Path, address: str) -> None:
    with pytest.raises(EntryRefused, match="cannot use the database") as refused:
        Database(address, tmp_path)
    assert "secret" not in str(refused.value)


def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble, match="cannot be reached"):
        open_database("postgresql://nobody@127.0.0.1:1/none", tmp_path / "admin.key")
