"""Without a receipt: the least of today's price, this till's sales and what the hub says of all tills."""

from itertools import count

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnipos.domain.catalogue import Answers, Item
from omnipos.domain.errors import ReturnRefused, WordNeeded
from omnipos.domain.lowest import DAY_MS, LowestPrice
from omnipos.ports import HubAway
from omnipos.services import lowest_pricing, returning, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.lowest_pricing import Lowest
from omnipos.services.till import Till
from tests.rigs import APEL, KOPI, TEH, HandClock, fill_offers

BUDI_SAYS = Word("Budi", "9999")


def answer(price_minor: int | None, **changes: object) -> LowestPrice:
    """Return what the hub says of Teh Botol."""
    said = LowestPrice(product_id=TEH.product_id, currency="IDR", days=30, price_minor=price_minor)
    return msgspec.structs.replace(said, **changes)


def sell(till: Till, quantity_milli: int = 1000) -> None:
    till.call(selling.ring, [(Item(product=TEH), quantity_milli)])
    till.call(tendering.pay_cash)


def test_the_least_of_three_is_taken_and_whose_it_is_is_said(till: Till) -> None:
    def least(asked: LowestPrice | None) -> Lowest:
        return till.call(lowest_pricing.lowest, TEH, asked)

    assert least(None) == Lowest(6000, asked_hub=False, today_minor=6000)
    assert least(answer(5100)) == Lowest(5100, asked_hub=True, today_minor=6000)
    assert least(answer(6100)) == least(answer(None)) == Lowest(6000, asked_hub=True, today_minor=6000)
    assert lowest_pricing.words(least(answer(5100))) == "That is the lowest at all tills."
    assert lowest_pricing.words(least(None)) == (
        "That is the lowest of this till only: the hub cannot be asked."
    )


@pytest.mark.parametrize("changes", [{"currency": "MYR"}, {"product_id": "p-kopi"}])
def test_an_answer_of_other_money_or_goods_is_none(till: Till, changes: dict[str, str]) -> None:
    found = till.call(lowest_pricing.lowest, TEH, answer(51, **changes))
    assert found == Lowest(6000, asked_hub=False, today_minor=6000)


def test_a_sale_that_is_not_at_the_hub_yet_counts_until_its_day_is_over(till: Till, clock: HandClock) -> None:
    fill_offers(till.store.folder)
    sell(till, 2000)
    assert till.call(lowest_pricing.lowest, TEH, answer(5000)).price_minor == 4500
    clock.pass_ms(30 * DAY_MS)
    assert till.call(lowest_pricing.lowest, TEH, answer(5000)).price_minor == 4500
    clock.pass_ms(DAY_MS)
    assert till.call(lowest_pricing.lowest, TEH, answer(5000)).price_minor == 5000


def test_the_line_the_word_and_the_journal_say_whose_price_it_is(till: Till) -> None:
    item = Item(product=TEH)
    with pytest.raises(WordNeeded, match=r"at Rp 5\.100, the lowest recent price at all tills\.") as needed:
        till.call(returning.bring_without_receipt, item, 1000, "4", asked=answer(5100))
    assert needed.value.reason == "Wrong goods: Rp 5.100, the lowest at all tills"
    for asked, price, words in (
        (answer(5100), 5100, "Rp 5.100, the lowest at all tills"),
        (None, 6000, "Rp 6.000, the lowest of this till only"),
    ):
        view = till.call(returning.bring_without_receipt, item, 2000, "4", asked=asked, word=BUDI_SAYS)
        line = view.basket.lines[-1]
        back = line.returned
        assert back is not None
        assert back.approval is not None
        assert (line.unit_price_minor, back.amount_minor, back.asked_hub) == (
            price, -2 * price, asked is not None,
        )  # fmt: skip
        assert (back.reason, back.approval.reason) == ("Wrong goods", f"Wrong goods: {words}")
    paid = till.call(returning.give_back, till.call(returning.ways_back)[0], BUDI_SAYS)
    assert paid.sale is not None
    assert [one.returned.asked_hub for one in paid.sale.lines if one.returned] == [True, False]


def test_what_was_given_away_comes_back_with_its_receipt_only(till: Till) -> None:
    with pytest.raises(ReturnRefused, match=r"was given away for nothing lately\. It comes back with"):
        till.call(returning.bring_without_receipt, Item(product=TEH), 1000, "4", asked=answer(0))
    free = msgspec.structs.replace(KOPI, price_minor=0)
    with pytest.raises(ReturnRefused, match="has no price of its own here"):
        till.call(returning.bring_without_receipt, Item(product=free), 1000, "4")


def test_a_till_without_a_hub_has_no_answer(till: Till) -> None:
    assert isinstance(till.hub, HubAway)
    assert lowest_pricing.ask_hub(till, TEH) is None


def test_it_is_never_above_any_of_them(till: Till) -> None:
    numbers = count()

    @settings(max_examples=15, deadline=None)
    @given(
        today=st.integers(1, 90_000),
        chain=st.none() | st.integers(0, 90_000),
        weight=st.integers(100, 3000),
        price=st.integers(1000, 90_000),
    )
    def holds(today: int, chain: int | None, weight: int, price: int) -> None:
        product = msgspec.structs.replace(APEL, product_id=f"p-{next(numbers)}", price_minor=price)
        weighed = Answers(is_measured=True)
        till.call(selling.ring, [(Item(product=product, answers=weighed), weight)])
        sale = till.call(tendering.pay_cash).sale
        assert sale is not None
        paid = sale.lines[0].amount_minor * 1000 // weight
        now = msgspec.structs.replace(product, price_minor=today)
        asked = answer(chain, product_id=product.product_id)
        found = till.call(lowest_pricing.lowest, now, asked)
        assert found.price_minor == min(today, paid, today if chain is None else chain)

    holds()
