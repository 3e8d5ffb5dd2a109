"""What one hub process tells Prometheus of itself; each process is to be asked by itself."""

import os
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool

from hub.context import Hub
from hub.exposing import Sample, counter, family, histogram
from hub.measures import RETRIES, TRANSACTION_S, memory_bytes, open_files
from omnipos.mirroring.files import READY


def lines(hub: Hub) -> Iterator[str]:
    """Yield the lines of every metric of this process."""
    own = hub.measures
    yield from counter(
        "omnipos_http_requests_total",
        "Requests answered, by route and status; 0 is a broken line.",
        own.requests,
    )
    yield from histogram(
        "omnipos_http_request_duration_seconds",
        "How long requests took, those that wait for hints aside.",
        own.request_s,
    )
    yield from counter(
        "omnipos_rows_total", "Events that were pushed and changes that were pulled.", own.rows
    )
    yield from histogram(
        "omnipos_database_transaction_duration_seconds",
        "How long transactions took, with the wait for their turn.",
        TRANSACTION_S,
    )
    yield from counter("omnipos_database_retries_total", "Transactions that were begun again.", RETRIES)
    listening: Sample = {}, float(hub.noticeboard.listeners)
    yield from family("omnipos_hints_listeners", "gauge", "Lines open for hints.", [listening])
    yield from family(
        "omnipos_database_connections",
        "gauge",
        "Lines to the database, by pool and whether they work now.",
        [*_pool("write", hub.database.writing), *_pool("read", hub.database.reading)],
    )
    yield from _snapshots(hub)
    stopping: Sample = {}, float(hub.stopping)
    yield from family("omnipos_hub_stopping", "gauge", "1 once this process was told to stop.", [stopping])
    yield from _process(own.started_s)


def _snapshots(hub: Hub) -> Iterator[str]:
    made = [one for one in map(hub.shelf.manifest, READY) if one is not None]
    ages: list[Sample] = [({"stream": one.stream}, (hub.now_ms() - one.made_at_ms) / 1000) for one in made]
    tells = "How old the newest whole copy of a stream is."
    yield from family("omnipos_snapshot_age_seconds", "gauge", tells, ages)
    sizes: list[Sample] = [({"stream": one.stream}, sum(part.bytes for part in one.parts)) for one in made]
    tells = "How large it is on its way to a till."
    yield from family("omnipos_snapshot_bytes", "gauge", tells, sizes)


def _pool(name: str, engine: Engine) -> Iterator[Sample]:
    pool = engine.pool
    # A file's one writing line is no pool.
    if isinstance(pool, QueuePool):
        yield {"pool": name, "state": "used"}, float(pool.checkedout())
        yield {"pool": name, "state": "idle"}, float(pool.checkedin())


def _process(started_s: float) -> Iterator[str]:
    spent = os.times()
    for name, kind, tells, value in (
        ("process_start_time_seconds", "gauge", "When this process began.", started_s),
        ("process_cpu_seconds_total", "counter", "Processor time used.", spent.user + spent.system),
        ("process_resident_memory_bytes", "gauge", "Memory held.", float(memory_bytes())),
        ("process_open_fds", "gauge", "Files and lines open.", float(open_files())),
    ):
        yield from family(name, kind, tells, [({}, value)])
