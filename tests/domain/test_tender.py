"""Tenders: what is due, what change is owed, and that no way of paying loses or gains a unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.errors import TenderRefused
from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.tender import CardSlip, Tender, TenderKind, check_tender, due, settle

NEAREST_100 = CashRounding(mode=RoundingMode.NEAREST, step_minor=100)
SLIP = CardSlip(approval_code="123456")


def cash(amount: int) -> Tender:
    return Tender(kind=TenderKind.CASH, amount_minor=amount)


def card(amount: int, slip: CardSlip | None = SLIP) -> Tender:
    return Tender(kind=TenderKind.CARD, amount_minor=amount, card=slip)


def test_what_is_due_in_cash_is_rounded_and_shown_before_paying() -> None:
    owed = due(41_190, (), NEAREST_100)
    assert (owed.due_minor, owed.rounding_minor, owed.cash_due_minor) == (41_190, 10, 41_200)


def test_only_the_part_settled_in_cash_is_rounded() -> None:
    owed = due(41_190, (card(20_000),), NEAREST_100)
    assert (owed.paid_minor, owed.due_minor, owed.cash_due_minor) == (20_000, 21_190, 21_200)
    settled = settle(41_190, (card(41_190),), NEAREST_100)
    assert settled is not None
    assert (settled.rounding_minor, settled.change_minor) == (0, 0)


def test_cash_before_a_card_leaves_the_exact_rest_for_the_card() -> None:
    settled = settle(41_190, (cash(20_000), card(21_190)), NEAREST_100)
    assert settled is not None
    assert (settled.rounding_minor, settled.change_minor) == (0, 0)


def test_paying_cash_in_parts_gains_no_rounding() -> None:
    owed = due(41_190, (cash(41_150),), NEAREST_100)
    assert (owed.due_minor, owed.cash_due_minor) == (40, 50)
    settled = settle(41_190, (cash(41_150), cash(50)), NEAREST_100)
    assert settled is not None
    assert (settled.rounding_minor, settled.change_minor) == (10, 0)


def test_a_rest_that_rounds_to_nothing_is_settled_by_no_cash() -> None:
    owed = due(41_190, (card(41_150),), NEAREST_100)
    assert (owed.cash_due_minor, owed.rounding_minor) == (0, -40)
    check_tender(cash(0), owed, "IDR")
    settled = settle(41_190, (card(41_150), cash(0)), NEAREST_100)
    assert settled is not None
    assert (settled.rounding_minor, settled.change_minor) == (-40, 0)


def test_cash_between_the_exact_and_the_rounded_sum_is_refused_with_the_sum_due() -> None:
    with pytest.raises(TenderRefused, match=r"Rp 41\.200"):
        check_tender(cash(41_190), due(41_190, (), NEAREST_100), "IDR")


@pytest.mark.parametrize(
    ("tender", "words"),
    [
        (cash(-1), "Type the sum"),
        (cash(0), "Type the sum"),
        (cash(8_998_866_200_578), "Was a barcode scanned"),
        (card(0), "Type the sum"),
        (card(41_191), r"Only cash can be more than the Rp 41\.190"),
        (card(100, None), "approval code"),
        (card(100, CardSlip(approval_code=" ")), "approval code"),
        (card(100, CardSlip(approval_code="1", last_four="12")), "last four"),
        (card(100, CardSlip(approval_code="1", acquirer="x" * 25)), "too long"),
        (card(100, CardSlip(approval_code="4111 1111 1111 1111")), "looks like a card number"),
    ],
)
def test_a_tender_that_does_not_fit_is_refused(tender: Tender, words: str) -> None:
    with pytest.raises(TenderRefused, match=words):
        check_tender(tender, due(41_190, (), NEAREST_100), "IDR")


def test_a_paid_sale_takes_no_more() -> None:
    with pytest.raises(TenderRefused, match="Take the last payment back"):
        check_tender(cash(100), due(100, (card(100),), NEAREST_100), "IDR")


@given(
    st.integers(0, 10**7),
    st.lists(st.tuples(st.sampled_from([cash, card]), st.integers(0, 10**7)), max_size=6),
    st.sampled_from(list(RoundingMode)),
    st.sampled_from([1, 5, 100]),
)
def test_given_less_change_is_total_and_rounding_for_every_split(
    total: int, wished: list[tuple[object, int]], mode: RoundingMode, step: int
) -> None:
    rule = CashRounding(mode=mode, step_minor=step)
    taken: tuple[Tender, ...] = ()
    settled = None
    # At the end the rest is paid in cash, so that every way of paying comes to its end.
    for make, amount in [*wished, (cash, None)]:
        owed = due(total, taken, rule)
        tender = make(owed.cash_due_minor if amount is None else amount)  # type: ignore[operator]
        try:
            check_tender(tender, owed, "IDR")
        except TenderRefused:
            continue
        taken = (*taken, tender)
        settled = settle(total, taken, rule)
        if settled is not None:
            break
    assert settled is not None, "no sequence of accepted tenders leaves a sale that cannot be finished"
    given_sum = sum(one.amount_minor for one in taken)
    assert given_sum - settled.change_minor == total + settled.rounding_minor
    assert settled.change_minor >= 0
    assert abs(settled.rounding_minor) < step
    in_cash = sum(one.amount_minor for one in taken if one.kind is TenderKind.CASH)
    assert settled.rounding_minor == 0 or (in_cash - settled.change_minor) % step == 0 or in_cash == 0
