"""The drawer on screen and in the plain counter: cash in and out, the blind count, the Z."""

import pytest

from omnipos.services import reporting, selling, tendering
from omnipos.services.kicking import journal_of_kicks
from omnipos.services.till import Till
from omnipos.store import journal
from omnipos.store.printjobs import StoredJobs
from tests.rigs import staff_members
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.plain_rig import TEH, say, tell
from tests.ui.plain_rig import counter as plain_counter


def print_all(till: Till) -> None:
    """Let the printer print what waits."""
    jobs = StoredJobs(till.store, journal_of_kicks(till.store, till.clock))
    while job := jobs.next_job():
        jobs.done(job.job_id)


def facts(till: Till) -> list[str]:
    """The kinds of facts in the journal."""
    return till.store.call(lambda: [one.header.type for one in journal.read_events(till.store.books)])


async def count(hands: Hands, **counts: str) -> None:
    """Type counts by their place among the denominations, the largest first, and end with F12."""
    for place in range(10):
        await hands.type(counts.get(f"p{place}", ""))
        if place < 9:
            await hands.press("down")
    await hands.press("f12")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_day_of_the_drawer(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await hands.press("f10", "f2")
        assert "Counted so far: Rp 0" in hands.text
        await count(hands, p0="1", p4="10")
        assert "The float is Rp 150.000." in hands.text
        await hands.press("f4")
        await hands.type("20000")
        await hands.press("enter")
        await hands.type("ice")
        await hands.press("enter")
        assert "Paid out: Rp 20.000." in hands.text
        await hands.press("escape")
        await hands.scan(TEH)
        await hands.press("f12", "enter")
        print_all(till)
        await hands.press("f10")
        assert "told when it was counted" in hands.text
        assert "136.000" not in hands.text
        await hands.press("f12")
        assert hands.up == "CashUpScreen"
        await count(hands, p0="1", p4="7", p6="1")
        assert "Counted: Rp 136.000" in hands.text
        await hands.type("100000")
        await hands.press("enter", "enter")
        assert hands.up == "ReportScreen"
        assert "Z report S1-1-Z0001" in hands.text
        await hands.press("escape", "f8")
        assert "S1-1-Z0001 · 21/11/26" in hands.text
    done = till.store.call(lambda: reporting.z_report(till.store.books))
    assert (done.counted_minor, done.difference_minor, done.left_minor) == (136_000, 0, 100_000)
    told = [one for one in facts(till) if one.startswith(("shift", "cash", "sale"))]
    assert told == ["shift_opened", "cash_moved", "sale_completed", "shift_closed"]


async def test_a_short_drawer_asks_for_a_reason_and_then_for_a_manager(till: Till) -> None:
    till.call(selling.ring, [(_teh(till), 1000)])
    till.call(tendering.pay_cash)
    print_all(till)
    async with counter(till) as hands:
        await hands.press("f10", "f12")
        await count(hands, p6="1")
        await hands.press("enter", "enter")
        assert "The drawer is Rp 5.000 short." in hands.text
        assert "shift_closed" not in facts(till)
        await hands.type("wrong change given")
        await hands.press("enter")
        assert hands.up == "WordScreen"
        await hands.type("Budi")
        await hands.press("enter")
        await hands.type("9999")
        await hands.press("enter")
        assert "Z report S1-1-Z0001" in hands.text
    done = till.store.call(lambda: reporting.z_report(till.store.books))
    assert done.over_short is not None
    assert (done.difference_minor, done.over_short.staff_id) == (-5000, "s-budi")


async def test_what_is_in_the_way_is_listed_and_enter_does_not_force_it(till: Till) -> None:
    till.call(selling.ring, [(_teh(till), 1000)])
    async with counter(till) as hands:
        await hands.press("f10")
        assert "Basket 1 is not finished. Pay it, or void it." in hands.text
        await hands.press("f12", "enter")
        assert hands.up == "ChoiceScreen"
        await hands.press("1")
        assert hands.up == "CashUpScreen"


async def test_a_manager_sees_the_x_and_a_cashier_is_refused(till: Till) -> None:
    till.call(selling.ring, [(_teh(till), 1000)])
    till.call(tendering.pay_cash)
    async with counter(till) as hands:
        await hands.press("f10", "f7")
        assert "may not do this" in hands.text
    till.staff = staff_members()[1]
    async with counter(till) as hands:
        await hands.press("f10")
        assert "Should be in the drawer" in hands.text
        await hands.press("f7")
        assert "X report, till 1" in hands.text
        await hands.press("f7")
        assert "being printed" in hands.text


async def test_a_paper_that_is_printed_meanwhile_leaves_the_list(till: Till) -> None:
    till.call(selling.ring, [(_teh(till), 1000)])
    till.call(tendering.pay_cash)
    async with counter(till) as hands:
        await hands.press("f10")
        assert "1 paper waits." in hands.text
        print_all(till)
        await hands.app.look_around()
        await hands.settle()
        assert "paper waits" not in hands.text


async def test_opening_the_drawer_takes_a_reason_and_a_manager(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f10", "f6", "enter")
        assert "Type the reason." in hands.text
        await hands.type("change")
        await hands.press("enter")
        assert hands.up == "WordScreen"
    assert "drawer_opened" not in facts(till)


def _teh(till: Till) -> object:
    from omnipos.domain.catalogue import Item
    from tests.rigs import TEH as PRODUCT

    return Item(product=PRODUCT)


def test_a_float_below_what_the_last_shift_left_is_said(till: Till) -> None:
    say(till, TEH, "pay cash")
    print_all(till)
    assert say(till, "close 1*5000 1*1000").startswith("S1-1-Z0001: 1 sale")
    said = "The float is Rp 5.000. That is Rp 1.000 less than the last shift left; the Z says so."
    assert say(till, "float 1*5000") == said


def test_the_plain_counter_keeps_the_drawer(till: Till) -> None:
    assert say(till, "float 1*100000 10*5000") == "The float is Rp 150.000."
    assert say(till, "pay-out 20000 ice") == "Paid out: Rp 20.000. The slip is being printed."
    assert say(till, "pay-in 5000") == "Type the reason. It is kept with what is done."
    assert say(till, "drop 30000") == "Safe drop: Rp 30.000. The slip is being printed."
    say(till, TEH, "pay cash")
    print_all(till)
    assert say(till, "drawer") == "Shift 1, float Rp 150.000."
    assert "This count is kept. Type the reason" in say(till, "close 1*100000")
    again = "close 1*100000 1*5000 1*1000 left 100000"
    assert say(till, again).startswith("Another count was told before, and is kept.")
    told = tell(till, f"{again} a note lay below", "allow Budi 9999")
    assert told["say"] == (
        "S1-1-Z0001: 1 sales, total Rp 6.000, in the drawer should be Rp 106.000."
        " Counted Rp 106.000, difference Rp 0."
    )
    assert told["report"]["left_minor"] == 100_000
    assert say(till, "z 1") == "S1-1-Z0001 is printed again, marked COPY."
    assert [one["number"] for one in tell(till, "z")["shifts"]] == ["S1-1-Z0001"]


def test_the_plain_counter_forces_a_z_by_number_and_with_a_managers_word(till: Till) -> None:
    say(till, TEH, "pay cash", TEH)
    talk = plain_counter(till)
    asked = talk.answer("close 1*5000 1*1000 the printer is broken")
    assert asked is not None
    assert "Basket 2 is not finished." in asked
    assert asked.endswith("Type 1 to close it all the same.")
    refused = talk.answer("1")
    assert refused is not None
    assert "A manager's name and PIN allow it." in refused
    done = talk.answer("allow Budi 9999")
    assert done is not None
    assert done.startswith("S1-1-Z0001: 1 sales")


def test_the_plain_x_is_for_managers_and_no_sale_takes_their_word(till: Till) -> None:
    say(till, TEH, "pay cash")
    assert "may not do this" in say(till, "x")
    assert say(till, "no-sale change", "allow Budi 9999") == "The drawer opens."
    print_all(till)
    assert facts(till)[-1] == "drawer_opened"
    till.staff = staff_members()[1]
    assert say(till, "x") == "1 sales, total Rp 6.000, in the drawer should be Rp 6.000."
    assert tell(till, "x print")["report"]["takings"]["sales"] == 1
