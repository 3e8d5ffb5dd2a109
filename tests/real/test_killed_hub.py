"""A hub that is killed -9 at any moment of a push, again and again, keeps all that it ever acknowledged."""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from omnipos.services import finding, selling, tendering
from omnipos.store import outbox
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

ROUNDS = 10_000 if os.environ.get("OMNIPOS_SOAK") else 200
SEED = 20_261_122
CODES = ("8998866200578", "8996006855893", "8991002101425")

Places = set[tuple[int, int]]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A hub with a shop that runs at the start; the test kills and starts it."""
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    yield hub
    hub.stop()


def sell(counter: EnrolledTill, chance: random.Random) -> None:
    for _line in range(chance.randint(1, 3)):
        found = counter.till.call(finding.scanned, chance.choice(CODES))
        assert isinstance(found, finding.ItemOffer)
        counter.till.call(selling.ring, [(found.item, found.quantity_milli)])
    counter.till.call(tendering.pay_cash, None)


def acknowledged(counter: EnrolledTill) -> Places:
    """Return what the till was told that the hub has."""
    query = "SELECT epoch, seq FROM outbox WHERE state <> 'waiting'"
    return set(counter.store.call(lambda: counter.store.books.execute(query).fetchall()))


def held(hub: HubProcess, device_id: str) -> list[tuple[int, int]]:
    """Return what a dead hub's database has of a till, without repairing anything in it."""
    path = hub.folder / "hub.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        query = "SELECT epoch, seq FROM event WHERE device_id = ? ORDER BY epoch, seq"
        return db.execute(query, [device_id]).fetchall()


def round_s(hub: HubProcess, counter: EnrolledTill, chance: random.Random) -> float:
    """Sell once and return how long it takes to tell a hub that has just begun anew, in seconds."""
    hub.kill()
    hub.start()
    sell(counter, chance)
    begun = time.monotonic()
    while counter.engine.once().waiting:
        pass
    return time.monotonic() - begun


def kill_later(hub: HubProcess, after_s: float, writes: int) -> None:
    """Kill a hub after a time, or earlier at the end of so many of its writes: 0 for the time alone."""
    log = hub.folder / "hub.db-wal"
    until = time.monotonic() + after_s
    seen = written(log)
    while time.monotonic() < until:
        now = written(log)
        if now != seen:
            seen, writes = now, writes - 1
            if writes == 0:
                time.sleep(after_s % 0.008)  # its commit takes a moment, and its answer another
                break
        time.sleep(0.0003)
    assert hub.process is not None
    hub.process.kill()


def written(log: Path) -> int:
    """Return when a file was written last, in nanoseconds; 0 before it is there."""
    return log.stat().st_mtime_ns if log.exists() else 0


def test_fault_33_and_fault_04_what_a_killed_hub_acknowledged_is_on_its_disk(
    hub: HubProcess, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    counter = EnrolledTill(hub, tmp_path / "till")
    assert counter.engine.once().ok
    whole_s = round_s(hub, counter, chance)
    sold, unanswered = 1, 0
    for number in range(ROUNDS):
        for _sale in range(chance.randint(1, 4)):
            sell(counter, chance)
            sold += 1
        cut = threading.Thread(target=kill_later, args=(hub, chance.random() * whole_s, chance.randint(0, 3)))
        cut.start()
        while counter.engine.once().waiting and cut.is_alive():
            pass
        cut.join()
        hub.gone()
        there = held(hub, counter.identity.device_id)
        assert acknowledged(counter) <= set(there), f"round {number} of seed {SEED}"
        unanswered += len(there) > len(acknowledged(counter))
        assert there == [(1, seq) for seq in range(1, len(there) + 1)]
        hub.start()
    assert counter.engine.once().waiting == 0
    told = hub.ask("GET", "/v1/totals?store=S1")
    assert told["sales"] == sold
    assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []
    assert unanswered > ROUNDS // 100, "the kills never came between the commit and the answer"
    assert len(held(hub, counter.identity.device_id)) == sold
    waiting = counter.store.call(lambda: outbox.count_waiting(counter.store.books))
    assert waiting.quarantined == 0
    counter.close()
