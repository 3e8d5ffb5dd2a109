"""The collection desk: the holder alone hands over, an unpaid order is paid first, nothing reopens."""

import msgspec
import pytest

from omnipos.domain.basket import Basket
from omnipos.domain.errors import BasketRefused, DomainError, NotAllowed, OrderRefused
from omnipos.domain.order import Check, Order, OrderLine, OrderState, Taker
from omnipos.domain.tender import CardSlip
from omnipos.events import AgeChecked, OrderHandedOver, decode_fact
from omnipos.services import collecting, finding, recognising, selling, tendering
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import catalogue, journal, printjobs
from omnipos.store.connection import transaction
from omnipos.store.orders import drop_shown_overlays
from tests.goods import CIDER, fill_goods
from tests.rigs import DEVICE, NOON_MS, SARAH, STORE, fill, order
from tests.services.faulty import everything

INDOMIE, TEH, KOPI = "8998866200578", "8996006855893", "8991002101425"
ORDER = "o-W-1001"
CODE = Taker(code="471001")


def put(till: Till, shown: Order, seen: int = 0) -> None:
    fill(till.store.folder, f"orders/{STORE}", (f"order:{shown.order_id}", shown), seen=seen)


def ring(till: Till, code: str) -> None:
    found = till.call(finding.scanned, code)
    assert isinstance(found, finding.ItemOffer)
    till.call(selling.ring, [(found.item, found.quantity_milli)])


def make_ready(till: Till) -> None:
    for code in (INDOMIE, INDOMIE, TEH):
        till.call(collecting.pick, ORDER, code)
    till.call(collecting.make_ready, ORDER, "A3")


def stock(till: Till, product_id: str) -> int:
    figure = till.store.call(lambda: catalogue.stock_of(till.store.books, STORE, product_id))
    assert figure is not None
    return figure.on_hand_milli


def test_steps_show_at_once_and_a_wrong_item_changes_nothing(till: Till) -> None:
    done = till.call(collecting.pick, ORDER, INDOMIE)
    assert (done.order.state, done.line.picked_milli) == (OrderState.PICKING, 1000)
    before = everything(till)
    with pytest.raises(OrderRefused, match="Put it back"):
        till.call(collecting.pick, ORDER, KOPI)
    with pytest.raises(OrderRefused, match="not picked yet"):
        till.call(collecting.make_ready, ORDER, "A3")
    with pytest.raises(OrderRefused, match="not ready"):
        till.call(collecting.hand_over, ORDER, CODE)
    assert everything(till) == before
    assert till.call(collecting.worklist)[0].state is OrderState.PICKING


def test_a_paid_order_goes_with_its_proof_its_stock_and_its_slip(till: Till) -> None:
    make_ready(till)
    handed = till.call(collecting.hand_over, ORDER, Taker(name="Wijaya", phone="0812 3456 7890"))
    assert handed.view is None
    proof = till.call(collecting.find_order, "#W-1001").proof
    assert proof is not None
    assert (proof.staff_id, proof.at_ms, proof.device_id, proof.check, proof.sale_id) == (
        "s-sari",
        NOON_MS,
        DEVICE,
        Check.NAME_AND_PHONE,
        "",
    )
    assert (stock(till, "p-indomie"), stock(till, "p-teh")) == (48_000, 49_000)
    jobs = till.store.call(lambda: printjobs.latest_job_states(till.store.books, 9))
    assert [job.kind for job in jobs] == ["hand_over", "bag_slip"]
    assert till.call(collecting.worklist) == []
    with pytest.raises(OrderRefused, match="handed over already"):
        till.call(collecting.hand_over, ORDER, CODE)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


@pytest.mark.parametrize(
    ("holder", "words"),
    [("", "No till holds order W-1001"), ("0193aaaa-0000-7000-8000-000000000002", "is held by till 2")],
)
def test_a_till_that_does_not_hold_the_order_refuses(till: Till, holder: str, words: str) -> None:
    put(till, order(state=OrderState.READY, holder_device_id=holder, holder_till=2))
    before = everything(till)
    with pytest.raises(OrderRefused, match=words):
        till.call(collecting.hand_over, ORDER, CODE)
    assert everything(till) == before


