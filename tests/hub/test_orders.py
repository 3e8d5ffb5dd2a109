"""Orders: placed once, holding stock, collected once, whatever tills report."""

import msgspec

from omnipos.domain.order import Check, Order
from omnipos.events import OrderHandedOver, OrderPicked, OrderReadied
from tests.hub.journals import AT_MS
from tests.hub.rig import APPLIED, A, B, HubRig, outcomes


def handed_over(order: dict[str, object], fencing: int = 1) -> OrderHandedOver:
    known = msgspec.convert(order, Order)
    lines = tuple(msgspec.structs.replace(line, picked_milli=line.quantity_milli) for line in known.lines)
    return OrderHandedOver(
        order_id=known.order_id, fencing_number=fencing, check=Check.CODE, lines=lines, sale_id="sale-1"
    )


def test_a_placed_order_is_priced_held_and_told_to_its_store(rig: HubRig) -> None:
    order = rig.order("W1")
    assert order["total_minor"] == 13_000
    assert (order["state"], order["version"], order["fencing_number"]) == ("placed", 1, 1)
    assert order["holder_device_id"] == rig.till.device_id
    assert order["customer_phone"] == "+6281234567890"
    assert len(order["collection_code"]) == 6
    assert order["collection_code"].isdigit()
    assert rig.stock("A") == (0, 2000)
    assert rig.stock("B") == (0, 1000)
    page = rig.pull(f"orders/{rig.till.store_id}")
    assert [change.record for change in page.changes] == [msgspec.convert(order, Order)]


def test_the_same_order_again_is_the_same_order(rig: HubRig) -> None:
    first = rig.order("W1")
    assert rig.order("W1") == first
    assert rig.stock("A") == (0, 2000)
    other = {
        "number": "W1",
        "store_code": "S1",
        "promised_at_ms": 1,
        "lines": [{"sku": "A", "quantity_milli": 1}],
    }
    assert rig.refused("POST", "/v1/orders", other) == (409, "order_number")
    assert rig.order("W1", channel="market")["order_id"] != first["order_id"]


def test_cancelling_frees_the_goods_once(rig: HubRig) -> None:
    rig.order("W1")
    for _time in range(2):
        cancelled = rig.ask("POST", "/v1/orders/W1/cancel")
        assert (cancelled["state"], cancelled["version"]) == ("cancelled", 2)
    assert rig.stock("A") == (0, 0)


def test_picked_readied_and_handed_over(rig: HubRig) -> None:
    order = rig.order("W1")
    journal = rig.journal()
    for line, quantity in (("1", 1000), ("1", 1000), ("2", 1000)):
        journal.append(OrderPicked(order_id=order["order_id"], line_id=line, quantity_milli=quantity))
    journal.append(OrderReadied(order_id=order["order_id"], bag_place="R3"))
    rig.push(*journal.envelopes)
    ready = rig.ask("GET", "/v1/orders/W1")
    assert (ready["state"], ready["bag_place"], ready["version"]) == ("ready", "R3", 5)
    assert [line["picked_milli"] for line in ready["lines"]] == [2000, 1000]
    journal.append(handed_over(order))
    journal.sell((A, 2, 3500), (B, 1, 6000), order_id=order["order_id"])
    assert outcomes(rig.push(*journal.envelopes[4:])) == [APPLIED, APPLIED]
    collected = rig.ask("GET", "/v1/orders/W1")
    assert collected["state"] == "collected"
    assert collected["paid_minor"] == 13_000
    assert collected["proof"] == {
        "staff_id": "staff-1",
        "at_ms": journal.envelopes[4].occurred_at_ms,
        "device_id": rig.till.device_id,
        "check": "code",
        "sale_id": "sale-1",
    }
    assert rig.stock("A") == (-2000, 0)
    assert rig.stock("B") == (-1000, 0)
    assert rig.exceptions() == []
    assert rig.refused("POST", "/v1/orders/W1/cancel") == (409, "order_collected")


def test_each_step_is_applied_once_however_often_it_is_pushed(rig: HubRig) -> None:
    order = rig.order("W1")
    journal = rig.journal()
    journal.append(OrderPicked(order_id=order["order_id"], line_id="1", quantity_milli=1000))
    rig.push(*journal.envelopes)
    rig.push(*journal.envelopes)
    after = rig.ask("GET", "/v1/orders/W1")
    assert (after["lines"][0]["picked_milli"], after["version"]) == (1000, 2)


def test_a_second_hand_over_is_an_exception_with_its_movement(rig: HubRig) -> None:
    order = rig.order("W1")
    journal = rig.journal()
    journal.append(handed_over(order))
    journal.append(handed_over(order))
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, APPLIED]
    assert rig.exceptions() == ["second_hand_over"]
    after = rig.ask("GET", "/v1/orders/W1")
    assert (after["state"], after["version"]) == ("collected", 2)
    assert rig.stock("A") == (-4000, 0)


