"""Stock is counted on its own screen and in the plain counter."""

import pytest

from omnipos.services import stocktaking
from omnipos.services.till import Till
from tests.rigs import INDOMIE, staff_members
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import counter as plain_counter
from tests.ui.plain_rig import say

CODE = INDOMIE.barcodes[0].code


@pytest.fixture
def manager(till: Till) -> Till:
    till.staff = staff_members()[1]
    return till


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_scan_put_right_and_finish(manager: Till, size: tuple[int, int]) -> None:
    async with counter(manager, size) as hands:
        await hands.press("ctrl+k")
        assert "Scan what lies on the shelf" in hands.text
        await hands.scan(CODE, CODE)
        assert "2 of 50" in hands.text
        await hands.press("f5")
        await hands.type("47")
        await hands.press("enter")
        assert "47 of 50" in hands.text
        await hands.press("f12", "1")
        assert "1 product is counted." in hands.text
    assert manager.call(stocktaking.current).rows == ()


async def test_a_cashier_counts_on_a_managers_word(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("ctrl+k")
        assert hands.up == "WordScreen"
        assert "Stocktake: Sari may not do this." in hands.text
        await hands.press("escape")
        assert hands.up == "SellScreen"


def test_the_plain_counter_counts(manager: Till) -> None:
    talk = plain_counter(manager)
    assert talk.answer("count") == "Nothing is counted. Type count and a code, or count 12*code."
    assert talk.answer(f"count {CODE}") == (
        "Indomie Goreng 85 g: 1 counted, 50 expected. 1 product is counted."
    )
    assert talk.answer("count set 47") == (
        "Indomie Goreng 85 g: 47 counted, 50 expected. 1 product is counted."
    )
    assert talk.answer("count finish") == (
        "Indomie Goreng 85 g: 47 counted, 50 expected. Make this count the stock? Type 1 to finish the count."
    )
    assert talk.answer("1") == "1 product is counted."
    assert say(manager, "count give-up") == "The count is given up. No stock changed."
