"""Finishing a sale while a long queue is sent at full speed, beside finishing it with nothing to send."""

import threading
import time
from pathlib import Path
from typing import Any

from bench.queueing import queue_sales, stock_hub
from bench.rows import BarKind, Row, percentile, row
from omnipos.services import finding, selling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

QUEUED = 20_000
SALES = 300
PAUSE_S = 0.01
"""Between two sales, so that they meet every phase of the syncing."""


def measure(folder: Path) -> list[Row]:
    """Return the row for finishing a sale while syncing."""
    hub = HubProcess(folder / "busy-hub")
    try:
        hub.set_up_shop()
        products = stock_hub(hub)
        counter = EnrolledTill(hub, folder / "busy-till")
        assert counter.engine.once().ok
        codes = [one["sku"] for one in products[:4]]
        quiet = percentile([_finish(counter.till, codes) for _sale in range(SALES)], 99)
        queue_sales(counter.till, products, QUEUED)
        busy = _while_syncing(counter, codes)
        counter.close()
    finally:
        hub.stop()
    name = "finish a sale while syncing at full speed, against without"
    return [row(name, "p99", busy, quiet, 10.0, BarKind.ABOVE_FLOOR)]


def _while_syncing(counter: EnrolledTill, codes: list[str]) -> float:
    outcome: list[Any] = []
    syncing = threading.Thread(target=lambda: outcome.append(counter.engine.once()))
    syncing.start()
    times = []
    while syncing.is_alive():
        times.append(_finish(counter.till, codes))
    syncing.join()
    assert outcome[0].ok, outcome[0].error
    assert len(times) > SALES // 2, "the queue was empty before many sales were done"
    return percentile(times, 99)


def _finish(till: Till, codes: list[str]) -> float:
    """Return the time from paying until the sale is on disk, as the screen waits for it (ms)."""
    for code in codes:
        found = till.call(finding.scanned, code)
        assert isinstance(found, ItemOffer)
        till.call(selling.ring, [(found.item, found.quantity_milli)])
    begin = time.perf_counter()
    paid = till.call(tendering.pay_cash, None)
    took = (time.perf_counter() - begin) * 1000
    assert paid.sale is not None
    time.sleep(PAUSE_S)
    return took
