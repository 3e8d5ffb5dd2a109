"""Foreign cash is counted at the close by currency, differs or agrees, stays or goes, and is verified."""

from collections.abc import Callable

import msgspec
import pytest

from omnipos.domain.account import AccountSettings
from omnipos.domain.drawer import DrawerRules, Pieces, parse_pieces
from omnipos.domain.errors import EntryRefused, WordNeeded
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.foreign_count import ForeignCounted
from omnipos.domain.shift import DrawerSums, ForeignCount, ShiftReport
from omnipos.events import ShiftClosed
from omnipos.services import balances, finding, reporting, selling, shifting
from omnipos.services.approving import NOBODY, Word
from omnipos.services.shifting import Closing, CountStands, OverShort
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal, shifts
from omnipos.store.connection import transaction
from tests.rigs import SHOP, STORE, fill
from tests.services.test_balances import settings
from tests.services.test_shifting import print_all

BUDI = Word("Budi", "9999")
USD = ForeignRate(currency="USD", rate_minor=16_500)
SGD = ForeignRate(currency="SGD", rate_minor=12_000)


@pytest.fixture
def shop(till: Till) -> Till:
    """A till with Rp 100.000 in its drawer, of a shop that takes dollars of two countries."""
    settings(till, AccountSettings(), USD, SGD, country="SG")
    till.call(shifting.open_with_float, parse_pieces(["1*100000"], "IDR"))
    return till


def sell(till: Till, code: str, given: str) -> None:
    """Sell a tea for Rp 6.000 against foreign cash."""
    till.call(selling.ring, [(till.call(finding.understood, "8996006855893").item, 1000)])
    assert till.call(balances.pay_foreign, code, given).sale is not None
    print_all(till, till.clock)  # type: ignore[arg-type]


def pile(code: str, text: str, left_minor: int | None = None) -> ForeignCounted:
    """Count money of another currency."""
    return ForeignCounted(currency=code, counted=parse_pieces(text.split(), code), left_minor=left_minor)


def close(
    till: Till, own: str, *foreign: ForeignCounted, word: Word = NOBODY, reason: str = ""
) -> ShiftReport:
    """Close the shift with what was counted."""
    counted = parse_pieces(own.split(), "IDR")
    return till.call(shifting.close, Closing(counted=counted, foreign=foreign, reason=reason), word)


def findings(till: Till) -> tuple[str, ...]:
    """What verifying finds."""
    return till.store.call(lambda: verify(till.store.books)).findings


def test_what_is_counted_stays_and_is_expected_of_the_next_shift(shop: Till) -> None:
    sell(shop, "USD", "1")
    sell(shop, "SGD", "2")
    # Rp 10.500 and Rp 18.000 of change went out of the float.
    first = close(shop, "1*50000 1*20000 1*1000 1*500", pile("SGD", "1*2"), pile("USD", "4*0.25"))
    assert first.difference_minor == 0
    assert first.foreign_counted == (
        ForeignCount(
            currency="SGD",
            expected_minor=200,
            counted=(Pieces(worth_minor=200, count=1),),
            counted_minor=200,
            difference_minor=0,
            left_minor=200,
            rate_minor=12_000,
        ),
        ForeignCount(
            currency="USD",
            expected_minor=100,
            counted=(Pieces(worth_minor=25, count=4),),
            counted_minor=100,
            difference_minor=0,
            left_minor=100,
            rate_minor=16_500,
        ),
    )
    sell(shop, "USD", "5")
    # USD 5 is worth Rp 82.500: its change of Rp 76.500 is more than the drawer had.
    shop.call(shifting.move_cash, shifting.CashMove.PAID_IN, 50_000, "change from the bank")
    print_all(shop, shop.clock)  # type: ignore[arg-type]
    second = close(shop, "2*20000 1*5000", pile("SGD", "1*2", 0), pile("USD", "1*5 4*0.25", 100))
    assert [
        (one.currency, one.float_minor, one.amount_minor, one.expected_minor) for one in second.drawer.foreign
    ] == [("SGD", 200, 0, 200), ("USD", 100, 500, 600)]
    assert second.left_foreign() == {"USD": 100}
    sell(shop, "USD", "1")
    told = shop.store.call(lambda: reporting.report_so_far(shop.store.books)).drawer.foreign
    assert [(one.currency, one.expected_minor) for one in told] == [("USD", 200)]
    assert findings(shop) == ()


