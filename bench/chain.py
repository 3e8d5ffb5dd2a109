"""A chain on one hub: several processes of it on one PostgreSQL, and what a listening till costs."""

import contextlib
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

from bench.pushing import drain
from bench.queueing import queue_sales, stock_hub
from bench.rows import BarKind, Row, row
from omnipos.cli.joining import join
from omnipos.cli.membership import load_pass
from sync.client import HubClient
from sync.wire import Wire
from tests.hubs import HubProcess
from tests.postgres import Cluster
from tests.sync.conftest import EnrolledTill

HUBS = 4
TILLS = 20
STORES = 5
ROUNDS = 4
"""Each is first as often as the other; a round before, in which statements are compiled, is not counted."""
SALES_EACH = 500
LISTENERS = 200


def measure(folder: Path) -> list[Row]:
    """Return the rows of a chain."""
    return [*several(folder / "several"), *listening(folder / "listening")]


@contextlib.contextmanager
def hubs_on_postgres(folder: Path, count: int) -> Iterator[list[HubProcess]]:
    """Run some hubs on one PostgreSQL that waits for its disk."""
    cluster = Cluster(durable=True)
    hubs: list[HubProcess] = []
    try:
        address = cluster.address(cluster.fresh())
        hubs += (HubProcess(folder / "hub", address) for _hub in range(count))
        yield hubs
    finally:
        for hub in hubs:
            hub.stop()
        cluster.remove()


def several(folder: Path) -> list[Row]:
    """Let the tills of some stores push to one process and to several in turn, on the same database."""
    with hubs_on_postgres(folder, HUBS) as hubs:
        hubs[0].set_up_shop()
        stores = [
            {"code": f"S{number}", "name": f"Toko {number}", "country": "ID", "store_id": f"store-{number}"}
            for number in range(2, STORES + 1)
        ]
        hubs[0].ask("PUT", "/v1/stores", {"stores": stores})
        products = stock_hub(hubs[0])
        tills = [_till_of(hubs[0], f"S{n % STORES + 1}", folder / f"till-{n}") for n in range(TILLS)]
        for till in tills:
            assert till.engine.once().ok
        seconds = dict.fromkeys((1, HUBS), 0.0)
        for turn in range(ROUNDS + 1):
            for used in (1, HUBS) if turn % 2 else (HUBS, 1):
                for number, till in enumerate(tills):
                    queue_sales(till.till, products, SALES_EACH, seed=turn * TILLS + number)
                    # Neighbours in a store go to different hubs, as a balancer would have it.
                    _ask_at(till, hubs[number // STORES % used].address)
                taken = drain(tills).seconds
                seconds[used] += taken if turn else 0.0
        for till in tills:
            till.close()
    rate = {used: ROUNDS * TILLS * SALES_EACH / took for used, took in seconds.items()}
    name = f"{TILLS} tills of {STORES} stores, {HUBS} hub processes against one"
    return [row(name, "mean", rate[HUBS], rate[1], 1.0, BarKind.AT_LEAST, "sales/s")]


class _AtStore(HubProcess):
    """A hub as a till of a certain store finds it."""

    def __init__(self, hub: HubProcess, code: str) -> None:
        self._hub, self._code, self.address = hub, code, hub.address

    def enrol_code(self, store_code: str = "") -> str:
        return self._hub.enrol_code(store_code or self._code)


def _till_of(hub: HubProcess, code: str, folder: Path) -> EnrolledTill:
    return EnrolledTill(_AtStore(hub, code), folder)


def _ask_at(till: EnrolledTill, address: str) -> None:
    till.client.close()
    till.client.address, till.client._wire = address, Wire(address)


def listening(folder: Path) -> list[Row]:
    """Return what a hub needs for each till that listens for hints, on both databases."""
    hub = HubProcess(folder / "sqlite")
    try:
        rows = [_listening(hub, folder / "sqlite tills", "SQLite")]
    finally:
        hub.stop()
    with hubs_on_postgres(folder, 1) as hubs:
        return [*rows, _listening(hubs[0], folder / "postgres tills", "PostgreSQL")]


def _listening(hub: HubProcess, folder: Path, name: str) -> Row:
    hub.set_up_shop()
    tokens = [_token(hub, folder / str(number)) for number in range(LISTENERS + 1)]
    lines = _listen(hub, tokens[:1])
    before = _resident(hub)
    lines += _listen(hub, tokens[1:])
    kib_each = (_resident(hub) - before) / LISTENERS / 1024
    for line in lines:
        line.close()
    text = f"hub memory for each of {LISTENERS} tills on hints, {name}"
    return row(text, "mean", kib_each, 0.0, 0.0, BarKind.TOLD, "KiB")


def _token(hub: HubProcess, folder: Path) -> str:
    join(folder, hub.address, hub.enrol_code(), "counter")
    client = HubClient(hub.address, device=load_pass(folder))
    try:
        return client.token
    finally:
        client.close()


def _listen(hub: HubProcess, tokens: Sequence[str]) -> list[socket.socket]:
    """Open a line for each token and wait until it has told the first news."""
    lines = []
    for token in tokens:
        line = socket.create_connection(("127.0.0.1", hub.port), timeout=30)
        words = f"GET /v1/hints HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\n\r\n"
        line.sendall(words.encode())
        heard = b""
        while b"event: hint" not in heard:
            some = line.recv(65536)
            assert some, heard
            heard += some
        lines.append(line)
    return lines


def _resident(hub: HubProcess) -> int:
    assert hub.process is not None
    return int(psutil.Process(hub.process.pid).memory_info().rss)
