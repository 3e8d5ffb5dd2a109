"""Many tills write at once while readers follow: whatever commits first, nothing is skipped or doubled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from omnipos.domain.stock import StockLevel
from omnipos.protocol import Outcome, PushBatch, envelope_of
from omnipos.sealing import Sealer
from omnipos.store import outbox
from omnipos.store.catalogue import stock_of
from omnipos.store.connection import open_mirror
from sync.client import HubClient
from sync.errors import Retryable
from sync.pull import Pulling, pull_all
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

TILLS = 4
SALES = 25
STOCK = "stock/store-1"
CODES = ("8998866200578", "8996006855893", "8991002101425")


@pytest.fixture
def hub(own_hub: HubProcess) -> HubProcess:
    """A hub with a shop of its own."""
    return own_hub


def push_in_small_batches(counter: EnrolledTill) -> None:
    """Send each two sales in a transaction of their own, so that there are many to interleave."""
    books = counter.store.books
    events = counter.store.call(lambda: outbox.next_batch(books, 1000, 1 << 30))
    assert len(events) == SALES
    for start in range(0, SALES, 2):
        raw = tuple(
            msgspec.Raw(msgspec.json.encode(envelope_of(one, {}))) for one in events[start : start + 2]
        )
        answer = counter.client.push(PushBatch(events=raw))
        assert {one.outcome for one in answer.verdicts} == {Outcome.APPLIED}


def follow_stock(client: HubClient, done: threading.Event) -> tuple[dict[str, int], int]:
    """Follow the stock stream by small pages until all is written; return what it came to, and the pages."""
    cursor, upto, pages = "", 0, 0
    shown: dict[str, int] = {}
    while True:
        ended = done.is_set()
        page = client.pull(STOCK, cursor, 2)
        assert page.after == upto, "pages join without a gap"
        numbers = [change.number for change in page.changes]
        assert numbers == sorted({*numbers})
        assert all(upto < number <= page.upto for number in numbers)
        for change in page.changes:
            assert isinstance(change.record, StockLevel)
            shown[change.key] = change.record.on_hand_milli
        cursor, upto, pages = page.cursor, page.upto, pages + 1
        if ended and page.upto == page.head:
            return shown, pages


def follow_list(hub: HubProcess, name: str, done: threading.Event) -> list[int]:
    """Follow one of the hub's lists by its numbers until all is written; return the numbers seen."""
    seen: list[int] = []
    while True:
        ended = done.is_set()
        page = hub.ask("GET", f"/v1/{name}?after={seen[-1] if seen else 0}&limit=7")[name]
        seen += [one["number"] for one in page]
        if ended and not page:
            return seen


def test_fault_31_readers_that_follow_while_tills_write_at_once_skip_nothing(
    hub: HubProcess, tmp_path: Path
) -> None:
    counters = [EnrolledTill(hub, tmp_path / f"till-{number}") for number in range(TILLS)]
    follower = EnrolledTill(hub, tmp_path / "follower")
    for counter in counters:
        assert counter.engine.once().ok
        for number in range(SALES):
            sell(counter, CODES[number % 3])
    done = threading.Event()
    with ThreadPoolExecutor(TILLS + 3) as pool:
        stock = pool.submit(follow_stock, follower.client, done)
        lists = [pool.submit(follow_list, hub, name, done) for name in ("events", "sales")]
        try:
            for pushed in [pool.submit(push_in_small_batches, counter) for counter in counters]:
                pushed.result()
        finally:
            done.set()
        shown, pages = stock.result()
        for numbers in (one.result() for one in lists):
            assert numbers == list(range(1, TILLS * SALES + 1))
    assert pages > 5, "the reader came too late to be overtaken"
    rows = hub.ask("GET", "/v1/stock?store=S1")["stock"]
    assert shown == {one["product_id"]: one["on_hand_milli"] for one in rows}
    assert sum(shown.values()) == 3 * 100_000 - TILLS * SALES * 1000
    for counter in (*counters, follower):
        counter.close()


def test_fault_39_a_sale_whose_answer_was_lost_is_not_subtracted_twice(
    hub: HubProcess, tmp_path: Path
) -> None:
    counter = EnrolledTill(hub, tmp_path / "till")
    assert counter.engine.once().ok
    books, push = counter.store.books, counter.client.push
    query = "SELECT product_id FROM catalogue.barcode WHERE code LIKE '%' || ?"
    (product_id,) = counter.store.call(lambda: books.execute(query, [CODES[0]]).fetchone())

    def on_hand() -> int:
        figure = counter.store.call(lambda: stock_of(books, "store-1", product_id))
        assert figure is not None
        return figure.on_hand_milli

    def lose_the_answer(batch: PushBatch) -> None:
        push(batch)
        raise Retryable("the line broke")

    sell(counter, CODES[0])
    counter.client.push = lose_the_answer  # type: ignore[assignment, method-assign]
    assert counter.engine.once().waiting == 1
    counter.client.push = push  # type: ignore[method-assign]
    mirror = open_mirror(counter.store.folder)
    assert pull_all(mirror, Pulling(counter.client, Sealer(counter.store.folder)), [STOCK]) == 1
    mirror.close()
    # The hub's figure holds the sale already, though this till does not know it: it is still waiting.
    assert counter.store.call(lambda: outbox.count_waiting(books)).events == 1
    assert on_hand() == 99_000
    sell(counter, CODES[0])
    assert on_hand() == 98_000
    assert counter.engine.once().waiting == 0
    assert on_hand() == 98_000
    assert [one["on_hand_milli"] for one in hub.ask("GET", "/v1/stock?sku=IDM")["stock"]] == [98_000]
    counter.close()
