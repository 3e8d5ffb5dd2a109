"""Finding one of 200,000 customers as one types, beside one indexed look-up; a frame lasts 16.7 ms."""

import time
from pathlib import Path

from bench.rows import BarKind, Row, percentile, row
from omnipos.domain.customer import Customer
from omnipos.services import recognising
from omnipos.services.till import Till
from tests.rigs import fill, selling_till

CUSTOMERS = 200_000
FRAME_MS = 16.7
_FIRST = ("Siti", "Muhammad", "Budi", "Dewi", "Agus", "Sri", "Rahman", "Putri", "Wayan", "Sarah")
_LAST = ("Wijaya", "Santoso", "Rahman", "Hidayat", "Siregar", "Lestari", "Halim", "Nugroho", "Tan", "Kusuma")
TYPED = ("0812", "081234567", "+62 812 3", "7890", "siti", "muhammad rahman", "wij", "sar wij", "s", "de")


def measure(folder: Path) -> list[Row]:
    """Return the row for a key press in the customer search."""
    till = selling_till(folder / "customers")
    people = [
        Customer(
            customer_id=f"c{i}",
            name=f"{_FIRST[i % 10]} {_LAST[i // 10 % 10]} {_LAST[i // 100 % 10]}",
            phone=f"+62812{i * 7919 % 10**8:08d}",
        )
        for i in range(CUSTOMERS)
    ]
    for start in range(0, CUSTOMERS, 5000):
        part = people[start : start + 5000]
        fill(folder / "customers", "customers", *((one.customer_id, one) for one in part))
    found = till.store.call(lambda: _per_key(till))
    floor = till.store.call(lambda: _bare(till))
    till.store.close()
    name = f"customer search per key, {CUSTOMERS:,} customers"
    return [row(name, "p95", found, floor, FRAME_MS, BarKind.ABSOLUTE)]


def _per_key(till: Till) -> float:
    times = []
    for text in TYPED:
        for end in range(1, len(text) + 1):
            for _again in range(5):
                begin = time.perf_counter()
                recognising.find(till, text[:end])
                times.append((time.perf_counter() - begin) * 1000)
    return percentile(times, 95)


def _bare(till: Till) -> float:
    times = []
    for number in range(200):
        begin = time.perf_counter()
        till.store.books.execute(
            "SELECT body FROM customers.customer WHERE digits = ?", [f"62812{number * 7919 % 10**8:08d}"]
        ).fetchone()
        times.append((time.perf_counter() - begin) * 1000)
    return percentile(times, 95)
