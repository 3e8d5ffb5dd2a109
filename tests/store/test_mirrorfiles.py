"""The mirror's files: an old folder comes apart into them, and one is replaced whole at any moment."""

import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from omnipos.domain.errors import StoreTrouble
from omnipos.mirroring.files import FILES
from omnipos.services import finding
from omnipos.store import catalogue, migrations, mirrorfiles, prices
from omnipos.store import customers as known_customers
from omnipos.store.connection import Store, open_mirror, open_to_read
from omnipos.store.mirror import cursors
from omnipos.store.mirrorfiles import mirror_path, put_in_place, seal, sweep
from tests.rigs import APEL, INDOMIE, SARAH, TEH, fill, fill_small_shop, selling_till


def as_it_was(folder: Path) -> None:
    """Put all that a folder's mirror holds into one file, as earlier versions did."""
    old = folder / "old.db"
    db = Database(old)
    migrations.MIRROR.apply(db, stop_before="files_of_their_own")
    db.close()
    with sqlite3.connect(old) as one:
        one.execute("PRAGMA journal_mode = WAL")
        for file in FILES:
            one.execute(f"ATTACH DATABASE '{folder}/{file}-1.db' AS {file}")
            tables = one.execute(
                f"SELECT name FROM {file}.sqlite_master WHERE type = 'table' AND name NOT IN"
                " ('live', 'checksum', 'cursor', 'product_word', 'customer_word')"
                " AND name NOT LIKE '\\_%' ESCAPE '\\'"
            ).fetchall()
            for (table,) in tables:
                if "_search" not in table or table.count("_search_"):
                    one.execute(f"DELETE FROM main.{table}")
                    one.execute(f"INSERT INTO main.{table} SELECT * FROM {file}.{table}")
            one.execute(f"INSERT INTO main.cursor SELECT * FROM {file}.cursor")
            one.commit()
            one.execute(f"DETACH DATABASE {file}")
    one.close()
    for file in FILES:
        for path in folder.glob(f"{file}-1.db*"):
            path.unlink()
    old.rename(folder / "mirror-1.db")


def filled(folder: Path) -> Path:
    """A folder of a till that has the small shop, in one file of its mirror."""
    selling_till(folder).store.close()
    mirror = open_mirror(folder)
    mirror.of("customers").execute("INSERT INTO erased VALUES ('c-gone')")
    mirror.close()
    as_it_was(folder)
    return folder


