"""Bootstrap: a till takes a whole file, resumes it, brings it to the head, and sells all the while."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pytest

from hub.checking import Checksums
from hub.database import Database
from hub.snapmaking import make
from hub.snapshots import Shelf
from omnipos.ports import LinkState
from omnipos.services import finding, watching
from omnipos.store.connection import open_mirror
from omnipos.store.mirror import cursors, fetch_anew
from omnipos.store.mirrorfiles import mirror_path
from sync import bootstrap, pull
from sync.client import HubClient
from sync.errors import Retryable
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

INDOMIE = "8998866200578"


@pytest.fixture(scope="module")
def ready_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub with a shop of which snapshots are ready."""
    hub = HubProcess(tmp_path_factory.mktemp("ready"))
    hub.set_up_shop()
    make_ready(hub)
    yield hub
    hub.stop()


def make_ready(hub: HubProcess) -> None:
    """Make the snapshots of a hub as they are now."""
    database = Database(str(hub.folder / "hub.db"))
    for stream in ("catalogue", "customers"):
        make(database, stream, Shelf(hub.folder / "snapshots"))
    database.close()


@pytest.fixture
def till(ready_hub: HubProcess, tmp_path: Path) -> Iterator[EnrolledTill]:
    """A till that was enrolled and has nothing yet."""
    counter = EnrolledTill(ready_hub, tmp_path / "till")
    yield counter
    counter.close()


def skus(till: EnrolledTill) -> dict[str, int]:
    """Return the price of each product in the mirror, by SKU."""
    rows = till.store.call(
        lambda: till.store.books.execute(
            "SELECT sku, json_extract(CAST(body AS TEXT), '$.price_minor') FROM catalogue.product"
        ).fetchall()
    )
    return dict(rows)


def left_over(till: EnrolledTill) -> list[str]:
    """Return what is left of files that were fetched."""
    return sorted(one.name for one in till.store.folder.glob("*.coming*"))


def set_price(hub: HubProcess, price_minor: int) -> None:
    """Change the price of Kopi at the hub."""
    kopi = {"sku": "KOPI", "name": "Kopi", "price_minor": price_minor, "tax_code": "PPN"}
    hub.ask("PUT", "/v1/products", {"products": [{**kopi, "barcodes": [{"code": "8991002101425"}]}]})


