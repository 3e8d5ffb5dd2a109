"""What goods were sold for, by the piece or kilogram, as the lowest recent price counts it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.lowest import DAY_MS, first_day, paid_per_unit_minor, sold_for_minor
from omnipos.domain.money import MOST_MINOR, line_amount
from omnipos.domain.sale import SaleLine
from omnipos.domain.saving import Saving, SavingKind

LINE = SaleLine(
    product_id="p", sku="P", name="P", quantity_milli=2000, unit_price_minor=3500, amount_minor=7000,
    tax_code="PPN", tax_minor=0,
    savings=(Saving(kind=SavingKind.PROMOTION, name="Half", amount_minor=3501),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({}, 1749),
        ({"savings": ()}, 3500),
        ({"quantity_milli": 482, "amount_minor": 21_690, "savings": ()}, 45_000),
        ({"amount_minor": 3501}, 0),
        ({"amount_minor": 3000}, 0),
        ({"quantity_milli": -2000, "amount_minor": -7000}, None),
        ({"quantity_milli": 0}, None),
        ({"product_id": ""}, None),
        ({"gift_card": "GC-1"}, None),
        ({"pays_off": "c-1"}, None),
        ({"deposit_on": "Q-1"}, None),
        ({"amount_minor": MOST_MINOR + 1}, None),
    ],
)
def test_what_was_paid_for_goods_by_the_piece(changes: dict[str, object], price: int | None) -> None:
    assert sold_for_minor(msgspec.structs.replace(LINE, **changes)) == price


@given(quantity=st.integers(1, 10**8), price=st.integers(0, 10**9), saved=st.integers(0, 10**9))
def test_it_is_never_above_what_was_paid(quantity: int, price: int, saved: int) -> None:
    amount = line_amount(quantity, price)
    paid = paid_per_unit_minor(quantity, amount, saved)
    assert paid is not None
    assert paid * quantity <= max(amount - saved, 0) * 1000 < (paid + 1) * quantity


def test_the_window_begins_with_a_whole_day() -> None:
    noon_ms = 20_000 * DAY_MS + DAY_MS // 2
    assert [first_day(noon_ms, days) for days in (0, 1, 30)] == [20_000, 19_999, 19_970]
