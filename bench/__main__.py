"""`make bench`: measures everything beside its floor, prints the table and writes bench/latest.json.

`python -m bench proving` measures and prints one group only.
"""

import compileall
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench import (
    bootstrapping,
    busy,
    chain,
    counter,
    customers,
    draining,
    history,
    importing,
    million,
    pricing,
    printing,
    promoting,
    selling,
    simulating,
    sizing,
    together,
    verifying,
)
from bench.rows import Row, table
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill


def at_the_counter(folder: Path) -> list[Row]:
    """Return the rows of what a cashier feels."""
    rows = selling.measure(folder) + customers.measure(folder) + printing.rows()
    hub = HubProcess(folder / "hub")
    try:
        hub.set_up_shop()
        till = EnrolledTill(hub, folder / "counter")
        rows += importing.measure(hub, till, folder)
        (till.store.folder / "omnipos.toml").write_text(f'printer = "file://{folder}/printer"\n')
        till.close()
        rows += counter.measure(till.store.folder)
    finally:
        hub.stop()
    return rows


def proving(folder: Path) -> list[Row]:
    """Return the rows of many tills at one hub and of verifying what was sold."""
    # Verified first: a till verifies in a process of its own, not behind what the others leave on the heap.
    return [one for part in (verifying, together, busy) for one in part.measure(folder)]


def of_a_chain(folder: Path) -> list[Row]:
    """Return the rows of long queues on both databases, and of a hub of several processes."""
    return draining.measure(folder / "draining") + chain.measure(folder / "chain")


def simulated(_folder: Path) -> list[Row]:
    """Return the rows of the simulator."""
    return simulating.measure()


def priced(folder: Path) -> list[Row]:
    """Return the rows of pricing with many promotions: the engine alone, and the till in a terminal."""
    rows = pricing.measure(folder)
    hub = HubProcess(folder / "hub")
    try:
        hub.set_up_shop()
        till = EnrolledTill(hub, folder / "till")
        assert till.engine.once().ok, "the till takes the shop from the hub"
    finally:
        hub.stop()
    till.close()
    return rows + promoting.measure(till.store.folder)


GROUPS: dict[str, Callable[[Path], list[Row]]] = {
    "bootstrap": bootstrapping.measure,
    "chain": of_a_chain,
    "counter": at_the_counter,
    "history": history.measure,
    "million": million.measure,
    "pricing": priced,
    "proving": proving,
    "simulating": simulated,
    "sizing": sizing.measure,
}


def compile_all() -> None:
    """Compile the product, as installing does and as its libraries are: a floor of libraries alone is."""
    for package in ("omnipos", "screens", "sync", "printing", "terminals", "hub", "bench"):
        compileall.compile_dir(Path(__file__).parent.parent / package, quiet=2)


def main(chosen: list[str]) -> None:
    """Measure and print all groups or the chosen ones; all of them are written as well."""
    compile_all()
    rows = []
    for name in chosen or GROUPS:
        with tempfile.TemporaryDirectory() as folder:
            rows += GROUPS[name](Path(folder))
    print(table(rows))
    if not chosen:
        latest = Path(__file__).parent / "latest.json"
        latest.write_bytes(msgspec.json.format(msgspec.json.encode(rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