def test_a_wrong_code_is_refused(till: Till) -> None:
    put(till, order(state=OrderState.READY))
    with pytest.raises(OrderRefused, match="not the code"):
        till.call(collecting.hand_over, ORDER, Taker(code="471002"))
    assert till.call(collecting.find_order, "W-1001").state is OrderState.READY


def test_nobody_collects_without_signing_in(till: Till) -> None:
    till.staff = None
    for step in (
        lambda: till.call(collecting.pick, ORDER, TEH),
        lambda: till.call(collecting.make_ready, ORDER),
        lambda: till.call(collecting.hand_over, ORDER, CODE),
    ):
        with pytest.raises(NotAllowed):
            step()


def test_an_unpaid_order_is_paid_with_more_in_one_sale_and_then_collected(till: Till) -> None:
    put(till, order(paid_minor=0))
    make_ready(till)
    handed = till.call(collecting.hand_over, ORDER, CODE)
    assert handed.view is not None
    assert (handed.view.totals.total_minor, handed.view.basket.customer_id) == (13_000, SARAH.customer_id)
    assert till.call(collecting.find_order, "W-1001").state is OrderState.READY
    ring(till, KOPI)
    events = till.store.call(lambda: journal.head_of(till.store.books))
    assert events is not None
    paid = till.call(tendering.pay_cash, 50_000)
    assert paid.sale is not None
    assert (paid.sale.total_minor, paid.sale.change_minor, paid.sale.order_id) == (38_600, 11_400, ORDER)
    collected = till.call(collecting.find_order, "W-1001")
    assert collected.state is OrderState.COLLECTED
    assert collected.proof is not None
    assert collected.proof.sale_id == paid.sale.sale_id
    written = till.store.call(lambda: list(journal.read_events(till.store.books, 1, events.seq)))
    facts = [decode_fact(event.body) for event in written]
    assert [type(fact).__name__ for fact in facts] == ["SaleCompleted", "OrderHandedOver"]
    assert isinstance(facts[1], OrderHandedOver)
    assert (facts[1].fencing_number, facts[1].check) == (1, Check.CODE)
    # The order's goods leave stock once, with the hand-over.
    assert (stock(till, "p-indomie"), stock(till, "p-teh")) == (48_000, 49_000)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_what_was_paid_online_counts_before_what_is_paid_here(till: Till) -> None:
    put(till, order(state=OrderState.READY, paid_minor=5000))
    handed = till.call(collecting.hand_over, ORDER, CODE)
    assert handed.view is not None
    assert (handed.view.due.paid_minor, handed.view.due.due_minor) == (5000, 8000)
    sale = till.call(tendering.pay_card, None, CardSlip(approval_code="A1")).sale
    assert sale is not None
    assert [(one.kind.value, one.amount_minor) for one in sale.tenders] == [("online", 5000), ("card", 8000)]
    assert (sale.change_minor, sale.rounding_minor) == (0, 0)


def test_an_unpaid_order_waits_for_an_empty_basket(till: Till) -> None:
    put(till, order(state=OrderState.READY, paid_minor=0))
    ring(till, KOPI)
    with pytest.raises(BasketRefused, match="Pay or park the basket first"):
        till.call(collecting.hand_over, ORDER, CODE)
    assert [line.sku for line in till.call(selling.current).basket.lines] == ["KOPI-200"]


def test_giving_up_the_basket_gives_up_the_hand_over_only(till: Till) -> None:
    put(till, order(state=OrderState.READY, paid_minor=0))
    till.call(collecting.hand_over, ORDER, CODE)
    till.call(selling.void_basket)
    assert till.call(collecting.find_order, "W-1001").state is OrderState.READY
    assert till.call(collecting.hand_over, ORDER, CODE).view is not None


def test_an_order_cancelled_before_the_first_tender_takes_no_money(till: Till) -> None:
    put(till, order(state=OrderState.READY, paid_minor=0))
    till.call(collecting.hand_over, ORDER, CODE)
    put(till, order(state=OrderState.CANCELLED, paid_minor=0))
    with pytest.raises(OrderRefused, match="cancelled"):
        till.call(tendering.pay_cash, 5000)
    assert till.call(selling.current).due.paid_minor == 0
    till.call(selling.void_basket)


