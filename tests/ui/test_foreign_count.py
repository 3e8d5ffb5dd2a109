"""Foreign cash is counted behind the shop's own, on the screen and in the plain counter."""

import pytest

from omnipos.domain.account import AccountSettings
from omnipos.domain.drawer import parse_pieces
from omnipos.domain.foreign import ForeignRate
from omnipos.services import balances, finding, reporting, selling, shifting
from omnipos.services.till import Till
from tests.rigs import staff_members
from tests.services.test_balances import settings
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import TEH, say, tell
from tests.ui.test_drawer import count, print_all

OWN = {"p1": "1", "p2": "1", "p3": "1", "p4": "1", "p5": "2", "p7": "1"}
"""Rp 89.500 by its notes and coins."""
OWN_WORDS = "1*50000 1*20000 1*10000 1*5000 2*2000 1*500"
DOLLARS = (10_000, 5000, 2000, 1000, 500, 100, 50, 25, 10, 5, 1)


@pytest.fixture
def shop(till: Till) -> Till:
    """A till with Rp 100.000 that took a dollar for a tea and gave Rp 10.500 back."""
    settings(till, AccountSettings(), ForeignRate(currency="USD", rate_minor=16_500), country="SG")
    till.call(shifting.open_with_float, parse_pieces(["1*100000"], "IDR"))
    sell(till, "1")
    return till


def sell(till: Till, dollars: str) -> None:
    """Sell a tea against dollars."""
    till.call(selling.ring, [(till.call(finding.understood, TEH).item, 1000)])
    till.call(balances.pay_foreign, "USD", dollars)
    print_all(till)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_count_goes_on_to_the_other_currency_and_says_what_stays(
    shop: Till, size: tuple[int, int]
) -> None:
    async with counter(shop, size) as hands:
        await hands.press("f10", "f12")
        await count(hands, **OWN)
        assert "Count the drawer: USD" in hands.text
        assert "Counted so far: USD 0.00" in hands.text
        for worth in DOLLARS:
            assert f"{worth // 100}.{worth % 100:02d} ×" in hands.text
        assert "100.00 ×" in hands.text.splitlines()[_line_of(hands.text, "Counted so far") + 1]
        await hands.press(*["down"] * DOLLARS.index(25), "4")
        assert "Counted so far: USD 1.00" in hands.text
        await hands.press("f12")
        assert "Counted: Rp 89.500, USD 1.00" in hands.text
        assert "Stays in USD" in hands.text
        await hands.press("down")
        await hands.type("0.75")
        await hands.press("enter", "enter")
        assert hands.up == "ReportScreen"
        assert "Z report S1-1-Z0001" in hands.text
        await hands.press("escape")
        assert hands.up == "DrawerScreen"
    done = shop.store.call(lambda: reporting.z_report(shop.store.books))
    assert done.foreign_counted is not None
    (dollars,) = done.foreign_counted
    assert (dollars.counted_minor, dollars.difference_minor, dollars.left_minor) == (100, 0, 75)
    assert (done.difference_minor, done.left_minor) == (0, 89_500)


def _line_of(text: str, said: str) -> int:
    return next(number for number, line in enumerate(text.splitlines()) if said in line)


async def test_a_short_currency_is_named_and_who_counts_again_finds_what_was_typed(shop: Till) -> None:
    async with counter(shop) as hands:
        await hands.press("f10", "f12")
        await count(hands, **OWN)
        await hands.press(*["down"] * DOLLARS.index(25), "3", "f12")
        await hands.press("enter", "enter", "enter")
        assert "The drawer is USD 0.25 short." in hands.text
        await hands.press("escape", "escape")
        assert "Count the drawer ─" in hands.text
        await hands.press("f12")
        assert "Counted so far: USD 0.75" in hands.text
        await hands.press("f12", "enter", "enter")
        await hands.type("a quarter rolled away")
        await hands.press("enter")
        assert hands.up == "WordScreen"
        await hands.type("Budi")
        await hands.press("enter")
        await hands.type("9999")
        await hands.press("enter")
        assert "Z report S1-1-Z0001" in hands.text
        await hands.press("escape", "f8")
        assert "Rp 6.000     USD −0.25" in hands.text
    done = shop.store.call(lambda: reporting.z_report(shop.store.books))
    assert done.over_short is not None
    assert (done.over_short.reason, done.left_foreign()) == ("a quarter rolled away", {"USD": 75})


async def test_a_z_shows_what_was_counted_in_each_currency(shop: Till) -> None:
    say(shop, f"close {OWN_WORDS} usd 2*0.50")
    async with counter(shop, LARGE) as hands:
        await hands.press("f10", "f8", "enter")
        before = seen = hands.text
        while "2 × $0.50" not in seen:
            before = seen
            await hands.press("pagedown")
            seen = hands.text
            assert seen != before
        assert "COUNTED IN USD" in hands.text + before


def test_the_plain_counter_reads_a_currency_before_its_pieces(shop: Till) -> None:
    assert say(shop, f"close {OWN_WORDS}") == (
        "Count USD too, each behind its name, such as USD 2*100.00. Nothing was closed."
    )
    assert say(shop, f"close {OWN_WORDS} SGD 1*2 USD 1*1").startswith("SGD is counted once")
    assert say(shop, f"close {OWN_WORDS} USD 3*0.3").startswith("There is no note or coin of 0.30.")
    assert say(shop, f"close {OWN_WORDS} USD 0").startswith("The drawer is USD 1.00 short.")
    shop.staff = staff_members()[1]
    told = tell(shop, f"close {OWN_WORDS} left 80000 usd 2*0.25 1*0.5 left 0.50 it lay below")
    assert told["say"] == (
        "S1-1-Z0001: 1 sales, total Rp 6.000, in the drawer should be Rp 89.500."
        " Counted Rp 89.500, difference Rp 0. USD: should be 1.00, counted 1.00, difference 0.00."
    )
    (dollars,) = told["report"]["foreign_counted"]
    assert (told["report"]["left_minor"], dollars["left_minor"]) == (80_000, 50)
    assert dollars["counted"] == [{"worth_minor": 50, "count": 1}, {"worth_minor": 25, "count": 2}]


def test_a_reason_behind_foreign_cash_is_the_reason(shop: Till) -> None:
    said = say(shop, f"close {OWN_WORDS} USD 3*0.25 left 0 one USD coin is missing", "allow Budi 9999")
    assert said.endswith("USD: should be 1.00, counted 0.75, difference −0.25.")
    done = shop.store.call(lambda: reporting.z_report(shop.store.books))
    assert done.over_short is not None
    assert (done.over_short.reason, done.left_foreign()) == ("one USD coin is missing", {})


def test_the_own_currency_may_be_named_too(shop: Till) -> None:
    assert say(shop, f"close USD 1*1 IDR {OWN_WORDS}").endswith("difference 0.00.")


def test_a_manager_is_told_what_there_should_be_and_a_cashier_is_not(shop: Till) -> None:
    say(shop, f"close {OWN_WORDS} USD 1*1")
    sell(shop, "5")
    assert say(shop, "drawer") == "Shift 1-2, float Rp 89.500."
    shop.staff = staff_members()[1]
    assert say(shop, "drawer").endswith("Foreign cash: USD 6.00.")
    assert say(shop, "x").endswith("Foreign cash: USD 6.00.")
