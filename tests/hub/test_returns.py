"""Goods that come back, at the hub: found over all stores, points taken back, settings that stay fair."""

import msgspec

from omnipos.domain.basket import Basket
from omnipos.domain.money import CashRounding
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.returning import Found, earlier_return, mirror, put_back, put_line, with_earlier
from omnipos.domain.sale import Sale, SaleIdentity, complete
from omnipos.domain.tender import Tender, TenderKind, settle
from omnipos.events import SaleCompleted
from omnipos.protocol import EnrolAnswer, Returnable
from tests.hub.journals import AT_MS, PPN, Journal
from tests.hub.rig import A, B, HubRig


def return_of(
    till: EnrolAnswer, found: Found, number: int, *backs: tuple[int, int], known: bool = True
) -> Sale:
    """Return a sale that takes (line, pieces) back for cash; `known` keeps to what may still come back."""
    basket = Basket(basket_id="b", number=1, currency="IDR", started_at_ms=1, staff_id="staff-1")
    found = found if known else Found(sale=found.sale)
    for line_no, pieces in backs:
        sold = found.lines[line_no - 1]
        back = mirror(found.sale, sold, pieces * 1000, {"PPN": PPN}, reason="broken")
        basket = put_back(basket, found, sold, back, pieces * 1000)
    return paid_back(till, basket, number)


def paid_back(till: EnrolAnswer, basket: Basket, number: int) -> Sale:
    """Return the sale of a basket that gives cash back."""
    totals = price_lines(basket.lines, Terms(taxes={"PPN": PPN}))
    tenders = (Tender(kind=TenderKind.CASH, amount_minor=totals.total_minor),)
    settled = settle(totals.total_minor, tenders, CashRounding())
    assert settled is not None
    identity = SaleIdentity(
        sale_id=f"back-{till.till_number}-{number}", receipt_number=f"B-{till.till_number}-{number}",
        store_id=till.store_id, till_number=till.till_number, staff_id="staff-1",
        completed_at_ms=AT_MS + number,
    )  # fmt: skip
    return complete(msgspec.structs.replace(basket, tenders=tenders), totals, settled, identity)


def asked(rig: HubRig, **wish: str) -> list[Found]:
    """Ask as the till does."""
    query = "&".join(f"{name}={value}" for name, value in wish.items())
    answer = rig.ask("GET", f"/v1/returnable?{query}", key=rig.token_of(rig.till))
    return list(msgspec.convert(answer, Returnable).sales)


def test_a_sale_is_found_by_number_and_by_customer_with_what_came_back(rig: HubRig) -> None:
    journal = rig.journal()
    sale = journal.sell((A, 3, 3500), (B, 1, 6000), customer_id="")
    rig.push(*journal.envelopes)
    (found,) = asked(rig, number=sale.receipt_number.lower())
    assert (found.sale, found.earlier, found.asked_hub) == (sale, (), True)
    journal.append(SaleCompleted(sale=return_of(journal.till, found, 1, (1, 2))))
    rig.push(*journal.envelopes)
    (found,) = asked(rig, number=sale.receipt_number)
    assert [line.left_milli for line in found.lines] == [1000, 1000]
    assert found.refundable.left_minor == sale.total_minor - 7000
    assert asked(rig, number="S9-9-999999") == []
    assert asked(rig) == []
    assert rig.refused("GET", "/v1/returnable?number=x", key="nobody")[0] == 401
    assert rig.stock("A") == (-1000, 0)
    assert rig.exceptions() == []


def test_the_points_of_all_parts_together_are_those_of_the_sale(rig: HubRig) -> None:
    rig.ask(
        "PUT", "/v1/customers", {"customers": [{"customer_id": "c1", "name": "Sarah", "phone": "0812345678"}]}
    )
    journal = rig.journal()
    sale = journal.sell((A, 3, 15_000), customer_id="c1")
    rig.push(*journal.envelopes)

    def points() -> int:
        found: int = rig.ask("GET", "/v1/customers/c1")["customer"]["points"]
        return found

    seen = [points()]
    for number in (1, 2, 3):
        (found,) = asked(rig, number=sale.receipt_number)
        journal.append(SaleCompleted(sale=return_of(journal.till, found, number, (1, 1))))
        rig.push(*journal.envelopes)
        seen.append(points())
    assert seen == [4, 3, 1, 0]


