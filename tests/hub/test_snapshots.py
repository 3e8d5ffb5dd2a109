"""Snapshots: whole copies of a stream in parts, for enrolled tills only, followed by the delta."""

import asyncio
import gzip
import hashlib
import sqlite3
from pathlib import Path

import msgspec
import pytest

from hub import snapwatching
from hub.snapmaking import make
from hub.snapshots import Shelf
from omnipos.domain.catalogue import Product
from omnipos.mirroring.files import VERSION, make_tables
from omnipos.protocol import Snapshot
from tests.hub.rig import HubRig


def put(rig: HubRig, *rows: tuple[str, int]) -> None:
    """Put products, with a barcode each."""
    products = [
        {
            "sku": sku,
            "name": f"{sku} kopi",
            "price_minor": price,
            "tax_code": "PPN",
            "barcodes": [{"code": f"88{index:06}"}],
        }
        for index, (sku, price) in enumerate(rows)
    ]
    rig.ask("PUT", "/v1/products", {"products": products})


def unpacked(rig: HubRig, made: Snapshot, folder: Path) -> sqlite3.Connection:
    """Fetch all parts of a snapshot as a till, check them and open the file."""
    whole = b""
    for one in made.parts:
        answer = rig.raw("GET", f"/v1/snapshots/{made.stream}/{one.sha256}", key=rig.token_of(rig.till))
        assert answer.status_code == 200
        assert (len(answer.content), hashlib.sha256(answer.content).hexdigest()) == (one.bytes, one.sha256)
        piece = gzip.decompress(answer.content)
        assert len(piece) == one.unpacked_bytes
        whole += piece
    assert (len(whole), hashlib.sha256(whole).hexdigest()) == (made.bytes, made.sha256)
    path = folder / f"{made.stream}.db"
    path.write_bytes(whole)
    return sqlite3.connect(path)


def manifest(rig: HubRig, stream: str) -> Snapshot:
    """Ask for the manifest of a stream as a till."""
    return msgspec.convert(
        rig.ask("GET", f"/v1/snapshots/{stream}", key=rig.token_of(rig.till)), type=Snapshot
    )


def test_a_snapshot_is_the_whole_stream_with_its_indexes_and_the_place_to_go_on(
    rig: HubRig, tmp_path: Path
) -> None:
    put(rig, *((f"P{number}", 100 + number) for number in range(10)))
    rig.ask("DELETE", "/v1/products/P3")
    made = make(rig.hub.database, "catalogue", rig.hub.shelf)
    assert (made.as_of, made.rows, made.schema) == (14, 12, VERSION)
    assert manifest(rig, "catalogue") == made
    file = unpacked(rig, made, tmp_path)
    assert file.execute("SELECT count(*) FROM product").fetchone() == (11,)
    found = file.execute(
        "SELECT p.sku FROM product_search s JOIN product p ON p.rank = s.rowid"
        " WHERE s.product_search MATCH 'p7*'"
    )
    assert found.fetchall() == [("P7",)]
    by_code = "SELECT p.sku FROM barcode b JOIN product p USING (product_id) WHERE code = '88000004'"
    assert file.execute(by_code).fetchall() == [("P4",)]
    place = file.execute("SELECT stream, cursor, upto, applied_epoch, applied_seq FROM cursor").fetchall()
    assert place == [("catalogue", made.cursor, 14, 0, 0)]
    file.close()


def test_the_delta_of_a_snapshot_is_what_came_after_it(rig: HubRig) -> None:
    made = make(rig.hub.database, "catalogue", rig.hub.shelf)
    put(rig, ("NEW", 5))
    page = rig.pull("catalogue", made.cursor)
    assert (page.after, page.upto, page.head) == (3, 4, 4)
    assert [one.record.sku for one in page.changes if isinstance(one.record, Product)] == ["NEW"]


def test_a_part_is_given_from_any_byte_on(rig: HubRig) -> None:
    made = make(rig.hub.database, "catalogue", rig.hub.shelf)
    path = f"/v1/snapshots/catalogue/{made.parts[0].sha256}"
    whole = rig.raw("GET", path, key=rig.token_of(rig.till)).content
    headers = {"Authorization": f"Bearer {rig.token_of(rig.till)}"}

    def part(asked: str) -> tuple[int, bytes, str]:
        answer = rig.client.get(path, headers={**headers, "Range": asked})
        return answer.status_code, answer.content, answer.headers.get("content-range", "")

    size = len(whole)
    assert part("bytes=100-") == (206, whole[100:], f"bytes 100-{size - 1}/{size}")
    assert part("bytes=100-199") == (206, whole[100:200], f"bytes 100-199/{size}")
    assert part(f"bytes={size}-") == (416, b"", f"bytes */{size}")
    assert part("bytes=5-2")[0] == 416
    assert part("lines=1-")[:2] == (200, whole)