def test_an_order_cancelled_after_the_first_tender_can_still_be_finished(till: Till) -> None:
    put(till, order(state=OrderState.READY, paid_minor=0))
    till.call(collecting.hand_over, ORDER, CODE)
    till.call(tendering.pay_cash, 5000)
    put(till, order(state=OrderState.CANCELLED, paid_minor=0))
    assert till.call(tendering.pay_cash, 8000).sale is not None
    assert till.call(collecting.find_order, "W-1001").state is OrderState.COLLECTED


def test_one_order_in_two_baskets_is_handed_over_once(till: Till) -> None:
    put(till, order(state=OrderState.READY, paid_minor=0))
    till.call(collecting.hand_over, ORDER, CODE)
    till.call(selling.park)
    till.call(collecting.hand_over, ORDER, CODE)
    assert till.call(tendering.pay_cash, None).sale is not None
    till.call(selling.recall)
    with pytest.raises(OrderRefused, match="handed over already"):
        till.call(tendering.pay_cash, None)


@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.EXPIRED, OrderState.COLLECTED])
def test_older_steps_of_ours_reopen_nothing(till: Till, state: OrderState) -> None:
    make_ready(till)
    put(till, order(state=state))
    assert till.call(collecting.find_order, "W-1001").state is state
    assert till.call(collecting.worklist) == []
    with pytest.raises(OrderRefused):
        till.call(collecting.hand_over, ORDER, CODE)


def test_a_hand_over_of_ours_stands_though_the_order_was_cancelled_meanwhile(till: Till) -> None:
    make_ready(till)
    till.call(collecting.hand_over, ORDER, CODE)
    put(till, order(state=OrderState.CANCELLED))
    assert till.call(collecting.find_order, "W-1001").state is OrderState.COLLECTED


def test_our_steps_give_way_once_the_mirror_shows_them(till: Till) -> None:
    db = till.store.books
    till.call(collecting.pick, ORDER, INDOMIE)
    head = till.store.call(lambda: journal.head_of(db))
    assert head is not None
    line = msgspec.structs.replace(order().lines[0], picked_milli=1000)
    shown = order(state=OrderState.PICKING, lines=(line, order().lines[1]))
    put(till, shown, seen=head.seq)
    assert till.call(collecting.find_order, "W-1001") == shown

    def drop() -> None:
        with transaction(db):
            drop_shown_overlays(db)

    assert till.store.call(lambda: journal.count_rows(db, "overlay_order")) == 1
    till.store.call(drop)
    assert till.store.call(lambda: journal.count_rows(db, "overlay_order")) == 0
    till.call(collecting.pick, ORDER, INDOMIE)
    till.store.call(drop)
    assert till.call(collecting.find_order, "W-1001").lines[0].picked_milli == 2000


def test_an_order_is_found_by_number_and_code_and_shown_on_the_customers_card(till: Till) -> None:
    for code in ("W-1001", "#w-1001", " 471001 "):
        assert till.call(collecting.find_order, code).order_id == ORDER
    with pytest.raises(OrderRefused, match="No order W-9 for this store"):
        till.call(collecting.find_order, "W-9")
    assert [one.number for one in till.call(recognising.card, SARAH.customer_id).orders] == ["W-1001"]


def test_the_queue_is_sorted_by_the_promised_time(till: Till) -> None:
    put(till, order("W-1002", promised_at_ms=NOON_MS))
    put(till, order("W-1003", state=OrderState.CANCELLED, promised_at_ms=NOON_MS))
    put(till, order("W-1004", promised_at_ms=NOON_MS + 7_200_000))
    assert [one.number for one in till.call(collecting.worklist)] == ["W-1002", "W-1001", "W-1004"]


