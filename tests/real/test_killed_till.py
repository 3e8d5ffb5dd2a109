"""A till that is killed -9 at any moment, again and again, loses nothing and doubles nothing."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omnipos.services.verifying import verify
from omnipos.store.books import latest_sales
from omnipos.store.connection import open_to_read
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

ROUNDS = 10_000 if os.environ.get("OMNIPOS_SOAK") else 200
PRICES = {"8998866200578": 3500, "8996006855893": 6000, "8991002101425": 25_600}
SEED = 20_261_121

State = tuple[int, int, tuple[tuple[str, int], ...]]
"""How many sales there are, what they came to, and the open basket's codes with their pieces."""


class Zygote:
    """Starts counters and kills them."""

    def __init__(self, folder: Path) -> None:
        """Begin the process that forks them."""
        self.folder = folder
        self.pipes = folder.parent / "keys", folder.parent / "answers"
        for pipe in self.pipes:
            os.mkfifo(pipe)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.real.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, line: str) -> str:
        """Send a request and return its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def start(self) -> int:
        """Start a counter and return its process id."""
        return int(self.ask(f"{self.folder} {self.pipes[0]} {self.pipes[1]}"))

    def close(self) -> None:
        """End the forking process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def talk(
    zygote: Zygote, lines: list[str], kill_after_s: float | None, *, while_opening: bool = False
) -> list[dict[str, Any]]:
    """Send lines to a new counter; kill it after a time, or let it end; return what it answered.

    The time counts from the first answer, or from the start to kill it while it opens.
    """
    pid = zygote.start()
    with open(zygote.pipes[0], "w") as keys, open(zygote.pipes[1]) as answers:
        keys.write("".join(f"{line}\n" for line in lines))
        keys.flush()
        if not while_opening:
            select.select([answers], [], [], 30)
        if kill_after_s is None:
            keys.close()
        else:
            threading.Event().wait(kill_after_s)
            os.kill(pid, signal.SIGKILL)
        said = answers.read()
    assert zygote.ask("gone") == "reaped"
    whole = said[: said.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]


def after(state: State, line: str) -> State:
    """Return the state that a line leads to."""
    sales, total, basket = state
    pieces = dict(basket)
    if line in PRICES:
        pieces[line] = pieces.get(line, 0) + 1
        return sales, total, tuple(sorted(pieces.items()))
    if line.startswith("pay") and pieces:
        due = sum(PRICES[code] * count for code, count in pieces.items())
        return sales + 1, total + due, ()
    return state


def on_disk(folder: Path) -> State:
    """Return the state that a stopped till's books show."""
    db = open_to_read(folder)
    found = latest_sales(db, 1_000_000)
    rows = db.execute(
        "SELECT l.body FROM basket b JOIN basket_line l USING (basket_id) WHERE b.state = 'open'"
    )
    lines = [json.loads(body) for (body,) in rows]
    db.close()
    basket = tuple(sorted((one["barcode"], one["quantity_milli"] // 1000) for one in lines))
    return len(found), sum(sale.total_minor for sale in found), basket


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[HubProcess, Zygote]]:
    """A hub with a shop, and a till enrolled with it that is closed at the start."""
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    counter = EnrolledTill(hub, tmp_path / "till")
    counter.engine.once()
    (counter.store.folder / "omnipos.toml").write_text(f'printer = "folder://{tmp_path}/paper"\n')
    counter.close()
    zygote = Zygote(tmp_path / "till")
    yield hub, zygote
    zygote.close()
    hub.stop()


def test_two_hundred_kills_lose_nothing_and_double_nothing(shop: tuple[HubProcess, Zygote]) -> None:
    hub, zygote = shop
    chance = random.Random(SEED)
    state: State = (0, 0, ())
    for number in range(ROUNDS):
        lines = ["sign-in Sari 1234"]
        for _line in range(chance.randint(1, 12)):
            lines.append(chance.choice([*PRICES, *PRICES, "pay cash", "pay cash 500000"]))
        if number % 10 == 9:
            hub.kill()
            hub.start()
        opening = number % 5 == 4
        patience = chance.random() * (0.1 if opening else 0.03)
        answers = talk(zygote, lines, patience, while_opening=opening)
        possible = [state]
        for line in lines:
            possible.append(after(possible[-1], line))
        state = on_disk(zygote.folder)
        # What was answered is on disk; beyond it, at most what was sent.
        assert state in possible[len(answers) :], f"round {number} of seed {SEED}"
    assert state[0] > ROUNDS // 10, "the kills came too early to prove anything"

    said = talk(zygote, ["sign-in Sari 1234", "sync", "quit"], None)
    assert [one["ok"] for one in said] == [True, True, True]
    report = verify(open_to_read(zygote.folder))
    assert report.findings == ()
    assert (report.sales, report.total_minor) == state[:2]
    told = hub.ask("GET", "/v1/totals?store=S1")
    assert (told["sales"], told["total_minor"]) == state[:2]
    assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []
