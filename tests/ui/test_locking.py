"""The till locks behind a finished sale where the shop wants it: the change stays in view, Print works."""

import msgspec
import pytest

from omnipos.domain.staff import StaffHabits
from omnipos.events import PaperReprinted, decode_fact
from omnipos.services import selling
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import SHOP, STORE, fill
from tests.services.test_badges import BUDIS, give_badges
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import INDOMIE, TEH, say
from tests.ui.plain_rig import counter as plain


@pytest.fixture
def _locks(till: Till) -> None:
    wants = msgspec.structs.replace(SHOP, staff=StaffHabits(lock_after_sale=True))
    fill(till.store.folder, "settings", (f"shop:{STORE}", wants))


def reprinted(till: Till) -> list[tuple[str, str, str]]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    facts = [(one.header.actor, decode_fact(one.body)) for one in events]
    return [
        (actor, fact.receipt_number, fact.paper) for actor, fact in facts if isinstance(fact, PaperReprinted)
    ]


@pytest.mark.usefixtures("_locks")
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_change_stays_in_view_of_a_locked_till_and_print_works(
    till: Till, size: tuple[int, int]
) -> None:
    async with counter(till, size) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12")
        await hands.type("5000")
        await hands.press("enter")
        assert (hands.up, till.staff) == ("FinishedScreen", None)
        for seen in ("CHANGE DUE", "Indomie Goreng 85 g", "Sale S1-1-000001 saved.", "the till is locked"):
            assert seen in hands.text
        assert "Sari" not in hands.text
        await hands.press("enter", "f12")
        assert hands.up == "FinishedScreen"
        await hands.press("f7")
        assert "Printed again, marked COPY." in hands.text
        await hands.press("f6")
        assert "The gift receipt of S1-1-000001" in hands.text
        assert (till.staff, len(reprinted(till))) == (None, 2)
        assert reprinted(till)[0] == ("s-sari", "S1-1-000001", "receipt")
        await hands.scan(TEH)
        assert "Sign in first" in hands.text
        await hands.press("f9")
        assert hands.up == "FinishedScreen"
        await hands.type("2")
        assert hands.up == "SignInScreen"
        await hands.type("1234")
        await hands.press("enter")
        assert (hands.up, hands.pays) == ("SellScreen", False)
    assert till.call(selling.current).basket.lines == ()


@pytest.mark.usefixtures("_locks")
async def test_a_badge_brings_the_till_back_behind_the_sale(till: Till) -> None:
    give_badges(till.store.folder)
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter")
        await hands.scan(BUDIS)
        assert hands.up == "SellScreen"
        assert till.staff is not None
        assert till.staff.name == "Budi"
        await hands.scan(TEH)
        assert "Teh Botol" in hands.text


@pytest.mark.usefixtures("_locks")
async def test_a_part_paid_sale_does_not_lock(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12")
        await hands.type("1000")
        await hands.press("enter")
        assert hands.pays
        assert till.staff is not None


async def test_without_the_setting_nothing_locks(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter")
        assert "CHANGE DUE" in hands.text
        assert (hands.up, till.staff is None) == ("SellScreen", False)


@pytest.mark.usefixtures("_locks")
def test_the_plain_counter_locks_and_prints_the_last_receipt(till: Till) -> None:
    talk = plain(till)
    talk.answer(INDOMIE)
    assert str(talk.answer("pay cash")).endswith("The till is locked. Type sign-in NAME PIN.")
    assert till.staff is None
    assert talk.answer("reprint") == "Receipt S1-1-000001 is printed again, marked COPY."
    assert str(talk.answer(TEH)).startswith("The till locked itself.")
    assert talk.answer("sign-in Budi 9999") == "Budi is signed in."
    assert [one[0] for one in reprinted(till)] == ["s-sari"]


def test_the_plain_counter_stays_open_without_the_setting(till: Till) -> None:
    assert "locked" not in say(till, INDOMIE, "pay cash")
    assert till.staff is not None
