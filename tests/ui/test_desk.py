"""Customers, orders and all the boxes: each way in, each way back, and hostile names that do nothing."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain.order import OrderState
from omnipos.services import collecting, recognising, selling
from omnipos.services.till import Till
from tests.rigs import INDOMIE as INDOMIE_PRODUCT
from tests.rigs import SARAH, STORE, QuietLine, fill, order
from tests.rigs import TEH as TEH_GOODS
from tests.ui.driving import counter

INDOMIE, TEH = "8998866200578", "8996006855893"


async def test_customer_is_found_while_typing_and_taken(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f2")
        await hands.type("7890")
        assert "Sarah Wijaya" in hands.text
        await hands.press("enter")
        assert hands.up == "SellScreen"
        assert "● 1 order to collect" in hands.text
        await hands.press("f2", "f6")
        assert "as of 17:00" in hands.text
        await hands.press("escape", "f8")
    assert till.call(selling.current).basket.customer_id == ""


async def test_item_scanned_into_the_customer_search_is_rung_up_behind_it(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f2")
        await hands.type("bud")
        await hands.scan(INDOMIE)
        assert hands.up == "CustomersScreen"
        assert "Indomie Goreng 85 g is in the basket." in hands.text
        assert "bud▏" in hands.text
    assert len(till.call(selling.current).basket.lines) == 1


async def test_customer_is_added_with_each_consent_by_itself(till: Till) -> None:
    async with counter(till) as hands:
        await hands.type("081211112222")
        await hands.press("enter")
        assert hands.up == "AddCustomerScreen"
        await hands.type("Dewi")
        await hands.press("enter", "enter", "enter", "enter")
        assert "Without the customer's consent" in hands.text
        await hands.press("up")
        await hands.type(" ")
        await hands.press("enter", "enter")
        assert hands.up == "SellScreen"
    found = till.call(recognising.find, "081211112222")[0]
    assert (found.name, [c.given for c in found.consents]) == ("Dewi", [True, False])


async def test_order_is_picked_readied_and_handed_over(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f3")
        assert "W-1001" in hands.text
        assert "1 h 00" in hands.text
        await hands.press("enter")
        await hands.scan("8991002101425")
        assert "is not in order W-1001. Put it back." in hands.text
        await hands.scan(INDOMIE, INDOMIE, TEH)
        await hands.type("r")
        assert hands.up == "ReadyForm"
        await hands.type("B7")
        await hands.press("enter")
        assert "ready · B7" in hands.text
        await hands.type("h")
        await hands.type("9")
        await hands.press("enter")
        assert "That is not the code of order W-1001." in hands.text
        await hands.press("escape")
        await hands.scan("471001")
        assert "Handed over." in hands.text
    assert till.call(collecting.worklist) == []


async def test_hand_over_by_name_and_phone(till: Till) -> None:
    ready = msgspec.structs.replace(order("W-2002", state=OrderState.READY), version=2)
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-2002", ready))
    async with counter(till) as hands:
        await hands.type("#W-2002")
        await hands.press("enter")
        await hands.type("h")
        await hands.press("enter")
        await hands.type("sarah")
        await hands.press("enter")
        await hands.type("7890")
        await hands.press("enter")
        assert "Handed over." in hands.text


async def test_unpaid_order_is_paid_in_the_basket(till: Till) -> None:
    unpaid = order("W-3003", paid_minor=0, state=OrderState.READY)
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-3003", unpaid))
    async with counter(till) as hands:
        await hands.scan("473003")
        assert hands.up == "OrderScreen"
        await hands.scan("473003")
        assert hands.pays
        assert "DUE IN CASH     Rp 13.000" in hands.text
        await hands.press("enter")
        assert "Sale S1-1-000001 saved." in hands.text
    assert [one.number for one in till.call(collecting.worklist)] == ["W-1001"]


async def test_quantity_box_changes_the_chosen_line(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f5")
        await hands.type("7")
        await hands.press("enter")
        assert "7 × 3.500     24.500" in hands.text


async def test_void_of_all_is_a_numbered_choice(till: Till) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("ctrl+l", "enter")
        assert "Enter is no answer here." in hands.text
        assert len(till.call(selling.current).basket.lines) == 1
        await hands.type("1")
        assert hands.up == "SellScreen"
    assert till.call(selling.current).basket.lines == ()


async def test_last_receipt_prints_again(till: Till, line: QuietLine) -> None:
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.press("f12", "enter", "escape", "f7")
        before = line.nudges
        await hands.press("f7")
        assert "S1-1-000001 is printed again, marked COPY." in hands.text
        assert line.nudges == before + 2
        await hands.press("enter")
        assert hands.up == "ReceiptScreen"
        assert "Indomie Goreng 85 g" in hands.text


async def test_status_tells_why_and_tries_now(till: Till, line: QuietLine) -> None:
    line.print_trouble = "Printer out of paper. The sale is saved; F7 prints it again."
    async with counter(till) as hands:
        await hands.press("ctrl+s")
        assert "Printer out of paper." in hands.text
        before = line.nudges
        await hands.press("ctrl+s")
        assert line.nudges == before + 2


async def test_help_shows_every_key_of_the_screen(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("f1")
        first = hands.text
        await hands.press("pagedown")
        first += hands.text
        await hands.press("pagedown")
        for key in ("F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "^R", "^X", "^P"):
            assert f" {key} " in first + hands.text
        await hands.press("escape")
        assert hands.up == "SellScreen"


async def test_palette_has_each_command_and_a_scan_closes_it(till: Till) -> None:
    async with counter(till) as hands:
        titles = [command.title for command in hands.app.get_system_commands(hands.app.screen)]
        assert {"Pay (F12)", "Orders (F3)", "Void all (^L)", "Light or dark"} <= set(titles)
        await hands.press("ctrl+p")
        assert hands.up == "CommandPalette"
        await hands.scan(INDOMIE)
        assert hands.up == "SellScreen"
        assert "TOTAL             Rp 3.500" in hands.text


async def test_colours_change_and_change_back(till: Till) -> None:
    async with counter(till) as hands:
        hands.app.change_colours()
        assert hands.app.theme == "counter-light"
        hands.app.change_colours()
        assert hands.app.theme == "counter-dark"


@pytest.mark.parametrize("name", ["Tee [/]", "[@click=app.quit]x[/]", "\x1b]52;c;aGk=\x07evil", "[b]‮gpj.exe"])
async def test_hostile_names_crash_nothing_and_do_nothing(till: Till, name: str) -> None:
    folder: Path = till.store.folder
    product = msgspec.structs.replace(INDOMIE_PRODUCT, name=name)
    person = msgspec.structs.replace(SARAH, name=name, tier=name)
    fill(folder, "catalogue", (f"product:{product.product_id}", product))
    fill(folder, "customers", (f"customer:{person.customer_id}", person))
    fill(folder, f"orders/{STORE}", ("order:o-W-1001", order(customer_name=name, version=2)))
    async with counter(till) as hands:
        await hands.scan(INDOMIE)
        await hands.type("081234567890")
        keys = ["enter", "f2", "f6", "escape", "escape", "f3", "enter", "escape", "escape"]
        for key in [*keys, "f5", "escape", "f12", "enter", "f7", "escape", "f7", "enter"]:
            await hands.press(key)
            assert not {"\x1b", "\x07", "\u202e"} & set(hands.text)
        assert hands.app.is_running
        for screen in hands.app.screen_stack:
            for strip in screen._compositor.render_strips():
                assert all("@click" not in (segment.style.meta if segment.style else {}) for segment in strip)


async def test_an_order_with_an_age_limit_asks_before_it_is_handed_over(till: Till) -> None:
    stricter = msgspec.structs.replace(TEH_GOODS, min_age=18)
    fill(till.store.folder, "catalogue", (f"product:{stricter.product_id}", stricter))
    ready = order("W-2002", state=OrderState.READY)
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-2002", ready))
    async with counter(till) as hands:
        await hands.scan("472002")
        await hands.type("h")
        await hands.scan("472002")
        assert hands.up == "ChoiceScreen"
        assert "born on or before" in hands.text
        await hands.press("enter")
        assert "Enter is no answer here." in hands.text
        await hands.type("2")
        assert "is not given to anybody under 18." in hands.text
        await hands.press("enter")
        assert hands.up == "ChoiceScreen"
        await hands.type("1")
        assert "Handed over." in hands.text
    assert [one.number for one in till.call(collecting.worklist)] == ["W-1001"]
