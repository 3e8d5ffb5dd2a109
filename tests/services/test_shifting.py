"""Shifts: float, cash in and out, the count, over and short, what stands in the way, and the frozen Z."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain.approval import ApprovalGiven
from omnipos.domain.drawer import CashMove, Pieces, parse_pieces, worth_of
from omnipos.domain.errors import DrawerRefused, EntryRefused, NotAllowed, WordNeeded
from omnipos.domain.sale import Sale
from omnipos.domain.shift import ObstacleKind
from omnipos.domain.tender import CardSlip
from omnipos.events import CashMoved, DrawerOpened, Fact, ShiftClosed, ShiftOpened, decode_fact
from omnipos.services import finding, kicking, reporting, reprinting, selling, shifting, tendering
from omnipos.services.approving import NOBODY, Word
from omnipos.services.shifting import Closing, OverShort, ShiftBlocked
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal, printjobs
from omnipos.store.printjobs import StoredJobs
from tests.rigs import SHOP, HandClock, QuietLine, fill, open_till, selling_till, staff_members

BUDI = Word("Budi", "9999")
IDR = "IDR"


@pytest.fixture
def clock() -> HandClock:
    """Noon."""
    return HandClock()


@pytest.fixture
def line() -> QuietLine:
    """A quiet line and printer."""
    return QuietLine()


@pytest.fixture
def till(tmp_path: Path, clock: HandClock, line: QuietLine) -> Till:
    """Sari's till."""
    return selling_till(tmp_path / "till", clock, line)


def pieces(text: str) -> tuple[Pieces, ...]:
    """Count money."""
    return parse_pieces(text.split(), IDR)


def sell(till: Till, entry: str = "8996006855893", given: int | None = None) -> Sale:
    """Sell something for cash."""
    offer = till.call(finding.understood, entry)
    till.call(selling.ring, [(offer.item, offer.quantity_milli)])
    sale = till.call(tendering.pay_cash, given).sale
    assert sale is not None
    return sale


def print_all(till: Till, clock: HandClock) -> None:
    """Let the printer print what waits."""
    jobs = StoredJobs(till.store, kicking.journal_of_kicks(till.store, clock))
    while job := jobs.next_job():
        jobs.started(job.job_id)
        jobs.done(job.job_id)


def close(till: Till, text: str, word: Word = NOBODY, **more: object) -> "shifting.ShiftReport":
    """Close the shift with what was counted."""
    return till.call(shifting.close, Closing(counted=pieces(text), **more), word)  # type: ignore[arg-type]


def facts(till: Till) -> list[tuple[str, Fact]]:
    """The journal but for the managers' words: shift and fact."""
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    found = [(one.header.shift, decode_fact(one.body)) for one in events]
    return [one for one in found if not isinstance(one[1], ApprovalGiven)]


def test_a_shift_begins_by_itself_and_the_next_one_behind_its_z(till: Till, clock: HandClock) -> None:
    sell(till)
    print_all(till, clock)
    first = close(till, "1*5000 1*1000")
    clock.pass_ms(60_000)
    sell(till)
    print_all(till, clock)
    second = close(till, "1*10000 1*2000")
    assert [(one.number, one.count, one.shift) for one in (first, second)] == [
        ("S1-1-Z0001", 1, "1"),
        ("S1-1-Z0002", 2, "1-2"),
    ]
    assert (second.drawer.float_minor, second.drawer.expected_minor) == (6000, 12_000)
    assert (second.takings.first_receipt, second.takings.sales) == ("S1-1-000002", 1)
    assert [shift for shift, fact in facts(till)] == ["1", "1", "1-2", "1-2"]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_the_float_is_counted_once_a_shift(till: Till) -> None:
    now = till.call(shifting.open_with_float, pieces("2*100000 10*1000"))
    assert (now.float_minor, now.is_float_counted) == (210_000, True)
    with pytest.raises(DrawerRefused, match="counted already"):
        till.call(shifting.open_with_float, pieces("1*1000"))
    ((shift, fact),) = facts(till)
    assert (shift, fact) == (
        "1",
        ShiftOpened(
            float_minor=210_000,
            counted=(Pieces(worth_minor=100_000, count=2), Pieces(worth_minor=1000, count=10)),
        ),
    )


