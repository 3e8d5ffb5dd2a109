"""A count that was told to who counts blind: it stands, and another one takes a manager's word."""

import msgspec
import pytest

from omnipos.domain.errors import WordNeeded
from omnipos.domain.shift import CountTold
from omnipos.domain.shift_words import rows_of
from omnipos.domain.staff import Right
from omnipos.services.report_rows import report_csv
from omnipos.services.shifting import CountStands, OverShort
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from tests.rigs import SHOP, HandClock, staff_members
from tests.services import test_shifting
from tests.services.test_shifting import BUDI, close, facts, print_all, sell

clock, line, till = test_shifting.clock, test_shifting.line, test_shifting.till


def test_a_count_that_a_cashier_was_told_stands_and_another_takes_a_managers_word(
    till: Till, clock: HandClock
) -> None:
    sell(till)
    print_all(till, clock)
    for _try in range(2):
        with pytest.raises(OverShort, match=r"Rp 2\.000 short\. This count is kept"):
            close(till, "2*2000")
    (told,) = [fact for _shift, fact in facts(till) if isinstance(fact, CountTold)]
    assert (told.staff_id, told.counted_minor, told.difference_minor) == ("s-sari", 4000, -2000)
    for text in ("1*5000 1*1000", "1*1000"):
        with pytest.raises(CountStands) as again:
            close(till, text)
        assert "Rp" not in str(again.value)
    with pytest.raises(WordNeeded):
        close(till, "1*5000 1*1000", reason="a note lay under the tray")
    done = close(till, "1*5000 1*1000", BUDI, reason="a note lay under the tray")
    assert (done.difference_minor, done.drawer.told, done.is_recount) == (0, told, True)
    assert done.over_short is not None
    assert done.over_short.staff_id == "s-budi"
    rows = [(row.label, row.value) for row in rows_of(done, SHOP, {"s-sari": "Sari", "s-budi": "Budi"})]
    at = rows.index(("COUNTED AND TOLD", ""))
    assert rows[at + 1 : at + 3] == [("Sari", "Rp 4.000"), ("Short", "−Rp 2.000")]
    assert "told_difference,,,-2000,IDR" in report_csv(done)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()
    sell(till)
    print_all(till, clock)
    assert close(till, "1*10000 1*2000").drawer.told is None


def test_a_manager_who_knows_the_sum_is_told_as_often_as_they_count(till: Till, clock: HandClock) -> None:
    sell(till)
    print_all(till, clock)
    till.staff = staff_members()[1]
    with pytest.raises(OverShort, match="Count again"):
        close(till, "2*2000")
    done = close(till, "1*5000 1*1000")
    assert (done.drawer.told, done.is_recount, done.over_short) == (None, False, None)


def test_nobody_is_told_who_may_not_count(till: Till, clock: HandClock) -> None:
    sell(till)
    print_all(till, clock)
    till.staff = msgspec.structs.replace(staff_members()[0], rights=(Right.SELL,))
    with pytest.raises(WordNeeded):
        close(till, "2*2000")
    with pytest.raises(OverShort):
        close(till, "2*2000", BUDI)
    assert [one.staff_id for _shift, one in facts(till) if isinstance(one, CountTold)] == ["s-sari"]
