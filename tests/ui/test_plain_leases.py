"""The plain counter asks for orders, gives them back, takes them over and overrides."""

from omnipos.domain.order import Order, OrderState
from omnipos.events import OrderHandedOver, decode_fact
from omnipos.ports import LinkReport, LinkState
from omnipos.services import leasing
from omnipos.services.till import Till
from omnipos.store import journal
from tests.rigs import DEVICE, NOON_MS, STORE, QuietLine, fill, order, staff_members
from tests.ui.plain_rig import counter, say, tell

OTHER = "0193aaaa-0000-7000-8000-000000000002"


def put(till: Till, *, seen: int = 0, **changes: object) -> Order:
    """Show an order, ready and held by till 2 unless said otherwise."""
    held = {"state": OrderState.READY, "holder_device_id": OTHER, "holder_till": 2, "fencing_number": 4}
    shown = order(**(held | changes))
    fill(till.store.folder, f"orders/{STORE}", (f"order:{shown.order_id}", shown), seen=seen)
    return shown


def test_an_order_is_asked_for_and_comes_while_the_line_waits(till: Till) -> None:
    put(till)
    assert say(till, "order 1001").endswith("It is held by till 2: ask W-1001 asks for it.")
    assert "is held by till 2. Hand it over there, ask for it here" in say(till, "hand-over 1001 471001")
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            put(till, seen=1, holder_device_id=DEVICE, holder_till=1, fencing_number=6)

    talk = counter(till, pause=pause)
    assert talk.answer("ask 1001") == (
        "This till holds order W-1001 now. Type hand-over W-1001 and its code."
    )
    assert (len(waits), till.order_wanted) == (3, "")
    assert talk.answer("hand-over 1001 471001") == "Order W-1001 is handed over to Sarah Wijaya."


def test_a_till_that_does_not_answer_is_said_and_the_wish_can_be_dropped(till: Till) -> None:
    put(till)
    told = tell(till, "ask W-1001")
    assert (told["ok"], told["order"]["holder_till"], told["order"]["asked_by_till"]) == (False, 2, 0)
    assert told["say"] == (
        "Order W-1001 is asked for, and till 2 has not given it yet. Type ask W-1001 again, ask none to"
        " stop, or hand it over there."
    )
    assert till.order_wanted == "o-W-1001"
    assert say(till, "ask none") == "No order is asked for any more."
    assert till.order_wanted == ""


def test_nobody_is_asked_while_the_hub_is_away(till: Till, line: QuietLine) -> None:
    put(till)
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS)
    assert say(till, "ask 1001") == (
        "The hub does not answer, so till 2 cannot be asked now. Hand order W-1001 over there, or a manager"
        " types override W-1001 REASON."
    )


def test_an_order_that_is_finished_is_not_asked_for(till: Till) -> None:
    put(till, state=OrderState.CANCELLED)
    assert say(till, "ask 1001") == (
        "Order W-1001 is cancelled and cannot be handed over. Put the goods back."
    )


def test_an_order_that_another_till_asks_for_is_given_back(till: Till) -> None:
    put(till, holder_device_id=DEVICE, holder_till=1, asked_by_device_id=OTHER, asked_by_till=2)
    assert say(till, "order 1001").endswith("It is asked for by till 2: give-back W-1001 lets it go.")
    assert say(till, "give-back 1001") == (
        "Order W-1001 is given back. The till that asks for it gets it from the hub."
    )
    assert say(till, "order 1001").endswith("No till holds it: ask W-1001 asks for it.")
    assert till.call(leasing.answer) is False


def test_a_manager_overrides_one_hand_over_with_a_reason(till: Till) -> None:
    put(till)
    talk = counter(till)
    refused = str(talk.answer("override 1001 till 2 is broken"))
    assert refused.startswith("Sari may not do this. A manager's name and PIN allow it. Type allow")
    till.staff = staff_members()[1]
    assert talk.answer("override 1001") == "Type the reason. It is kept with what is done."
    assert talk.answer("override 1001 till 2 is broken") == (
        "Type hand-over W-1001 and its code now. The risk: till 2 may be offline and hand the order over as"
        " well; the hub will show both to be settled."
    )
    till.staff = staff_members()[0]
    assert "is held by till 2." in str(talk.answer("hand-over 1001 471001"))
    till.staff = staff_members()[1]
    assert "not the code" in str(talk.answer("hand-over 1001 471002"))
    assert talk.answer("hand-over 1001 471001") == "Order W-1001 is handed over to Sarah Wijaya."
    *_rest, event = till.store.call(lambda: list(journal.read_events(till.store.books)))
    fact = decode_fact(event.body)
    assert isinstance(fact, OrderHandedOver)
    assert fact.override is not None
    assert (fact.override.staff_id, fact.override.reason) == ("s-budi", "till 2 is broken")


def test_a_manager_takes_an_order_over_through_the_hub(till: Till, line: QuietLine) -> None:
    put(till)
    assert say(till, "take-over 1001 till 2 is broken").startswith("Sari may not do this. A manager's")
    till.staff = staff_members()[1]
    assert say(till, "take-over 1001 till 2 is broken").startswith("Order W-1001 is asked for, and till 2")
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS)
    assert say(till, "take-over 1001 till 2 is broken") == (
        "The hub does not answer, so order W-1001 cannot change tills now. Nothing was changed."
    )
