"""A till of a big shop: nothing it does at the counter reads a table that grows whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from omnipos.domain.staff import Role
from omnipos.services import (
    finding,
    price_checking,
    queueing,
    recognising,
    reprinting,
    returning,
    selling,
    shifting,
    stocktaking,
    tendering,
    watching,
)
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from omnipos.store import books
from tests.rigs import INDOMIE, SARAH, staff_members

SMALL = {
    "basket", "basket_line", "basket_news", "cursor", "coupon", "erased", "hybrid_clock", "identity",
    "json_each", "overlay_customer", "overlay_exception", "overlay_order", "promotion", "quotation",
    "shop", "sign_in_failure", "staff", "stocktake", "stocktake_line", "tax", "epoch", "archive",
    "shift_closed", "CONSTANT", "(subquery-1)",
}  # fmt: skip
"""What holds what is open now, or a few of each shop; of all else only what is asked for may be read."""
FEW = {
    "basket_open",
    "event_approval",
    "exception_case_open",
    "orders_asked_by",
    "outbox_quarantined",
    "outbox_waiting",
    "payment_open",
    "print_job_failed",
    "print_job_open",
}
"""Indexes of few rows among many."""
VERBS = ("SELECT", "UPDATE", "DELETE", "INSERT")


@contextmanager
def plans(till: Till) -> Iterator[tuple[set[str], set[str]]]:
    """Yield which tables are read whole while the block lasts, and by which indexes, as SQLite plans it."""
    asked: list[str] = []
    whole: set[str] = set()
    used: set[str] = set()
    db = till.store.books
    till.store.call(lambda: db.set_trace_callback(asked.append))
    yield whole, used
    till.store.call(lambda: db.set_trace_callback(None))
    for statement in set(asked):
        if not statement.startswith(VERBS) or "_search" in statement:
            continue  # a full-text index goes by its own plans
        for *_place, detail in till.store.call(
            lambda statement=statement: db.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        ):
            verb, place, *how = detail.split()
            table = place.rpartition(".")[2]
            used.update(how)
            if verb == "SCAN" and table not in SMALL and not FEW & set(how) and not _is_cut(statement, how):
                whole.add(f"{table}: {statement}")


def _is_cut(statement: str, how: list[str]) -> bool:
    """Tell whether rows come from an index in the order wanted, and only the first of them are asked for."""
    return "LIMIT" in statement and ("INDEX" in how or "PRIMARY" in how or statement.endswith("LIMIT 1"))


def sell(till: Till) -> str:
    """Sell an Indomie to Sarah and return the receipt's number."""
    found = till.call(finding.scanned, INDOMIE.barcodes[0].code)
    assert isinstance(found, ItemOffer)
    till.call(selling.ring, [(found.item, found.quantity_milli)])
    till.call(selling.attach_customer, SARAH.customer_id)
    paid = till.call(tendering.pay_cash, 10_000)
    assert paid.sale is not None
    return paid.sale.receipt_number


def test_nothing_at_the_counter_reads_a_growing_table_whole(till: Till) -> None:
    sell(till)
    with plans(till) as (whole, used):
        receipt = sell(till)
        for text in ("i", "ind", "indom", "indomie gor", "teh 450", "0812", "7890", "sarah", "#10", receipt):
            till.call(finding.offers, text)
        till.call(watching.status)
        till.call(recognising.card, SARAH.customer_id)
        till.call(reprinting.latest)
        till.call(reprinting.sale_with, receipt)
        till.store.call(lambda: books.sales_of_order(till.store.books, "o-W-1001"))
        till.call(price_checking.check_price, "IDM-85")
        for number, customer in ((receipt, ""), ("W-1001", ""), ("", SARAH.customer_id)):
            till.call(returning._own, number, customer)
        manage(till, lambda: till.call(stocktaking.count_entry, "IDM-85"))
        manage(till, lambda: till.call(shifting.x_now))
        manage(till, lambda: till.call(queueing.past))
    assert whole == set()
    assert {"sale_customer", "sale_order", "stock_movement_product", "customer_digits"} <= used


def manage(till: Till, work: Callable[[], object]) -> None:
    """Do something as the manager."""
    cashier = till.staff
    till.staff = next(one for one in staff_members() if one.role is Role.MANAGER)
    work()
    till.staff = cashier