def test_cash_in_and_out_stands_in_what_is_expected(till: Till, clock: HandClock) -> None:
    till.call(shifting.open_with_float, pieces("1*100000"))
    sell(till, given=10_000)
    till.call(shifting.move_cash, CashMove.PAID_IN, 50_000, "change from the bank")
    till.call(shifting.move_cash, CashMove.PAID_OUT, 20_000, "ice")
    till.call(shifting.move_cash, CashMove.SAFE_DROP, 100_000)
    print_all(till, clock)
    done = close(till, "1*20000 1*10000 1*5000 1*1000", left_minor=30_000)
    drawer = done.drawer
    assert (drawer.float_minor, drawer.taken_minor, drawer.change_minor) == (100_000, 10_000, 4000)
    assert (drawer.paid_in_minor, drawer.paid_out_minor, drawer.safe_drop_minor) == (50_000, 20_000, 100_000)
    assert (drawer.moves, drawer.expected_minor, done.difference_minor) == (3, 36_000, 0)
    assert (done.left_minor, till.call(shifting.state).float_minor) == (30_000, 30_000)
    moved = [fact for _shift, fact in facts(till) if isinstance(fact, CashMoved)]
    assert [(one.move, one.amount_minor, one.reason) for one in moved] == [
        (CashMove.PAID_IN, 50_000, "change from the bank"),
        (CashMove.PAID_OUT, 20_000, "ice"),
        (CashMove.SAFE_DROP, 100_000, ""),
    ]


def test_cash_moves_only_with_a_sum_and_a_reason(till: Till) -> None:
    with pytest.raises(EntryRefused, match="reason"):
        till.call(shifting.move_cash, CashMove.PAID_OUT, 5000)
    with pytest.raises(EntryRefused, match="sum"):
        till.call(shifting.move_cash, CashMove.PAID_IN, 0, "nothing")
    with pytest.raises(EntryRefused, match=r"Rp 1\.000\.000\.001 is more than any drawer holds"):
        till.call(shifting.move_cash, CashMove.SAFE_DROP, 1_000_000_001)
    assert facts(till) == []
    till.call(shifting.move_cash, CashMove.SAFE_DROP, 1_000_000_000)


def test_paying_out_beyond_the_limit_takes_a_managers_word(till: Till) -> None:
    rules = msgspec.structs.replace(SHOP.drawer, paid_out_limit_minor=10_000)
    fill(till.store.folder, "settings", ("shop:store-1", msgspec.structs.replace(SHOP, drawer=rules)))
    till.call(shifting.move_cash, CashMove.PAID_OUT, 10_000, "ice")
    with pytest.raises(WordNeeded):
        till.call(shifting.move_cash, CashMove.PAID_OUT, 10_001, "ice")
    slip = till.call(shifting.move_cash, CashMove.PAID_OUT, 10_001, "ice", BUDI)
    assert slip.approved_by == "Budi"
    last = facts(till)[-1][1]
    assert isinstance(last, CashMoved)
    assert last.approval is not None
    assert last.approval.staff_id == "s-budi"


def test_over_or_short_beyond_the_limit_takes_a_reason_and_a_managers_word(
    till: Till, clock: HandClock
) -> None:
    sell(till)
    print_all(till, clock)
    with pytest.raises(OverShort, match=r"Rp 2\.000 short") as told:
        close(till, "2*2000")
    assert told.value.differences == {IDR: -2000}
    with pytest.raises(WordNeeded):
        close(till, "2*2000", reason="given as change twice")
    assert not any(isinstance(fact, ShiftClosed) for _shift, fact in facts(till))
    done = close(till, "2*2000", BUDI, reason="given as change twice")
    assert (done.difference_minor, done.forced) == (-2000, None)
    assert done.over_short is not None
    assert (done.over_short.staff_id, done.over_short.reason) == ("s-budi", "given as change twice")


def test_a_difference_within_the_limit_is_noted_and_no_more(till: Till, clock: HandClock) -> None:
    sell(till)
    print_all(till, clock)
    done = close(till, "1*5000 4*500")
    assert (done.difference_minor, done.over_short) == (1000, None)


