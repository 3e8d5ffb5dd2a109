"""Ringing up, paying, parking: what a cashier does to a basket, and what stands on disk after it."""

import msgspec
import pytest

from omnipos.domain.basket import Basket
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import BasketRefused, DomainError, EntryRefused, NotAllowed, TenderRefused
from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.tender import CardSlip
from omnipos.events import BasketVoided, LineVoided, TenderTakenBack, decode_fact
from omnipos.ports import LinkReport, LinkState
from omnipos.services import finding, reprinting, selling, tendering
from omnipos.services.finding import ItemOffer
from omnipos.services.reporting import x_report
from omnipos.services.till import Till, uuid7
from omnipos.services.verifying import verify
from omnipos.services.watching import status
from omnipos.store import journal, printjobs
from tests.rigs import KOPI, NOON_MS, SARAH, SHOP, STORE, HandClock, QuietLine, fill
from tests.services.faulty import everything

INDOMIE, TEH = "8998866200578", "8996006855893"
SLIP = CardSlip(approval_code="A1")


def ring(till: Till, *codes: str) -> selling.BasketView:
    for code in codes:
        found = till.call(finding.understood, code)
        assert isinstance(found, ItemOffer)
        view = till.call(selling.ring, [(found.item, found.quantity_milli)])
    return view


def facts(till: Till) -> list[object]:
    events = till.store.call(lambda: list(journal.read_events(till.store.books)))
    return [decode_fact(event.body) for event in events]


def test_three_scans_and_cash_make_a_sale_with_change(till: Till, line: QuietLine) -> None:
    view = ring(till, INDOMIE, INDOMIE, TEH)
    assert [line.quantity_milli for line in view.basket.lines] == [2000, 1000]
    assert (view.totals.total_minor, view.touched) == (13_000, 2)
    paid = till.call(tendering.pay_cash, 50_000)
    assert paid.sale is not None
    assert paid.sale.receipt_number == "S1-1-000001"
    assert (paid.sale.change_minor, paid.sale.tax_minor) == (37_000, 1288)
    report = till.store.call(lambda: verify(till.store.books))
    assert (report.findings, report.sales, report.total_minor) == ((), 1, 13_000)
    assert till.call(selling.current).basket.is_empty
    jobs = till.store.call(lambda: printjobs.latest_job_states(till.store.books, 9))
    assert [(job.kind, job.state, job.copy) for job in jobs] == [("receipt", "queued", False)]
    assert line.nudges == 2


def test_scans_that_come_together_are_one_commit_and_all_or_none(till: Till) -> None:
    items = [(Item(product=KOPI), 1000)] * 500
    view = till.call(selling.ring, items)
    assert [line.quantity_milli for line in view.basket.lines] == [500_000]
    with pytest.raises(EntryRefused):
        till.call(selling.ring, [(Item(product=KOPI), 1000), (Item(product=KOPI), 0)])
    assert till.call(selling.current).basket.lines == view.basket.lines


def test_the_rounding_of_the_shop_is_shown_before_and_stands_in_the_sale(till: Till) -> None:
    view = ring(till, "0,482*4131", INDOMIE)
    assert (view.due.due_minor, view.due.rounding_minor, view.due.cash_due_minor) == (25_190, 10, 25_200)
    with pytest.raises(TenderRefused, match=r"Rp 25\.200"):
        till.call(tendering.pay_cash, 25_190)
    sale = till.call(tendering.pay_cash, 25_200).sale
    assert sale is not None
    assert (sale.rounding_minor, sale.change_minor, sale.total_minor) == (10, 0, 25_190)


def test_a_shop_that_rounds_down_takes_less(till: Till) -> None:
    down = CashRounding(mode=RoundingMode.DOWN, step_minor=100)
    fill(till.store.folder, "settings", (f"shop:{STORE}", msgspec.structs.replace(SHOP, cash_rounding=down)))
    ring(till, "0,482*4131", INDOMIE)
    sale = till.call(tendering.pay_cash, None).sale
    assert sale is not None
    assert (sale.rounding_minor, sale.given_minor) == (-90, 25_100)


def test_a_split_of_card_and_cash_rounds_the_cash_alone(till: Till) -> None:
    ring(till, "0,482*4131", INDOMIE)
    part = till.call(tendering.pay_card, 20_000, SLIP)
    assert part.sale is None
    assert (part.view.due.due_minor, part.view.due.cash_due_minor) == (5190, 5200)
    for refused in (
        lambda: till.call(selling.void_basket),
        lambda: till.call(selling.park),
        lambda: ring(till, TEH),
    ):
        with pytest.raises(BasketRefused, match="paid already"):
            refused()
    sale = till.call(tendering.pay_cash, 10_000).sale
    assert sale is not None
    assert (sale.rounding_minor, sale.change_minor) == (10, 4800)


def test_a_refused_tender_changes_nothing(till: Till) -> None:
    ring(till, INDOMIE)
    before = everything(till)
    for refused in (
        lambda: till.call(tendering.pay_cash, -1),
        lambda: till.call(tendering.pay_cash, 0),
        lambda: till.call(tendering.pay_card, 3501, SLIP),
        lambda: till.call(tendering.pay_card, 100, CardSlip(approval_code="\ud800\x1b")),
    ):
        with pytest.raises(TenderRefused):
            refused()
    assert everything(till) == before


def test_a_card_slip_keeps_no_commands(till: Till) -> None:
    ring(till, INDOMIE)
    sale = till.call(tendering.pay_card, None, CardSlip(approval_code=" A1\x1b ", acquirer="B\ud800CA")).sale
    assert sale is not None
    assert sale.tenders[0].card == CardSlip(approval_code="A1", acquirer="BCA")


def test_an_empty_basket_is_neither_paid_nor_parked(till: Till) -> None:
    with pytest.raises(TenderRefused, match="nothing to pay"):
        till.call(tendering.pay_cash, None)
    with pytest.raises(BasketRefused, match="nothing in the basket"):
        till.call(selling.park)


def test_voids_stand_in_the_journal_with_what_was_taken_out(till: Till) -> None:
    ring(till, INDOMIE, TEH, "KOPI-200")
    view = till.call(selling.void_line, 2)
    assert ([line.sku for line in view.basket.lines], view.touched) == (["IDM-85", "KOPI-200"], 3)
    assert till.call(selling.change_quantity, 3, 0).touched == 1
    basket_id = view.basket.basket_id
    after = till.call(selling.void_basket)
    assert after.basket.number == view.basket.number + 1
    voided = facts(till)
    assert [type(fact) for fact in voided] == [LineVoided, LineVoided, BasketVoided]
    assert [one.line.sku for one in voided[:2]] == ["TEH-450", "KOPI-200"]  # type: ignore[attr-defined]
    assert isinstance(voided[2], BasketVoided)
    assert (voided[2].basket_id, [line.sku for line in voided[2].lines]) == (basket_id, ["IDM-85"])


def test_a_parked_basket_comes_back_whole_and_guarded(till: Till, clock: HandClock) -> None:
    ring(till, INDOMIE)
    whole = till.call(selling.attach_customer, SARAH.customer_id).basket
    till.call(selling.park, "meja\x1b 5")
    clock.pass_ms(60_000)
    (waiting,) = till.call(selling.parked)
    assert (waiting.number, waiting.lines, waiting.total_minor) == (1, 1, 3500)
    assert (waiting.customer_name, waiting.note, waiting.parked_at_ms) == ("Sarah Wijaya", "meja 5", NOON_MS)
    view = till.call(selling.recall)
    assert view.basket == msgspec.structs.replace(whole, guarded=True)
    assert till.call(tendering.pay_cash, 1000).view.basket.guarded is False


def test_a_recall_never_mixes_baskets(till: Till) -> None:
    for code in (INDOMIE, TEH):
        ring(till, code)
        till.call(selling.park)
    before = everything(till)
    for number, refusal in ((0, EntryRefused), (9, BasketRefused)):
        with pytest.raises(refusal):
            till.call(selling.recall, number)
    assert everything(till) == before
    ring(till, "KOPI-200")
    with pytest.raises(BasketRefused, match="Something is in the basket"):
        till.call(selling.recall, 1)
    till.call(selling.void_basket)
    assert [line.sku for line in till.call(selling.recall, 1).basket.lines] == ["IDM-85"]
    assert [one.number for one in till.call(selling.parked)] == [2]


def test_nobody_sells_without_signing_in(till: Till) -> None:
    ring(till, INDOMIE)
    before = everything(till)
    till.staff = None
    for step in (
        lambda: ring(till, TEH),
        lambda: till.call(selling.change_quantity, 1, 2000),
        lambda: till.call(selling.void_line, 1),
        lambda: till.call(selling.void_basket),
        lambda: till.call(selling.park),
        lambda: till.call(selling.recall),
        lambda: till.call(selling.attach_customer, "c-sarah"),
        lambda: till.call(tendering.pay_cash, None),
        lambda: till.call(tendering.pay_card, None, SLIP),
        lambda: till.call(reprinting.reprint),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert everything(till) == before


def test_receipts_are_numbered_without_a_gap_whatever_lies_between(till: Till) -> None:
    numbers = []
    for step in range(4):
        ring(till, INDOMIE)
        if step == 1:
            till.call(selling.void_basket)
            ring(till, TEH)
        if step == 2:
            with pytest.raises(DomainError):
                till.call(tendering.pay_cash, -1)
        sale = till.call(tendering.pay_cash, None).sale
        assert sale is not None
        numbers.append(sale.receipt_number)
    assert numbers == [f"S1-1-00000{n}" for n in (1, 2, 3, 4)]


def test_a_receipt_is_printed_again_as_a_copy_and_noted(till: Till) -> None:
    ring(till, INDOMIE)
    first = till.call(tendering.pay_cash, None).sale
    ring(till, TEH)
    till.call(tendering.pay_cash, None)
    assert till.call(reprinting.reprint, "s1-1-000001") == first
    assert till.call(reprinting.reprint).receipt_number == "S1-1-000002"
    assert [one.receipt_number for one in till.call(reprinting.latest)] == ["S1-1-000002", "S1-1-000001"]
    jobs = till.store.call(lambda: printjobs.latest_job_states(till.store.books, 9))
    assert [job.copy for job in jobs] == [True, True, False, False]
    assert type(facts(till)[-1]).__name__ == "PaperReprinted"


def test_the_report_adds_the_books_up(till: Till) -> None:
    ring(till, "0,482*4131", INDOMIE)
    till.call(tendering.pay_card, 20_000, SLIP)
    till.call(tendering.pay_cash, 10_000)
    ring(till, TEH)
    till.call(tendering.pay_cash, 6000)
    report = till.store.call(lambda: x_report(till.store.books))
    sums = report.takings
    assert (sums.sales, sums.total_minor, sums.tax_minor) == (2, 31_190, 347 + 595)
    assert (sums.rounding_minor, sums.change_minor) == (10, 4800)
    assert [(one.kind, one.count, one.amount_minor) for one in sums.tenders] == [
        ("card", 1, 20_000),
        ("cash", 2, 16_000),
    ]
    assert [(one.code, one.goods_minor, one.tax_minor) for one in sums.taxes] == [
        ("EXEMPT", 21_690, 0),
        ("PPN", 9500, 942),
    ]
    assert (report.cash_in_drawer_minor, report.waiting) == (11_200, 2)
    assert (sums.first_receipt, sums.last_receipt) == ("S1-1-000001", "S1-1-000002")


def test_the_status_counts_what_waits(till: Till, line: QuietLine, clock: HandClock) -> None:
    ring(till, INDOMIE, TEH)
    till.call(selling.void_line, 2)
    clock.pass_ms(5)
    till.call(tendering.pay_cash, None)
    line.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS, reason="away")
    now = till.call(status)
    assert (now.link, now.link_reason, now.waiting, now.waiting_sales) == (LinkState.AWAY, "away", 2, 1)
    assert (now.waiting_since_ms, now.unprinted, now.quarantined) == (NOON_MS, 1, 0)


def test_a_price_change_meanwhile_is_another_line_and_the_old_line_keeps_its_price(till: Till) -> None:
    ring(till, TEH)
    fill(till.store.folder, "catalogue", ("p-teh", _dearer()))
    view = ring(till, TEH)
    assert [line.unit_price_minor for line in view.basket.lines] == [6000, 6500]


def _dearer() -> object:
    from tests.rigs import TEH as TEH_PRODUCT

    return msgspec.structs.replace(TEH_PRODUCT, price_minor=6500)


def test_ids_are_version_7_and_ordered_by_time() -> None:
    ids = [uuid7(NOON_MS + step) for step in range(50)]
    assert ids == sorted(ids)
    assert all(one[14] == "7" and one[19] in "89ab" and len(one) == 36 for one in ids)
    assert int(ids[0].replace("-", "")[:12], 16) == NOON_MS


def test_a_basket_is_the_same_object_in_memory_and_on_disk(till: Till) -> None:
    view = ring(till, INDOMIE, TEH)
    saved: Basket = till.call(selling.open_basket)
    assert saved == view.basket


def test_a_smaller_quantity_is_journalled_as_a_void_of_the_rest(till: Till) -> None:
    view = ring(till, "8998866200578", "8998866200578", "8998866200578")
    till.call(selling.change_quantity, view.basket.lines[0].line_id, 5000)
    assert till.store.call(lambda: list(journal.read_events(till.store.books))) == []
    till.call(selling.change_quantity, view.basket.lines[0].line_id, 1000)
    (event,) = till.store.call(lambda: list(journal.read_events(till.store.books)))
    fact = decode_fact(event.body)
    assert isinstance(fact, LineVoided)
    assert (fact.line.name, fact.line.quantity_milli) == ("Indomie Goreng 85 g", 4000)


def test_the_last_payment_of_an_unfinished_sale_can_be_given_back(till: Till) -> None:
    ring(till, "8998866200578")
    with pytest.raises(TenderRefused, match="Nothing has been paid"):
        till.call(tendering.take_back)
    till.call(tendering.pay_cash, 1000)
    with pytest.raises(BasketRefused, match="paid already"):
        till.call(selling.park)
    view = till.call(tendering.take_back)
    assert (view.basket.tenders, view.due.due_minor) == ((), 3500)
    (event,) = till.store.call(lambda: list(journal.read_events(till.store.books)))
    fact = decode_fact(event.body)
    assert isinstance(fact, TenderTakenBack)
    assert fact.tender.amount_minor == 1000
    till.call(selling.park)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()
