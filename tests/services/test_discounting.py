"""Discounts and prices by hand at the till: who may, what is kept of it, and what survives a restart."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from omnipos.domain import discounting as rules
from omnipos.domain.basket import Discount, PriceOverride
from omnipos.domain.catalogue import DatedPrice, ListPrice
from omnipos.domain.discounting import Off
from omnipos.domain.errors import BasketRefused, EntryRefused, NotAllowed, SignInRefused, WordNeeded
from omnipos.domain.staff import Approval
from omnipos.domain.tender import CardSlip
from omnipos.events import LineVoided, SaleCompleted, decode_fact
from omnipos.services import discounting, finding, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.finding import ItemOffer
from omnipos.services.till import Till
from omnipos.services.verifying import verify
from omnipos.store import journal
from tests.goods import fill_goods
from tests.rigs import SARAH, fill, open_till, selling_till, staff_members
from tests.services.faulty import everything, failing_at

INDOMIE, TEH = "8998866200578", "8996006855893"
TEN = Off(rate_ppm=100_000)
BUDI = Word("budi", "9999")
BY_BUDI = Approval(staff_id="s-budi", reason="Damaged")

STEPS: list[Callable[[Till, Word], object]] = [
    lambda till, word: till.call(discounting.discount_line, 1, TEN, "1", word),
    lambda till, word: till.call(discounting.discount_basket, TEN, "1", word),
    lambda till, word: till.call(discounting.override_price, 1, 3000, "1", word),
]


def ring(till: Till, *codes: str) -> selling.BasketView:
    for code in codes:
        found = till.call(finding.understood, code)
        assert isinstance(found, ItemOffer)
        view = till.call(selling.ring, [(found.item, found.quantity_milli)])
    return view


@pytest.mark.parametrize("step", STEPS)
def test_a_cashier_needs_a_managers_word_and_each_serves_one_action(
    till: Till, step: Callable[[Till, Word], object]
) -> None:
    ring(till, INDOMIE, TEH)
    before = everything(till)
    with pytest.raises(WordNeeded, match="Sari may not do this"):
        step(till, Word())
    with pytest.raises(NotAllowed, match="Sari may not"):
        step(till, Word("sari", "1234"))
    with pytest.raises(SignInRefused, match="Nobody is called"):
        step(till, Word("zeno", "9999"))
    assert everything(till) == before
    with pytest.raises(SignInRefused, match="not the PIN"):
        step(till, Word("budi", "1111"))
    assert till.call(selling.current).totals.total_minor == 9500
    step(till, BUDI)
    basket = till.call(selling.current).basket
    given = [one for one in (basket.discount, basket.lines[0].discount, basket.lines[0].override) if one]
    assert [one.approval for one in given] == [BY_BUDI]
    assert till.staff is not None
    assert till.staff.name == "Sari"
    with pytest.raises(WordNeeded):
        till.call(discounting.override_price, 2, 100, "1")


@pytest.mark.parametrize("step", STEPS)
def test_nobody_gives_anything_without_signing_in_even_with_a_managers_word(
    till: Till, step: Callable[[Till, Word], object]
) -> None:
    ring(till, INDOMIE)
    before = everything(till)
    till.staff = None
    with pytest.raises(NotAllowed):
        step(till, BUDI)
    for back in (
        lambda: till.call(discounting.take_discount_back, 1),
        lambda: till.call(discounting.restore_price, 1),
    ):
        with pytest.raises(NotAllowed):
            back()
    assert everything(till) == before


def test_a_manager_needs_no_word_and_is_kept_as_who_allowed_it(till: Till) -> None:
    ring(till, INDOMIE, INDOMIE, TEH)
    till.staff = staff_members()[1]
    till.call(discounting.discount_line, 1, TEN, "dented")
    till.call(discounting.override_price, 2, 5000, "3")
    view = till.call(discounting.discount_basket, Off(amount_minor=300), "4")
    assert (view.totals.saved_minor, view.totals.total_minor) == (1000, 11_000)
    till.staff = staff_members()[0]
    sale = till.call(tendering.pay_cash, 20_000).sale
    assert sale is not None
    (event,) = till.store.call(lambda: list(journal.read_events(till.store.books)))
    assert decode_fact(event.body) == SaleCompleted(sale=sale)
    assert sale.lines[0].discount == Discount(
        reason="dented", rate_ppm=100_000, approval=Approval(staff_id="s-budi", reason="dented")
    )
    assert sale.lines[1].override == PriceOverride(
        reason="Price match", was_minor=6000, approval=Approval(staff_id="s-budi", reason="Price match")
    )
    assert (sale.discount, sale.saved_minor) == (
        Discount(reason="Staff", amount_minor=300, approval=Approval(staff_id="s-budi", reason="Staff")),
        1000,
    )
    assert [[one.name for one in line.savings] for line in sale.lines] == [
        ["Discount: dented", "Discount: Staff"],
        ["Discount: Staff"],
    ]
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_a_refused_discount_or_price_changes_nothing_and_asks_for_no_pin(till: Till) -> None:
    ring(till, INDOMIE, TEH)
    before = everything(till)
    wrong = Word("budi", "0000")
    for refusal, step in (
        (BasketRefused, lambda: till.call(discounting.discount_line, 1, Off(amount_minor=3501), "1", wrong)),
        (BasketRefused, lambda: till.call(discounting.discount_line, 9, TEN, "1", wrong)),
        (BasketRefused, lambda: till.call(discounting.discount_basket, Off(amount_minor=9501), "1", wrong)),
        (EntryRefused, lambda: till.call(discounting.discount_line, 1, TEN, " ", wrong)),
        (EntryRefused, lambda: till.call(discounting.discount_line, 1, TEN, "4242424242424242", wrong)),
        (EntryRefused, lambda: till.call(discounting.override_price, 1, 3500, "1", wrong)),
        (EntryRefused, lambda: till.call(discounting.override_price, 1, -1, "1", wrong)),
        (EntryRefused, lambda: till.call(discounting.override_price, 1, 10**9 + 1, "1", wrong)),
        (BasketRefused, lambda: till.call(discounting.take_discount_back, 1)),
        (BasketRefused, lambda: till.call(discounting.take_discount_back)),
        (BasketRefused, lambda: till.call(discounting.restore_price, 1)),
    ):
        with pytest.raises(refusal):
            step()
    # Not even a wrong PIN was counted: what cannot be done is said before anybody is asked.
    assert everything(till) == before


def test_nothing_is_given_once_part_is_paid(till: Till) -> None:
    ring(till, INDOMIE, TEH)
    till.call(discounting.discount_line, 1, TEN, "1", BUDI)
    till.call(discounting.override_price, 2, 5000, "1", BUDI)
    till.call(tendering.pay_card, 1000, CardSlip(approval_code="A1"))
    before = everything(till)
    for step in (
        *(lambda one=one: one(till, BUDI) for one in STEPS),
        lambda: till.call(discounting.take_discount_back, 1),
        lambda: till.call(discounting.restore_price, 2),
    ):
        with pytest.raises(BasketRefused, match="paid already"):
            step()
    assert everything(till) == before


def test_what_is_given_is_taken_back_by_anybody(till: Till) -> None:
    plain = ring(till, INDOMIE, TEH)
    for step in STEPS:
        step(till, BUDI)
    till.call(discounting.take_discount_back, 1)
    till.call(discounting.take_discount_back)
    assert till.call(discounting.restore_price, 1).basket == plain.basket


def test_a_price_comes_back_as_it_is_for_who_stands_there_now(till: Till) -> None:
    gold = ListPrice(group="gold", product_id="p-indomie", prices=(DatedPrice(price_minor=3200),))
    fill(till.store.folder, "catalogue", ("list_price/p-indomie/gold", gold))
    till.call(selling.attach_customer, SARAH.customer_id)
    ring(till, INDOMIE)
    (line,) = till.call(discounting.override_price, 1, 3000, "1", BUDI).basket.lines
    assert line.override == PriceOverride(reason="Damaged", was_minor=3200, approval=BY_BUDI)
    (line,) = till.call(selling.attach_customer, "").basket.lines
    assert line.unit_price_minor == 3000
    (line,) = till.call(discounting.restore_price, 1).basket.lines
    assert (line.unit_price_minor, line.price_list) == (3500, "")


def test_a_rate_follows_the_quantity_and_a_sum_is_looked_at_again(till: Till) -> None:
    ring(till, INDOMIE, INDOMIE, TEH)
    till.call(discounting.discount_line, 2, TEN, "1", BUDI)
    assert till.call(selling.change_quantity, 2, 3000).totals.saved_minor == 1800
    till.call(discounting.discount_line, 1, Off(amount_minor=4000), "1", BUDI)
    before = everything(till)
    with pytest.raises(BasketRefused, match=r"4\.000 is more than the Rp 3\.500"):
        till.call(selling.change_quantity, 1, 1000)
    assert everything(till) == before
    till.call(discounting.take_discount_back, 1)
    till.call(discounting.discount_basket, Off(amount_minor=20_000), "1", BUDI)
    with pytest.raises(BasketRefused, match=r"whole basket's discount of Rp 20\.000"):
        till.call(selling.change_quantity, 2, 1000)
    view = till.call(selling.void_line, 2)
    assert (view.totals.saved_minor, view.totals.total_minor) == (7000, 0)


def test_the_baskets_discount_goes_with_the_last_goods_that_it_is_for(till: Till) -> None:
    fill_goods(till.store.folder)
    ring(till, TEH, "BOTOL")
    till.call(discounting.discount_basket, Off(amount_minor=5000), "1", BUDI)
    view = till.call(selling.void_line, 1)
    assert (view.basket.discount, view.totals.total_minor) == (None, 2000)
    assert ring(till, INDOMIE).totals.total_minor == 2000 + 3500


def test_a_void_keeps_in_the_journal_what_the_line_was_given(till: Till) -> None:
    ring(till, INDOMIE)
    till.call(discounting.discount_line, 1, TEN, "1", BUDI)
    till.call(selling.void_line, 1)
    _given, event = till.store.call(lambda: list(journal.read_events(till.store.books)))
    fact = decode_fact(event.body)
    assert isinstance(fact, LineVoided)
    assert fact.line.discount == Discount(reason="Damaged", rate_ppm=100_000, approval=BY_BUDI)


def test_a_discount_of_all_is_paid_with_nothing(till: Till) -> None:
    ring(till, INDOMIE)
    till.call(discounting.discount_basket, Off(rate_ppm=1_000_000), "5", BUDI)
    sale = till.call(tendering.pay_cash, None).sale
    assert sale is not None
    assert (sale.total_minor, sale.saved_minor, sale.tax_minor) == (0, 3500, 0)
    assert till.store.call(lambda: verify(till.store.books)).findings == ()


def test_what_a_basket_would_come_to_is_not_saved(till: Till) -> None:
    ring(till, INDOMIE, TEH)
    before = everything(till)
    assert till.call(discounting.would_come_to, 2, TEN).totals.total_minor == 8900
    assert till.call(discounting.would_come_to, 0, TEN).totals.total_minor == 8550
    with pytest.raises(BasketRefused):
        till.call(discounting.would_come_to, 2, Off(amount_minor=6001))
    assert everything(till) == before


def test_what_is_given_is_there_after_a_restart_and_a_recall(tmp_path: Path) -> None:
    till = selling_till(tmp_path)
    ring(till, INDOMIE, TEH)
    for step in STEPS:
        step(till, BUDI)
    given = till.call(selling.current).basket
    till.store.close()
    again = open_till(tmp_path)
    again.staff = staff_members()[0]
    assert again.call(selling.current).basket == given
    again.call(selling.park)
    recalled = again.call(selling.recall)
    assert (recalled.basket.lines, recalled.basket.discount) == (given.lines, given.discount)
    again.store.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_disk_that_fails_leaves_the_basket_as_it_was(
    till: Till, step: Callable[[Till, Word], object]
) -> None:
    ring(till, INDOMIE)
    before = till.call(selling.current)
    writes = 0
    for write in range(1, 20):
        with failing_at(till, write) as faulty:
            try:
                step(till, BUDI)
            except Exception:
                writes += 1
                assert faulty.writes >= write
        if writes < write:
            break
        assert till.call(selling.current) == before
    assert writes > 0
    assert till.call(selling.current) != before


def test_a_name_that_looks_like_a_card_number_keeps_nobody_from_a_discount(till: Till) -> None:
    ring(till, TEH)
    before = till.call(selling.current).basket
    line = msgspec.structs.replace(before.lines[0], name="Promo 4111 1111 1111 1111")
    named = msgspec.structs.replace(before, lines=(line,))
    assert rules.price_words(named, line.line_id, 7000) == "Price Rp 6.000 instead of Rp 7.000"
    assert rules.discount_words(named, ((),), line.line_id) == "Discount of Rp 0"
