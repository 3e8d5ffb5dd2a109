"""A real hub process: ready by its instance id, done on SIGTERM, its port free, its facts durable."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import UniqueConstraint, inspect, select

import hub
from hub import tables
from hub.database import NEWEST, Database, insert_rows, migrate
from hub.serving import INSTANCE, BindTaken, open_database, serve
from omnipos.domain.errors import EntryRefused
from tests.hub.journals import Journal, batch_of
from tests.hub.rig import A, open_rig, token_wish

_RUN = "import sys; from hub.serving import serve; serve(sys.argv[1], sys.argv[2])"


@contextmanager
def running(folder: Path, bind: str = "127.0.0.1:0") -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run a hub process and give its address; it is killed if the test leaves it running."""
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(folder / "hub.db"), bind],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, INSTANCE: "test-instance"},
        start_new_session=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
        assert line.startswith("OmniPOS hub at "), line + process.stdout.read()
        yield process, line.split()[-1]
    finally:
        watchdog.cancel()
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def ask(address: str, path: str, *, key: str = "", body: bytes | None = None) -> dict[str, object]:
    request = urllib.request.Request(address + path, data=body, headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        known: dict[str, object] = json.load(answer)
        return known


def test_a_hub_starts_answers_and_stops_cleanly(tmp_path: Path) -> None:
    with running(tmp_path) as (process, address):
        health = ask(address, "/v1/health")
        assert health["instance"] == "test-instance"
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
        port = int(address.rsplit(":", 1)[1])
        with socket.create_server(("127.0.0.1", port)):
            pass
    assert not (tmp_path / "hub.db-wal").exists()
    with running(tmp_path) as (_process, address):
        assert ask(address, "/v1/health")["hub_epoch"] == health["hub_epoch"]


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    with open_rig(tmp_path) as rig:
        till, key = rig.till, rig.admin_key
    journal = Journal(till)
    for _number in range(3):
        journal.sell((A, 1, 3500))
    with running(tmp_path) as (_process, address):
        nonce = ask(address, "/v1/nonce", body=b"")["nonce"]
        wish = token_wish(till.hub_key, till.device_id, str(nonce), till.key)
        token = str(ask(address, "/v1/token", body=msgspec.json.encode(wish))["token"])
    for number, envelope in enumerate(journal.envelopes, start=1):
        with running(tmp_path) as (process, address):
            answer = ask(address, "/v1/events", key=token, body=batch_of([envelope]))
            assert answer["acked_through"] == number
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with running(tmp_path) as (_process, address):
        assert ask(address, "/v1/totals", key=key)["total_minor"] == 3 * 3500
        again = ask(address, "/v1/events", key=token, body=batch_of(journal.envelopes))
        assert [one["outcome"] for one in again["verdicts"]] == ["duplicate"] * 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("bind", ["nowhere", "127.0.0.1:http", "127.0.0.1:65536", ":", "192.0.2.1:0"])
def test_an_address_that_cannot_be_bound_makes_nothing(tmp_path: Path, bind: str) -> None:
    with pytest.raises(BindTaken):
        serve(str(tmp_path / "hub.db"), bind)
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_refused_even_by_another_hub(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with running(tmp_path) as (_process, address), pytest.raises(BindTaken):
        serve(str(tmp_path / "other" / "hub.db"), address.removeprefix("http://"))


def test_migrations_make_exactly_the_tables_the_code_names(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "hub.db"))
    migrate(database)
    migrate(database)
    made = inspect(database.writing)
    assert set(made.get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    for name, table in tables.metadata.tables.items():
        assert {column["name"] for column in made.get_columns(name)} == set(table.columns.keys())
        keys = made.get_pk_constraint(name)["constrained_columns"]
        assert keys == [column.name for column in table.primary_key.columns]
        unique = {tuple(one["column_names"]) for one in made.get_unique_constraints(name)}
        assert unique == {
            tuple(column.name for column in one.columns)
            for one in table.constraints
            if isinstance(one, UniqueConstraint)
        }
    assert database.write(lambda conn: conn.exec_driver_sql("PRAGMA temp_store").scalar()) == 2
    database.close()
    config = Config()
    config.set_main_option("script_location", str(Path(hub.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_tables_that_are_stored_another_way_keep_their_rows(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "hub.db"))
    migrate(database)
    stock = [
        {"store_id": store, "product_id": product, "on_hand_milli": 2**60, "held_milli": -3, "as_of_ms": 7}
        for store in ("s1", "s2") for product in ("a", "b")
    ]  # fmt: skip
    least = [
        {"currency": "IDR", "day": 20_000 + n, "product_id": "a", "store_id": "s1", "price_minor": n}
        for n in range(3)
    ]
    kept = {tables.stock_level: stock, tables.lowest_price: least}
    with database.writing.begin() as conn:
        for table, rows in kept.items():
            insert_rows(conn, table, rows)
    config = Config()
    config.set_main_option("script_location", str(Path(hub.__file__).parent / "migrations"))
    for direction, revision in ((command.downgrade, "lowest_prices"), (command.upgrade, "head")):
        with database.writing.connect() as conn:
            config.attributes["connection"] = conn
            direction(config, revision)
        with database.reading.begin() as conn:
            for table, rows in kept.items():
                assert [dict(row) for row in conn.execute(select(table)).mappings()] == rows
    database.close()


def test_readers_cannot_write_and_the_writer_is_durable(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "hub.db"))
    with database.reading.connect() as reader, pytest.raises(Exception, match="readonly"):
        reader.exec_driver_sql("DELETE FROM hub")
    with database.writing.connect() as writer:
        assert writer.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert writer.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.close()


def test_a_database_url_needs_the_path_of_its_key() -> None:
    with pytest.raises(EntryRefused, match="--admin-key"):
        open_database("postgresql+psycopg://localhost/omnipos")