def test_a_folder_with_one_file_comes_apart_and_sells_as_before(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    till = Store(folder)
    db = till.books
    teh = catalogue.item_by_code(db, "8996006855893")
    assert teh is not None
    assert teh.product == TEH
    assert catalogue.products_by_name(db, "indom", 5) == [INDOMIE]
    assert [one.name for one in known_customers.customers_by_name(db, "sar wij", 5)] == [SARAH.name]
    assert db.execute("SELECT customer_id FROM customers.erased").fetchall() == [("c-gone",)]
    assert {name: one.upto for name, one in cursors(db).items()} == {
        "catalogue": 7,
        "customers": 2,
        "staff": 2,
        "settings": 1,
        "stock/store-1": 2,
        "orders/store-1": 1,
    }
    left = db.execute("SELECT name FROM mirror.sqlite_master WHERE name IN ('product', 'customer')")
    assert left.fetchall() == []
    till.close()
    fill(folder, "catalogue", (f"product:{APEL.product_id}", None))
    again = Store(folder)
    assert catalogue.product_by_id(again.books, APEL.product_id) is None
    assert catalogue.products_by_name(again.books, "apel", 5) == []
    again.close()


@pytest.mark.parametrize("step", ["seal", "replace", "migration"])
def test_a_folder_cut_off_while_it_comes_apart_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = filled(tmp_path)
    calls: list[object] = []

    def cut_off(*asked: object) -> None:
        calls.append(asked)
        if len(calls) == 2 or step == "migration":
            raise KeyboardInterrupt
        real(*asked)

    if step == "migration":
        monkeypatch.setattr(migrations, "MIRROR_FILES", "DROP TABLE product;\nDROP TABLE nothing;\n")
        with pytest.raises(StoreTrouble, match="nothing"):
            Store(folder)
    else:
        place = mirrorfiles if step == "seal" else mirrorfiles.os
        real = getattr(place, step)
        monkeypatch.setattr(place, step, cut_off)
        with pytest.raises(KeyboardInterrupt):
            Store(folder)
    monkeypatch.undo()
    till = Store(folder)
    assert catalogue.products_by_name(till.books, "indom", 5) == [INDOMIE]
    assert cursors(till.books)["customers"].upto == 2
    till.close()


def test_a_folder_without_room_to_come_apart_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = filled(tmp_path)
    usage = shutil.disk_usage(folder)._replace(free=1000)
    monkeypatch.setattr(mirrorfiles.shutil, "disk_usage", lambda _folder: usage)
    with pytest.raises(StoreTrouble, match="no room"):
        Store(folder)
    monkeypatch.undo()
    till = Store(folder)
    assert catalogue.has_products(till.books)
    till.close()


def another_catalogue(folder: Path, beside: Path) -> Path:
    """Make a catalogue of which only Indomie is left, and dearer, as a file to put in place."""
    Store(beside).close()
    fill_small_shop(beside)
    dearer = msgspec.structs.replace(INDOMIE, price_minor=9900)
    gone = [(f"product:{one.product_id}", None) for one in (TEH, APEL)]
    fill(beside, "catalogue", *gone, (f"product:{INDOMIE.product_id}", dearer))
    seal(beside / "catalogue-1.db")
    made = folder / "catalogue.coming"
    shutil.copy(beside / "catalogue-1.db", made)
    return made


def test_a_file_is_replaced_whole_while_the_till_sells(tmp_path: Path) -> None:
    folder = tmp_path / "till"
    till = selling_till(folder)
    rules = prices.RulesKept()
    before = rules.current(till.store.books)
    reader = open_to_read(folder)
    till.call(finding.scanned, "8998866200578")
    old = put_in_place(folder, "catalogue", another_catalogue(folder, tmp_path / "beside"))
    assert catalogue.product_by_id(till.store.books, "p-teh") == TEH
    till.store.call(lambda: till.store.take_up("catalogue"))
    sweep(folder)
    assert (old.exists(), mirror_path(folder, "catalogue").name) == (False, "catalogue-2.db")
    assert catalogue.product_by_id(till.store.books, "p-teh") is None
    indomie = catalogue.product_by_id(till.store.books, "p-indomie")
    assert indomie is not None
    assert indomie.price_minor == 9900
    assert rules.current(till.store.books) is not before
    # Who read the old file goes on reading it.
    assert catalogue.product_by_id(reader, "p-teh") == TEH
    reader.close()
    assert cursors(till.store.books)["catalogue"].upto == 10
    till.store.close()
    again = Store(folder)
    assert catalogue.product_by_id(again.books, "p-teh") is None
    assert cursors(again.books)["customers"].upto == 2
    again.close()


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_crash_while_a_file_is_replaced_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    folder = tmp_path / "till"
    selling_till(folder).store.close()
    made = another_catalogue(folder, tmp_path / "beside")
    count = 0

    def counting(name: str) -> None:
        real = getattr(mirrorfiles, name) if name == "sync_folder" else getattr(mirrorfiles.os, name)

        def maybe(*asked: object) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise KeyboardInterrupt
            real(*asked)

        monkeypatch.setattr(mirrorfiles if name == "sync_folder" else mirrorfiles.os, name, maybe)

    counting("sync_folder")
    counting("replace")
    with pytest.raises(KeyboardInterrupt):
        put_in_place(folder, "catalogue", made)
    monkeypatch.undo()
    till = Store(folder)
    teh = catalogue.product_by_id(till.books, "p-teh")
    assert teh == (None if at == 4 else TEH)
    till.close()
    assert len(list(folder.glob("catalogue-*.db"))) == 1


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "customers-1.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreTrouble, match="newer OmniPOS"):
        Store(tmp_path)


def test_a_folder_of_several_files_gets_what_is_new_in_them(tmp_path: Path) -> None:
    selling_till(tmp_path).store.close()
    with sqlite3.connect(tmp_path / "mirror-1.db") as older:
        older.execute("DELETE FROM _sqlite_migrations WHERE name = 'orders_by_number'")
        older.execute("DROP INDEX orders_number")
        older.execute("CREATE INDEX orders_number ON orders (number)")
    older.close()
    till = Store(tmp_path)
    found = till.books.execute("PRAGMA mirror.index_info('orders_number')").fetchall()
    till.close()
    assert [name for _place, _column, name in found] == ["number", "state", "promised_at_ms"]