def test_a_z_says_what_stands_in_its_way_and_a_manager_forces_it(till: Till, clock: HandClock) -> None:
    sell(till)
    sell(till)
    offer = till.call(finding.understood, "8996006855893")
    till.call(selling.ring, [(offer.item, 1000)])
    till.call(selling.park)
    till.call(selling.ring, [(offer.item, 1000)])
    with pytest.raises(ShiftBlocked) as told:
        close(till, "1*10000 1*2000")
    assert [(one.kind, one.subject) for one in told.value.obstacles] == [
        (ObstacleKind.BASKET, "4"),
        (ObstacleKind.BASKET, "3"),
        (ObstacleKind.PAPER, "2 papers wait."),
    ]
    assert "Basket 4 is not finished. Pay it, or void it." in str(told.value)
    with pytest.raises(EntryRefused, match="reason"):
        close(till, "1*10000 1*2000", force=True)
    with pytest.raises(WordNeeded):
        close(till, "1*10000 1*2000", force=True, force_reason="printer at the repair shop")
    done = close(till, "1*10000 1*2000", BUDI, force=True, force_reason="printer at the repair shop")
    assert done.forced is not None
    assert (done.forced.staff_id, len(done.obstacles), done.over_short) == ("s-budi", 3, None)
    (fact,) = [fact for _shift, fact in facts(till) if isinstance(fact, ShiftClosed)]
    assert fact.report == done
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert facts(till)[-1][0] == "1-2"


def test_a_closed_shift_stays_as_it_was(till: Till, clock: HandClock) -> None:
    sell(till)
    print_all(till, clock)
    done = close(till, "1*5000 1*1000")
    sell(till)
    till.call(shifting.move_cash, CashMove.PAID_OUT, 1000, "ice")
    assert till.store.call(lambda: reporting.z_report(till.store.books)) == done
    assert till.call(shifting.reprint_z, 1) == done
    with pytest.raises(Exception, match="append-only"):
        till.store.call(lambda: till.store.books.execute("UPDATE shift_closed SET left_minor = 0"))
    jobs = till.store.call(lambda: printjobs.latest_job_states(till.store.books, 1))
    assert [(one.kind, one.copy) for one in jobs] == [("shift", True)]


def test_nothing_happened_nothing_to_close(till: Till) -> None:
    with pytest.raises(DrawerRefused, match="nothing to close"):
        close(till, "")


def test_the_z_adds_up_what_happened(till: Till, clock: HandClock) -> None:
    sell(till)
    offer = till.call(finding.understood, "0,482*4131")
    view = till.call(selling.ring, [(offer.item, offer.quantity_milli)])
    till.call(selling.void_line, view.basket.lines[0].line_id)
    till.call(selling.ring, [(offer.item, offer.quantity_milli)])
    till.call(tendering.pay_card, 20_000, CardSlip(approval_code="1"))
    till.call(tendering.pay_cash, 2000)
    print_all(till, clock)
    done = close(till, "1*5000 1*2000 7*100")
    takings = done.takings
    assert (takings.sales, takings.total_minor, takings.rounding_minor) == (2, 27_690, 10)
    assert [(one.kind, one.count, one.amount_minor) for one in takings.tenders] == [
        ("card", 1, 20_000),
        ("cash", 2, 8000),
    ]
    assert [(one.code, one.rate_ppm, one.goods_minor, one.tax_minor) for one in takings.taxes] == [
        ("EXEMPT", 0, 21_690, 0),
        ("PPN", 120_000, 6000, 595),
    ]
    assert (takings.voids.lines, takings.voids.lines_minor) == (1, 21_690)
    assert [(one.staff_id, one.sales, one.total_minor, one.voids) for one in takings.staff] == [
        ("s-sari", 2, 27_690, 1)
    ]
    assert (done.drawer.expected_minor, done.counted_minor) == (7700, 7700)


def test_a_cashier_counts_blind_and_a_manager_is_told(till: Till) -> None:
    sell(till)
    assert till.call(shifting.state).report is None
    with pytest.raises(NotAllowed):
        till.call(shifting.print_x)
    till.staff = staff_members()[1]
    told = till.call(shifting.state).report
    assert told is not None
    assert told.drawer.expected_minor == 6000
    assert till.call(shifting.print_x).takings.sales == 1


def test_no_sale_is_journalled_once_the_drawer_was_opened(
    till: Till, clock: HandClock, line: QuietLine
) -> None:
    with pytest.raises(WordNeeded):
        till.call(kicking.no_sale, "change for the bus")
    till.call(kicking.no_sale, "change for the bus", BUDI)
    assert facts(till) == []
    print_all(till, clock)
    ((_shift, fact),) = facts(till)
    told = msgspec.structs.asdict(fact)
    assert (told["staff_id"], told["reason"], told["certain"]) == ("s-sari", "change for the bus", True)
    assert told["approval"].staff_id == "s-budi"
    line.print_trouble = "away"
    with pytest.raises(DrawerRefused, match="its key"):
        till.call(kicking.no_sale, "change", BUDI)


