"""Sales of an old system from a file into a hub, beside decoding it and plain SQL writing the same rows."""

import json
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from bench.rows import BarKind, Row, row
from bench.terminal import python
from omnipos.cli.oldsales import BATCH
from omnipos.domain.oldsale import OldSale
from tests.hubs import HubProcess

SALES = 20_000
LINES = 4
WANTED_PER_S = 2_000
TABLES = ("sale", "sale_line", "sale_tender", "old_sale")


def measure(folder: Path) -> list[Row]:
    """Import a file of sales into a hub of its own and return the rows."""
    file = write_sales(folder / "old.jsonl")
    hub = HubProcess(folder / "history-hub")
    try:
        hub.set_up_shop()
        command = ["-m", "omnipos", "import", "sales", str(file), "--json", "--hub", hub.address]
        key = ["--key-file", str(hub.folder / "admin.key")]
        begin = time.perf_counter()
        done = subprocess.run(python(*command, *key), check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - begin
        said = json.loads(done.stdout)
        assert (said["sales"], said["lines"]) == (SALES, SALES * LINES), said
    finally:
        hub.stop()
    floor = _plain(file, hub.folder / "hub.db", folder / "history-floor.db")
    name = f"{SALES:,} old sales ({LINES} lines) imported"
    return [
        row(name, "once", SALES / seconds, WANTED_PER_S, 1.0, BarKind.AT_LEAST, "sales/s"),
        row("the same, against decoding and plain SQL", "once", seconds, floor, 10.0, BarKind.RATIO, "s"),
    ]


def write_sales(file: Path) -> Path:
    """Write sales of four lines, each paid with cash and change or by card."""
    dice = random.Random(2024)
    with file.open("w") as out:
        for number in range(SALES):
            prices = [dice.randint(5, 500) * 100 for _line in range(LINES)]
            total = sum(prices)
            cash = [{"kind": "cash", "amount_minor": total + 5000}, {"kind": "cash", "amount_minor": -5000}]
            card = [{"kind": "card", "amount_minor": total}]
            lines = [
                {
                    "barcode": f"{8_990_000_000_000 + dice.randint(1, 20_000)}",
                    "name": f"Barang {price}",
                    "quantity": 1,
                    "unit_price_minor": price,
                    "tax_rate_ppm": 110_000,
                }
                for price in prices
            ]
            sale = {
                "number": f"OLD-{number:07d}",
                "at": f"2024-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}T12:30:00",
                "staff": dice.choice(("Sari", "Dewi", "Budi")),
                "lines": lines,
                "tenders": card if dice.random() < 0.3 else cash,
            }
            out.write(json.dumps(sale) + "\n")
    return file


def _plain(file: Path, brought: Path, path: Path) -> float:
    """Return the seconds that decoding the file and writing its rows take, one commit a batch."""
    begin = time.perf_counter()
    with file.open("rb") as lines:
        decode = msgspec.json.Decoder(OldSale).decode
        for line in lines:
            decode(line)
    seconds = time.perf_counter() - begin
    source = sqlite3.connect(f"{brought.as_uri()}?mode=ro", uri=True)
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000", "wal_autocheckpoint=4000"):
        db.execute(f"PRAGMA {pragma}")
    for (made,) in source.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY type DESC"):
        db.execute(made)
    for batch in _batches(source):
        begin = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        for table, rows in batch:
            db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        db.execute("COMMIT")
        seconds += time.perf_counter() - begin
    db.close()
    source.close()
    return seconds


def _batches(source: sqlite3.Connection) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """Yield the rows of each batch by table, in the order in which the sales came."""
    keys = source.execute("SELECT store_id, sale_id FROM sale ORDER BY number")
    while some := list(islice(keys, BATCH)):
        yield [
            (
                table,
                [
                    found
                    for key in some
                    for found in source.execute(
                        f"SELECT * FROM {table} WHERE store_id = ? AND sale_id = ?", key
                    )
                ],
            )
            for table in TABLES
        ]