def test_of_two_receipts_in_one_return_each_gives_its_own_money_and_points(rig: HubRig) -> None:
    rig.ask(
        "PUT", "/v1/customers", {"customers": [{"customer_id": "c1", "name": "Sarah", "phone": "0812345678"}]}
    )
    journal = rig.journal()
    sales = [journal.sell((A, 1, 15_000), customer_id="c1"), journal.sell((A, 2, 15_000), customer_id="c1")]
    rig.push(*journal.envelopes)
    founds = [asked(rig, number=sale.receipt_number)[0] for sale in sales]
    basket = Basket(basket_id="b", number=1, currency="IDR", started_at_ms=1, staff_id="staff-1")
    for found in founds:
        sold = found.lines[0]
        back = mirror(found.sale, sold, 1000, {"PPN": PPN}, reason="broken")
        basket = put_back(basket, found, sold, back, 1000)
    back = paid_back(journal.till, basket, 1)
    assert [(one.sale_id, one.credit_minor) for one in back.credits] == [
        (sales[0].sale_id, 15_000), (sales[1].sale_id, 15_000),
    ]  # fmt: skip
    journal.append(SaleCompleted(sale=back))
    rig.push(*journal.envelopes)
    left = [asked(rig, number=sale.receipt_number)[0].refundable.left_minor for sale in sales]
    assert left == [0, 15_000]
    assert rig.ask("GET", "/v1/customers/c1")["customer"]["points"] == 1
    assert rig.exceptions() == []
    journal.append(SaleCompleted(sale=msgspec.structs.replace(back, sale_id="again", receipt_number="B-2")))
    rig.push(*journal.envelopes)
    cases = rig.ask("GET", "/v1/exceptions")["exceptions"]
    assert [(one["kind"], one["detail"].rpartition("receipt ")[2]) for one in cases] == [
        ("return_over_sold", f"{sales[0].receipt_number}."),
        ("refund_over_paid", f"{sales[0].receipt_number}."),
    ]


def test_more_than_was_sold_is_told_to_a_person_once_for_each_receipt(rig: HubRig) -> None:
    journal = rig.journal()
    sale = journal.sell((A, 1, 3500))
    rig.push(*journal.envelopes)
    found = Found(sale=sale)
    for number in (1, 2):
        journal.append(SaleCompleted(sale=return_of(journal.till, found, number, (1, 1), known=False)))
        rig.push(*journal.envelopes)
    rig.push(*journal.envelopes)
    assert rig.exceptions() == ["return_over_sold", "refund_over_paid"]


def test_a_return_of_a_sale_that_the_hub_lost_or_that_nobody_allowed_is_told(rig: HubRig) -> None:
    journal = Journal(rig.till)
    lost = Found(sale=journal.sell((A, 1, 3500)))
    journal.envelopes.clear()
    journal = rig.journal()
    back = return_of(journal.till, lost, 1, (1, 1))
    journal.append(SaleCompleted(sale=back))
    line = back.lines[0]
    assert line.returned is not None
    free = msgspec.structs.replace(line.returned, sale_id="", receipt_number="", line_no=0)
    basket = Basket(basket_id="b", number=2, currency="IDR", started_at_ms=1, staff_id="staff-1")
    sold = with_earlier(lost, []).lines[0]
    put = put_back(basket, lost, sold, line.returned, 1000).lines[0]
    basket = put_line(basket, msgspec.structs.replace(put, returned=free))
    journal.append(SaleCompleted(sale=paid_back(journal.till, basket, 2)))
    rig.push(*journal.envelopes)
    assert rig.exceptions() == ["return_unknown", "return_without_word", "money_without_right"]
    assert earlier_return(back, lost.sale.sale_id) is not None


def test_the_rules_of_returns_are_set_for_a_store_and_no_footer_refuses_them(rig: HubRig) -> None:
    wish = {"code": "S1", "name": "Toko", "country": "ID"}
    rules = {"window_days": 7, "lowest_days": 14, "reasons": ["Rusak"]}
    stored = rig.ask("PUT", "/v1/stores", {"stores": [wish | {"returns": rules}]})["stores"][0]
    assert stored["returns"] == rules
    bad = wish | {"footer": "Barang yang sudah dibeli tidak dapat dikembalikan"}
    assert rig.refused("PUT", "/v1/stores", {"stores": [bad]})[0] == 422
    assert rig.refused("PUT", "/v1/stores", {"stores": [wish | {"returns": {"window_days": -1}}]})[0] == 422