def test_only_currencies_with_a_rate_or_with_something_there_are_asked_for(till: Till) -> None:
    assert till.call(shifting.state).foreign == ()
    settings(till, AccountSettings(), USD, SGD, country="SG")
    assert till.call(shifting.state).foreign == ("SGD", "USD")
    till.call(shifting.open_with_float, parse_pieces(["1*100000"], "IDR"))
    sell(till, "USD", "1")
    settings(till, AccountSettings())
    assert till.call(shifting.state).foreign == ("USD",)


def test_a_shop_without_foreign_cash_counts_its_own_alone(till: Till) -> None:
    till.call(shifting.open_with_float, parse_pieces(["1*100000"], "IDR"))
    done = close(till, "1*100000")
    assert (done.foreign_counted, done.drawer.foreign, done.over_short) == ((), (), None)
    print_all(till, till.clock)  # type: ignore[arg-type]
    till.call(shifting.open_with_float, parse_pieces(["1*100000"], "IDR"))
    with pytest.raises(EntryRefused, match="USD is counted once, where the shop takes it"):
        close(till, "1*100000", pile("USD", "1*1"))


def test_foreign_cash_that_should_be_there_must_be_counted(shop: Till) -> None:
    sell(shop, "USD", "1")
    with pytest.raises(EntryRefused, match="Count USD too"):
        close(shop, "1*50000 1*20000 1*10000 1*5000 2*2000 1*500")
    assert shop.call(shifting.state).closed == 0


def test_a_difference_worth_more_than_the_limit_takes_a_reason_and_a_managers_word(shop: Till) -> None:
    sell(shop, "USD", "1")
    own = "1*50000 1*20000 1*10000 1*5000 2*2000 1*500"
    # At Rp 16.500 seven cents are Rp 1.155, beyond the smallest note, and six are not.
    short = pile("USD", "3*0.25 1*0.10 1*0.05 3*0.01")
    with pytest.raises(OverShort) as told:
        close(shop, own, short)
    assert told.value.differences == {"USD": -7}
    assert str(told.value) == (
        "The drawer is USD 0.07 short. This count is kept. Type the reason; a manager allows it."
    )
    with pytest.raises(WordNeeded):
        close(shop, own, short, reason="change given in cents")
    with pytest.raises(CountStands):
        close(shop, "1*100000", pile("USD", "2*1"))
    done = close(shop, own, short, reason="change given in cents", word=BUDI)
    assert done.over_short is not None
    assert (done.over_short.staff_id, done.over_short.reason) == ("s-budi", "change given in cents")
    assert done.foreign_counted is not None
    assert [(one.difference_minor, one.left_minor) for one in done.foreign_counted] == [(-7, 93)]
    assert findings(shop) == ()


def test_a_difference_within_the_limit_is_noted_and_no_more(shop: Till) -> None:
    sell(shop, "USD", "1")
    short = pile("USD", "3*0.25 1*0.10 1*0.05 4*0.01")
    done = close(shop, "1*50000 1*20000 1*10000 1*5000 2*2000 1*500", short)
    assert done.foreign_counted is not None
    assert (done.foreign_counted[0].difference_minor, done.over_short) == (-6, None)


def test_where_the_rate_is_gone_any_difference_takes_a_word(shop: Till) -> None:
    sell(shop, "USD", "1")
    wide = msgspec.structs.replace(SHOP, drawer=DrawerRules(over_short_limit_minor=10**9))
    fill(shop.store.folder, "settings", (f"shop:{STORE}", wide))
    own = "1*50000 1*20000 1*10000 1*5000 2*2000 1*500"
    with pytest.raises(OverShort, match=r"The drawer is USD 0\.01 over\."):
        close(shop, own, pile("USD", "1*1 1*0.01"))
    done = close(shop, own, pile("USD", "1*1"), reason="a cent of the bank's", word=BUDI)
    assert done.foreign_counted is not None
    assert [(one.rate_minor, one.difference_minor) for one in done.foreign_counted] == [(0, 0)]
    assert done.drawer.told is not None
    assert done.drawer.told.differences("IDR") == {"USD": 1}