def test_opening_the_drawer_to_count_it_is_kept_and_is_no_sale(till: Till, clock: HandClock) -> None:
    sell(till)
    till.call(kicking.no_sale, "change for the bus", BUDI)
    till.call(kicking.open_to_count)
    print_all(till, clock)
    reasons = [fact.reason for _shift, fact in facts(till) if isinstance(fact, DrawerOpened)]
    assert reasons == ["change for the bus", "Opened to count it"]
    done = close(till, "1*5000 1*1000")
    assert done.drawer.no_sales == 1
    assert [(one.staff_id, one.no_sales) for one in done.takings.staff] == [("s-sari", 1)]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_a_shift_closed_over_obstacles_with_the_wrong_sum_keeps_a_reason_for_each(
    till: Till, clock: HandClock
) -> None:
    sell(till)
    print_all(till, clock)
    till.call(selling.ring, [(till.call(finding.understood, "8996006855893").item, 1000)])
    both = {"force": True, "force_reason": "fire alarm", "reason": "a note is missing"}
    with pytest.raises(EntryRefused, match="all the same"):
        close(till, "1*1000", BUDI, **(both | {"force_reason": " "}))
    with pytest.raises(OverShort, match=r"Rp 5\.000 short"):
        close(till, "1*1000", BUDI, **(both | {"reason": ""}))
    done = close(till, "1*1000", BUDI, **both)
    assert done.over_short is not None
    assert done.forced is not None
    assert (done.over_short.reason, done.forced.reason) == ("a note is missing", "fire alarm")
    assert (done.over_short.staff_id, done.forced.staff_id) == ("s-budi", "s-budi")


def test_a_drawer_that_could_not_be_opened_does_not_open_later(till: Till, clock: HandClock) -> None:
    jobs = StoredJobs(till.store, kicking.journal_of_kicks(till.store, clock))
    till.call(kicking.no_sale, "change", BUDI)
    job = jobs.next_job()
    assert job is not None
    jobs.requeued(job.job_id, "away")
    assert (jobs.next_job(), facts(till)) == (None, [])
    till.call(kicking.no_sale, "change", BUDI)
    again = jobs.next_job()
    assert again is not None
    jobs.started(again.job_id)
    assert StoredJobs(till.store, kicking.journal_of_kicks(till.store, clock)).interrupted_jobs() == ()
    ((_shift, fact),) = facts(till)
    assert msgspec.structs.asdict(fact)["certain"] is False


def test_a_count_takes_only_money_that_there_is() -> None:
    assert worth_of(pieces("3*100000 12*500")) == 306_000
    for wrong in ("3*300", "100000", "x*500", "1*5x"):
        with pytest.raises(EntryRefused):
            pieces(wrong)


def test_a_shift_over_midnight_has_the_date_of_its_beginning(till: Till, clock: HandClock) -> None:
    sell(till)
    clock.pass_ms(20 * 3_600_000)
    sell(till)
    print_all(till, clock)
    done = close(till, "1*10000 1*2000")
    assert (done.business_date, done.takings.sales) == ("2026-11-21", 2)
    assert done.until_ms - done.began_at_ms == 20 * 3_600_000


def test_fault_12_neither_receipts_nor_z_reports_take_a_number_twice(
    tmp_path: Path, clock: HandClock, line: QuietLine
) -> None:
    from omnipos.services.epochs import begin_restored

    till = selling_till(tmp_path / "till", clock, line)
    numbers = [sell(till).receipt_number]
    print_all(till, clock)
    numbers.append(close(till, "1*5000 1*1000").number)
    till.store.call(lambda: begin_restored(till.store.books, clock))
    till.store.close()
    till = open_till(tmp_path / "till", clock, line)
    till.staff = staff_members()[0]
    offer = till.call(finding.understood, "8996006855893")
    till.call(selling.ring, [(offer.item, 1000)])
    till.call(selling.void_basket)
    numbers.append(sell(till).receipt_number)
    print_all(till, clock)
    numbers.append(close(till, "1*10000 1*2000").number)
    assert len(set(numbers)) == 4
    assert [one.rpartition("-")[2] for one in numbers] == ["000001", "Z0001", "000002", "Z0002"]
    assert till.call(reprinting.latest)[0].receipt_number == numbers[2]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()
