"""Gift cards, store credit, accounts and foreign cash in the plain counter."""

from omnipos.domain.account import Account, AccountKind, AccountSettings
from omnipos.domain.foreign import ForeignRate
from omnipos.services import reprinting
from omnipos.services.till import Till
from tests.rigs import BUDI
from tests.services.test_balances import CARD, card, own, settings, tell
from tests.ui.plain_rig import TEH, counter, say
from tests.ui.plain_rig import tell as told

ALL = "Type gift sell new 50000, gift sell CODE 50000 or gift balance CODE."


def test_a_card_is_sold_said_and_paid_with(till: Till) -> None:
    assert say(till, f"gift sell {CARD} 50.000") == "Gift card ****0010, Rp 50.000. Total Rp 50.000."
    assert say(till, "pay gift " + CARD).startswith("This gift card is sold in this basket")
    assert say(till, "qty 2").startswith("This line is a sum of money.")
    assert say(till, "pay cash").startswith("Sale S1-1-000001 is done. Total Rp 50.000.")
    assert say(till, f"gift balance {CARD}") == "Gift card ****0010: Rp 50.000, as of never."
    assert say(till, TEH, CARD) == (
        "Gift card ****0010: Rp 50.000, as of never. Type pay gift and its code to pay with it."
    )
    assert say(till, f"pay gift {CARD}") == (
        "Sale S1-1-000002 is done. Total Rp 6.000. Given: Gift card Rp 6.000. No change."
        " Gift card ****0010 has Rp 44.000 left."
    )
    assert (say(till, "gift"), say(till, "gift sell x").partition(":")[0]) == (
        ALL,
        "Type the card and the sum",
    )


def test_a_new_card_gets_a_number_of_its_own(till: Till) -> None:
    say(till, "gift sell new 10000", "pay cash")
    (sale,) = till.call(reprinting.latest)
    code = sale.lines[0].gift_card
    assert len(code) == 16
    assert say(till, f"gift balance {code}").startswith(f"Gift card ****{code[-4:]}: Rp 10.000")


def test_credit_an_account_and_a_debt_paid_off_are_said(till: Till) -> None:
    tell(till, own(AccountKind.STORE_CREDIT, 2000), own(AccountKind.ACCOUNT, 1000, limit=4500))
    talk = counter(till)
    for line in (TEH, f"customer {BUDI.phone}"):
        talk.answer(line)
    assert talk.answer("pay credit") == "Rp 2.000 taken. Still due Rp 4.000."
    beyond = talk.answer("pay account")
    assert beyond is not None
    assert beyond.startswith("Beyond the limit of Rp 4.500: Rp 3.500 of it is left.")
    said = talk.answer("allow Budi 9999")
    assert said is not None
    assert said.endswith("Store credit left: Rp 0. The customer owes Rp 5.000 now.")
    assert said.startswith("Sale S1-1-000001 is done.")
    talk.answer(f"customer {BUDI.phone}")
    assert talk.answer("pay-off 6000") == "This customer owes Rp 5.000 and no more."
    assert talk.answer("pay-off") == "Rp 5.000 of the debt are paid with this basket. Total Rp 5.000."
    assert talk.answer("pay account") == "A debt is paid off here. It cannot be paid by owing it again."
    paid = talk.answer("pay cash")
    assert paid is not None
    assert paid.startswith("Sale S1-1-000002 is done. Total Rp 5.000.")
    talk.answer(f"customer {BUDI.phone}")
    assert talk.answer("pay-off") == "This customer owes nothing."


def test_foreign_cash_is_taken_where_the_shop_has_a_rate(till: Till) -> None:
    say(till, TEH)
    assert say(till, "pay foreign USD 1") == "This shop takes cash of its own currency only."
    settings(till, AccountSettings(), ForeignRate(currency="USD", rate_minor=16_500), country="SG")
    assert say(till, "pay foreign usd") == "Type the currency and the sum: pay foreign USD 10."
    assert say(till, "pay foreign usd 1") == (
        "Sale S1-1-000001 is done. Total Rp 6.000. Given: Foreign cash Rp 16.500. Change Rp 10.500."
    )


def test_no_answer_for_programs_holds_a_whole_code(till: Till) -> None:
    tell(till, card(50_000))
    sale = told(till, TEH, f"pay gift {CARD}")["sale"]
    assert sale["tenders"] == [{"kind": "gift_card", "amount_minor": 6000, "gift_card": "****0010"}]
    assert isinstance(card(1), Account)
