"""Many hub processes write one PostgreSQL: nothing lost, nothing twice, every balance right."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DataError, IntegrityError

from hub import feed, ingest, sales, tables
from hub.context import Hub
from hub.database import MANY, insert_rows
from hub.hints import Heads
from hub.listening import listen_for_ever
from hub.locks import Key, only
from hub.unit import Unit
from tests.hub.chains import CUSTOMER, a_chain, push, somebody_waits, wait_for
from tests.hub.journals import Journal, batch_of
from tests.hub.rig import APPLIED, DUPLICATE, A, B, HubRig, RigTill, outcomes

pytestmark = pytest.mark.parametrize("base", ["postgresql"])


class Follower(threading.Thread):
    """Follows a stream page by page while it is written, and keeps what it saw."""

    def __init__(self, hub: Hub, stream: str) -> None:
        """Begin before the first change."""
        super().__init__()
        self.hub, self.stream = hub, stream
        self.cursor, self.upto = "", 0
        self.gaps: list[tuple[int, int]] = []
        self.newest: dict[str, int] = {}
        self.done = threading.Event()

    def run(self) -> None:
        """Look until told that nothing more comes, then once more to the end."""
        while not self.done.is_set():
            self.look()
        self.look()

    def look(self) -> None:
        """Take one page."""
        page = self.hub.database.read(
            lambda conn: feed.page_of(conn, self.stream, self.cursor, 1000, now_ms=0)
        )
        if page.after != self.upto:
            self.gaps.append((self.upto, page.after))
        self.upto, self.cursor = page.upto, page.cursor
        self.newest |= {change.key: change.number for change in page.changes}


def test_fault_31_and_fault_35_pushes_of_many_stores_at_once_lose_nothing_and_no_reader_skips(
    rig: HubRig, hubs: list[Hub]
) -> None:
    tills = a_chain(rig, 3)
    followers = [Follower(hubs[0], stream) for stream in ("customers", "accounts")]
    followers += [Follower(hubs[1], feed.stock_stream(till.store_id)) for till in tills[::2]]
    for one in followers:
        one.start()
    journals = [Journal(till) for till in tills]
    for journal in journals:
        for number in range(24):
            journal.sell((A, 1, 3500), (B, 2, 6000), customer_id=CUSTOMER if number % 3 == 0 else "")
    trouble: list[BaseException] = []

    def drain(at: int) -> None:
        try:
            for start in range(0, 24, 8):
                # Each batch goes to two hubs at once, as when an answer was late and the till asked again.
                batch = journals[at].envelopes[start : start + 8]
                with ThreadPoolExecutor(2) as pool:
                    both = [pool.submit(push, hubs[(at + n) % 3], tills[at], batch) for n in range(2)]
                answers = sorted(one.result() for one in both)
                assert answers == [[APPLIED] * 8, [DUPLICATE] * 8]
        except BaseException as error:
            trouble.append(error)

    with ThreadPoolExecutor(len(tills)) as pool:
        list(pool.map(drain, range(len(tills))))
    for one in followers:
        one.done.set()
        one.join()
    assert trouble == []
    check_sums(rig, tills)
    check_followers(hubs[2], followers)


def check_sums(rig: HubRig, tills: list[RigTill]) -> None:
    """Every sale once: in the totals, the stock, the points and the running numbers."""
    count = 24 * len(tills)
    totals = rig.ask("GET", "/v1/totals")
    assert (totals["sales"], totals["total_minor"]) == (count, count * 15_500)
    for store in ("S1", "S2", "S3"):
        assert (rig.stock("A", store), rig.stock("B", store)) == ((-48_000, 0), (-96_000, 0))
    card = rig.ask("GET", "/v1/customers?phone=081234567890")["customers"][0]
    assert card["points"] == count // 3
    with rig.hub.database.reading.begin() as conn:
        for table in (tables.event, tables.sale):
            numbers = list(conn.scalars(select(table.c.number).order_by(table.c.number)))
            assert numbers == list(range(1, count + 1))
        assert conn.scalar(select(func.sum(tables.points_entry.c.points))) == count // 3
    assert rig.exceptions() == []


def check_followers(hub: Hub, followers: list[Follower]) -> None:
    """Who followed from page to page has the newest number of each key, and no hole between pages."""
    change = tables.change
    for one in followers:
        assert one.gaps == []
        query = select(change.c.key, change.c.number).where(change.c.stream == one.stream)
        rows = hub.database.read(lambda conn, query=query: conn.execute(query).all())
        assert one.newest == {row.key: row.number for row in rows}


def test_fault_31_a_later_transaction_that_commits_first_waits_for_the_earlier_number(
    rig: HubRig, hubs: list[Hub]
) -> None:
    tills = a_chain(rig, 2)
    first, second = Journal(tills[0]), Journal(tills[2])
    for journal in (first, second):
        journal.sell((A, 1, 3500), customer_id=CUSTOMER)
    before = rig.pull("customers").head
    holding, go_on = threading.Event(), threading.Event()

    def hold(conn: Connection) -> int:
        number = feed.take_numbers(conn, "customers", 1)
        holding.set()
        assert go_on.wait(20)
        row = {"stream": "customers", "key": "held", "number": number, "as_of_ms": 0}
        conn.execute(tables.change.insert(), [row])
        return number

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(hubs[0].database.write, hold, only())
        assert holding.wait(10)
        pushed = pool.submit(push, hubs[1], tills[0], first.envelopes)
        assert wait_for(lambda: somebody_waits(rig))
        page = rig.pull("customers")
        assert (page.head, pushed.done()) == (before, False)
        go_on.set()
        assert (held.result(), pushed.result()) == (before + 1, [APPLIED])
    page = rig.pull("customers", page.cursor)
    assert [(one.key, one.number) for one in page.changes] == [("held", before + 1), (CUSTOMER, before + 2)]


def test_fault_35_a_deadlock_is_tried_again_and_both_have_one_effect(rig: HubRig, hubs: list[Hub]) -> None:
    rig.enrol()
    meeting = threading.Barrier(2)
    tries: list[str] = []

    def add(first: str, second: str) -> Callable[[Connection], None]:
        def work(conn: Connection) -> None:
            tries.append(first)
            feed.take_numbers(conn, first, 1)
            if len(tries) <= 2:
                meeting.wait(20)
            feed.take_numbers(conn, second, 1)

        return work

    rig.hub.database.write(lambda conn: [feed.take_numbers(conn, name, 1) for name in ("test/a", "test/b")])
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(hubs[0].database.write, add("test/a", "test/b"), only()),
            pool.submit(hubs[1].database.write, add("test/b", "test/a"), only()),
        ]
        assert [one.result(60) for one in both] == [None, None]
    assert len(tries) == 3
    assert [rig.hub.database.read(lambda c, n=n: feed.head_of(c, n)) for n in ("test/a", "test/b")] == [3, 3]


def test_fault_35_a_serialization_failure_in_a_push_is_tried_again(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = rig.journal()
    journal.sell((A, 2, 3500))
    apply, tries = sales.apply, []

    def fail_twice(unit: Unit, reported: Any) -> None:
        apply(unit, reported)
        tries.append(len(reported))
        if len(tries) < 3:
            unit.conn.execute(
                text("DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = 'serialization_failure'; END $$")
            )

    monkeypatch.setattr(sales, "apply", fail_twice)
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]
    assert tries == [1, 1, 1]
    assert rig.stock("A") == (-2000, 0)
    assert rig.exceptions() == []


def test_a_line_that_is_lost_in_a_push_is_made_again_and_the_push_has_one_effect(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = rig.journal()
    journal.sell((A, 2, 3500))
    apply, tries = sales.apply, []

    def cut(unit: Unit, reported: Any) -> None:
        apply(unit, reported)
        tries.append(len(reported))
        if len(tries) < 2:
            unit.conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr(sales, "apply", cut)
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]
    assert rig.stock("A") == (-2000, 0)
    assert len(tries) == 2


def test_a_line_lost_during_the_commit_is_said_for_what_may_not_be_done_twice(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[int] = []
    commit = psycopg.Connection.commit

    def lose(line: Any) -> None:
        wrote = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
        # A line that is made anew, or only looks, commits as well.
        first = (
            not commits and not line.read_only and line.info.transaction_status == TransactionStatus.INTRANS
        )
        if not first or not line.execute(wrote).fetchone()[0]:
            commit(line)
            return
        commits.append(1)
        commit(line)
        line.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(psycopg.Connection, "commit", lose)
    move = {"movement_id": "m-1", "store_code": "S1", "sku": "A", "quantity_milli": 5000}
    answer = rig.raw("POST", "/v1/stock/movements", {"movements": [move]})
    assert (answer.status_code, answer.json()["code"]) == (503, "unknown")
    journal = rig.journal()
    journal.sell((A, 2, 3500))
    commits.clear()
    assert outcomes(rig.push(*journal.envelopes)) == [DUPLICATE]
    assert rig.stock("A") == (3000, 0)


def test_many_rows_at_once_fail_as_one_statement_does(rig: HubRig) -> None:
    def rows(*numbers: int) -> list[dict[str, object]]:
        return [{"device_id": "d", "name": f"n{number}", "n": number} for number in numbers]

    def twice(conn: Connection) -> None:
        with pytest.raises(IntegrityError), conn.begin_nested():
            insert_rows(conn, tables.tally, rows(*range(MANY), 3))
        with pytest.raises(DataError), conn.begin_nested():
            insert_rows(conn, tables.tally, [*rows(*range(MANY)), {"device_id": "\0", "name": "", "n": 1}])
        insert_rows(conn, tables.tally, rows(*range(MANY)))

    rig.hub.database.write(twice)
    cuts: list[int] = []

    def cut(conn: Connection) -> None:
        cuts.append(1)
        if len(cuts) == 1:
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid"
            pid = conn.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
            rig.hub.database.read(lambda other: other.execute(text(end), {"pid": pid}).all())
        insert_rows(conn, tables.tally, rows(*range(MANY, MANY * 2)))

    rig.hub.database.write(cut)
    own = tables.tally.c.device_id == "d"
    kept = rig.hub.database.read(lambda conn: conn.scalar(select(func.sum(tables.tally.c.n)).where(own)))
    assert (kept, len(cuts)) == (sum(range(MANY * 2)), 2)


def test_trouble_that_stays_is_an_answer_that_says_to_come_again(
    rig: HubRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(unit: Unit, *_more: Any) -> None:
        unit.conn.execute(
            text("DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = 'lock_not_available'; END $$")
        )

    journal = rig.journal()
    journal.sell((A, 2, 3500))
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "push", fail)
        answer = rig.raw("POST", "/v1/events", batch_of(journal.envelopes), key=rig.till.token)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED]


async def test_heads_of_another_process_are_heard_when_they_are_committed(
    rig: HubRig, hubs: list[Hub]
) -> None:
    heard: asyncio.Queue[Heads] = asyncio.Queue()
    listening = asyncio.create_task(listen_for_ever(rig.hub.database.address, heard.put_nowait))
    journal, stream = rig.journal(), feed.stock_stream(rig.till.store_id)
    cut: set[int] = set()
    try:
        for number in (1, 2):
            # The hub that is served listens as well. A line that is cut is made again.
            assert await asyncio.to_thread(wait_for, lambda cut=cut: len(listeners(rig) - cut) == 2)
            journal.sell((A, 1, 3500))
            await asyncio.to_thread(push, hubs[1], rig.till, journal.envelopes)
            assert (await asyncio.wait_for(heard.get(), 10))[stream] == number
            cut = listeners(rig, "pg_terminate_backend(pid)")
    finally:
        listening.cancel()
        await asyncio.wait([listening])


def listeners(rig: HubRig, also: str = "true") -> set[int]:
    """Return the lines that listen and wait, and do something with each."""
    asked = f"SELECT pid, {also} FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'"
    return {row.pid for row in rig.hub.database.read(lambda conn: conn.execute(text(asked)).all())}


def test_a_lock_of_one_store_keeps_nobody_of_another_waiting(rig: HubRig, hubs: list[Hub]) -> None:
    tills = a_chain(rig, 2)
    own, other = Journal(tills[0]), Journal(tills[2])
    own.sell((A, 1, 3500))
    other.sell((A, 1, 3500))
    held, enough = threading.Event(), threading.Event()

    def hold(_conn: Connection) -> None:
        held.set()
        assert enough.wait(20)

    with ThreadPoolExecutor(2) as pool:
        pool.submit(hubs[0].database.write, hold, only(Key("store", tills[0].store_id)))
        assert held.wait(10)
        waits = pool.submit(push, hubs[1], tills[0], own.envelopes)
        assert push(hubs[2], tills[2], other.envelopes) == [APPLIED]
        assert not waits.done()
        enough.set()
        assert waits.result(20) == [APPLIED]
