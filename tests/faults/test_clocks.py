"""Clocks that are wrong, jump or repeat an hour: selling goes on, order is by sequence, people are told."""

from datetime import UTC, datetime
from pathlib import Path

from omnipos.domain.catalogue import Item
from omnipos.domain.sale import Sale
from omnipos.ports import LinkReport, LinkState
from omnipos.services import selling, settling, tendering
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.services.watching import status
from omnipos.store import books, journal
from printing.heading import moment
from screens.times import day
from tests.hubs import HubProcess
from tests.rigs import INDOMIE, NOON_MS, SHOP, TEH, HandClock, QuietLine, selling_till
from tests.sync.conftest import EnrolledTill
from tests.sync.test_engine import sell

YEAR_2000_MS = 946_684_800_000
HOUR_MS = 3_600_000


def sell_one(till: Till) -> Sale:
    till.call(selling.ring, [(Item(product=INDOMIE), 1000)])
    paid = till.call(tendering.pay_cash)
    assert paid.sale is not None
    return paid.sale


def test_fault_52_a_clock_that_says_2000_at_start_is_flagged_and_selling_goes_on(tmp_path: Path) -> None:
    line = QuietLine()
    line.link = LinkReport(state=LinkState.AWAY, since_ms=YEAR_2000_MS)
    till = selling_till(tmp_path / "till", HandClock(), line)
    assert till.call(status).open_here == 0
    till.store.close()
    till = selling_till(tmp_path / "till", HandClock(YEAR_2000_MS), line)
    assert sell_one(till).receipt_number == "S1-1-000001"
    now = till.call(status)
    assert (now.open_here, now.needs_attention) == (1, True)
    assert [one.ref for one in till.call(settling.listed)] == ["CLOCK"]
    till.clock.at_ms = NOON_MS  # type: ignore[attr-defined]
    assert till.call(status).open_here == 0
    till.store.close()


def test_fault_52_the_hub_keeps_its_sales_and_shows_the_clock(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    counter = EnrolledTill(hub, tmp_path / "till")
    try:
        counter.clock.at_ms = YEAR_2000_MS
        assert counter.engine.once().ok
        sold = sell(counter, INDOMIE.barcodes[0].code)
        assert counter.engine.once().waiting == 0
        sales = hub.ask("GET", "/v1/sales")["sales"]
        assert [(one["receipt_number"], one["completed_at_ms"]) for one in sales] == [
            (sold.receipt_number, YEAR_2000_MS)
        ]
        (device,) = hub.ask("GET", "/v1/devices")["devices"]
        assert device["skew_ms"] < -20 * 365 * 86_400_000
        assert counter.till.call(status).open_here == 1
    finally:
        counter.close()
        hub.stop()


def test_fault_54_the_hour_that_comes_twice_is_one_day_and_paper_says_which_hour(tmp_path: Path) -> None:
    first = int(datetime(2026, 11, 1, 5, 50, tzinfo=UTC).timestamp() * 1000)
    clock = HandClock(first)
    till = selling_till(tmp_path / "till", clock)
    new_york = SHOP.__class__(
        **{name: getattr(SHOP, name) for name in SHOP.__struct_fields__} | {"time_zone": "America/New_York"}
    )
    sales = []
    for _sale in range(3):
        sales.append(sell_one(till))
        clock.pass_ms(HOUR_MS // 2)
    times = [moment(one.completed_at_ms, new_york) for one in sales]
    assert times == [
        "1 Nov 2026 01:50 GMT-04:00",
        "1 Nov 2026 01:20 GMT-05:00",
        "1 Nov 2026 01:50 GMT-05:00",
    ]
    assert moment(first + 2 * HOUR_MS, new_york) == "1 Nov 2026 02:50"
    assert {day(one.completed_at_ms, new_york.time_zone) for one in sales} == {"01/11/26"}
    assert {one.total_minor for one in sales} == {3500}
    latest = till.store.call(lambda: books.latest_sales(till.store.books, 3))
    assert [one.receipt_number for one in latest] == [one.receipt_number for one in reversed(sales)]
    shifts = till.store.call(lambda: {one.header.shift for one in journal.read_events(till.store.books)})
    assert len(shifts) == 1
    till.store.close()


def test_fault_55_a_clock_that_steps_during_a_sale_changes_no_order(tmp_path: Path) -> None:
    clock, sales = HandClock(), []
    till = selling_till(tmp_path / "till", clock)
    for step in (-HOUR_MS, 2 * HOUR_MS, -86_400_000):
        till.call(selling.ring, [(Item(product=TEH), 1000)])
        clock.at_ms += step
        sales.append(sell_one(till))
    assert [one.receipt_number for one in sales] == [f"S1-1-00000{n}" for n in (1, 2, 3)]
    latest = till.store.call(lambda: books.latest_sales(till.store.books, 3))
    assert [one.sale_id for one in latest] == [one.sale_id for one in reversed(sales)]
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    assert [one.header.seq for one in events] == [1, 2, 3]
    assert [one.header.occurred_at_ms for one in events] != sorted(
        one.header.occurred_at_ms for one in events
    )
    assert till.store.call(lambda: verify(till.store.books)).findings == ()
