"""From the commit of 1,000 changed products until the last of 20 tills that listen has all of them."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from bench.rows import BarKind, Row, percentile, row
from bench.shop import product_rows
from bench.terminal import python
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

TILLS = 20
PROCESSES = 2
CHANGED = 1000
ROUNDS = 5
RENAMED_EVERY = 10
"""One changed product in so many has another name, the others another price."""
PRODUCTS = 20_000
MIRROR = ("mirror", "catalogue", "customers", "current")


def measure(folder: Path, hub: HubProcess, told: str = "") -> list[Row]:
    """Return the row for a running hub that has a shop; `told` names its database."""
    goods = _stock(hub)
    folders = _tills(hub, folder)
    parts = [folders[number::PROCESSES] for number in range(PROCESSES)]
    children = [_Child(hub.address, part) for part in parts]
    try:
        for one in children:
            one.wait_ready()
        changes = [_change(hub, goods, number) for number in range(ROUNDS)]
    finally:
        seen = [till for one in children for till in one.end()]
    assert len(seen) == TILLS
    lasted = [max(_reached(till, head) for till in seen) - at_s for at_s, head in changes]
    name = f"{CHANGED:,} changed products at {TILLS} tills{told}"
    return [
        row(name, f"p{part}", percentile(lasted, part), 0, 1.0, BarKind.ABSOLUTE, "s") for part in (50, 95)
    ]


class _Child:
    """A process with some tills."""

    def __init__(self, address: str, folders: list[Path]) -> None:
        command = python("-m", "bench.listening", address, *map(str, folders))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n", "the tills listen"

    def end(self) -> list[list[tuple[float, int]]]:
        out, _nothing = self.process.communicate(timeout=60)
        seen: list[list[tuple[float, int]]] = json.loads(out or "[]")
        return seen


def _stock(hub: HubProcess) -> list[dict[str, Any]]:
    goods = [
        {"sku": code, "name": name, "price_minor": price, "tax_code": "PPN", "barcodes": [{"code": code}]}
        for code, name, price in product_rows()[:PRODUCTS]
    ]
    for start in range(0, len(goods), 1000):
        hub.ask("PUT", "/v1/products", {"products": goods[start : start + 1000]})
    return goods


def _tills(hub: HubProcess, folder: Path) -> list[Path]:
    """Enrol the tills; the first fetches everything, the others begin with a copy of its mirror."""
    first = EnrolledTill(hub, folder / "till-0")
    assert first.engine.once().ok
    first.close()
    folders = [folder / "till-0"]
    for number in range(1, TILLS):
        other = EnrolledTill(hub, folder / f"till-{number}")
        other.close()
        for file in (one for kind in MIRROR for one in folder.glob(f"till-0/{kind}*")):
            shutil.copy(file, folder / f"till-{number}" / file.name)
        folders.append(folder / f"till-{number}")
    return folders


def _change(hub: HubProcess, goods: list[dict[str, Any]], number: int) -> tuple[float, int]:
    """Change products spread over the catalogue; return when it was committed and the catalogue's head."""
    part = goods[number :: len(goods) // CHANGED][:CHANGED]
    for index, one in enumerate(part):
        one["price_minor"] += 100
        if index % RENAMED_EVERY == 0:
            one["name"] = f"{one['name'][:60]} {number} baru"
    hub.ask("PUT", "/v1/products", {"products": part})
    at_s = time.perf_counter()
    key = (hub.folder / "admin.key").read_text().strip()
    head = hub.ask("GET", "/v1/streams/catalogue?after=&limit=1", key=key)["head"]
    time.sleep(4)
    return at_s, head


def _reached(till: list[tuple[float, int]], head: int) -> float:
    """Return the moment (s) at which a till was first seen to have the catalogue's head."""
    return next(at_s for at_s, upto in till if upto >= head)
