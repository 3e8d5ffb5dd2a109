"""A sale without tax: on whose word, what is kept, how it is undone; and a rate that changes at its hour."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain.basket import Exemption
from omnipos.domain.errors import BasketRefused, EntryRefused, NotAllowed, WordNeeded
from omnipos.domain.order import OrderState, Taker
from omnipos.domain.paper import ReceiptPaper
from omnipos.domain.staff import Approval
from omnipos.domain.tax import DatedRate
from omnipos.events import SaleCompleted, decode_fact
from omnipos.services import collecting, exempting, finding, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from omnipos.store import journal
from printing.document import as_text
from printing.receipt import receipt
from tests.rigs import (
    NOON_MS,
    PPN,
    SHOP,
    STORE,
    HandClock,
    fill,
    open_till,
    order,
    selling_till,
    staff_members,
)
from tests.services.faulty import everything

INDOMIE, TEH = "8998866200578", "8996006855893"
BUDI = Word("budi", "9999")
KEPT = Exemption(
    reason="Diplomat", certificate="KBRI-17", approval=Approval(staff_id="s-budi", reason="Diplomat")
)


def ring(till: Till, *codes: str) -> selling.BasketView:
    """Ring codes up."""
    for code in codes:
        found = till.call(finding.understood, code)
        assert isinstance(found, ItemOffer)
        view = till.call(selling.ring, [(found.item, found.quantity_milli)])
    return view


def test_a_cashier_needs_a_managers_word_and_a_reason(till: Till) -> None:
    ring(till, INDOMIE, TEH)
    before = everything(till)
    with pytest.raises(WordNeeded):
        till.call(exempting.exempt, "Diplomat", "KBRI-17")
    with pytest.raises(NotAllowed):
        till.call(exempting.exempt, "Diplomat", "KBRI-17", Word("sari", "1234"))
    with pytest.raises(EntryRefused, match="Type the reason"):
        till.call(exempting.exempt, "  ", "KBRI-17", BUDI)
    with pytest.raises(EntryRefused, match="card"):
        till.call(exempting.exempt, "Diplomat", "4111 1111 1111 1111", BUDI)
    assert everything(till) == before


def test_an_exempt_sale_saves_the_tax_that_its_prices_hold_and_keeps_why(till: Till) -> None:
    """9,500 rupiah hold 941 of PPN (12% of 11/12)."""
    taxed = ring(till, INDOMIE, TEH)
    assert (taxed.totals.total_minor, taxed.totals.tax_minor) == (9500, 941)
    view = till.call(exempting.exempt, "Diplomat", "KBRI-17", BUDI)
    assert view.basket.exemption == KEPT
    assert (view.totals.total_minor, view.totals.tax_minor, view.totals.saved_minor) == (8559, 0, 941)
    sale = till.call(tendering.pay_cash, 10_000).sale
    assert sale is not None
    assert (sale.exemption, sale.total_minor, sale.tax_minor, sale.saved_minor) == (KEPT, 8559, 0, 941)
    event = till.call(lambda one: list(journal.read_events(one.store.books))[-1])
    fact = decode_fact(event.body, event.header.schema)
    assert isinstance(fact, SaleCompleted)
    assert fact.sale == sale
    assert till.call(selling.current).basket.exemption is None, "the next sale is taxed again"


def test_the_receipt_says_why_there_is_no_tax_and_which_certificate_was_shown(till: Till) -> None:
    ring(till, INDOMIE)
    till.call(exempting.exempt, "Diplomat", "KBRI-17", BUDI)
    sale = till.call(tendering.pay_cash, 5000).sale
    assert sale is not None
    paper = as_text(receipt(ReceiptPaper(sale=sale, shop=SHOP, staff_name="Sari"), copy=False), 48)
    assert "No tax: Diplomat\nCertificate KBRI-17\n" in paper
    assert "PPN 3.153 0" in " ".join(paper.split())


def test_the_tax_comes_back_and_nobody_need_allow_it(till: Till) -> None:
    ring(till, INDOMIE, TEH)
    with pytest.raises(BasketRefused, match="carries its tax already"):
        till.call(exempting.charge)
    till.call(exempting.exempt, "Diplomat", "", BUDI)
    view = till.call(exempting.charge)
    assert (view.basket.exemption, view.totals.total_minor, view.totals.tax_minor) == (None, 9500, 941)


def test_an_exemption_is_on_disk_and_stays_through_more_scans_and_a_parking(tmp_path: Path) -> None:
    till = selling_till(tmp_path)
    ring(till, INDOMIE)
    till.call(exempting.exempt, "Diplomat", "KBRI-17", BUDI)
    till.store.close()
    till = open_till(tmp_path)
    try:
        till.staff = staff_members()[0]
        view = ring(till, TEH)
        assert (view.basket.exemption, view.totals.total_minor) == (KEPT, 8559)
        till.call(selling.park)
        assert till.call(selling.current).basket.exemption is None
        assert till.call(selling.recall).basket.exemption == KEPT
    finally:
        till.store.close()


def test_an_exemption_goes_with_the_last_line_that_it_was_for(till: Till) -> None:
    view = ring(till, INDOMIE)
    till.call(exempting.exempt, "Diplomat", "", BUDI)
    assert till.call(selling.void_line, view.touched).basket.exemption is None


def test_what_cannot_be_exempt_says_why(till: Till) -> None:
    with pytest.raises(BasketRefused, match="The basket is empty"):
        till.call(exempting.exempt, "Diplomat", "", BUDI)
    ring(till, INDOMIE)
    till.call(tendering.pay_cash, 1000)
    with pytest.raises(BasketRefused, match="paid"):
        till.call(exempting.exempt, "Diplomat", "", BUDI)


def test_the_tax_of_an_online_order_stays(till: Till, tmp_path: Path) -> None:
    ready = order(state=OrderState.READY, paid_minor=0)
    fill(tmp_path / "till", f"orders/{STORE}", (f"order:{ready.order_id}", ready))
    till.call(collecting.hand_over, ready.order_id, Taker(code="471001"))
    with pytest.raises(BasketRefused, match="online order"):
        till.call(exempting.exempt, "Diplomat", "", BUDI)


def test_a_shop_that_is_not_registered_has_nothing_to_take_off(till: Till, tmp_path: Path) -> None:
    ring(till, INDOMIE)
    fill(
        tmp_path / "till", "settings", (f"shop:{STORE}", msgspec.structs.replace(SHOP, tax_registered=False))
    )
    with pytest.raises(BasketRefused, match="charges no tax"):
        till.call(exempting.exempt, "Diplomat", "", BUDI)
    view = till.call(selling.current)
    assert (view.totals.total_minor, view.totals.taxes) == (3500, ())
    sale = till.call(tendering.pay_cash, 5000).sale
    assert sale is not None
    shop = till.call(lambda one: one.shop())
    paper = as_text(receipt(ReceiptPaper(sale=sale, shop=shop, staff_name="Sari"), copy=False), 48)
    assert "Tax" not in paper
    assert "PPN" not in paper
    assert "NPWP" not in paper


def test_a_later_rate_holds_at_a_till_without_its_hub_from_its_hour_on(till: Till, tmp_path: Path) -> None:
    later = DatedRate(valid_from_ms=NOON_MS + 60_000, rate_ppm=120_000)
    fill(tmp_path / "till", "catalogue", ("tax/PPN", msgspec.structs.replace(PPN, later_rates=(later,))))
    clock = till.clock
    assert isinstance(clock, HandClock)
    assert ring(till, INDOMIE, TEH).totals.tax_minor == 941
    clock.pass_ms(60_000)
    assert till.call(selling.current).totals.tax_minor == 1018
    sale = till.call(tendering.pay_cash, 10_000).sale
    assert sale is not None
    assert [(one.rate_ppm, one.base_numerator, one.base_minor, one.tax_minor) for one in sale.taxes] == [
        (120_000, 1, 8482, 1018)
    ]
