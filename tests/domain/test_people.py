"""Staff and customers: who may do what, how long wrong PINs wait, what is needed to keep a card."""

import pytest

from omnipos.domain.customer import (
    CustomerDraft,
    Purchase,
    Purpose,
    check_draft,
    with_purchase,
)
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.staff import Right, delay_after
from tests.rigs import SARAH, staff_members


@pytest.mark.parametrize(
    ("failures", "delay_ms"),
    [(0, 0), (4, 0), (5, 5000), (6, 10_000), (10, 160_000), (11, 300_000), (1000, 300_000)],
)
def test_the_wait_after_wrong_pins_begins_at_the_fifth_and_doubles(failures: int, delay_ms: int) -> None:
    assert delay_after(failures) == delay_ms


def test_a_cashier_sells_and_hands_over_and_a_manager_sees_the_report() -> None:
    cashier, manager = staff_members()
    assert [cashier.may(right) for right in (Right.SELL, Right.COLLECT, Right.REPORT)] == [True, True, False]
    assert all(manager.may(right) for right in Right)


def test_a_draft_is_cleaned_and_its_number_made_whole() -> None:
    draft = CustomerDraft(name=" Rina\x1b ", phone="0813-1111-2222", agreed=(Purpose.SERVICE,))
    assert check_draft(draft, "ID") == CustomerDraft(
        name="Rina", phone="+6281311112222", agreed=(Purpose.SERVICE,)
    )


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (CustomerDraft(name=" ", phone="081311112222", agreed=(Purpose.SERVICE,)), "name"),
        (CustomerDraft(name="Rina", phone="081311112222", agreed=(Purpose.MARKETING,)), "consent"),
        (CustomerDraft(name="Rina", phone="0813", agreed=(Purpose.SERVICE,)), "cannot|can exist"),
    ],
)
def test_no_card_without_name_number_and_consent(draft: CustomerDraft, words: str) -> None:
    with pytest.raises(CustomerRefused, match=words):
        check_draft(draft, "ID")


def test_a_card_keeps_the_five_latest_purchases_each_once() -> None:
    card = SARAH
    for day in (3, 1, 2, 5, 4, 2):
        purchase = Purchase(
            at_ms=SARAH.purchases[0].at_ms + day,
            channel="store",
            reference=f"R{day}",
            total_minor=1,
            summary="",
        )
        card = with_purchase(card, purchase)
    assert [one.reference for one in card.purchases] == ["R5", "R4", "R3", "R2", "R1"]
