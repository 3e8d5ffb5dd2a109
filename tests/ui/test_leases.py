"""An order that another till holds: asked for, waited for, given, taken and overridden at the counter."""

import re

import pytest

from omnipos.domain.order import Order, OrderState
from omnipos.events import Fact, LeaseTaken, OrderHandedOver, decode_fact
from omnipos.ports import LinkReport, LinkState
from omnipos.services import collecting, leasing
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import DEVICE, NOON_MS, STORE, QuietLine, fill, order, staff_members
from tests.ui.driving import LARGE, SMALL, Hands, counter

ORDER, CODE = "o-W-1001", "471001"
OTHER = "0193aaaa-0000-7000-8000-000000000002"


def put(till: Till, *, seen: int = 0, **changes: object) -> Order:
    """Show an order, ready and held by till 2 unless said otherwise."""
    held = {"state": OrderState.READY, "holder_device_id": OTHER, "holder_till": 2, "fencing_number": 4}
    shown = order(**(held | changes))
    fill(till.store.folder, f"orders/{STORE}", (f"order:{shown.order_id}", shown), seen=seen)
    return shown


def own(till: Till, *, seen: int = 0, **changes: object) -> Order:
    return put(till, seen=seen, **({"holder_device_id": DEVICE, "holder_till": 1} | changes))


def last_fact(till: Till) -> Fact:
    *_rest, event = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return decode_fact(event.body)


async def look(hands: Hands) -> None:
    """Let the second go by after which the counter looks at everything again."""
    await hands.app.look_around()
    await hands.settle()


async def open_order(hands: Hands) -> None:
    await hands.type("#W-1001")
    await hands.press("enter")
    assert hands.up == "OrderScreen"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_order_held_elsewhere_is_asked_for_and_handed_over_when_it_comes(
    till: Till, size: tuple[int, int]
) -> None:
    put(till)
    async with counter(till, size) as hands:
        await open_order(hands)
        assert "Held by till 2. H asks for it." in hands.text
        await hands.type("h")
        assert hands.up == "AskScreen"
        assert "Asking till 2 …" in hands.text
        await look(hands)
        assert hands.up == "AskScreen"
        own(till, seen=1, fencing_number=6)
        await look(hands)
        assert hands.up == "HandOverForm"
        await hands.type(CODE)
        await hands.press("enter")
        assert "Handed over." in hands.text
    fact = last_fact(till)
    assert isinstance(fact, OrderHandedOver)
    assert (fact.fencing_number, fact.override) == (6, None)


async def test_a_scanned_code_waits_with_the_customer_and_counts_when_the_order_comes(till: Till) -> None:
    put(till)
    async with counter(till) as hands:
        await open_order(hands)
        await hands.scan("999999")
        assert "That is not the code of order W-1001." in hands.text
        await hands.scan(CODE)
        assert hands.up == "AskScreen"
        own(till, seen=1, fencing_number=6)
        await look(hands)
        assert hands.up == "OrderScreen"
        assert "Handed over." in hands.text


async def test_leaving_the_box_stops_asking(till: Till) -> None:
    put(till)
    async with counter(till) as hands:
        await open_order(hands)
        await hands.type("h")
        assert till.order_wanted == ORDER
        await hands.press("escape")
        await hands.settle()
        assert hands.up == "OrderScreen"
        assert till.order_wanted == ""
    assert till.call(collecting.order_with_id, ORDER).asked_by_device_id == ""


async def test_an_order_cancelled_while_it_is_waited_for_says_so(till: Till) -> None:
    put(till)
    async with counter(till) as hands:
        await open_order(hands)
        await hands.type("h")
        put(till, seen=1, state=OrderState.CANCELLED)
        await look(hands)
        assert hands.up == "OrderScreen"
        assert "Cancelled. Put the goods back; nothing is paid back here." in hands.text


async def test_an_order_cancelled_while_it_is_picked_says_so(till: Till) -> None:
    async with counter(till) as hands:
        await open_order(hands)
        await hands.scan("8996006855893")
        assert "Teh Botol 450 ml is ticked." in hands.text
        put(till, state=OrderState.CANCELLED)
        await look(hands)
        assert hands.text.count("Cancelled. Put the goods back; nothing is paid back here.") == 2
        await hands.type("h")
        assert "is cancelled and cannot be handed over. Put the goods back." in hands.text


