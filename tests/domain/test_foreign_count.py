"""Foreign cash at the close: the count is held against what should be there, and what is left goes on."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.drawer import Pieces, denominations, worth_of
from omnipos.domain.errors import EntryRefused
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.foreign_count import (
    ForeignCounted,
    count_foreign,
    differences,
    foreign_taken,
    is_beyond,
    is_right,
    to_count,
)
from omnipos.domain.reckoning import Entry, reckon
from omnipos.domain.sale import Sale
from omnipos.domain.shift import DrawerSums, ForeignCash, ForeignCount, ShiftReport, Takings
from omnipos.domain.tender import ForeignMoney, Tender, TenderKind

CODES = ("EUR", "JPY", "KWD", "SGD", "USD")
RATES = {"EUR": 480, "JPY": 3, "KWD": 1450, "SGD": 330, "USD": 440}


def sale(*money: tuple[str, int]) -> Sale:
    """A sale paid with cash of other currencies."""
    paid = tuple(
        Tender(
            kind=TenderKind.FOREIGN_CASH,
            amount_minor=minor,
            foreign=ForeignMoney(currency=code, amount_minor=minor, rate_minor=100),
        )
        for code, minor in money
    )
    return Sale(
        sale_id="1",
        receipt_number="S1-1-000001",
        store_id="s",
        till_number=1,
        staff_id="a",
        currency="MYR",
        completed_at_ms=1,
        lines=(),
        taxes=(),
        total_minor=sum(minor for _code, minor in money),
        rounding_minor=0,
        change_minor=0,
        tenders=paid,
    )


def rates(*codes: str) -> tuple[ForeignRate, ...]:
    """What the shop has rates for."""
    return tuple(ForeignRate(currency=code, rate_minor=RATES[code]) for code in codes)


def report(
    drawer: DrawerSums, counts: tuple[ForeignCount, ...] | None, difference_minor: int = 0
) -> ShiftReport:
    """A Z of a drawer."""
    return ShiftReport(
        shift="1",
        store_id="s",
        till_number=1,
        currency="MYR",
        business_date="2026-11-22",
        began_at_ms=1,
        until_ms=2,
        takings=Takings(),
        drawer=drawer,
        difference_minor=difference_minor,
        foreign_counted=counts,
    )


def usd(expected: int, counted: int, rate: int = 440) -> ForeignCount:
    """A count of dollars, in coins of a cent."""
    pieces = (Pieces(worth_minor=1, count=counted),) if counted else ()
    return ForeignCount(
        currency="USD", expected_minor=expected, counted=pieces, counted_minor=counted,
        difference_minor=counted - expected, left_minor=counted, rate_minor=rate,
    )  # fmt: skip


MONEY = st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 90_000)), max_size=6)


@st.composite
def piles(draw: st.DrawFn, code: str) -> ForeignCounted:
    """Notes and coins of a currency as somebody counts them, and what they leave."""
    known = draw(st.lists(st.sampled_from(denominations(code)), max_size=4, unique=True))
    pieces = tuple(Pieces(worth_minor=one, count=draw(st.integers(1, 40))) for one in known)
    left = draw(st.one_of(st.none(), st.integers(0, worth_of(pieces))))
    return ForeignCounted(currency=code, counted=pieces, left_minor=left)


@given(st.data())
def test_counted_less_expected_is_the_difference_and_what_is_left_begins_the_next_shift(
    data: st.DataObject,
) -> None:
    left: dict[str, int] = {}
    for _shift in range(3):
        sold = [data.draw(MONEY) for _sale in range(data.draw(st.integers(0, 3)))]
        _takings, drawer = reckon([Entry("a", sale(*money)) for money in sold], left_foreign=left)
        there = dict(left)
        for code, minor in (one for money in sold for one in money):
            there[code] = there.get(code, 0) + minor
        assert {one.currency: one.expected_minor for one in drawer.foreign} == {
            c: m for c, m in there.items() if m
        }
        assert {one.currency: one.float_minor for one in drawer.foreign if one.float_minor} == left
        shop = rates(*data.draw(st.lists(st.sampled_from(CODES), unique=True)))
        asked = to_count(drawer, shop)
        said = [data.draw(piles(code)) for code in asked]
        counts = count_foreign(drawer, shop, said)
        for code, pile in zip(asked, said, strict=True):
            counted = worth_of(pile.counted)
            found = next((one for one in counts if one.currency == code), None)
            if found is None:
                assert (counted, there.get(code, 0)) == (0, 0)
                continue
            assert found.counted_minor == counted
            assert found.difference_minor == counted - there.get(code, 0)
            assert found.left_minor == (counted if pile.left_minor is None else pile.left_minor)
        assert sum(one.difference_minor for one in counts) == sum(
            worth_of(one.counted) for one in said
        ) - sum(there.values())
        closed = report(drawer, counts)
        assert is_right(closed, drawer)
        left = closed.left_foreign()
        assert left == {one.currency: one.left_minor for one in counts if one.left_minor}


DRAWER = DrawerSums(
    foreign=(ForeignCash(currency="USD", amount_minor=1500, worth_minor=6600, float_minor=500),)
)


@pytest.mark.parametrize(
    "changes",
    [
        {"expected_minor": 1500, "difference_minor": 500},
        {"difference_minor": 1},
        {"counted_minor": 1999, "difference_minor": -1},
        {"left_minor": 2001},
        {"left_minor": -1},
        {"currency": "SGD"},
        {"counted": ()},
    ],
)
def test_a_count_that_says_something_else_is_not_right(changes: dict[str, Any]) -> None:
    right = usd(2000, 2000)
    assert is_right(report(DRAWER, (right,)), DRAWER)
    assert not is_right(report(DRAWER, (msgspec.structs.replace(right, **changes),)), DRAWER)


def test_a_currency_that_was_not_counted_or_counted_twice_is_not_right() -> None:
    assert not is_right(report(DRAWER, ()), DRAWER)
    assert not is_right(report(DRAWER, (usd(2000, 2000), usd(2000, 2000))), DRAWER)
    assert is_right(report(DrawerSums(), ()), DrawerSums())


@pytest.mark.parametrize(
    ("off_minor", "rate", "limit", "is_told"),
    [
        # One ringgit at 4.40 a dollar is 22.7 cents.
        (22, 440, 100, False),
        (23, 440, 100, True),
        (-23, 440, 100, True),
        (0, 440, 0, False),
        (1, 1, 0, True),
        (1, 0, 100, True),
        (0, 0, 0, False),
    ],
)
def test_a_difference_is_worth_what_the_shop_gives_for_it_and_without_a_rate_any_counts(
    off_minor: int, rate: int, limit: int, is_told: bool
) -> None:
    assert is_beyond(usd(1000, 1000 + off_minor, rate), limit) is is_told


def test_each_currency_is_off_by_itself() -> None:
    off = report(DRAWER, (usd(2000, 1900),), difference_minor=-300)
    assert differences(off, 100) == {"MYR": -300, "USD": -100}
    assert differences(off, 300) == {"USD": -100}
    assert differences(report(DRAWER, None), 0) == {}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([], r"Count USD too, each behind its name, such as USD 2\*100\.00\."),
        ([ForeignCounted(currency="SGD")], "SGD is counted once"),
        ([ForeignCounted(currency="USD"), ForeignCounted(currency="USD")], "USD is counted once"),
        ([ForeignCounted(currency="USD", left_minor=1)], "No more can stay"),
    ],
)
def test_what_is_not_counted_as_asked_is_refused(said: list[ForeignCounted], why: str) -> None:
    with pytest.raises(EntryRefused, match=why):
        count_foreign(DRAWER, rates("EUR"), said)


def test_only_what_there_is_or_has_a_rate_is_counted_and_nothing_of_nothing_is_kept() -> None:
    assert to_count(DRAWER, rates("EUR")) == ("EUR", "USD")
    assert to_count(DrawerSums(), ()) == ()
    assert count_foreign(DrawerSums(), rates("EUR"), [ForeignCounted(currency="EUR")]) == ()
    assert count_foreign(DrawerSums(), rates("EUR"), []) == ()


def test_only_foreign_cash_of_a_sale_is_taken() -> None:
    paid = sale(("USD", 500), ("JPY", 1000))
    cash = Tender(kind=TenderKind.CASH, amount_minor=5)
    told = foreign_taken(msgspec.structs.replace(paid, tenders=(*paid.tenders, cash)))
    assert [(one.currency, one.amount_minor) for one in told] == [("USD", 500), ("JPY", 1000)]