def test_a_hand_over_of_a_cancelled_order_is_an_exception(rig: HubRig) -> None:
    order = rig.order("W1")
    rig.ask("POST", "/v1/orders/W1/cancel")
    journal = rig.journal()
    journal.append(handed_over(order))
    rig.push(*journal.envelopes)
    assert rig.exceptions() == ["hand_over_of_closed"]
    after = rig.ask("GET", "/v1/orders/W1")
    assert (after["state"], after["proof"]["device_id"]) == ("collected", rig.till.device_id)
    assert rig.stock("A") == (-2000, 0)
    assert rig.refused("POST", "/v1/orders/W1/cancel") == (409, "order_collected")


def test_a_hand_over_without_the_right_stands_and_is_told(rig: HubRig) -> None:
    order = rig.order("W1")
    journal = rig.journal()
    journal.append(handed_over(order, fencing=0))
    rig.push(*journal.envelopes)
    assert rig.exceptions() == ["hand_over_without_right"]
    assert rig.ask("GET", "/v1/orders/W1")["state"] == "collected"


def test_steps_of_an_order_this_store_does_not_have_are_exceptions(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    elsewhere = rig.order("W2", store_code="S2")
    journal = rig.journal()
    journal.append(OrderPicked(order_id=elsewhere["order_id"], line_id="1", quantity_milli=1000))
    journal.append(OrderReadied(order_id="none", bag_place="x"))
    assert outcomes(rig.push(*journal.envelopes)) == [APPLIED, APPLIED]
    assert rig.exceptions() == ["order_unknown", "order_unknown"]
    assert rig.ask("GET", "/v1/orders/W2")["version"] == 1


def test_a_stores_first_till_takes_the_orders_nobody_holds(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "S2", "name": "Dua", "country": "ID"}]})
    waiting = rig.order("W2", store_code="S2")
    assert (waiting["holder_device_id"], waiting["fencing_number"]) == ("", 0)
    till = rig.enrol("S2")
    held = rig.ask("GET", "/v1/orders/W2")
    assert (held["holder_device_id"], held["fencing_number"]) == (till.device_id, 1)
    rig.enrol("S2")
    assert rig.ask("GET", "/v1/orders/W2") == held


def test_orders_can_be_brought_along_in_any_state(rig: HubRig) -> None:
    for state in ("picking", "ready", "collected", "cancelled", "expired"):
        assert rig.order(f"W-{state}", state=state)["state"] == state
    assert rig.stock("A") == (0, 4000)
    found = rig.ask("GET", "/v1/orders?state=ready&store=S1")["orders"]
    assert [order["number"] for order in found] == ["W-ready"]
    assert rig.refused("GET", "/v1/orders?state=lost")[0] == 400


def test_what_cannot_be_an_order_is_refused_whole(rig: HubRig) -> None:
    wish = {"number": "W1", "store_code": "S1", "promised_at_ms": AT_MS}
    line = {"sku": "A", "quantity_milli": 1000}
    for more, status in (
        ({"lines": []}, 400),
        ({"lines": [line | {"quantity_milli": 0}]}, 400),
        ({"lines": [line | {"quantity_milli": 10**30}]}, 400),
        ({"lines": [line | {"sku": "nothing"}]}, 422),
        ({"lines": [line], "store_code": "S9"}, 422),
        ({"lines": [line], "customer": {"name": "X", "phone": "12"}}, 422),
        ({"lines": [line], "total_minor": 1}, 400),
    ):
        assert rig.refused("POST", "/v1/orders", wish | more)[0] == status
    assert rig.stock("A") == (0, 0)
    assert rig.refused("GET", "/v1/orders/W1") == (404, "not_found")


def test_tax_on_top_is_in_the_total_of_an_order(rig: HubRig) -> None:
    rig.ask("PUT", "/v1/stores", {"stores": [{"code": "MY", "name": "Kedai", "country": "MY"}]})
    service = {"code": "SVC", "name": "Service tax", "rate_ppm": 60_000, "inclusive": False}
    rig.ask("PUT", "/v1/taxes", {"taxes": [service]})
    meal = {"sku": "M", "name": "Nasi lemak", "price_minor": 1290, "tax_code": "SVC"}
    rig.ask("PUT", "/v1/products", {"products": [meal]})
    order = rig.order("W1", store_code="MY", lines=[{"sku": "M", "quantity_milli": 1000}], customer=None)
    assert (order["total_minor"], order["currency"]) == (1367, "MYR")