def test_a_new_till_takes_the_file_and_what_changed_since(
    ready_hub: HubProcess, till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_price(ready_hub, 27_000)
    asked: list[tuple[str, str]] = []
    pulled = HubClient.pull

    def pull_told(self: HubClient, stream: str, cursor: str, limit: int) -> Any:
        asked.append((stream, cursor))
        return pulled(self, stream, cursor, limit)

    monkeypatch.setattr(HubClient, "pull", pull_told)
    assert till.engine.once().ok
    assert skus(till) == {"IDM": 3500, "TEH": 6000, "KOPI": 27_000}
    assert ("catalogue", "") not in asked
    assert ("staff", "") in asked
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-2.db"
    assert (left_over(till), sorted(one.name for one in till.store.folder.glob("c*.db"))) == (
        [],
        ["catalogue-2.db", "customers-2.db"],
    )
    assert till.till.call(finding.scanned, INDOMIE) is not None
    places = till.store.call(lambda: cursors(till.store.books))
    assert places["catalogue"].upto == 5
    set_price(ready_hub, 28_000)
    assert till.engine.once().ok
    assert skus(till)["KOPI"] == 28_000
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-2.db"


def test_a_line_that_breaks_goes_on_at_its_byte(till: EnrolledTill, monkeypatch: pytest.MonkeyPatch) -> None:
    real, starts = HubClient.snapshot_part, []

    def flapping(self: HubClient, stream: str, sha256: str, start: int, into: BinaryIO) -> None:
        starts.append(start)
        if len(starts) > 2:
            real(self, stream, sha256, start, into)
            return
        with Path(into.name + ".whole").open("w+b") as aside:
            real(self, stream, sha256, 0, aside)
            aside.seek(start)
            into.write(aside.read(500))
        Path(into.name + ".whole").unlink()
        raise Retryable("the line broke")

    monkeypatch.setattr(HubClient, "snapshot_part", flapping)
    assert [till.engine.once().ok for _turn in range(3)] == [False, False, True]
    assert starts[:3] == [0, 500, 1000]
    assert len(skus(till)) == 3
    assert left_over(till) == []


def test_a_line_that_breaks_behind_the_file_fetches_none_of_it_again(
    ready_hub: HubProcess, till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_price(ready_hub, 29_000)
    parts: list[str] = []
    real = HubClient.snapshot_part

    def counted(self: HubClient, stream: str, sha256: str, start: int, into: BinaryIO) -> None:
        parts.append(stream)
        real(self, stream, sha256, start, into)

    def broken(*_asked: object) -> Any:
        raise Retryable("the line broke")

    monkeypatch.setattr(HubClient, "snapshot_part", counted)
    with monkeypatch.context() as patch:
        patch.setattr(pull, "_bring_to_head", broken)
        assert not till.engine.once().ok
    assert skus(till) == {}
    assert till.engine.once().ok
    assert skus(till)["KOPI"] == 29_000
    assert parts == ["catalogue", "customers"]


def test_a_fetched_file_that_a_power_cut_spoilt_comes_again(
    till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[tuple[int, bool]] = []
    real, coming = os.fsync, till.store.folder / "catalogue.coming"
    done = coming.with_name("catalogue.coming.done")

    def noted(handle: int) -> None:
        kept.append((os.fstat(handle).st_ino, done.exists()))
        real(handle)

    def broken(*_asked: object) -> Any:
        raise Retryable("the line broke")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", noted)
        patch.setattr(pull, "_bring_to_head", broken)
        assert not till.engine.once().ok
    assert done.exists()
    assert (coming.stat().st_ino, False) in kept, "it is on the disk before it is said to be whole"
    coming.write_bytes(bytes(coming.stat().st_size))
    outcome = till.engine.once()
    assert (outcome.ok, "what was fetched of the hub's data is damaged" in outcome.error) == (False, True)
    assert till.engine.once().ok
    assert (len(skus(till)), left_over(till)) == (3, [])
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-2.db"


def test_the_till_sells_at_every_step_of_the_swap(
    till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert till.engine.once().ok
    with closing(open_mirror(till.store.folder)) as mirror:
        fetch_anew(mirror, "catalogue")
    found = []

    def scan() -> None:
        found.append(till.till.call(finding.scanned, INDOMIE) is not None)

    for name in ("seal", "put_in_place", "sweep"):
        real = getattr(bootstrap, name)

        def around(*asked: Any, real: Any = real) -> Any:
            scan()
            result = real(*asked)
            scan()
            return result

        monkeypatch.setattr(bootstrap, name, around)
    assert till.engine.once().ok
    assert found == [True] * 6
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-3.db"


def test_a_damaged_part_is_not_taken(till: EnrolledTill, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = HubClient.snapshot_part, []

    def damaged(self: HubClient, stream: str, sha256: str, start: int, into: BinaryIO) -> None:
        calls.append(stream)
        if len(calls) == 1:
            into.write(b"a page of a hotel" * 9000)
            return
        real(self, stream, sha256, start, into)

    monkeypatch.setattr(HubClient, "snapshot_part", damaged)
    outcome = till.engine.once()
    assert (outcome.ok, "damaged on the way" in outcome.error) == (False, True)
    assert till.engine.once().ok
    assert len(skus(till)) == 3


def test_a_file_that_is_not_what_the_hub_made_is_not_taken(
    till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bootstrap.Coming.put

    def changed(self: bootstrap.Coming, index: int, piece: bytes) -> None:
        # Still a sound database: as one page that the disk gave back as it was before.
        assert b"Kopi" in piece or self.made.stream != "catalogue"
        real(self, index, piece.replace(b"Kopi", b"Kopj"))

    monkeypatch.setattr(bootstrap.Coming, "put", changed)
    assert till.engine.once().ok
    found = till.store.call(
        lambda: till.store.books.execute(
            "SELECT json_extract(CAST(body AS TEXT), '$.name') FROM catalogue.product"
        ).fetchall()
    )
    assert sorted(name for (name,) in found) == ["Indomie Goreng", "Kopi", "Teh Botol"]
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-1.db", "its pages were fetched"
    assert left_over(till) == []


def test_a_full_disk_leaves_the_old_mirror_and_says_so(
    till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert till.engine.once().ok
    with closing(open_mirror(till.store.folder)) as mirror:
        fetch_anew(mirror, "catalogue")
    usage = shutil.disk_usage(till.store.folder)._replace(free=1000)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _folder: usage)
    outcome = till.engine.once()
    assert "The disk has no room for new data from the hub" in outcome.error
    assert len(skus(till)) == 3
    assert till.engine.report().state is LinkState.ATTENTION
    monkeypatch.undo()
    assert till.engine.once().ok


def test_who_asked_to_be_forgotten_does_not_come_back(till: EnrolledTill) -> None:
    assert till.engine.once().ok
    with closing(open_mirror(till.store.folder)) as mirror:
        ((sarah,),) = mirror.of("customers").execute("SELECT customer_id FROM customer").fetchall()
        mirror.of("customers").execute("INSERT INTO erased VALUES (?)", [sarah])
        fetch_anew(mirror, "customers")
    assert till.engine.once().ok
    count = "SELECT (SELECT count(*) FROM customers.customer), (SELECT customer_id FROM customers.erased)"
    assert till.store.call(lambda: till.store.books.execute(count).fetchone()) == (0, sarah)
    assert mirror_path(till.store.folder, "customers").name == "customers-3.db"


def test_a_till_that_is_far_behind_takes_the_file(
    ready_hub: HubProcess, till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert till.engine.once().ok
    monkeypatch.setattr(pull, "FAR_BEHIND", 0)
    set_price(ready_hub, 30_000)
    assert till.engine.once().ok
    assert (skus(till)["KOPI"], mirror_path(till.store.folder, "catalogue").name) == (
        30_000,
        "catalogue-3.db",
    )
    monkeypatch.setattr(pull, "FAR_SHARE", 1)
    set_price(ready_hub, 31_000)
    assert till.engine.once().ok
    assert (skus(till)["KOPI"], mirror_path(till.store.folder, "catalogue").name) == (
        31_000,
        "catalogue-3.db",
    )


def test_how_much_is_here_is_told(till: EnrolledTill, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    real = till.engine._tell_loading

    def look(stream: str, percent: int) -> None:
        real(stream, percent)
        told.append(till.till.call(watching.status).link_reason)

    assert till.engine._pulling.ready is not None
    monkeypatch.setattr(till.engine._pulling.ready, "_told", look)
    assert till.engine.once().ok
    assert told == ["Products are coming from the hub: 100%.", "Customers are coming from the hub: 100%."]
    assert till.till.call(watching.status).link_reason == ""


def test_a_hub_without_snapshots_gives_its_pages(
    ready_hub: HubProcess, till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = ready_hub.folder / "aside"
    (ready_hub.folder / "snapshots").rename(away)
    assert till.engine.once().ok
    away.rename(ready_hub.folder / "snapshots")
    assert len(skus(till)) == 3
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-1.db"


def test_a_stream_that_is_not_what_the_hub_says_is_rebuilt_and_no_other(
    ready_hub: HubProcess, till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert till.engine.once().ok
    database = Database(str(ready_hub.folder / "hub.db"))
    sums = Checksums()
    for stream in ("catalogue", "customers"):
        database.read(lambda conn, stream=stream: sums.work_out(conn, stream))  # type: ignore[misc]
    database.close()
    real = HubClient.pull

    def told(self: HubClient, stream: str, cursor: str, limit: int) -> Any:
        page = real(self, stream, cursor, limit)
        return msgspec.structs.replace(page, checksum=sums.at(stream, page.upto))

    monkeypatch.setattr(HubClient, "pull", told)
    assert till.engine.once().ok
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-2.db"
    with closing(open_mirror(till.store.folder)) as mirror:
        file = mirror.of("catalogue")
        file.execute("DELETE FROM product WHERE sku = 'TEH'")
        file.execute("DELETE FROM live WHERE number = (SELECT max(number) FROM live)")
    assert till.engine.once().ok
    assert till.engine.once().ok
    assert set(skus(till)) == {"IDM", "TEH", "KOPI"}
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-3.db"
    assert mirror_path(till.store.folder, "customers").name == "customers-2.db"


def test_a_checksum_that_never_fits_rebuilds_once(
    till: EnrolledTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = HubClient.pull

    def told(self: HubClient, stream: str, cursor: str, limit: int) -> Any:
        return msgspec.structs.replace(real(self, stream, cursor, limit), checksum="7:7")

    monkeypatch.setattr(HubClient, "pull", told)
    assert [till.engine.once().ok for _turn in range(4)] == [True] * 4
    assert mirror_path(till.store.folder, "catalogue").name == "catalogue-3.db"
