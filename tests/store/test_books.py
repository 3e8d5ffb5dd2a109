"""The books and the journal on disk: append only, baskets as they were in memory, the outbox in order."""

import sqlite3
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnipos.domain.basket import Basket, BasketState, add_item, change_quantity, void_line
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import DomainError
from omnipos.events import PaperReprinted
from omnipos.protocol import Outcome, Verdict
from omnipos.services import selling, tendering
from omnipos.services.till import Till
from omnipos.store import baskets, journal, outbox
from omnipos.store.connection import Store, transaction
from omnipos.store.migrations import GUARDED
from tests.rigs import APEL, INDOMIE, KOPI, TEH


def sell(till: Till) -> None:
    till.call(selling.ring, [(Item(product=INDOMIE), 1000), (Item(product=TEH), 1000)])
    till.call(tendering.pay_cash, None)


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("change", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}", "replace"])
def test_completed_rows_are_neither_changed_nor_removed(till: Till, table: str, change: str) -> None:
    sell(till)
    db = till.store.books
    before = db.execute(f"SELECT * FROM {table}").fetchall()
    assert before
    column = db.execute(f"PRAGMA table_info({table})").fetchall()[-1][1]
    statement = change.format(table).replace("rowid", column)
    if change == "replace":
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
        till.store.call(lambda: db.execute(statement))
    assert db.execute(f"SELECT * FROM {table}").fetchall() == before


def test_an_event_without_a_transaction_is_a_bug(till: Till) -> None:
    fact = PaperReprinted(receipt_number="S1-1-000001")
    with pytest.raises(AssertionError, match="unit of work"):
        till.store.call(lambda: journal.append(till.store.books, till.stamp(), fact))


def test_events_hang_on_each_other_and_a_new_epoch_on_the_old_head(till: Till) -> None:
    db = till.store.books

    def write(epoch: int) -> None:
        stamp = msgspec.structs.replace(till.stamp(), epoch=epoch)
        with transaction(db):
            journal.append(db, stamp, PaperReprinted(receipt_number="x"))

    for epoch in (1, 1, 2, 2):
        till.store.call(lambda epoch=epoch: write(epoch))
    events = till.store.call(lambda: list(journal.read_events(db)))
    assert [(one.header.epoch, one.header.seq) for one in events] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [one.prev_hash for one in events[1:]] == [one.hash for one in events[:-1]]
    after = till.store.call(lambda: list(journal.read_events(db, 1, 2)))
    assert [one.header.seq for one in after] == [1, 2]


def test_the_outbox_gives_the_oldest_first_and_at_least_one(till: Till) -> None:
    sell(till)
    sell(till)
    db = till.store.books
    batch = till.store.call(lambda: outbox.next_batch(db, 500, 1))
    assert [one.header.seq for one in batch] == [1]
    batch = till.store.call(lambda: outbox.next_batch(db, 500, 1 << 20))
    assert [one.header.seq for one in batch] == [1, 2]


def test_verdicts_settle_events_and_a_retry_keeps_waiting(till: Till) -> None:
    for _each in range(3):
        sell(till)
    db = till.store.books

    def record(*outcomes: tuple[int, Outcome]) -> None:
        with transaction(db):
            outbox.record_verdicts(
                db,
                tuple(Verdict(epoch=1, seq=seq, event_id="", outcome=outcome) for seq, outcome in outcomes),
            )

    till.store.call(lambda: record((1, Outcome.APPLIED), (2, Outcome.QUARANTINED), (3, Outcome.RETRY)))
    waiting = till.store.call(lambda: outbox.count_waiting(db))
    assert (waiting.events, waiting.sales, waiting.quarantined) == (1, 1, 1)
    till.store.call(lambda: record((1, Outcome.QUARANTINED), (3, Outcome.DUPLICATE)))
    waiting = till.store.call(lambda: outbox.count_waiting(db))
    assert (waiting.events, waiting.since_ms, waiting.quarantined) == (0, 0, 1)


def test_events_a_restored_hub_lost_wait_again(till: Till) -> None:
    for _each in range(3):
        sell(till)
    db = till.store.books

    def acknowledge_all_then_lose_two() -> None:
        with transaction(db):
            done = tuple(Verdict(epoch=1, seq=seq, event_id="", outcome=Outcome.APPLIED) for seq in (1, 2, 3))
            outbox.record_verdicts(db, done)
        with transaction(db):
            outbox.reopen_after(db, 1, 1)

    till.store.call(acknowledge_all_then_lose_two)
    assert [one.header.seq for one in till.store.call(lambda: outbox.next_batch(db, 9, 1 << 20))] == [2, 3]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store shared by the examples; each takes a basket of its own."""
    return Store(tmp_path_factory.mktemp("books"))


_numbers = iter(range(1, 10**6))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_basket_on_disk_is_the_basket_in_memory_after_any_changes(
    store: Store, data: st.DataObject
) -> None:
    number = next(_numbers)
    db = store.books
    basket = Basket(
        basket_id=f"b{number}",
        number=number,
        currency="IDR",
        started_at_ms=0,
        staff_id="s",
        state=BasketState.PARKED,
    )
    before: Basket | None = None
    for _step in range(data.draw(st.integers(1, 10))):

        def save(before: Basket | None = before, after: Basket = basket) -> None:
            with transaction(db):
                baskets.save_basket(db, before, after, 1)

        store.call(save)
        assert store.call(lambda: baskets.basket_by_id(db, f"b{number}")) == basket
        before = basket
        basket = _changed(data, basket)


def _changed(data: st.DataObject, basket: Basket) -> Basket:
    opened = msgspec.structs.replace(basket, state=BasketState.OPEN)
    line_id, quantity = data.draw(st.integers(1, 5)), data.draw(st.sampled_from([1000, 2000]))
    product = data.draw(st.sampled_from([INDOMIE, TEH, APEL, KOPI]))
    try:
        match data.draw(st.sampled_from(["add", "change", "void", "customer"])):
            case "add":
                opened, _line = add_item(opened, Item(product=product), quantity)
            case "change":
                opened, _line = change_quantity(opened, line_id, quantity)
            case "void":
                opened, _line = void_line(opened, line_id)
            case _:
                opened = msgspec.structs.replace(opened, customer_id=f"c{quantity}")
    except DomainError:
        return basket
    return msgspec.structs.replace(opened, state=BasketState.PARKED)


def test_only_one_basket_is_open_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    db = store.books

    def begin(number: int) -> None:
        basket = Basket(basket_id=f"b{number}", number=number, currency="IDR", started_at_ms=0, staff_id="s")
        with transaction(db):
            baskets.save_basket(db, None, basket, 1)

    store.call(lambda: begin(1))
    with pytest.raises(sqlite3.IntegrityError):
        store.call(lambda: begin(2))
    store.close()
