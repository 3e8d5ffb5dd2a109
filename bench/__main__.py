"""`make bench`: measures everything beside its floor, prints the table and writes bench/latest.json."""

import tempfile
from pathlib import Path

import msgspec

from bench import counter, customers, importing, printing, selling
from bench.rows import Row, table
from omnipos.cli.membership import Membership, save_membership
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill


def measure(folder: Path) -> list[Row]:
    """Return all rows, in the order of the table."""
    rows = selling.measure(folder) + customers.measure(folder) + printing.rows()
    hub = HubProcess(folder / "hub")
    try:
        hub.set_up_shop()
        till = EnrolledTill(hub, folder / "counter")
        rows += importing.measure(hub, till, folder)
        save_membership(till.store.folder, Membership(hub=hub.address, token=till.client.token))
        (till.store.folder / "omnipos.toml").write_text(f'printer = "file://{folder}/printer"\n')
        till.close()
        rows += counter.measure(till.store.folder)
    finally:
        hub.stop()
    return rows


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    print(table(rows))
    latest = Path(__file__).parent / "latest.json"
    latest.write_bytes(msgspec.json.format(msgspec.json.encode(rows)))


if __name__ == "__main__":
    main()
