"""Tills with a long queue: sales written through the journal and the books, thousands in one transaction."""

import random
from typing import Any

from omnipos.domain.basket import Basket, Line
from omnipos.domain.money import CashRounding
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.staff import Right
from omnipos.domain.tender import Tender, TenderKind, settle
from omnipos.services import tendering
from omnipos.services.till import Till
from omnipos.store import journal
from omnipos.store.connection import transaction
from tests.hubs import HubProcess
from tests.rigs import PPN, HandClock

PRODUCTS = 5000
CUSTOMERS = 2000
LINES = 4
SEED = 20_261_122
KNOWN_CUSTOMER_EVERY = 5
"""One sale in so many is of a customer with a card."""
BETWEEN_MS = 1000
"""From one sale to the next: ids begin with their time, and no till sells thousands in one moment."""


def stock_hub(hub: HubProcess) -> list[dict[str, Any]]:
    """Give a hub its products and customers; return the products as the hub knows them."""
    goods = [
        {"sku": f"SKU-{i:05d}", "name": f"Biskuit Kelapa {i} g", "price_minor": 1000 + i * 37 % 90_000}
        for i in range(PRODUCTS)
    ]
    for start in range(0, PRODUCTS, 1000):
        part = [{**one, "tax_code": "PPN"} for one in goods[start : start + 1000]]
        hub.ask("PUT", "/v1/products", {"products": part})
    people = [
        {"customer_id": f"c-{i:05d}", "name": f"Siti Rahman {i}", "phone": f"0812{i:08d}"}
        for i in range(CUSTOMERS)
    ]
    for start in range(0, CUSTOMERS, 1000):
        hub.ask("PUT", "/v1/customers", {"customers": people[start : start + 1000], "country": "ID"})
    found: list[dict[str, Any]] = []
    after = ""
    while len(found) < PRODUCTS:
        page = hub.ask("GET", f"/v1/products?after={after}&limit=1000")
        found += [one for one in page["products"] if one["sku"].startswith("SKU-")]
        after = page["next"]
        if not after:
            break
    assert len(found) == PRODUCTS
    return found


def queue_sales(till: Till, products: list[dict[str, Any]], count: int, seed: int = SEED) -> None:
    """Put a number of sales of four lines into a till's journal, books and outbox."""
    chance, clock = random.Random(seed), till.clock
    assert isinstance(clock, HandClock)
    # A few products sell most: a quarter of the shelf makes most of the lines.
    popular = products[: len(products) // 4]
    before = till.store.call(lambda: journal.counter_value(till.store.books, "receipt"))

    def write(first: int, last: int) -> None:
        with transaction(till.store.books):
            for number in range(first, last):
                chosen = [
                    chance.choice(popular if chance.random() < 0.7 else products) for _i in range(LINES)
                ]
                clock.at_ms += BETWEEN_MS
                _sell(till, chosen, chance, number)

    for start in range(before, before + count, 5000):
        till.store.call(lambda start=start: write(start, min(start + 5000, before + count)))


def _sell(till: Till, chosen: list[dict[str, Any]], chance: random.Random, number: int) -> None:
    lines = tuple(
        Line(
            line_id=index,
            product_id=one["product_id"],
            sku=one["sku"],
            name=one["name"],
            quantity_milli=chance.randint(1, 4) * 1000,
            unit_price_minor=one["price_minor"],
            tax_code="PPN",
        )
        for index, one in enumerate(chosen, start=1)
    )
    totals = price_lines(lines, Terms(taxes={"PPN": PPN}))
    tenders = (Tender(kind=TenderKind.CASH, amount_minor=totals.total_minor),)
    settled = settle(totals.total_minor, tenders, CashRounding())
    assert settled is not None
    known = number % KNOWN_CUSTOMER_EVERY == 0
    basket = Basket(
        basket_id=till.new_id(),
        number=number,
        currency="IDR",
        started_at_ms=till.clock.now_ms(),
        staff_id=till.signed_in(Right.SELL).staff_id,
        lines=lines,
        tenders=tenders,
        customer_id=f"c-{chance.randrange(CUSTOMERS):05d}" if known else "",
    )
    tendering.write_sale(till, basket, totals, settled)
