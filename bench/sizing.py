"""What a sale and a listening till cost a hub on PostgreSQL: the figures that docs/scaling.md counts with."""

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import msgspec
import psutil

from bench.rows import BarKind, Row, row
from hub.catalogue import product_id_of
from omnipos.protocol import EnrolAnswer
from omnipos.signing import make_key
from tests.hub.journals import Journal, batch_of, zipped
from tests.hub.rig import enrol_wish, token_wish
from tests.hubs import HubProcess
from tests.postgres import Cluster

TILLS = 4
BATCHES = 10
BATCH = 100
SINGLES = 100
"""Sales that each till pushes as soon as they are made, and pages that it pulls."""
LINES = 5
LISTENERS = 200
LINES_EACH = 3
"""A device may hold so many lines for hints."""
LISTENED_BYTES = 4096


def measure(folder: Path) -> list[Row]:
    """Return the rows; processor time counts, so other work on the machine does not."""
    cluster = Cluster(durable=True)
    try:
        name = cluster.fresh()
        hub = HubProcess(folder / "hub", cluster.address(name))
        try:
            hub.set_up_shop()
            return [*_sales(cluster, name, hub), *_listening(hub)]
        finally:
            hub.stop()
    finally:
        cluster.remove()


def _told(name: str, value: float, unit: str) -> Row:
    return row(name, "mean", value, 0.0, 0.0, BarKind.TOLD, unit)


def _enrolled(hub: HubProcess) -> tuple[EnrolAnswer, str]:
    with httpx.Client(base_url=hub.address, trust_env=False) as line:
        key = make_key()
        wish = enrol_wish(hub.enrol_code(), key)
        till = msgspec.json.decode(line.post("/v1/enrol", json=wish).content, type=EnrolAnswer)
        nonce = line.post("/v1/nonce").json()["nonce"]
        words = token_wish(till.hub_key, till.device_id, nonce, key)
        return till, str(line.post("/v1/token", json=words).json()["token"])


def _journal(till: EnrolAnswer) -> list[bytes]:
    """Return what a till pushes: large batches as after a night offline, then sales one by one."""
    journal = Journal(till, "s-sari")
    goods = [
        (product_id_of(sku), 1, price) for sku, price in (("IDM", 3500), ("TEH", 6000), ("KOPI", 25_600))
    ]
    for _sale in range(BATCHES * BATCH + SINGLES):
        journal.sell(*(goods * 2)[:LINES])
    events = journal.envelopes
    large = [events[at : at + BATCH] for at in range(0, BATCHES * BATCH, BATCH)]
    return [zipped(batch_of(one)) for one in [*large, *([one] for one in events[BATCHES * BATCH :])]]


def _push(hub: HubProcess, token: str, batches: Sequence[bytes]) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    with httpx.Client(base_url=hub.address, trust_env=False, timeout=120) as line:
        for body in batches:
            answer = line.post("/v1/events", content=body, headers=headers)
            assert answer.json()["verdicts"][-1]["outcome"] == "applied"


def _processor_s(pid: int) -> float:
    root = psutil.Process(pid)
    times = [one.cpu_times() for one in (root, *root.children(recursive=True))]
    # A connection's process that ended leaves its time with the server.
    return sum(one.user + one.system for one in times) + times[0].children_user + times[0].children_system


class _Spent:
    """Processor time of hub and database, and time on the wall, of a piece of work in several tills."""

    def __init__(self, cluster: Cluster, hub: HubProcess, works: Sequence[Callable[[], None]]) -> None:
        """Do the work of all tills at once."""
        assert hub.process is not None
        pids = (hub.process.pid, cluster.pid)
        before = [_processor_s(pid) for pid in pids]
        began_s = time.perf_counter()
        with ThreadPoolExecutor(len(works)) as pool:
            for done in [pool.submit(work) for work in works]:
                done.result()
        self.wall_s = time.perf_counter() - began_s
        self.hub_s, self.database_s = (_processor_s(pid) - old for pid, old in zip(pids, before, strict=True))

    def rows(self, about: str, count: int) -> list[Row]:
        """Return what one of so many cost."""
        return [
            _told(f"{about}: processor of the hub", self.hub_s * 1000 / count, "ms"),
            _told(f"{about}: processor of the database", self.database_s * 1000 / count, "ms"),
        ]


def _sales(cluster: Cluster, name: str, hub: HubProcess) -> list[Row]:
    tills = [_enrolled(hub) for _till in range(TILLS)]
    queues = [_journal(till) for till, _token in tills]
    # The first batch finds everything cold.
    _push(hub, tills[0][1], [queues[0].pop(0)])
    sales, size = TILLS * BATCHES * BATCH - BATCH, _size(cluster, name)
    large = _Spent(
        cluster,
        hub,
        [
            partial(_push, hub, token, queue[:-SINGLES])
            for (_till, token), queue in zip(tills, queues, strict=True)
        ],
    )
    grown = _size(cluster, name) - size
    single = _Spent(
        cluster,
        hub,
        [
            partial(_push, hub, token, queue[-SINGLES:])
            for (_till, token), queue in zip(tills, queues, strict=True)
        ],
    )
    pulled = _Spent(cluster, hub, [partial(_pull, hub, token) for _till, token in tills])
    about = f"a sale of {LINES} lines on PostgreSQL"
    return [
        _told(f"{about}, {TILLS} tills, {BATCH} a push: rate", sales / large.wall_s, "sales/s"),
        *large.rows(f"{about}, {BATCH} a push", sales),
        *single.rows(f"{about}, one a push", TILLS * SINGLES),
        _told(f"{about}: rows and indexes", grown / sales / 1024, "KiB"),
        *pulled.rows("a pull of a page of stock on PostgreSQL", TILLS * SINGLES),
    ]


def _pull(hub: HubProcess, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=hub.address, trust_env=False, timeout=120, headers=headers) as line:
        for _time in range(SINGLES):
            answer = line.get("/v1/streams/stock/store-1")
            assert answer.json()["changes"]


def _size(cluster: Cluster, name: str) -> int:
    return int(cluster.ask("SELECT pg_database_size(current_database())", name)[0][0])


def _listening(hub: HubProcess) -> list[Row]:
    assert hub.process is not None
    process = psutil.Process(hub.process.pid)
    tokens = [_enrolled(hub)[1] for _till in range(-(-LISTENERS // LINES_EACH))]
    before, lines = process.memory_info().rss, []
    for at in range(LISTENERS):
        line = socket.create_connection(("127.0.0.1", hub.port), timeout=60)
        token = tokens[at // LINES_EACH]
        line.sendall(f"GET /v1/hints HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        assert line.recv(LISTENED_BYTES).startswith(b"HTTP/1.1 200")
        lines.append(line)
    grown = process.memory_info().rss - before
    for line in lines:
        line.close()
    return [
        _told(f"memory of the hub with {LISTENERS} lines for hints, a line", grown / LISTENERS / 1024, "KiB"),
        _told("memory of the hub before", before / (1 << 20), "MiB"),
    ]
