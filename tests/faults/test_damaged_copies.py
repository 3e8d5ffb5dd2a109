"""Fault 18 beside the journal: a till's copy of the shop's data is damaged, and comes anew from the hub."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from omnipos.cli import main
from omnipos.domain.errors import StoreTrouble
from omnipos.mirroring.files import CATALOGUE, CUSTOMERS, FILES
from omnipos.services import finding, recognising
from omnipos.store import people
from omnipos.store.connection import Store, open_mirror, transaction
from omnipos.store.mending import begin_anew, look_for_damage, marked
from omnipos.store.mirrorfiles import mirror_path, seal
from tests.faults.lines import IDM, TEH, agree, event_ids, hub_event_ids, proxied, totals
from tests.faults.proxy import DropRequest, Pass
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

PAGE = 4096


def spoil(path: Path, start: int) -> None:
    """Alter a file of a closed till from a byte on."""
    seal(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:start] + bytes(one ^ 0x5A for one in whole[start:]))


def use(till: EnrolledTill, file: str) -> object:
    """Ask a till for what stands in a file of its mirror."""
    if file == CATALOGUE:
        return till.till.call(finding.scanned, IDM)
    if file == CUSTOMERS:
        return till.till.call(recognising.find, "1111")
    return till.store.call(lambda: people.staff_in(till.store.books))


def sold_before(hub: HubProcess, folder: Path) -> int:
    """Sell at a till that is closed then; return the total, in minor units."""
    with proxied(hub, folder) as till:
        return till.sell(IDM)


@pytest.mark.parametrize("file", [CATALOGUE, CUSTOMERS])
def test_fault_18_a_damaged_copy_is_no_damage_of_the_books_and_comes_anew(
    hub: HubProcess, tmp_path: Path, file: str
) -> None:
    sales, total = totals(hub)
    sold = sold_before(hub, tmp_path / "till")
    spoil(mirror_path(tmp_path / "till", file), PAGE)
    with closing(EnrolledTill(hub, tmp_path / "till")) as till:
        asked = []
        till.store.on_damage = lambda: asked.append(file)
        with pytest.raises(StoreTrouble, match=r"copy of the shop's data is damaged .* all sales are safe"):
            use(till, file)
        assert (asked, marked(till.store.folder)) == ([file], (file,))
        outcome = till.engine.once()
        assert (outcome.ok, outcome.pushed, outcome.error) == (True, 1, "")
        assert marked(till.store.folder) == ()
        use(till, file)
    assert totals(hub) == (sales + 1, total + sold)


@pytest.mark.parametrize("start", [0, PAGE])
@pytest.mark.parametrize("file", FILES)
def test_fault_18_a_copy_that_cannot_be_opened_keeps_no_till_shut(
    hub: HubProcess, tmp_path: Path, file: str, start: int
) -> None:
    sold_before(hub, tmp_path / "till")
    spoil(mirror_path(tmp_path / "till", file), start)
    with closing(EnrolledTill(hub, tmp_path / "till")) as till:
        for _round in range(2):
            outcome = till.engine.once()
        assert (outcome.ok, outcome.waiting, outcome.error) == (True, 0, "")
        assert use(till, file) or file == CUSTOMERS
        assert event_ids(till) == hub_event_ids(hub, till.identity.device_id)


def test_fault_18_what_is_left_of_a_copy_is_kept_while_the_hub_is_away(
    hub: HubProcess, tmp_path: Path
) -> None:
    with proxied(hub, tmp_path / "till") as till:
        before = mirror_path(till.store.folder, CATALOGUE)
        (till.store.folder / "catalogue.damaged").touch()
        till.proxy.choose = lambda _exchange: DropRequest()
        assert not till.engine.once().ok
        assert mirror_path(till.store.folder, CATALOGUE) == before
        assert till.sell(TEH)
        till.proxy.choose = lambda _exchange: Pass()
        assert till.engine.once().ok
        assert mirror_path(till.store.folder, CATALOGUE) != before
        assert till.sell(TEH)
        assert till.engine.once().ok
        agree(till, hub)


def test_who_asked_to_be_forgotten_is_not_forgotten_with_the_copy(tmp_path: Path) -> None:
    Store(tmp_path).close()
    mirror = open_mirror(tmp_path)
    with transaction(mirror.file(CUSTOMERS)):
        mirror.file(CUSTOMERS).execute("INSERT INTO erased VALUES ('c-gone')")
    mirror.close()
    begin_anew(tmp_path, CUSTOMERS)
    mirror = open_mirror(tmp_path)
    assert mirror.file(CUSTOMERS).execute("SELECT customer_id FROM erased").fetchall() == [("c-gone",)]
    mirror.close()


def test_a_sound_copy_is_not_said_to_be_damaged(tmp_path: Path) -> None:
    Store(tmp_path).close()
    assert look_for_damage(tmp_path) == ()
    (tmp_path / "books.db").write_bytes(b"this is no database at all, " * 200)
    with pytest.raises(StoreTrouble, match="cannot be used: file is not a database"):
        Store(tmp_path)


def test_the_doctor_tells_a_damaged_copy_from_damaged_books(hub: HubProcess, tmp_path: Path) -> None:
    sold_before(hub, tmp_path / "till")
    (tmp_path / "till" / "omnipos.toml").write_text('language = "en"\n')
    spoil(mirror_path(tmp_path / "till", CATALOGUE), PAGE)
    said = CliRunner().invoke(main, ["doctor", "--data-dir", str(tmp_path / "till")]).output
    assert "are whole, but the copy of the shop's data beside them is damaged." in said
    with sqlite3.connect(tmp_path / "till" / "books.db") as books:
        assert books.execute("PRAGMA quick_check").fetchone() == ("ok",)
    books.close()
