"""Goods of a sale of the old system come back at a till, as those of any other sale."""

from typing import Any

import pytest

from omnipos.domain.errors import BasketRefused
from omnipos.domain.returning import Found
from omnipos.domain.tender import Tender, TenderKind
from omnipos.services import returning
from omnipos.services.returning import Back
from omnipos.services.verifying import verify
from tests.hubs import HubProcess
from tests.rigs import NOON_MS
from tests.sync.conftest import EnrolledTill


def bring_in(hub: HubProcess, number: str, *lines: dict[str, Any], total: int) -> None:
    cash = [{"kind": "cash", "amount_minor": total + 1000}, {"kind": "cash", "amount_minor": -1000}]
    at = {"number": number, "at": NOON_MS - 86_400_000, "customer_phone": "0812-3456-7890"}
    said = hub.ask("PUT", "/v1/old-sales", {"sales": [{**at, "lines": lines, "tenders": cash}]})
    assert said["problems"] == []


def find(hub: HubProcess, counter: EnrolledTill, number: str) -> Found:
    asked = counter.client.returnable(number, "").sales
    return counter.till.call(returning.find, asked, number)[0]


@pytest.mark.parametrize(
    ("number", "barcode", "rate_ppm", "paid", "back", "tax_minor", "moved"),
    [
        ("OLD-1", "8998866200578", 110_000, 6500, -3500, -347, 1000),
        ("OLD-2", "0001", 82_500, 6500, -3500, -267, 0),
        ("OLD-3", "8996006855893", 82_500, 7078, -3789, -289, 1000),
    ],
    ids=["known", "unknown", "tax on top"],
)
def test_goods_come_back_once_known_or_not(
    running_hub: HubProcess,
    counter: EnrolledTill,
    number: str,
    barcode: str,
    rate_ppm: int,
    paid: int,
    back: int,
    tax_minor: int,
    moved: int,
) -> None:
    line = {
        "barcode": barcode,
        "name": "Mie",
        "quantity": 2,
        "unit_price_minor": 3500,
        "tax_rate_ppm": rate_ppm,
    }
    cup = {"name": "Cup back", "quantity": "-1", "unit_price_minor": 500}
    bring_in(running_hub, number, line, cup, total=paid)
    assert counter.engine.once().ok
    stock, points = stock_of(running_hub), points_of(running_hub)
    found = find(running_hub, counter, number)
    assert [one.left_milli for one in found.lines] == [2000, 0]
    view = counter.till.call(returning.bring, found, [Back(line_no=1, quantity_milli=1000)], "1")
    assert (view.totals.total_minor, view.totals.tax_minor) == (back, tax_minor)
    refund = counter.till.call(
        returning.give_back, Tender(kind=TenderKind.CASH, amount_minor=view.due.cash_due_minor)
    )
    assert refund.sale is not None
    assert counter.engine.once().ok
    again = find(running_hub, counter, number)
    assert [one.left_milli for one in again.lines] == [1000, 0]
    with pytest.raises(BasketRefused, match="only 1 may still come back"):
        counter.till.call(returning.bring, again, [Back(line_no=1, quantity_milli=2000)], "1")
    assert (stock_of(running_hub), points_of(running_hub)) == (stock + moved, points)
    assert running_hub.ask("GET", "/v1/exceptions")["exceptions"] == []
    (sold,) = [
        one
        for one in running_hub.ask("GET", "/v1/sales")["sales"]
        if one["receipt_number"] == refund.sale.receipt_number
    ]
    assert sold["flags"] == ""
    assert counter.store.call(lambda: verify(counter.store.books)).findings == ()


def stock_of(hub: HubProcess) -> int:
    rows = hub.ask("GET", "/v1/stock?store=S1")["stock"]
    assert all(row["product_id"] for row in rows)
    return sum(row["on_hand_milli"] for row in rows)


def points_of(hub: HubProcess) -> int:
    (card,) = hub.ask("GET", "/v1/customers?phone=081234567890")["customers"]
    return int(card["points"])
