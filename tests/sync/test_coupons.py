"""A single-use coupon at two tills that cannot ask: both sales stand, and one person is told once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.domain.errors import CouponRefused
from omnipos.domain.sale import Sale
from omnipos.services import couponing, finding, selling, settling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.store import prices
from tests.hubs import HubProcess
from tests.sync.conftest import EnrolledTill

TEH, TEH_MINOR, TEN_OFF_MINOR = "8996006855893", 6000, 600


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A hub with a shop and a coupon of ten percent, for one use."""
    hub = HubProcess(tmp_path / "hub")
    hub.set_up_shop()
    reward = {"type": "percent", "rate_ppm": 100_000}
    ten = {"code": "TEN", "name": "Ten off", "reward": reward, "needs_coupon": True}
    hub.ask("PUT", "/v1/promotions", {"promotions": [ten]})
    hub.ask("PUT", "/v1/coupons", {"coupons": [{"code": "ONCE", "promotion": "TEN"}]})
    yield hub
    hub.stop()


@pytest.fixture
def tills(hub: HubProcess, tmp_path: Path) -> Iterator[tuple[EnrolledTill, EnrolledTill]]:
    """Two tills that know the coupon."""
    both = EnrolledTill(hub, tmp_path / "one"), EnrolledTill(hub, tmp_path / "two")
    for till in both:
        assert till.engine.once().ok
    yield both
    for till in both:
        till.close()


def sell_with(counter: EnrolledTill, code: str) -> Sale:
    """Sell one tea with a coupon for cash."""
    found = counter.till.call(finding.scanned, TEH)
    assert isinstance(found, ItemOffer)
    counter.till.call(selling.ring, [(found.item, found.quantity_milli)])
    counter.till.call(couponing.give, code)
    paid = counter.till.call(tendering.pay_cash)
    assert paid.sale is not None
    return paid.sale


def used(counter: EnrolledTill) -> int:
    """How often the coupon was used, as a till's mirror has it."""
    coupon = counter.store.call(lambda: prices.coupon_by_code(counter.store.books, "ONCE"))
    assert coupon is not None
    return coupon.used


def test_a_coupon_used_at_two_tills_that_were_offline_keeps_both_sales_and_is_told_once(
    hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    first, second = tills
    hub.stop()
    sales = [sell_with(first, "once"), sell_with(second, "ONCE")]
    assert [(one.total_minor, one.saved_minor, one.coupons) for one in sales] == [
        (TEH_MINOR - TEN_OFF_MINOR, TEN_OFF_MINOR, ("ONCE",))
    ] * 2
    assert not first.engine.once().online
    hub.start()

    for till in (first, second, first):
        outcome = till.engine.once()
        assert (outcome.ok, outcome.waiting) == (True, 0)
    totals = hub.ask("GET", "/v1/totals?store=S1")
    money = (totals["sales"], totals["total_minor"], totals["cash_minor"], totals["saved_minor"])
    assert money == (2, 10_800, 10_800, 1200)
    (stock,) = hub.ask("GET", "/v1/stock?store=S1&sku=TEH")["stock"]
    assert stock["on_hand_milli"] == 98_000
    (case,) = hub.ask("GET", "/v1/exceptions")["exceptions"]
    receipts = [one.receipt_number for one in sales]
    assert (case["kind"], case["receipt_number"]) == ("coupon_overused", receipts[1])
    assert all(receipt in case["detail"] for receipt in receipts)
    shown = hub.ask("GET", "/v1/coupons/ONCE")
    assert (shown["used"], sorted(one["receipt_number"] for one in shown["uses"])) == (2, receipts)

    for till in tills:
        assert used(till) == 2
        (listed,) = [one for one in till.till.call(settling.listed) if one.case.number]
        assert listed.case.kind == "coupon_overused"


def test_a_coupon_that_was_used_elsewhere_is_refused_once_the_till_has_heard(
    hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    first, second = tills
    sell_with(first, "ONCE")
    assert first.engine.once().ok
    assert second.engine.once().ok
    with pytest.raises(CouponRefused, match="used already"):
        sell_with(second, "ONCE")
    assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []


def test_sending_the_same_sale_again_uses_the_coupon_once(
    hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    first, _second = tills
    sell_with(first, "ONCE")
    push = first.client.push

    def twice(batch: object) -> object:
        push(batch)  # type: ignore[arg-type]
        return push(batch)  # type: ignore[arg-type]

    first.client.push = twice  # type: ignore[method-assign, assignment]
    assert first.engine.once().ok
    assert hub.ask("GET", "/v1/coupons/ONCE")["used"] == 1
    assert hub.ask("GET", "/v1/exceptions")["exceptions"] == []


def test_a_deleted_promotion_leaves_the_till_and_its_coupon_opens_nothing(
    hub: HubProcess, tills: tuple[EnrolledTill, EnrolledTill]
) -> None:
    first, second = tills
    hub.ask("DELETE", "/v1/promotions/TEN")
    assert first.engine.once().ok
    with pytest.raises(CouponRefused):
        sell_with(first, "ONCE")
    hub.ask("DELETE", "/v1/coupons/ONCE")
    assert second.engine.once().ok
    with pytest.raises(CouponRefused, match="No coupon has the code ONCE"):
        sell_with(second, "ONCE")