def test_lines_of_an_order_in_the_basket_stay_as_ordered(till: Till) -> None:
    put(till, order(state=OrderState.READY, paid_minor=0))
    basket: Basket = till.call(collecting.hand_over, ORDER, CODE).view.basket  # type: ignore[union-attr]
    for line in basket.lines:
        with pytest.raises(DomainError):
            till.call(selling.change_quantity, line.line_id, 5000)
        with pytest.raises(DomainError):
            till.call(selling.void_line, line.line_id)
    ring(till, INDOMIE)
    assert [line.quantity_milli for line in till.call(selling.current).basket.lines] == [2000, 1000, 1000]


def test_a_part_paid_order_is_finished_even_when_the_mirror_lost_it(till: Till) -> None:
    put(till, order(paid_minor=0))
    make_ready(till)
    till.call(collecting.hand_over, ORDER, CODE)
    till.call(tendering.pay_card, 1000, CardSlip(approval_code="123456"))
    fill(till.store.folder, f"orders/{STORE}", (ORDER, None))
    with pytest.raises(OrderRefused):
        till.call(collecting.order_with_id, ORDER)
    paid = till.call(tendering.pay_cash)
    assert paid.sale is not None
    assert (paid.sale.order_id, paid.sale.total_minor) == (ORDER, 13_000)
    *_rest, event = till.store.call(lambda: list(journal.read_events(till.store.books)))
    fact = decode_fact(event.body)
    assert isinstance(fact, OrderHandedOver)
    assert [(line.sku, line.picked_milli) for line in fact.lines] == [("IDM-85", 2000), ("TEH-450", 1000)]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


@pytest.fixture
def with_cider(till: Till) -> str:
    """An order that is ready and holds a bottle for people of 18 and more; it is paid."""
    cider = OrderLine(
        line_id="W-4004-0",
        product_id=CIDER.product_id,
        sku=CIDER.sku,
        name=CIDER.name,
        quantity_milli=1000,
        unit_price_minor=CIDER.price_minor,
        tax_code=CIDER.tax_code,
    )
    fill_goods(till.store.folder)
    total = CIDER.price_minor
    ready = order("W-4004", state=OrderState.READY, lines=(cider,), total_minor=total, paid_minor=total)
    put(till, ready)
    return ready.order_id


def ages(till: Till) -> list[tuple[str, str, int, bool]]:
    facts = [
        decode_fact(one.body) for one in till.store.call(lambda: list(journal.read_events(till.store.books)))
    ]
    seen = [one for one in facts if isinstance(one, AgeChecked)]
    return [(one.order_id, one.product_id, one.min_age, one.sold) for one in seen]


def test_goods_with_an_age_limit_leave_only_after_the_age_was_seen(till: Till, with_cider: str) -> None:
    taker = Taker(code="474004")
    before = everything(till)
    with pytest.raises(collecting.AgeUnseen, match=r"sold from 18 years on.*born on or before"):
        till.call(collecting.hand_over, with_cider, taker)
    assert everything(till) == before
    with pytest.raises(OrderRefused, match=r"not given to anybody under 18. Order W-4004 stays here"):
        till.call(collecting.hand_over, with_cider, msgspec.structs.replace(taker, is_old_enough=False))
    assert till.call(collecting.order_with_id, with_cider).state is OrderState.READY
    assert ages(till) == [(with_cider, CIDER.product_id, 18, False)]
    seen = msgspec.structs.replace(taker, is_old_enough=True)
    assert till.call(collecting.hand_over, with_cider, seen).order.state is OrderState.COLLECTED
    assert ages(till)[1:] == [(with_cider, CIDER.product_id, 18, True)]


def test_who_is_no_taker_is_asked_for_no_age(till: Till, with_cider: str) -> None:
    with pytest.raises(OrderRefused, match="not the code"):
        till.call(collecting.hand_over, with_cider, Taker(code="999999", is_old_enough=False))
    assert ages(till) == []


def test_an_age_seen_for_an_unpaid_order_holds_for_what_is_sold_with_it(till: Till, with_cider: str) -> None:
    unpaid = msgspec.structs.replace(till.call(collecting.order_with_id, with_cider), paid_minor=0)
    put(till, unpaid)
    view = till.call(collecting.hand_over, with_cider, Taker(code="474004", is_old_enough=True)).view
    assert view is not None
    assert view.basket.age_checked == 18
    assert ages(till) == [(with_cider, CIDER.product_id, 18, True)]
