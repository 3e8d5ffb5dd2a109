"""Twenty tills pushing their queues at once, beside one till pushing as many sales alone."""

from pathlib import Path

from bench.pushing import drain
from bench.queueing import queue_sales, stock_hub
from bench.rows import BarKind, Row, percentile, row
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

TILLS = 20
SALES_EACH = 1000


def measure(folder: Path) -> list[Row]:
    """Return the rows for many tills and one hub."""
    alone, _times = _rate(folder / "alone", 1, TILLS * SALES_EACH)
    together, times = _rate(folder / "together", TILLS, SALES_EACH)
    return [
        row(
            f"{TILLS} tills pushing at once, in all",
            "mean",
            together,
            alone,
            0.8,
            BarKind.AT_LEAST,
            "sales/s",
        ),
        row(
            "the same: a batch from sending to its answer",
            "p99",
            percentile(times, 99),
            0.0,
            0.0,
            BarKind.TOLD,
        ),
    ]


def _rate(folder: Path, tills: int, sales_each: int) -> tuple[float, list[float]]:
    """Return the sales a second of some tills in all, and what each batch took (ms)."""
    hub = HubProcess(folder / "hub")
    try:
        hub.set_up_shop()
        products = stock_hub(hub)
        counters = [EnrolledTill(hub, folder / f"till-{number}") for number in range(tills)]
        for number, counter in enumerate(counters):
            queue_sales(counter.till, products, sales_each, seed=number)
        done = drain(counters)
        assert done.events == tills * sales_each
        for counter in counters:
            counter.close()
    finally:
        hub.stop()
    return done.events / done.seconds, done.batch_ms
