"""A till that is killed -9 at any moment, again and again, loses nothing and doubles nothing."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from omnipos.services.verifying import verify
from omnipos.store.books import latest_sales
from omnipos.store.connection import open_to_read
from tests.hubs import HubProcess
from tests.real.counters import Counters, talk
from tests.sync.conftest import EnrolledTill

ROUNDS = 10_000 if os.environ.get("OMNIPOS_SOAK") else 300
PRICES = {"8998866200578": 3500, "8996006855893": 6000, "8991002101425": 25_600}
SEED = 20_261_121

State = tuple[int, int, tuple[tuple[str, int], ...]]
"""How many sales there are, what they came to, and the open basket's codes with their pieces."""


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


def receipts_to_print(folder: Path) -> int:
    """Return how many receipts were put into the spool; one cut off by a kill stays one, as a copy."""
    with closing(open_to_read(folder)) as db:
        row = db.execute("SELECT count(*) FROM print_job WHERE kind = 'receipt'").fetchone()
        return int(row[0])


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[HubProcess, Counters]]:
    """A hub with a shop, and a till enrolled with it that is closed at the start."""
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    counter = EnrolledTill(hub, tmp_path / "till")
    counter.engine.once()
    (counter.store.folder / "omnipos.toml").write_text(f'printer = "folder://{tmp_path}/paper"\n')
    counter.close()
    counters = Counters(tmp_path / "till")
    yield hub, counters
    counters.zygote.close()
    hub.stop()


def test_fault_01_and_fault_02_a_till_killed_at_any_moment_loses_nothing_and_doubles_nothing(
    shop: tuple[HubProcess, Counters],
) -> None:
    hub, counters = shop
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
        answers = talk(counters, lines, patience, while_opening=opening)
        possible = [state]
        for line in lines:
            possible.append(after(possible[-1], line))
        state = on_disk(counters.folder)
        # What was answered is on disk; beyond it, at most what was sent.
        assert state in possible[len(answers) :], f"round {number} of seed {SEED}"
    assert state[0] > ROUNDS // 10, "the kills came too early to prove anything"

    said = talk(counters, ["sign-in Sari 1234", "sync", "quit"], None)
    assert [one["ok"] for one in said] == [True, True, True]
    report = verify(open_to_read(counters.folder))
    assert report.findings == ()
    assert (report.sales, report.total_minor) == state[:2]
    # Each sale has its paper from the moment it is on disk: printed, or to be printed at the next start.
    assert receipts_to_print(counters.folder) == state[0]
    told = hub.ask("GET", "/v1/totals?store=S1")
    assert (told["sales"], told["total_minor"]) == state[:2]
    assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []
