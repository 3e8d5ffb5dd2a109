"""Gift cards, store credit, on account and foreign cash at one till, with the hub there and away."""

from pathlib import Path

import msgspec
import pytest

from omnipos.domain.account import Account, AccountKind, AccountSettings
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import NotAllowed, SignInRefused, TenderRefused, WordNeeded
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Approval
from omnipos.domain.tender import ForeignMoney, Tender, TenderKind
from omnipos.ports import LinkReport, LinkState
from omnipos.services import balances, returning, selling, tendering
from omnipos.services.approving import Word
from omnipos.services.returning import Back
from omnipos.services.till import Till
from tests.rigs import BUDI, INDOMIE, NOON_MS, SHOP, STORE, QuietLine, fill, selling_till

CARD = "9900000000000010"


def card(balance: int, **changes: object) -> Account:
    """The gift card with something on it."""
    known = {"kind": AccountKind.GIFT_CARD, "account_id": CARD, "currency": "IDR", "balance_minor": balance}
    return Account(**(known | changes))  # type: ignore[arg-type]


def own(kind: AccountKind, balance: int, limit: int = 0) -> Account:
    """Budi's store credit, or what he owes."""
    return Account(
        kind=kind, account_id=BUDI.customer_id, currency="IDR", balance_minor=balance, limit_minor=limit
    )


def tell(till: Till, *told: Account, seen: int = 0) -> None:
    """Let the hub tell of balances; `seen` of the till's events are in them."""
    fill(till.store.folder, "accounts", *((one.key, one) for one in told), seen=seen)


def settings(till: Till, accounts: AccountSettings, *rates: ForeignRate, country: str = "ID") -> None:
    """Give the shop other settings."""
    shop = msgspec.structs.replace(SHOP, accounts=accounts, foreign=rates, country=country)
    fill(till.store.folder, "settings", (f"shop:{STORE}", shop))


def away(till: Till) -> None:
    """Let the hub be away from now on."""
    assert isinstance(till.syncing, QuietLine)
    till.syncing.link = LinkReport(state=LinkState.AWAY, since_ms=NOON_MS)


def ring(till: Till, pieces: int = 1) -> None:
    """Ring up some pieces for 3,500 each."""
    till.call(selling.ring, [(Item(product=INDOMIE), pieces * 1000)])


def refusal(till: Till, *given: object) -> str:
    """Pay with the gift card what is refused, and return why."""
    with pytest.raises(TenderRefused) as refused:
        till.call(balances.pay_gift_card, CARD, *given)
    return str(refused.value)


@pytest.fixture
def till(tmp_path: Path) -> Till:
    """A till with the hub at hand."""
    return selling_till(tmp_path)


def test_a_card_pays_what_is_on_it_and_what_was_taken_counts_at_once(till: Till) -> None:
    tell(till, card(5000))
    ring(till, 2)
    paid = till.call(balances.pay_gift_card, "9900-0000 0000 0010")
    assert (paid.sale, paid.view.due.due_minor) == (None, 2000)
    assert refusal(till) == "Nothing is left on it."
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    assert sale.tenders[0] == Tender(kind=TenderKind.GIFT_CARD, amount_minor=5000, reference=CARD)
    assert till.call(balances.card_standing, CARD).balance_minor == 0
    tell(till, card(0), seen=1)
    assert till.call(balances.card_standing, CARD).balance_minor == 0, "the hub's figure counts it once"
    ring(till)
    assert refusal(till) == "Nothing is left on it."


def test_a_typed_sum_is_no_more_than_is_on_the_card_or_due(till: Till) -> None:
    tell(till, card(5000))
    ring(till, 2)
    assert refusal(till, 5001) == "Only Rp 5.000 is left on it."
    paid = till.call(balances.pay_gift_card, CARD, 4000)
    assert paid.view.due.due_minor == 3000
    till.call(tendering.take_back)
    assert till.call(balances.pay_gift_card, CARD).view.due.due_minor == 2000
    tell(till, card(50_000))
    assert refusal(till, 2001) == "Only cash can be more than the Rp 2.000 due."


def test_an_unknown_or_blocked_card_and_a_slip_of_typing_are_refused(till: Till) -> None:
    ring(till)
    assert refusal(till) == "No gift card has this code. Scan it again, or take another payment."
    tell(till, card(5000, blocked=True))
    assert refusal(till).startswith("This balance was blocked by the owner.")
    with pytest.raises(TenderRefused, match="That is no gift card's code"):
        till.call(balances.pay_gift_card, "12")


def test_with_the_hub_away_a_card_pays_up_to_the_shops_limit_over_all_sales(till: Till) -> None:
    tell(till, card(50_000))
    away(till)
    ring(till, 2)
    assert refusal(till) == (
        "The hub cannot be asked what is left on it, and this shop takes none meanwhile."
    )
    settings(till, AccountSettings(gift_card_offline_minor=10_000))
    assert till.call(balances.pay_gift_card, CARD).sale is not None
    ring(till, 2)
    assert refusal(till, 3001) == "While the hub is away, Rp 3.000 of it can be taken."
    assert till.call(balances.pay_gift_card, CARD).view.due.due_minor == 4000
    assert refusal(till).startswith("While the hub is away, at most Rp 10.000 of it is taken")


def test_a_card_never_seen_is_taken_offline_only_where_the_shop_says_so(till: Till) -> None:
    away(till)
    ring(till)
    assert refusal(till).startswith("This till does not know the card")
    settings(till, AccountSettings(unseen_card_offline_minor=3000))
    assert till.call(balances.pay_gift_card, CARD).view.due.due_minor == 500
    with pytest.raises(TenderRefused, match="That looks like a bank card's number"):
        till.call(balances.pay_gift_card, "4111111111111111")


def test_store_credit_and_an_account_need_their_customer(till: Till) -> None:
    ring(till)
    for pay in (balances.pay_store_credit, balances.pay_on_account):
        with pytest.raises(TenderRefused, match="No customer stands beside"):
            till.call(pay)
    till.call(selling.attach_customer, BUDI.customer_id)
    with pytest.raises(TenderRefused, match="This customer has no store credit"):
        till.call(balances.pay_store_credit)
    with pytest.raises(TenderRefused, match="does not buy on account"):
        till.call(balances.pay_on_account)
    tell(till, own(AccountKind.STORE_CREDIT, 3000))
    assert till.call(balances.pay_store_credit).view.due.due_minor == 500


def test_an_account_lends_to_its_limit_and_beyond_on_the_word_of_who_may(till: Till) -> None:
    tell(till, own(AccountKind.ACCOUNT, 4000, limit=6000))
    ring(till)
    till.call(selling.attach_customer, BUDI.customer_id)
    with pytest.raises(WordNeeded, match=r"Beyond the limit of Rp 6\.000: Rp 2\.000 of it is left"):
        till.call(balances.pay_on_account)
    with pytest.raises(SignInRefused):
        till.call(balances.pay_on_account, None, Word("Budi", "1111"))
    with pytest.raises(NotAllowed):
        till.call(balances.pay_on_account, None, Word("Sari", "1234"))
    sale = till.call(balances.pay_on_account, None, Word("Budi", "9999")).sale
    assert sale is not None
    assert sale.tenders[0].approval == Approval(
        staff_id="s-budi", reason="Beyond the limit of Rp 6.000: Rp 2.000 of it is left."
    )
    owed = till.call(balances.standing_of, AccountKind.ACCOUNT, BUDI.customer_id)
    assert owed.balance_minor == 7500
    away(till)
    ring(till)
    till.call(selling.attach_customer, BUDI.customer_id)
    with pytest.raises(WordNeeded, match=r"Rp 0 of it is left"):
        till.call(balances.pay_on_account, 1)


def test_foreign_cash_pays_at_the_shops_rate_and_change_is_the_shops_own(till: Till) -> None:
    ring(till, 3)
    with pytest.raises(TenderRefused, match="cash of its own currency only"):
        till.call(balances.pay_foreign, "USD", "1")
    settings(till, AccountSettings(), ForeignRate(currency="SGD", rate_minor=11_955), country="SG")
    with pytest.raises(TenderRefused, match="Taken are SGD"):
        till.call(balances.pay_foreign, "USD", "1")
    sale = till.call(balances.pay_foreign, "sgd", "2.5").sale
    assert sale is not None
    money = ForeignMoney(currency="SGD", amount_minor=250, rate_minor=11_955)
    assert sale.tenders == (Tender(kind=TenderKind.FOREIGN_CASH, amount_minor=29_887, foreign=money),)
    assert (sale.total_minor, sale.change_minor, sale.rounding_minor) == (10_500, 19_400, -13)


def bring_back(till: Till, sale: Sale) -> None:
    """Take the first line's goods of a sale back into the basket."""
    (found, *_others) = till.call(returning.find, None, sale.receipt_number)
    till.call(returning.bring, found, [Back(line_no=1, quantity_milli=1000)], "1")


def test_money_that_goes_back_on_credit_a_card_or_a_debt_counts_at_once(till: Till) -> None:
    tell(till, card(5000), own(AccountKind.ACCOUNT, 0, limit=6000))
    ring(till)
    on_card = till.call(balances.pay_gift_card, CARD).sale
    ring(till)
    till.call(selling.attach_customer, BUDI.customer_id)
    on_account = till.call(balances.pay_on_account).sale
    assert on_card is not None
    assert on_account is not None
    bring_back(till, on_card)
    assert refusal(till) == "The customer has nothing to pay here."
    back = Tender(kind=TenderKind.GIFT_CARD, amount_minor=-3500, reference=CARD)
    assert till.call(returning.give_back, back).sale is not None
    assert till.call(balances.card_standing, CARD).balance_minor == 5000
    bring_back(till, on_account)
    back = Tender(kind=TenderKind.ACCOUNT, amount_minor=-3500, reference=BUDI.customer_id)
    assert till.call(returning.give_back, back).sale is not None
    assert till.call(balances.standing_of, AccountKind.ACCOUNT, BUDI.customer_id).balance_minor == 0


def test_store_credit_of_a_return_is_spent_at_the_same_till_with_the_hub_away(till: Till) -> None:
    away(till)
    settings(till, AccountSettings(credit_offline_minor=10_000))
    ring(till)
    sale = till.call(tendering.pay_cash).sale
    assert sale is not None
    bring_back(till, sale)
    till.call(selling.attach_customer, BUDI.customer_id)
    credit = Tender(kind=TenderKind.STORE_CREDIT, amount_minor=-3500, reference=BUDI.customer_id)
    assert till.call(returning.give_back, credit).sale is not None
    ring(till, 2)
    till.call(selling.attach_customer, BUDI.customer_id)
    assert till.call(balances.pay_store_credit).view.due.due_minor == 3500
    with pytest.raises(TenderRefused, match="Nothing is left on it"):
        till.call(balances.pay_store_credit)
