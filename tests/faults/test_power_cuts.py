"""The power is cut while sales are made: unsynced writes are dropped, nothing that was answered is lost."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from omnipos.domain.order import Taker
from omnipos.services import collecting, finding, selling, tendering
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import mirrorfiles
from omnipos.store.connection import BOOKS_FILE, Connection
from tests.faults.recording import Image, Platter, Recorder, RecordingModule
from tests.rigs import open_till, selling_till, staff_members

CUTS = 10_000 if os.environ.get("OMNIPOS_SOAK") else 500
SEED = 20_261_122
STEPS = 500
CODES = ("8998866200578", "8996006855893", "8991002101425")


class Shown(msgspec.Struct, frozen=True):
    """What a till's books show: where the journal ends, its receipts, and the lines of the open basket."""

    head: tuple[int, int]
    receipts: tuple[str, ...]
    lines: tuple[bytes, ...]


class Answered(msgspec.Struct, frozen=True):
    """What the books showed when a step had answered, and how many operations the disk had seen then."""

    operations: int
    shown: Shown


def shown_by(db: Connection) -> Shown:
    head = db.execute("SELECT epoch, seq FROM event ORDER BY epoch DESC, seq DESC LIMIT 1").fetchone()
    receipts = db.execute("SELECT receipt_number FROM sale ORDER BY number")
    lines = db.execute("SELECT l.body FROM basket_line l ORDER BY l.basket_id, l.line_id")
    return Shown(head or (0, 0), tuple(one for (one,) in receipts), tuple(one for (one,) in lines))


def take_step(till: Till, chance: random.Random) -> None:
    """Do one thing that a cashier does."""
    basket = till.call(selling.current).basket
    kind = chance.random()
    if basket.lines and kind < 0.3:
        till.call(tendering.pay_cash, None)
    elif basket.lines and kind < 0.35:
        till.call(selling.void_line, basket.lines[0].line_id)
    elif basket.lines and kind < 0.38:
        till.call(selling.void_basket)
    else:
        found = till.call(finding.scanned, chance.choice(CODES))
        assert isinstance(found, finding.ItemOffer)
        till.call(selling.ring, [(found.item, found.quantity_milli)])


def day(chance: random.Random) -> Iterator[Callable[[Till], object]]:
    """Yield what happens in a day, step by step: sales, and an order handed over among them."""
    for number in range(STEPS):
        yield lambda till: take_step(till, chance)
        if number == STEPS // 2:
            for code in (CODES[0], CODES[0], CODES[1]):
                yield lambda till, code=code: till.call(collecting.pick, "o-W-1001", code)
            yield lambda till: till.call(collecting.make_ready, "o-W-1001", "A1")
            yield lambda till: till.call(collecting.hand_over, "o-W-1001", Taker(code="471001"))


def sell_for_a_day(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, synchronous: str = "FULL"
) -> tuple[Image, Recorder, list[Answered]]:
    """Sell on a till whose disk is recorded; return its first files, the record, and what was answered."""
    selling_till(folder).store.close()
    start: Image = {BOOKS_FILE: (folder / BOOKS_FILE).read_bytes()}
    recorder = Recorder(BOOKS_FILE)
    answered = []
    with monkeypatch.context() as patch:
        patch.setattr(mirrorfiles, "sqlite3", RecordingModule(recorder))
        till = open_till(folder)
    till.staff = staff_members()[0]
    books = till.store.books
    till.store.call(lambda: books.execute(f"PRAGMA synchronous = {synchronous}"))
    for step in day(random.Random(SEED)):
        step(till)
        shown = till.store.call(lambda: shown_by(books))
        answered.append(Answered(len(recorder.operations), shown))
    till.store.close()
    return start, recorder, answered


def cuts(start: Image, recorder: Recorder, count: int) -> Iterator[tuple[int, Image]]:
    """Yield as many power cuts: after how many operations, and the files left behind."""
    chance = random.Random(SEED)
    moments = sorted(chance.randrange(1, len(recorder.operations) + 1) for _cut in range(count))
    platter = Platter(start)
    done = 0
    for moment in moments:
        for operation in recorder.operations[done:moment]:
            platter.take(operation)
        done = moment
        yield moment, platter.cut(chance)


def recovered(folder: Path, files: Image) -> Shown:
    """Open what a power cut left as the till does, verify all of it, and return what it shows."""
    for name, held in files.items():
        (folder / name).unlink(missing_ok=True)
        if held is not None:
            (folder / name).write_bytes(held)
    (folder / f"{BOOKS_FILE}-shm").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / BOOKS_FILE, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")  # this copy is looked at once and thrown away
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert verify(db).findings == ()
        return shown_by(db)


def possible_after(answered: list[Answered], moment: int) -> list[Shown]:
    """Return what the books may show: what the last step answered, or all of the step that was under way."""
    index = sum(1 for one in answered if one.operations <= moment)
    return [one.shown for one in answered[max(index - 1, 0) : index + 1]]


def test_fault_14_a_power_cut_keeps_every_sale_that_was_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, recorder, answered = sell_for_a_day(tmp_path / "till", monkeypatch)
    assert len(answered[-1].shown.receipts) > 80
    checkpoints = sum(1 for one in recorder.operations if one.name == BOOKS_FILE)
    assert checkpoints > 20, "the day was too short for the log to go into the books"
    folder = tmp_path / "after"
    shutil.copytree(tmp_path / "till", folder)
    for moment, files in cuts(start, recorder, CUTS):
        found = recovered(folder, files)
        assert found in possible_after(answered, moment), f"power cut at {moment} of seed {SEED}"


def test_fault_14_a_till_that_did_not_sync_would_be_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, recorder, answered = sell_for_a_day(tmp_path / "till", monkeypatch, synchronous="NORMAL")
    folder = tmp_path / "after"
    shutil.copytree(tmp_path / "till", folder)
    lost = [
        moment
        for moment, files in cuts(start, recorder, 30)
        if recovered(folder, files) not in possible_after(answered, moment)
    ]
    assert lost, "sales that were never synced were all there: the disk does not drop anything"
