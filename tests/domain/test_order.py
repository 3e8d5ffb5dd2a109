"""Orders: each step only from the states that allow it, and never back."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from omnipos.domain.errors import OrderRefused
from omnipos.domain.order import (
    Check,
    Order,
    OrderState,
    Proof,
    Taker,
    basket_lines,
    check_hand_over,
    check_taker,
    hand_over,
    make_ready,
    pick,
)
from tests.rigs import APEL, DEVICE, NOON_MS, order

INDOMIE_CODE, TEH_CODE = "8998866200578", "8996006855893"
PROOF = Proof(staff_id="s-sari", at_ms=NOON_MS, device_id=DEVICE, check=Check.CODE)


def picked() -> Order:
    found = order()
    for code in (INDOMIE_CODE, "IDM-85", TEH_CODE):
        found, _line, _ticked = pick(found, code)
    return found


def test_picking_ticks_one_piece_a_scan_by_barcode_or_sku() -> None:
    after, line, ticked = pick(order(), "0" + INDOMIE_CODE)
    assert (after.state, line.picked_milli, ticked) == (OrderState.PICKING, 1000, 1000)
    after, line, _ticked = pick(after, "idm-85")
    assert line.picked_milli == 2000
    assert not after.is_picked


def test_a_line_sold_by_weight_is_ticked_whole() -> None:
    line = msgspec.structs.replace(order().lines[0], sku=APEL.sku, unit="kg", quantity_milli=1482)
    _after, changed, ticked = pick(order(lines=(line,)), "APEL")
    assert (changed.picked_milli, ticked) == (1482, 1482)


def test_a_wrong_item_is_refused_by_its_code_and_a_surplus_one_by_its_name() -> None:
    with pytest.raises(OrderRefused, match="8991002101425 is not in order W-1001"):
        pick(order(), "8991002101425")
    with pytest.raises(OrderRefused, match="Teh Botol 450 ml is already picked in full"):
        pick(pick(order(), TEH_CODE)[0], TEH_CODE)


def test_an_order_is_ready_only_when_all_is_picked() -> None:
    with pytest.raises(OrderRefused, match="Indomie Goreng 85 g is not picked yet"):
        make_ready(order(), "A3")
    ready = make_ready(picked(), "A3")
    assert (ready.state, ready.bag_place) == (OrderState.READY, "A3")
    with pytest.raises(OrderRefused, match="ready already"):
        make_ready(ready, "A4")


@pytest.mark.parametrize("state", [OrderState.COLLECTED, OrderState.CANCELLED, OrderState.EXPIRED])
def test_a_finished_order_takes_no_step(state: OrderState) -> None:
    done = order(state=state)
    with pytest.raises(OrderRefused):
        pick(done, INDOMIE_CODE)
    with pytest.raises(OrderRefused):
        make_ready(done, "")
    with pytest.raises(OrderRefused):
        check_hand_over(done, DEVICE)


@pytest.mark.parametrize(
    ("changes", "device", "words"),
    [
        ({"state": OrderState.COLLECTED}, DEVICE, "handed over already"),
        ({"state": OrderState.PICKING}, DEVICE, "picking, not ready"),
        ({"state": OrderState.READY}, "another", "held by another till. Hand it over there"),
        ({"state": OrderState.READY, "holder_till": 2}, "another", "held by till 2"),
        ({"state": OrderState.CANCELLED}, DEVICE, "cancelled and cannot be handed over. Put the goods back"),
        ({"state": OrderState.READY, "holder_device_id": ""}, DEVICE, "No till holds order W-1001 now"),
    ],
)
def test_only_the_holder_hands_a_ready_order_over(
    changes: dict[str, object], device: str, words: str
) -> None:
    with pytest.raises(OrderRefused, match=words):
        check_hand_over(order(**changes), device)


@pytest.mark.parametrize(
    ("taker", "check"),
    [
        (Taker(code="471001"), Check.CODE),
        (Taker(code=" 471001 "), Check.CODE),
        (Taker(name="wijaya", phone="0812-3456-7890"), Check.NAME_AND_PHONE),
        (Taker(name="SARAH", phone="7890"), Check.NAME_AND_PHONE),
    ],
)
def test_the_taker_is_known_by_code_or_by_name_and_phone(taker: Taker, check: Check) -> None:
    assert check_taker(order(collection_code="471001"), taker) is check


@pytest.mark.parametrize(
    "taker",
    [
        Taker(),
        Taker(code="471002"),
        Taker(code="471002", name="Sarah", phone="7890"),
        Taker(name="Sarah"),
        Taker(phone="081234567890"),
        Taker(name="Sari", phone="7890"),
        Taker(name="Sarah", phone="7891"),
        Taker(name="Sarah", phone="890"),
        Taker(name="", phone="7890"),
    ],
)
def test_anybody_else_is_refused(taker: Taker) -> None:
    with pytest.raises(OrderRefused):
        check_taker(order(collection_code="471001"), taker)


def test_an_order_without_a_code_or_a_phone_opens_to_no_blank() -> None:
    bare = order(collection_code="", customer_name="", customer_phone="")
    for taker in (Taker(code=" "), Taker(code="0"), Taker(name=" ", phone="0000"), Taker(phone="")):
        with pytest.raises(OrderRefused):
            check_taker(bare, taker)


def test_an_orders_lines_go_into_the_basket_at_the_orders_prices() -> None:
    lines = basket_lines(order(), 5)
    assert [(line.line_id, line.order_line_id, line.amount_minor) for line in lines] == [
        (5, "W-1001-0", 7000),
        (6, "W-1001-1", 6000),
    ]


class OrderLife(RuleBasedStateMachine):
    """Any steps in any sequence: what is collected stays collected, and no line holds too much."""

    def __init__(self) -> None:
        super().__init__()
        self.order = order()
        self.ticks = 0

    @rule(code=st.sampled_from([INDOMIE_CODE, TEH_CODE, "8991002101425", ""]))
    def scan(self, code: str) -> None:
        before = self.order
        try:
            self.order, _line, ticked = pick(before, code)
        except OrderRefused:
            assert self.order is before
        else:
            assert before.state in (OrderState.PLACED, OrderState.PICKING)
            self.ticks += ticked

    @rule()
    def pack(self) -> None:
        whole, before = self.ticks == 3000, self.order.state
        try:
            self.order = make_ready(self.order, "A1")
        except OrderRefused:
            assert not whole or before in (OrderState.READY, OrderState.COLLECTED)
        else:
            assert whole

    @rule(device=st.sampled_from([DEVICE, "other"]))
    def give(self, device: str) -> None:
        before = self.order.state
        try:
            check_hand_over(self.order, device)
        except OrderRefused:
            assert before is not OrderState.READY or device != DEVICE
        else:
            assert before is OrderState.READY
            self.order = hand_over(self.order, PROOF)

    @invariant()
    def holds(self) -> None:
        assert sum(line.picked_milli for line in self.order.lines) == self.ticks
        assert all(line.picked_milli <= line.quantity_milli for line in self.order.lines)
        assert (self.order.proof is not None) == (self.order.state is OrderState.COLLECTED)


TestOrderLife = OrderLife.TestCase
TestOrderLife.settings = settings(max_examples=50, stateful_step_count=15, deadline=None)
