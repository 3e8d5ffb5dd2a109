"""The data folder: one till at a time, never by an older program, told plainly when it cannot be used."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from omnipos.domain.errors import DomainError, EntryRefused, StoreTrouble
from omnipos.store import connection, migrations
from omnipos.store.connection import Store, open_mirror, open_to_read, transaction
from omnipos.store.journal import counter_value, draw
from omnipos.store.schema import MIGRATIONS
from tests.rigs import open_till


def test_a_second_till_on_the_same_folder_is_refused_and_a_later_one_is_not(tmp_path: Path) -> None:
    first = Store(tmp_path)
    with pytest.raises(StoreTrouble, match="already open"):
        Store(tmp_path)
    first.close()
    Store(tmp_path).close()


@pytest.mark.parametrize(("file", "kind"), [("books.db", "books"), ("mirror-1.db", "mirror")])
def test_an_older_program_refuses_a_newer_folder_and_lets_go_of_it(
    tmp_path: Path, file: str, kind: str
) -> None:
    Store(tmp_path).close()
    newer = Database(tmp_path / file)
    newer["_sqlite_migrations"].insert({"migration_set": kind, "name": "from_2030"})
    newer.close()
    for _again in range(2):
        with pytest.raises(StoreTrouble, match="newer OmniPOS"):
            Store(tmp_path)


def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "books.db").write_bytes(b"this is no database at all, " * 200)
    before = (tmp_path / "books.db").read_bytes()
    with pytest.raises(StoreTrouble, match="cannot be used"):
        Store(tmp_path)
    assert (tmp_path / "books.db").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreTrouble, match="cannot be written"):
        Store(tmp_path / "file" / "till")

    def read_only(_path: object) -> Database:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(connection, "open_mirror", read_only)
    with pytest.raises(StoreTrouble, match="readonly"):
        Store(tmp_path / "till")


def test_a_migration_killed_half_way_is_done_again_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = migrations._run, []

    def killed(db: Database, script: str) -> None:
        calls.append(script)
        if "CREATE TABLE event" in script:
            real(db, script.partition("CREATE TABLE basket ")[0])
            raise KeyboardInterrupt
        real(db, script)

    monkeypatch.setattr(migrations, "_run", killed)
    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path)
    assert "CREATE TABLE event" in calls[-1]
    left = sqlite3.connect(tmp_path / "books.db")
    assert left.execute("SELECT count(*) FROM sqlite_master WHERE name = 'event'").fetchone() == (0,)
    left.close()
    monkeypatch.setattr(migrations, "_run", real)
    store = Store(tmp_path)
    tables = {name for (name,) in store.books.execute("SELECT name FROM sqlite_master")}
    assert {"event", "basket", "outbox"} <= tables
    store.close()


def test_there_is_nothing_to_read_where_no_till_is(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble, match="no till"):
        open_to_read(tmp_path)


def test_a_reader_beside_the_till_sees_what_is_committed_and_cannot_write(tmp_path: Path) -> None:
    till = open_till(tmp_path)
    reader = open_to_read(tmp_path)
    assert reader.execute("SELECT till_number FROM identity").fetchone() == (1,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM identity")
    reader.close()
    till.store.close()


def test_a_number_is_used_up_only_by_a_commit(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def fail() -> None:
        with transaction(store.books):
            assert draw(store.books, "receipt") == 1
            raise ValueError

    def succeed() -> int:
        with transaction(store.books):
            return draw(store.books, "receipt")

    with pytest.raises(ValueError):  # noqa: PT011
        store.call(fail)
    assert store.call(lambda: counter_value(store.books, "receipt")) == 0
    assert [store.call(succeed) for _each in range(3)] == [1, 2, 3]
    store.close()


def test_a_disk_that_takes_nothing_is_told_with_what_is_safe(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(StoreTrouble, match=r"disk is full.*earlier sales are safe"):
        store.call(full)
    store.close()


def test_the_names_of_all_migrations_are_known_without_importing_them() -> None:
    for which, made in (("books", migrations.BOOKS), ("mirror", migrations.MIRROR)):
        db = Database(memory=True)
        made.apply(db)
        assert {one.name for one in made.applied(db)} == MIGRATIONS[which]
        db.close()


@pytest.mark.parametrize("trouble", [sqlite3.OperationalError("disk is full"), EntryRefused("not so")])
def test_an_error_that_somebody_keeps_holds_nobody_to_what_was_there_then(
    tmp_path: Path, trouble: Exception
) -> None:
    store, mirror = Store(tmp_path), open_mirror(tmp_path)
    add = "INSERT INTO tax VALUES (?, x'7b7d')"
    mirror.of("catalogue").executemany(add, [("PPN",), ("PPH",)])

    def breaks_off() -> None:
        rows = store.books.execute("SELECT code FROM catalogue.tax")
        for _row in rows:
            raise trouble

    with pytest.raises(DomainError) as kept:
        store.call(breaks_off)
    mirror.of("catalogue").execute(add, ("SVC",))
    count = "SELECT count(*) FROM catalogue.tax"
    assert store.call(lambda: store.books.execute(count).fetchone()) == (3,)
    assert kept.value
    mirror.close()
    store.close()