async def test_an_order_that_left_the_store_closes_nothing(till: Till) -> None:
    async with counter(till) as hands:
        await open_order(hands)
        fill(till.store.folder, f"orders/{STORE}", (f"order:{ORDER}", None))
        await look(hands)
        assert "This order is no longer for this store." in hands.text
        assert hands.app.is_running


async def test_an_order_that_is_asked_for_stays_while_it_is_open_and_goes_when_it_is_left(till: Till) -> None:
    own(till, asked_by_device_id=OTHER, asked_by_till=2)
    async with counter(till) as hands:
        await open_order(hands)
        assert "Asked for by till 2: G gives it, or leave it with Esc." in hands.text
        assert till.call(leasing.answer) is False
        await hands.press("escape")
        await hands.settle()
        assert till.order_at_hand == ""
    assert till.call(leasing.answer) is True


async def test_an_order_is_given_by_a_key(till: Till) -> None:
    own(till, asked_by_device_id=OTHER, asked_by_till=2)
    async with counter(till) as hands:
        await open_order(hands)
        await hands.type("g")
        assert "Given. The other till gets it from the hub." in hands.text
        assert "No till holds it. H asks for it." in hands.text
        await hands.type("g")
        assert "Scan an item, or R for ready, H to hand over." in hands.text


async def test_the_risk_is_said_and_a_cashier_needs_a_managers_pin_to_override(
    till: Till, line: QuietLine
) -> None:
    put(till)
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS, reason="No cable.")
    async with counter(till) as hands:
        await look(hands)
        await open_order(hands)
        await hands.type("h")
        assert "The hub does not answer, so till 2 cannot be asked now." in hands.text
        await hands.type("m")
        assert hands.up == "ChoiceScreen"
        assert "The risk: till 2 may be offline" in hands.text
        assert "1 Hand it over now  Esc Back" in hands.text
        await hands.type("1")
        assert hands.up == "ApprovalForm"
        await hands.press("enter")
        assert "Type the reason." in hands.text
        await hands.type("till 2 is broken")
        await hands.press("enter", "enter")
        assert hands.up == "WordScreen"
        assert "A manager types their name and PIN here." in hands.text
        await hands.type("Budi")
        await hands.press("enter")
        await hands.type("1234")
        await hands.press("enter")
        assert "That is not the PIN of Budi." in hands.text
        await hands.type("9999")
        await hands.press("enter")
        assert hands.up == "HandOverForm"
        assert "Allowed by a manager; the hub will show it to be settled." in hands.text
        await hands.type(CODE)
        await hands.press("enter")
        assert "Handed over." in hands.text
    fact = last_fact(till)
    assert isinstance(fact, OrderHandedOver)
    assert fact.override is not None
    assert (fact.override.staff_id, fact.override.reason) == ("s-budi", "till 2 is broken")
    assert till.staff is not None
    assert till.staff.name == "Sari"


async def test_a_manager_takes_an_order_through_the_hub_with_a_reason_alone(till: Till) -> None:
    till.staff = staff_members()[1]
    put(till)
    async with counter(till) as hands:
        await open_order(hands)
        await hands.type("h")
        await hands.type("m")
        assert "1 Take it through the hub  2 Hand it over now  Esc Back" in hands.text
        await hands.type("1")
        await hands.press("enter")
        assert "Type the reason." in hands.text
        await hands.type("till 2 is off")
        await hands.press("enter")
        assert hands.up == "AskScreen"
        fact = last_fact(till)
        assert isinstance(fact, LeaseTaken)
        assert (fact.fencing_number, fact.approval.staff_id) == (4, "s-budi")
        own(till, seen=2, fencing_number=5)
        await look(hands)
        assert hands.up == "HandOverForm"


async def test_a_wide_list_says_which_till_holds_an_order(till: Till) -> None:
    put(till)
    async with counter(till, LARGE) as hands:
        await hands.press("f3")
        assert re.search(r"W-1001 +Sarah Wijaya +till 2 ", hands.text)
        own(till)
        await look(hands)
        assert "till 2" not in hands.text
