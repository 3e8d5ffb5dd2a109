"""The rules of gift cards and foreign cash: codes that show a slip, sums that always add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.account import (
    Account,
    AccountKind,
    AccountSettings,
    Standing,
    card_code,
    check_new_code,
    check_settings,
    is_own_code,
    lendable,
    masked_code,
    new_code,
    spendable,
)
from omnipos.domain.cardnumber import holds_card_number
from omnipos.domain.errors import EntryRefused, TenderRefused
from omnipos.domain.foreign import ForeignRate, check_rates, foreign_cash
from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.tender import Tender, TenderKind, due, settle


@given(st.integers(min_value=0, max_value=10**40), st.integers(0, 15), st.integers(1, 9))
def test_a_code_of_ours_is_never_a_banks_and_one_wrong_digit_shows(noise: int, at: int, more: int) -> None:
    code = new_code(noise)
    assert is_own_code(code)
    assert not holds_card_number(code)
    assert check_new_code(code) == code
    wrong = f"{code[:at]}{(int(code[at]) + more) % 10}{code[at + 1 :]}"
    assert not is_own_code(wrong)


def test_codes_are_read_however_they_are_grouped_and_shown_by_their_end() -> None:
    assert card_code(" 9900-0000 0000 0010 ") == new_code(1) == "9900000000000010"
    assert (card_code("abc-123"), card_code("12"), card_code("GIFT#1234"), card_code("Ж" * 8)) == (
        "ABC123",
        "",
        "",
        "",
    )
    assert masked_code("9900000000000010") == "****0010"


def test_offline_settings_and_rates_that_cannot_be_are_refused() -> None:
    with pytest.raises(EntryRefused, match="cannot be less than nothing"):
        check_settings(AccountSettings(credit_offline_minor=-1))
    dollar = ForeignRate(currency="USD", rate_minor=440)
    check_rates((dollar,), "MY", "MYR")
    for rates, country, home, why in (
        ((dollar,), "ID", "IDR", "The law of ID"),
        ((dollar, dollar), "MY", "MYR", "here twice"),
        ((dollar,), "US", "USD", "the shop's own"),
        ((ForeignRate(currency="USD", rate_minor=0),), "MY", "MYR", "not above 0"),
        ((ForeignRate(currency="XXX", rate_minor=1),), "MY", "MYR", "not known"),
    ):
        with pytest.raises(EntryRefused, match=why):
            check_rates(rates, country, home)


def standing(balance: int, limit: int = 0, **more: int) -> Standing:
    """An account of somebody, as a till knows it."""
    account = Account(
        kind=AccountKind.ACCOUNT, account_id="c1", currency="MYR", balance_minor=balance, limit_minor=limit
    )
    return Standing(kind=AccountKind.ACCOUNT, account_id="c1", currency="MYR", account=account, **more)


def test_what_may_be_lent_is_what_the_limit_leaves() -> None:
    assert [lendable(standing(owed, 500)) for owed in (-100, 0, 499, 500, 900)] == [600, 500, 1, 0, 0]
    with pytest.raises(TenderRefused):
        lendable(standing(0))


@given(
    st.integers(0, 10**9),
    st.lists(st.integers(1, 10**8), max_size=6),
    st.integers(0, 10**9),
    st.booleans(),
)
def test_no_more_is_ever_spendable_than_is_on_a_card_nor_than_the_limit_offline(
    balance: int, spent: list[int], most: int, away: bool
) -> None:
    account = Account(
        kind=AccountKind.GIFT_CARD, account_id="GIFT1234", currency="MYR", balance_minor=balance
    )
    taken = 0
    for amount in (*spent, 0):
        here = Standing(
            kind=AccountKind.GIFT_CARD,
            account_id="GIFT1234",
            currency="MYR",
            account=account,
            unsent_minor=-taken,
            spent_unsent_minor=taken,
        )
        try:
            left = spendable(here, AccountSettings(gift_card_offline_minor=most), away=away)
        except TenderRefused:
            break
        taken += min(amount, left)
    assert taken <= balance
    assert taken <= most or not away


@given(
    st.integers(1, 10**7),
    st.lists(st.integers(1, 10**6), max_size=3),
    st.integers(1, 10**5),
    st.integers(1, 10**6),
    st.sampled_from((0, 5, 10, 100)),
)
def test_foreign_cash_leaves_nothing_over_and_its_change_can_be_paid_in_cash(
    total: int, cash: list[int], given_minor: int, rate: int, step: int
) -> None:
    rounding = CashRounding(mode=RoundingMode.NEAREST, step_minor=step) if step else CashRounding()
    tender = foreign_cash(f"{given_minor / 100:.2f}", "usd", (ForeignRate(currency="USD", rate_minor=rate),))
    assert tender.amount_minor == given_minor * rate // 100
    paid: list[Tender] = [Tender(kind=TenderKind.CARD, amount_minor=one) for one in cash]
    if sum(cash) >= total:
        return
    settled = settle(total, [*paid, tender], rounding)
    still = due(total, paid, rounding).due_minor
    assert (settled is None) == (tender.amount_minor < still)
    if settled is not None:
        given_all = sum(one.amount_minor for one in (*paid, tender))
        assert given_all - settled.change_minor == total + settled.rounding_minor
        assert settled.change_minor >= 0
        assert not step or settled.change_minor % step == 0
        assert abs(settled.rounding_minor) <= step // 2
