"""Goods that come back at two tills of a store: asked of the hub, and told to a person when too much."""

import threading
from collections.abc import Iterator

import httpx
import pytest

from omnipos.domain.catalogue import Item
from omnipos.domain.errors import BasketRefused, ItemUnknown
from omnipos.domain.returning import Found
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Role, Staff
from omnipos.domain.tender import Tender, TenderKind
from omnipos.protocol import LowestPrice, Returnable
from omnipos.services import lowest_pricing, returning, selling, tendering
from omnipos.services.lowest_pricing import Lowest
from omnipos.services.returning import Back
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import catalogue
from sync.client import HubClient
from sync.errors import Retryable
from sync.queries import Questions
from tests.faults.desks import Counters, HubInThread


@pytest.fixture(scope="module")
def counters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counters]:
    folder = tmp_path_factory.mktemp("returns")
    hub = HubInThread(folder / "hub")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "Client", hub.client)
        counters = Counters(folder, hub)
        counters.sync(0, 1)
        yield counters
        counters.close()


def item_of(till: Till, code: str) -> Item:
    """Return what has a code, as a till has it now."""
    item = till.call(lambda till: catalogue.item_by_code(till.store.books, code))
    assert item is not None
    return item


def sell(counters: Counters, number: int, pieces: int, code: str = "IDM") -> Sale:
    """Sell some Indomie, or something else, for cash at one of the tills, and send it."""
    till = counters.tills[number].till
    item = item_of(till, code)
    till.call(selling.ring, [(item, pieces * 1000)])
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    counters.sync(number)
    return sale


def found(counters: Counters, number: int, sale: Sale, *, is_there: bool = True) -> Found:
    """Look a sale up at one of the tills, with the hub there or away."""
    till = counters.tills[number].till
    asked = None
    if is_there:
        client = counters.tills[number].client.twin()
        asked = client.returnable(sale.receipt_number, "").sales
    return till.call(returning.find, asked, sale.receipt_number)[0]


def give_back(till: Till, one: Found, pieces: int) -> Sale:
    """Take some pieces back and give the money in cash."""
    view = till.call(returning.bring, one, [Back(line_no=1, quantity_milli=pieces * 1000)], "1")
    tender = Tender(kind=TenderKind.CASH, amount_minor=view.due.cash_due_minor)
    sale = till.call(returning.give_back, tender).sale
    assert sale is not None
    return sale


def kinds(counters: Counters) -> list[str]:
    """Return the kinds of all cases."""
    return [case["kind"] for case in counters.cases()]


def test_49_one_receipt_refunded_at_two_tills_stops_at_what_was_sold(counters: Counters) -> None:
    before, stock = kinds(counters), counters.stock()
    sale = sell(counters, 0, 3)
    first, second = (one.till for one in counters.tills)
    give_back(first, found(counters, 0, sale), 2)
    counters.sync(0)
    at_second = found(counters, 1, sale)
    assert [(line.returned_milli, line.left_milli) for line in at_second.lines] == [(2000, 1000)]
    with pytest.raises(BasketRefused, match="only 1 may still come back; 3 were sold"):
        second.call(returning.bring, at_second, [Back(line_no=1, quantity_milli=2000)], "1")
    give_back(second, at_second, 1)
    counters.sync(1)
    with pytest.raises(BasketRefused, match="came back already"):
        first.call(returning.bring, found(counters, 0, sale), [Back(line_no=1, quantity_milli=1000)], "1")
    assert kinds(counters) == before
    assert counters.stock() == stock


def test_49_what_two_tills_take_back_unseen_is_an_exception(counters: Counters) -> None:
    before = kinds(counters)
    sale = sell(counters, 0, 2)
    seen_by_both = found(counters, 1, sale)
    totals = counters.hub.ask("GET", "/v1/totals?store=S1")["total_minor"]
    give_back(counters.tills[0].till, found(counters, 0, sale, is_there=False), 2)
    give_back(counters.tills[1].till, seen_by_both, 2)
    counters.sync(0, 1)
    assert kinds(counters)[len(before) :] == ["return_over_sold", "refund_over_paid"]
    details = [case["detail"] for case in counters.cases()[len(before) :]]
    assert all(sale.receipt_number in detail for detail in details)
    assert counters.hub.ask("GET", "/v1/totals?store=S1")["total_minor"] == totals - 2 * sale.total_minor
    for one in counters.tills:
        assert one.store.call(lambda one=one: verify(one.store.books)).findings == ()