Doctor = Callable[[ShiftReport], ShiftReport]


def _counted(**changes: object) -> Doctor:
    def doctor(report: ShiftReport) -> ShiftReport:
        assert report.foreign_counted is not None
        (one,) = report.foreign_counted
        changed = msgspec.structs.replace(one, **changes)
        return msgspec.structs.replace(report, foreign_counted=(changed,))

    return doctor


def _drawer(**changes: object) -> Doctor:
    def doctor(report: ShiftReport) -> ShiftReport:
        (one,) = report.drawer.foreign
        drawer: DrawerSums = msgspec.structs.replace(
            report.drawer, foreign=(msgspec.structs.replace(one, **changes),)
        )
        return msgspec.structs.replace(report, drawer=drawer)

    return doctor


@pytest.mark.parametrize(
    "doctor",
    [
        _counted(expected_minor=100, difference_minor=0),
        _counted(difference_minor=0),
        _counted(counted_minor=200),
        _counted(left_minor=101),
        _drawer(amount_minor=0),
        _drawer(float_minor=0),
        _drawer(worth_minor=1),
        lambda report: msgspec.structs.replace(report, foreign_counted=()),
        lambda report: msgspec.structs.replace(report, foreign_counted=None),
    ],
)
def test_a_z_whose_foreign_sums_were_changed_is_found(
    shop: Till, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(shop, "USD", "1")
    close(shop, "1*50000 1*20000 1*10000 1*5000 2*2000 1*500", pile("USD", "1*1"))
    sell(shop, "USD", "1")
    with monkeypatch.context() as patched:
        patched.setattr(shifting, "_write_close", lambda _till, _report: None)
        second = close(shop, "1*50000 1*20000 9*1000", pile("USD", "1*1"), reason="lost", word=BUDI)
    write(shop, doctor(second))
    assert findings(shop) == ("Event 6 of epoch 1 is a Z whose sums are not those of its shift.",)


def write(till: Till, report: ShiftReport) -> None:
    """Write a Z as nothing of ours would."""

    def close_with_it(till: Till) -> None:
        db, stamp = till.store.books, till.stamp()
        with transaction(db):
            event = journal.append(db, stamp, ShiftClosed(report=report))
            shifts.insert_closed(db, event, report)

    till.call(close_with_it)


def test_a_z_that_left_less_than_the_next_began_with_is_found(
    shop: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(shop, "USD", "1")
    with monkeypatch.context() as patched:
        patched.setattr(shifting, "_write_close", lambda _till, _report: None)
        first = close(shop, "1*50000 1*20000 1*10000 1*5000 2*2000 1*500", pile("USD", "1*1"))
    write(shop, first)
    assert findings(shop) == ()
    monkeypatch.setattr(shifts, "left_foreign", lambda _db, _shift: {"USD": 50})
    sell(shop, "USD", "1")
    close(shop, "1*50000 1*20000 9*1000", pile("USD", "1*1 2*0.25"))
    assert findings(shop) == ("Event 5 of epoch 1 is a Z whose sums are not those of its shift.",)


def test_a_z_from_before_foreign_cash_was_counted_is_right_and_leaves_none(
    shop: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(shop, "USD", "1")
    with monkeypatch.context() as patched:
        patched.setattr(shifting, "_write_close", lambda _till, _report: None)
        old = close(shop, "1*50000 1*20000 1*10000 1*5000 2*2000 1*500", pile("USD", "1*1"))
    write(shop, msgspec.structs.replace(old, foreign_counted=None))
    sell(shop, "USD", "1")
    done = close(shop, "1*50000 1*20000 9*1000", pile("USD", "1*1"))
    assert [(one.float_minor, one.amount_minor) for one in done.drawer.foreign] == [(0, 100)]
    assert findings(shop) == ()
