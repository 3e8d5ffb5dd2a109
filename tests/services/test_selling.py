"""Ringing up, paying, parking: what a cashier does to a basket, and what stands on disk after it."""

from omnipos.services import finding, selling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from omnipos.services.verifying import verify


def ring(till: Till, *codes: str) -> selling.BasketView:
    for code in codes:
        found = till.call(finding.scanned, code)
        assert isinstance(found, ItemOffer)
        view = till.call(selling.ring, [(found.item, found.quantity_milli)])
    return view


def test_three_scans_and_cash_make_a_sale_with_change(till: Till) -> None:
    view = ring(till, "8998866200578", "8998866200578", "8996006855893")
    assert [line.quantity_milli for line in view.basket.lines] == [2000, 1000]
    assert view.totals.total_minor == 13_000
    paid = till.call(tendering.pay_cash, 50_000)
    assert paid.sale is not None
    assert paid.sale.receipt_number == "S1-1-000001"
    assert paid.sale.change_minor == 37_000
    assert paid.sale.tax_minor == 1288
    report = till.store.call(lambda: verify(till.store.books))
    assert report.findings == ()
    assert (report.sales, report.total_minor) == (1, 13_000)
