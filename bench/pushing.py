"""Tills pushing their queues at once: how long it takes in all, and each batch."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from omnipos.protocol import PushAnswer, PushBatch
from sync.errors import Retryable
from sync.pacing import BackOff
from sync.push import push_all
from sync.sending import Sending
from tests.sync.conftest import EnrolledTill


class Drained(NamedTuple):
    """What a drain came to: its events, its seconds, and the time of each batch (ms)."""

    events: int
    seconds: float
    batch_ms: list[float]


def drain(counters: Sequence[EnrolledTill]) -> Drained:
    """Send the queues of some tills to their ends, all at once."""
    times: list[float] = []
    ready = threading.Barrier(len(counters) + 1)
    with ThreadPoolExecutor(len(counters)) as pool:
        done = [pool.submit(_push, counter, ready, times) for counter in counters]
        ready.wait()
        begin = time.perf_counter()
        sent = sum(one.result() for one in done)
        return Drained(sent, time.perf_counter() - begin, times)


def _push(counter: EnrolledTill, ready: threading.Barrier, times: list[float]) -> int:
    """Send one till's queue to its end; return how many events were settled."""
    settled: list[int] = []
    send = counter.client.push

    def timed(batch: PushBatch) -> PushAnswer:
        begin = time.perf_counter()
        answer = send(batch)
        times.append((time.perf_counter() - begin) * 1000)
        return answer

    counter.client.push = timed  # type: ignore[method-assign]
    ready.wait()
    sending, back_off = Sending(), BackOff()
    while True:
        try:
            push_all(counter.store, counter.client, settled.append, sending)
        except Retryable:
            # A crowded machine answers late: as the engine does, send less and leave the hub alone a while.
            back_off.failed()
            time.sleep(back_off.wait_s())
            continue
        return sum(settled)
