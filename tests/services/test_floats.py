"""A float that is less than what the last shift left in the drawer."""

import msgspec

from omnipos.domain.reckoning import Reckoned
from omnipos.domain.shift_words import rows_of
from omnipos.services import shifting, verifying_shifts
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from tests.rigs import HandClock
from tests.services import test_shifting
from tests.services.test_shifting import close, pieces, print_all, sell

clock, line, till = test_shifting.clock, test_shifting.line, test_shifting.till


def test_a_float_that_is_less_than_what_was_left_stands_in_the_z(till: Till, clock: HandClock) -> None:
    sell(till)
    print_all(till, clock)
    close(till, "1*5000 1*1000")
    now = till.call(shifting.open_with_float, pieces("1*5000"))
    assert (now.float_minor, now.float_short_minor) == (5000, 1000)
    print_all(till, clock)
    done = close(till, "1*5000")
    assert (done.drawer.float_short_minor, done.drawer.expected_minor, done.difference_minor) == (
        1000,
        5000,
        0,
    )
    rows = [(row.label, row.value) for row in rows_of(done, till.shop(), {})]
    assert ("  less than the last shift left", "−Rp 1.000") in rows
    assert till.store.call(lambda: verify(till.store.books)).findings == ()
    older = msgspec.structs.replace(done, drawer=msgspec.structs.replace(done.drawer, float_short_minor=0))
    assert verifying_shifts.is_right(older, Reckoned(done.takings, done.drawer))
    other = msgspec.structs.replace(done, drawer=msgspec.structs.replace(done.drawer, float_short_minor=1))
    assert not verifying_shifts.is_right(other, Reckoned(done.takings, done.drawer))
