"""A fault at any write of any step leaves all of the step or none of it, and the till can go on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from omnipos.domain.customer import CustomerDraft, Purpose
from omnipos.domain.errors import StoreTrouble
from omnipos.domain.order import Taker
from omnipos.services import collecting, finding, recognising, reprinting, selling, tendering
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from tests.rigs import STORE, fill, order, selling_till
from tests.services.faulty import everything, failing_at

INDOMIE, TEH = "8998866200578", "8996006855893"


def ring(till: Till, code: str) -> None:
    found = till.call(finding.scanned, code)
    assert isinstance(found, finding.ItemOffer)
    till.call(selling.ring, [(found.item, found.quantity_milli)])


def with_lines(till: Till) -> None:
    for code in (INDOMIE, TEH):
        ring(till, code)


def with_sale(till: Till) -> None:
    with_lines(till)
    till.call(tendering.pay_cash, None)


def with_picked_order(till: Till) -> None:
    for code in (INDOMIE, INDOMIE, TEH):
        till.call(collecting.pick, "o-W-1001", code)


def with_ready_order(till: Till) -> None:
    with_picked_order(till)
    till.call(collecting.make_ready, "o-W-1001", "A1")


def with_unpaid_order_in_basket(till: Till) -> None:
    fill(till.store.folder, f"orders/{STORE}", ("order:o-W-1001", order(paid_minor=5000)))
    with_ready_order(till)
    till.call(collecting.hand_over, "o-W-1001", Taker(code="471001"))
    ring(till, INDOMIE)


def with_parked(till: Till) -> None:
    with_lines(till)
    till.call(selling.park)


RINA = CustomerDraft(name="Rina", phone="081311112222", agreed=(Purpose.SERVICE,))

STEPS: dict[str, tuple[Callable[[Till], None], Callable[[Till], object]]] = {
    "ring": (with_lines, lambda till: ring(till, INDOMIE)),
    "void": (with_lines, lambda till: till.call(selling.void_line, 1)),
    "pay": (with_lines, lambda till: till.call(tendering.pay_cash, 50_000)),
    "pay part": (with_lines, lambda till: till.call(tendering.pay_cash, 1000)),
    "pay order": (with_unpaid_order_in_basket, lambda till: till.call(tendering.pay_cash, 50_000)),
    "recall": (with_parked, lambda till: till.call(selling.recall)),
    "reprint": (with_sale, lambda till: till.call(reprinting.reprint)),
    "pick": (lambda till: None, lambda till: till.call(collecting.pick, "o-W-1001", TEH)),
    "ready": (with_picked_order, lambda till: till.call(collecting.make_ready, "o-W-1001", "A1")),
    "hand over": (
        with_ready_order,
        lambda till: till.call(collecting.hand_over, "o-W-1001", Taker(code="471001")),
    ),
    "add customer": (lambda till: None, lambda till: till.call(recognising.add, RINA)),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_fault_at_any_write_leaves_all_of_a_step_or_none(tmp_path: Path, name: str) -> None:
    before, step = STEPS[name]
    till = selling_till(tmp_path)
    till.call(selling.current)
    before(till)
    whole = everything(till)
    failures = 0
    while True:
        with failing_at(till, failures + 1) as faulty:
            try:
                step(till)
            except StoreTrouble:
                failures += 1
            else:
                break
        assert faulty.writes == failures
        assert everything(till) == whole, f"write {failures} of {name} left something behind"
    assert failures >= 2, "a step has at least a write and its commit"
    assert everything(till) != whole
    report = till.store.call(lambda: verify(till.store.books))
    assert report.findings == ()
    till.store.close()


def test_a_number_drawn_for_a_sale_that_failed_is_the_next_sales(tmp_path: Path) -> None:
    till = selling_till(tmp_path)
    with_lines(till)
    with failing_at(till, 4), pytest.raises(StoreTrouble):
        till.call(tendering.pay_cash, 50_000)
    sale = till.call(tendering.pay_cash, 50_000).sale
    assert sale is not None
    assert sale.receipt_number == "S1-1-000001"
    till.store.close()


def test_a_till_opened_again_has_the_basket_and_the_next_number(tmp_path: Path) -> None:
    till = selling_till(tmp_path)
    with_sale(till)
    with_lines(till)
    before = till.call(selling.current)
    till.store.close()
    again = selling_till(tmp_path)
    assert again.call(selling.current) == before
    sale = again.call(tendering.pay_cash, None).sale
    assert sale is not None
    assert sale.receipt_number == "S1-1-000002"
    again.store.close()