def test_only_tills_get_snapshots_and_only_of_what_is_everybodys(rig: HubRig) -> None:
    made = make(rig.hub.database, "catalogue", rig.hub.shelf)
    part = f"/v1/snapshots/catalogue/{made.parts[0].sha256}"
    for path in ("/v1/snapshots/catalogue", part):
        assert rig.refused("GET", path, key="nobody") == (401, "unauthorized")
        assert rig.refused("GET", path) == (403, "forbidden")
        shop = rig.ask("POST", "/v1/api-keys", {"channel": f"web{len(path)}"})["key"]
        assert rig.refused("GET", path, key=shop) == (403, "forbidden")
    for stream in ("orders%2Fstore-1", "stock", "staff", "accounts", "nothing", "..%2Fhub"):
        assert rig.refused("GET", f"/v1/snapshots/{stream}", key=rig.token_of(rig.till))[0] == 404
    assert rig.refused("GET", "/v1/snapshots/customers", key=rig.token_of(rig.till)) == (404, "not_found")
    for name in ("0" * 64, "catalogue", "..%2F..%2Fadmin.key"):
        assert rig.refused("GET", f"/v1/snapshots/catalogue/{name}", key=rig.token_of(rig.till))[0] == 404
    rig.ask("POST", f"/v1/devices/{rig.till.device_id}/revoke")
    assert rig.refused("GET", "/v1/snapshots/catalogue", key=rig.token_of(rig.till)) == (403, "revoked")
    assert rig.refused("GET", part, key=rig.token_of(rig.till)) == (403, "revoked")


def test_a_snapshot_of_another_life_of_the_hub_is_not_offered(rig: HubRig) -> None:
    from hub.epochs import renew

    make(rig.hub.database, "catalogue", rig.hub.shelf)
    rig.hub.database.write(lambda conn: rig.hub.run(conn, lambda unit: renew(unit, "s", "d")))
    assert rig.refused("GET", "/v1/snapshots/catalogue", key=rig.token_of(rig.till)) == (404, "not_found")


def test_who_asked_to_be_forgotten_is_in_the_snapshot_as_that_alone(rig: HubRig, tmp_path: Path) -> None:
    people = [
        {"name": "Sarah Wijaya", "phone": "0812-3456-7890"},
        {"name": "Budi", "phone": "0812-3456-7891"},
    ]
    rig.ask("PUT", "/v1/customers", {"customers": people, "country": "ID"})
    ids = [one.key for one in rig.pull("customers").changes]
    rig.ask("POST", "/v1/customers/erase", {"phone": "0812-3456-7890", "country": "ID"})
    file = unpacked(rig, make(rig.hub.database, "customers", rig.hub.shelf), tmp_path)
    assert file.execute("SELECT customer_id FROM customer").fetchall() == [(ids[1],)]
    assert file.execute("SELECT customer_id FROM erased").fetchall() == [(ids[0],)]
    assert b"Sarah" not in (tmp_path / "customers.db").read_bytes()
    file.close()


def test_the_same_stream_makes_the_same_parts(rig: HubRig, tmp_path: Path) -> None:
    first = make(rig.hub.database, "catalogue", rig.hub.shelf)
    rig.now_ms += 1
    again = make(rig.hub.database, "catalogue", Shelf(tmp_path / "other"))
    assert [one.sha256 for one in again.parts] == [one.sha256 for one in first.parts]


def test_a_process_of_its_own_makes_one_when_it_is_due(rig: HubRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapwatching, "LEAST_CHANGES", 3)
    eyes = snapwatching.Watch(rig.hub)
    asyncio.run(eyes.look())
    assert rig.hub.shelf.manifest("catalogue") is None  # it may not be quiet yet
    asyncio.run(eyes.look())
    made = rig.hub.shelf.manifest("catalogue")
    assert made is not None
    assert (made.as_of, made.rows) == (3, 3)
    asyncio.run(eyes.look())
    assert rig.hub.shelf.manifest("catalogue") == made
    put(rig, ("C", 1), ("D", 1), ("E", 1))
    asyncio.run(eyes.look())
    newer = rig.hub.shelf.manifest("catalogue")
    assert newer is not None
    assert (newer.as_of, newer.rows) == (6, 6)


def test_a_maker_that_fails_is_told_in_the_log_and_leaves_the_old_one(
    rig: HubRig, caplog: pytest.LogCaptureFixture
) -> None:
    made = make(rig.hub.database, "catalogue", rig.hub.shelf)
    rig.hub.database.address = str(rig.folder / "nothing.db")
    assert not asyncio.run(snapwatching.make_apart(rig.hub, "catalogue"))
    assert "The snapshot of catalogue could not be made" in caplog.text
    assert rig.hub.shelf.manifest("catalogue") == made


def test_tables_are_made_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from omnipos.mirroring import files

    monkeypatch.setitem(files.TABLES, "catalogue", "CREATE TABLE product (a);\nCREATE NOTHING;\n")
    db = sqlite3.connect(tmp_path / "half.db", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        make_tables(db, "catalogue")
    assert db.execute("SELECT name FROM sqlite_master").fetchall() == []
    db.close()


def test_a_page_at_the_head_says_the_checksum_while_nothing_changes(rig: HubRig) -> None:
    eyes = snapwatching.Watch(rig.hub)
    for _look in range(2):
        asyncio.run(eyes.look())
    numbers = [one.number for one in rig.pull("catalogue").changes]
    wanted = f"3:{sum(number * 2654435761 % 4294967291 for number in numbers)}"
    assert rig.pull("catalogue").checksum == wanted
    assert rig.pull("catalogue", limit=2).checksum == ""
    put(rig, ("A", 9))
    assert rig.pull("catalogue").checksum == ""
