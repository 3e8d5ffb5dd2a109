"""Taking the tax off a sale at the counter and in plain words: asked for, shown, and charged again."""

import pytest

from omnipos.services.till import Till
from tests.rigs import staff_members
from tests.ui.driving import LARGE, SMALL, counter
from tests.ui.plain_rig import INDOMIE, TEH, say, tell


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_manager_beside_the_cashier_takes_the_tax_off(till: Till, size: tuple[int, int]) -> None:
    async with counter(till, size) as hands:
        await hands.scan(INDOMIE, TEH)
        await hands.press("ctrl+t")
        assert hands.up == "ExemptScreen"
        await hands.press("enter")
        assert "Type the reason. It is kept with what is done." in hands.text
        await hands.type("Diplomat")
        await hands.press("enter")
        await hands.type("KBRI-17")
        await hands.press("enter")
        await hands.type("budi")
        await hands.press("enter")
        await hands.type("1111")
        await hands.press("enter")
        assert hands.up == "WordScreen", "a wrong PIN leaves the form as it is"
        await hands.type("9999")
        await hands.press("enter")
        assert hands.up == "SellScreen"
        assert "No tax: Diplomat" in hands.text
        assert "Rp 8.559" in hands.text
        assert "Without PPN" in hands.text
        assert "−594" in hands.text


async def test_tax_is_charged_again_after_a_numbered_choice(till: Till) -> None:
    till.staff = staff_members()[1]
    async with counter(till) as hands:
        await hands.scan(INDOMIE, TEH)
        await hands.press("ctrl+t")
        await hands.type("School")
        await hands.press("enter", "enter")
        assert "No tax: School" in hands.text
        await hands.press("ctrl+t")
        assert hands.up == "ChoiceScreen"
        await hands.press("1")
        assert "No tax" not in hands.text
        assert "Rp 9.500" in hands.text


async def test_an_empty_basket_is_not_asked_about(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("ctrl+t")
        assert hands.up == "SellScreen"
        assert "Scan something first." in hands.text


def test_plain_words_take_the_tax_off_and_charge_it_again(till: Till) -> None:
    assert say(till, INDOMIE, TEH, "no-tax") == (
        "Type no-tax, the reason and the certificate: no-tax diplomat, KBRI-17."
    )
    assert "may not do this" in say(till, "no-tax Diplomat, KBRI-17")
    assert (
        say(till, "no-tax Diplomat, KBRI-17", "allow budi 9999")
        == "This sale carries no tax. Total Rp 8.559."
    )
    assert "No tax: Diplomat, KBRI-17. Total Rp 8.559." in say(till, "basket")
    assert tell(till, "basket")["basket"]["exemption"] == {"reason": "Diplomat", "certificate": "KBRI-17"}
    assert say(till, "no-tax off") == "Tax is charged again. Total Rp 9.500."
    assert "no-tax REASON, CERTIFICATE" in say(till, "help")
    till.staff = staff_members()[1]
    assert say(till, "no-tax School") == "This sale carries no tax. Total Rp 8.559."
    sale = tell(till, "pay cash")["sale"]
    assert (sale["exemption"], sale["tax_minor"]) == ({"reason": "School", "certificate": ""}, 0)