def test_with_the_hub_away_only_what_this_till_sold_comes_back_with_its_receipt(counters: Counters) -> None:
    sale = sell(counters, 0, 1)
    with pytest.raises(ItemUnknown, match="The hub does not answer"):
        found(counters, 1, sale, is_there=False)
    assert found(counters, 0, sale, is_there=False).asked_hub is False


def test_a_till_counts_what_it_took_back_before_the_hub_does(counters: Counters) -> None:
    sale = sell(counters, 1, 2)
    at_hub = found(counters, 1, sale)
    give_back(counters.tills[1].till, at_hub, 1)
    assert [line.left_milli for line in found(counters, 1, sale).lines] == [1000]
    counters.sync(1)
    assert [line.left_milli for line in found(counters, 1, sale).lines] == [1000]


def sold_at(counters: Counters, price_minor: int) -> None:
    """Give Teh Botol a price, and let both tills know it."""
    wish = {"sku": "TEH", "name": "Teh Botol", "price_minor": price_minor, "tax_code": "PPN"}
    counters.hub.ask("PUT", "/v1/products", {"products": [wish]})
    counters.sync(0, 1)


def test_without_a_receipt_the_least_that_any_till_sold_at_goes_back(counters: Counters) -> None:
    rules = {"code": "S1", "name": "Toko Sinar", "country": "ID", "returns": {"lowest_days": 3650}}
    counters.hub.ask("PUT", "/v1/stores", {"stores": [rules]})
    first, second = (one.till for one in counters.tills)
    sold_at(counters, 5000)
    sell(counters, 0, 2, "TEH")
    sold_at(counters, 6000)
    item = item_of(second, "TEH")
    asked = counters.tills[1].client.twin().lowest_price(item.product.product_id)
    for till, answer, least in (
        (second, asked, Lowest(5000, asked_hub=True, today_minor=6000)),
        (second, None, Lowest(6000, asked_hub=False, today_minor=6000)),
        (first, None, Lowest(5000, asked_hub=False, today_minor=6000)),
    ):
        assert till.call(lowest_pricing.lowest, item.product, answer) == least
    before = kinds(counters)
    cashier, second.staff = (
        second.staff,
        Staff(staff_id="s-boss", name="Budi", role=Role.MANAGER, pin_hash=""),
    )
    view = second.call(returning.bring_without_receipt, item, 1000, "3", asked=asked)
    assert view.due.cash_due_minor == -5000
    tender = Tender(kind=TenderKind.CASH, amount_minor=-5000)
    sale = second.call(returning.give_back, tender).sale
    assert sale is not None
    second.staff = cashier
    assert [one.returned.asked_hub for one in sale.lines if one.returned] == [True]
    counters.sync(1)
    assert kinds(counters) == before


class SilentHub(HubClient):
    """A hub that answers no question until the test ends."""

    ended = threading.Event()

    def returnable(self, number: str, customer_id: str) -> Returnable:
        """Wait."""
        self.ended.wait(5)
        raise Retryable("too late")

    def lowest_price(self, product_id: str) -> LowestPrice:
        """Wait."""
        self.ended.wait(5)
        raise Retryable("too late")


def test_a_hub_that_does_not_answer_in_time_is_away_and_nobody_waits_for_it() -> None:
    asking = Questions(SilentHub("http://127.0.0.1:9"), patience_s=0.05)
    assert [asking.returnable("S1-1-000001"), asking.returnable("S1-1-000002")] == [None, None]
    assert asking.lowest_price("p-teh") is None
    SilentHub.ended.set()
    asking.close()
