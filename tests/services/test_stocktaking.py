"""Counting at the till: on disk line by line, shown at once, one fact with what the count had seen."""

import pytest

from omnipos.domain.errors import EntryRefused, NotAllowed
from omnipos.domain.stocktake import SeenPlace
from omnipos.events import StockCounted, decode_fact
from omnipos.protocol import Page
from omnipos.services import selling, stocktaking, tendering
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal
from omnipos.store.catalogue import stock_of
from omnipos.store.connection import open_mirror
from omnipos.store.mirror import apply_page
from tests.rigs import INDOMIE, NOON_MS, STORE, TEH, staff_members

CODE, TEH_CODE = INDOMIE.barcodes[0].code, TEH.barcodes[0].code


@pytest.fixture
def till(till: Till) -> Till:
    till.staff = staff_members()[1]
    return till


def on_hand(till: Till) -> int:
    figure = till.store.call(lambda: stock_of(till.store.books, STORE, INDOMIE.product_id))
    assert figure is not None
    return figure.on_hand_milli // 1000


def sell_one(till: Till) -> None:
    from omnipos.domain.catalogue import Item

    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    till.call(tendering.pay_cash)


def facts(till: Till) -> list[StockCounted]:
    found = till.store.call(
        lambda: [decode_fact(event.body) for event in journal.read_events(till.store.books)]
    )
    return [one for one in found if isinstance(one, StockCounted)]


def counted(till: Till, text: str) -> list[tuple[str, int, int]]:
    view = till.call(stocktaking.count_entry, text)
    return [(row.sku, row.counted_milli // 1000, row.expected_milli // 1000) for row in view.rows]


def test_scans_add_up_and_the_count_survives_the_screen(till: Till) -> None:
    assert counted(till, CODE) == [("IDM-85", 1, 50)]
    assert counted(till, f"46*{CODE}") == [("IDM-85", 47, 50)]
    assert counted(till, TEH_CODE) == [("TEH-450", 1, 50), ("IDM-85", 47, 50)]
    view = till.call(stocktaking.take_out, TEH.product_id)
    assert [row.sku for row in view.rows] == ["IDM-85"]
    assert till.call(stocktaking.current) == view


def test_a_finished_count_is_the_stock_and_sales_around_it_count_once(till: Till) -> None:
    sell_one(till)
    assert counted(till, f"47*{CODE}") == [("IDM-85", 47, 49)]
    sell_one(till)
    assert on_hand(till) == 48
    till.call(stocktaking.finish)
    assert on_hand(till) == 46
    sell_one(till)
    assert on_hand(till) == 45
    (fact,) = facts(till)
    assert [(one.own_epoch, one.own_seq) for one in fact.lines] == [(1, 1)]
    assert till.call(stocktaking.current).rows == ()
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_what_the_mirror_contains_of_other_tills_goes_with_the_count(till: Till) -> None:
    seen = (SeenPlace(device_id="other", epoch=1, seq=7), SeenPlace(device_id="other", epoch=2, seq=1))
    mirror = open_mirror(till.store.folder)
    apply_page(
        mirror,
        Page(
            stream=f"stock/{STORE}",
            after=2,
            upto=2,
            head=2,
            cursor="c",
            changes=(),
            applied_epoch=1,
            applied_seq=0,
            as_of_ms=NOON_MS,
            applied=seen,
        ),
    )
    mirror.close()
    counted(till, CODE)
    till.call(stocktaking.finish)
    assert facts(till)[0].seen == seen


def test_a_count_of_nothing_is_a_count(till: Till) -> None:
    counted(till, CODE)
    till.call(stocktaking.put, INDOMIE.product_id, 0)
    till.call(stocktaking.finish)
    assert on_hand(till) == 0


def test_a_count_given_up_changes_nothing(till: Till) -> None:
    counted(till, CODE)
    till.call(stocktaking.give_up)
    assert (on_hand(till), facts(till)) == (50, [])
    with pytest.raises(EntryRefused):
        till.call(stocktaking.finish)


def test_only_goods_are_counted_and_only_by_who_may(till: Till) -> None:
    for text in ("W-1001", f"99999*{CODE}"):
        counted(till, CODE)
        with pytest.raises(EntryRefused):
            till.call(stocktaking.count_entry, text)
    till.staff = staff_members()[0]
    for service in (stocktaking.current, stocktaking.give_up, stocktaking.finish):
        with pytest.raises(NotAllowed):
            till.call(service)
    with pytest.raises(NotAllowed):
        till.call(stocktaking.count_entry, CODE)


def test_a_long_count_is_several_facts_under_one_id(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stocktaking, "MOST_LINES", 1)
    counted(till, CODE)
    counted(till, TEH_CODE)
    till.call(stocktaking.finish)
    assert len({one.stocktake_id for one in facts(till)}) == 1
    assert [len(one.lines) for one in facts(till)] == [1, 1]
