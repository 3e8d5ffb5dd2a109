"""Customers' quotes: kept at their prices, a deposit paid on them, sold for the rest or given back."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain.catalogue import Item
from omnipos.domain.errors import BasketRefused, EntryRefused, ItemUnknown, TenderRefused, WordNeeded
from omnipos.domain.paper import QuotePaper, print_job
from omnipos.domain.payment import PaymentAnswer, Said
from omnipos.domain.quotation import QuotationClosed, QuotationEnd, QuotationSaved
from omnipos.domain.tender import CardSlip, TenderKind
from omnipos.events import decode_fact
from omnipos.services import finding, gifting, paying, quotations, quoted, returning, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.finding import QuoteOffer
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal
from printing.composing import document_of
from printing.document import as_text
from tests.rigs import INDOMIE, TEH, HandClock, fill, selling_till, staff_members
from tests.services.test_gifting import papers

NUMBER = "Q-S1-1-000001"
DAY_MS = 86_400_000


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """A till with the hub at hand."""
    return selling_till(tmp_path)


def quote(till: Till, pieces: int = 4) -> str:
    """Keep a quote of some noodles for 3,500 each."""
    till.call(selling.ring, [(Item(product=INDOMIE), pieces * 1000)])
    return till.call(quotations.keep, "wedding").quotation.number


def facts(till: Till) -> list[object]:
    """Return the facts of quotes in the journal."""
    events = till.call(lambda own: list(journal.read_events(own.store.books)))
    found = [decode_fact(event.body) for event in events]
    return [one for one in found if isinstance(one, QuotationSaved | QuotationClosed)]


def pay_ahead(till: Till, amount_minor: int) -> None:
    """Pay a deposit in cash."""
    till.call(quotations.pay_ahead, NUMBER, amount_minor)
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert [(line.deposit_on, line.net_minor, line.tax_minor) for line in sale.lines] == [
        (NUMBER, amount_minor, 0)
    ]


def test_a_quote_is_kept_printed_found_and_sold_at_its_price(till: Till) -> None:
    assert quote(till) == NUMBER
    assert till.call(selling.current).basket.is_empty
    (paper,) = papers(till)
    assert isinstance(paper, QuotePaper)
    text = as_text(document_of(print_job("1", paper)), 48)
    assert f"[barcode {NUMBER}]" in text
    assert "Note: wedding" in text
    assert till.call(finding.scanned, NUMBER.lower()) == QuoteOffer(number=NUMBER, total_minor=14_000)
    fill(
        till.store.folder,
        "catalogue",
        (INDOMIE.product_id, msgspec.structs.replace(INDOMIE, price_minor=5000)),
    )
    view = till.call(quotations.recall, "1")
    assert (view.totals.total_minor, view.basket.guarded) == (14_000, True)
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert sale.total_minor == 14_000
    assert till.call(quotations.listed) == ()
    assert [type(one) for one in facts(till)] == [QuotationSaved, QuotationClosed]
    assert facts(till)[1] == QuotationClosed(number=NUMBER, end=QuotationEnd.SOLD, sale_id=sale.sale_id)
    with pytest.raises(ItemUnknown, match="may be sold or cancelled already"):
        till.call(quotations.recall, NUMBER)


def test_a_deposit_is_money_ahead_and_only_the_rest_is_paid_at_the_end(till: Till) -> None:
    quote(till)
    pay_ahead(till, 5000)
    (shown,) = till.call(quotations.listed)
    assert (shown.deposit_minor, shown.rest_minor) == (5000, 9000)
    with pytest.raises(EntryRefused, match=r"Only Rp 9\.000 of this quote is still to be paid"):
        till.call(quotations.pay_ahead, NUMBER, 9001)
    view = till.call(quotations.recall, NUMBER)
    assert (view.totals.total_minor, view.due.due_minor) == (14_000, 9000)
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert [(one.kind, one.amount_minor, one.reference) for one in sale.tenders] == [
        (TenderKind.DEPOSIT, 5000, NUMBER),
        (TenderKind.CASH, 9000, ""),
    ]
    assert till.call(quoted.deposit_of, NUMBER) == 0
    assert till.call(lambda own: verify(own.store.books)).findings == ()


def test_all_paid_ahead_is_finished_without_another_payment(till: Till) -> None:
    quote(till)
    pay_ahead(till, 14_000)
    till.call(quotations.recall, NUMBER)
    sale = till.call(tendering.finish).sale
    assert sale is not None
    assert (sale.total_minor, sale.given_minor) == (14_000, 14_000)
    assert till.call(quotations.listed) == ()


def test_goods_for_less_than_the_deposit_are_not_sold(till: Till) -> None:
    quote(till)
    pay_ahead(till, 10_000)
    view = till.call(quotations.recall, NUMBER)
    till.call(selling.change_quantity, view.basket.lines[0].line_id, 2000)
    with pytest.raises(TenderRefused, match=r"The deposit of Rp 10\.000 is more than these goods cost"):
        till.call(tendering.pay_cash)
    assert till.call(quoted.deposit_of, NUMBER) == 10_000


def test_a_quote_taken_up_and_kept_again_keeps_its_number_and_its_deposit(till: Till) -> None:
    quote(till)
    pay_ahead(till, 5000)
    till.call(quotations.recall, NUMBER)
    till.call(selling.ring, [(Item(product=TEH), 1000)])
    again = till.call(quotations.keep)
    assert (again.quotation.number, again.quotation.total_minor, again.rest_minor) == (NUMBER, 20_000, 15_000)
    assert len(till.call(quotations.listed)) == 1


def test_a_cancelled_quote_gives_its_deposit_back_by_a_managers_word(till: Till) -> None:
    quote(till)
    pay_ahead(till, 5000)
    view = till.call(quotations.cancel, NUMBER)
    assert view is not None
    assert view.due.due_minor == -5000
    way = next(one for one in till.call(returning.ways_back) if one.kind is TenderKind.CASH)
    with pytest.raises(WordNeeded):
        till.call(returning.give_back, way, Word())
    assert len(till.call(quotations.listed)) == 1
    till.staff = staff_members()[1]
    sale = till.call(returning.give_back, way, Word()).sale
    assert sale is not None
    assert (sale.total_minor, [one.amount_minor for one in sale.tenders]) == (-5000, [-5000])
    assert (till.call(quoted.deposit_of, NUMBER), till.call(quotations.listed)) == (0, ())
    assert facts(till)[-1] == QuotationClosed(number=NUMBER, end=QuotationEnd.CANCELLED, sale_id=sale.sale_id)
    assert till.call(lambda own: verify(own.store.books)).findings == ()


def test_a_quote_waits_in_one_basket_at_a_time_and_its_deposit_counts_once(till: Till) -> None:
    quote(till)
    pay_ahead(till, 5000)
    till.call(quotations.recall, NUMBER)
    payment = till.call(paying.ask, TenderKind.CARD, "terminal")
    till.call(paying.heard, payment.payment_id, PaymentAnswer(said=Said.UNANSWERED))
    till.call(selling.park)
    for again in (quotations.cancel, quotations.recall):
        with pytest.raises(BasketRefused, match=f"Parked basket 4 is about quote {NUMBER}"):
            till.call(again, NUMBER)
    with pytest.raises(BasketRefused, match="Parked basket 4"):
        till.call(quotations.pay_ahead, NUMBER, 1000)
    slip = CardSlip(approval_code="123456")
    till.call(paying.heard, payment.payment_id, PaymentAnswer(said=Said.APPROVED, card=slip))
    assert (till.call(quoted.deposit_of, NUMBER), till.call(quotations.listed)) == (0, ())


def test_a_deposit_about_to_go_back_is_not_spent_meanwhile(till: Till) -> None:
    quote(till)
    pay_ahead(till, 5000)
    till.call(quotations.cancel, NUMBER)
    till.call(selling.park)
    with pytest.raises(BasketRefused, match="Parked basket 3"):
        till.call(quotations.recall, NUMBER)
    till.call(selling.recall)
    till.call(selling.void_basket)
    assert till.call(quotations.recall, NUMBER).due.due_minor == 9000


def test_a_quote_without_a_deposit_is_cancelled_at_once(till: Till) -> None:
    quote(till)
    assert till.call(quotations.cancel, NUMBER) is None
    assert till.call(quotations.listed) == ()


def test_prices_that_ran_out_need_a_manager_or_are_those_of_today(till: Till) -> None:
    quote(till)
    fill(
        till.store.folder,
        "catalogue",
        (INDOMIE.product_id, msgspec.structs.replace(INDOMIE, price_minor=5000)),
    )
    clock = till.clock
    assert isinstance(clock, HandClock)
    clock.pass_ms(31 * DAY_MS)
    with pytest.raises(WordNeeded, match="its prices hold by a manager's word only"):
        till.call(quotations.recall, NUMBER)
    view = till.call(lambda own: quotations.recall(own, NUMBER, today=True))
    assert view.totals.total_minor == 20_000
    till.call(selling.void_basket)
    till.staff = staff_members()[1]
    assert till.call(quotations.recall, NUMBER).totals.total_minor == 14_000


def test_what_cannot_wait_is_no_quote(till: Till) -> None:
    with pytest.raises(BasketRefused, match="nothing in the basket to quote"):
        till.call(quotations.keep)
    till.call(gifting.sell_card, 5000)
    with pytest.raises(BasketRefused, match="A quote holds goods to be sold"):
        till.call(quotations.keep)
    till.call(selling.void_basket)
    quote(till)
    till.call(selling.ring, [(Item(product=TEH), 1000)])
    with pytest.raises(BasketRefused, match="Something is in the basket already"):
        till.call(quotations.recall, NUMBER)
