"""Gift cards, store credit, accounts and foreign cash on the screens."""

from omnipos.domain.account import AccountKind, AccountSettings
from omnipos.domain.foreign import ForeignRate
from omnipos.services import reprinting, selling
from omnipos.services.till import Till
from tests.rigs import BUDI
from tests.services.test_balances import CARD, card, own, settings, tell
from tests.ui.driving import LARGE, counter

TEH = "8996006855893"


def tenders(till: Till) -> list[tuple[str, int]]:
    """Return kind and sum of each tender of the last sale."""
    sale = till.call(reprinting.latest)[0]
    return [(one.kind.value, one.amount_minor) for one in sale.tenders]


async def test_g_takes_a_gift_card_and_cash_the_rest(till: Till) -> None:
    tell(till, card(5000))
    async with counter(till) as hands:
        await hands.scan(TEH)
        await hands.press("f12", "g")
        await hands.type(CARD)
        await hands.press("enter")
        assert "Gift card ****0010: Rp 5.000, as of" in hands.text
        await hands.press("enter")
        assert hands.pays
        assert "Gift card ****0010" in hands.text
        assert "1.000" in hands.text
        await hands.press("enter")
    assert tenders(till) == [("gift_card", 5000), ("cash", 1000)]


async def test_a_sum_that_stands_there_gives_way_to_the_one_that_is_typed(till: Till) -> None:
    tell(till, own(AccountKind.STORE_CREDIT, 5000))
    async with counter(till) as hands:
        await hands.scan(TEH)
        till.call(selling.attach_customer, BUDI.customer_id)
        await hands.app.desk.open_basket()
        await hands.press("f12", "s")
        assert "Amount 5.000" in hands.text
        await hands.press("2", "backspace", "backspace", "enter")
        assert "Type a sum, such as 50.000." in hands.text
        await hands.press("1", "0", "0", "0", "enter", "f10")
        assert "Give back Rp 1.000 (Store credit)?" in hands.text
        await hands.press("1", "s", "backspace", "0", "enter")
        assert "Store credit" in hands.text
        await hands.press("enter")
    assert tenders(till) == [("store_credit", 5000), ("cash", 1000)]


async def test_a_scanned_card_is_offered_and_pays_the_basket(till: Till) -> None:
    tell(till, card(50_000))
    async with counter(till) as hands:
        await hands.scan(TEH, CARD)
        assert "Gift card ****0010: Rp 50.000" in hands.text
        assert "1 Pay this basket with it" in hands.text
        await hands.press("1")
        assert hands.up == "GiftCardScreen"
        await hands.press("enter")
        assert "CHANGE DUE" in hands.text
    assert tenders(till) == [("gift_card", 6000)]


async def test_every_answer_of_the_cards_menu_is_in_view(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("ctrl+b")
        for said in ("1 Sell or top up", "2 See what is on", "3 The customer pays off", "Esc Back"):
            assert said in hands.text


async def test_s_and_a_take_credit_and_lend_beyond_the_limit_on_a_managers_word(till: Till) -> None:
    tell(till, own(AccountKind.STORE_CREDIT, 2000), own(AccountKind.ACCOUNT, 0, limit=1000))
    async with counter(till, LARGE) as hands:
        await hands.scan(TEH)
        till.call(selling.attach_customer, BUDI.customer_id)
        await hands.app.desk.open_basket()
        await hands.app.desk.look_at_card(BUDI.customer_id)
        hands.app.screen.show()  # type: ignore[attr-defined]
        await hands.settle()
        assert "Credit Rp 2.000" in hands.text
        await hands.press("f12", "s", "enter")
        assert hands.pays
        await hands.press("a")
        assert "Owed on account: Rp 0 of Rp 1.000" in hands.text
        await hands.press("enter")
        assert "Beyond the limit of Rp 1.000" in hands.text
        await hands.type("Budi")
        await hands.press("enter")
        await hands.type("9999")
        await hands.press("enter")
        assert "CHANGE DUE" in hands.text
    assert tenders(till) == [("store_credit", 2000), ("account", 4000)]


async def test_u_takes_foreign_cash_and_gives_change(till: Till) -> None:
    settings(till, AccountSettings(), ForeignRate(currency="USD", rate_minor=16_500), country="SG")
    async with counter(till) as hands:
        await hands.scan(TEH)
        await hands.press("f12", "u")
        assert "USD 1 = Rp 16.500" in hands.text
        await hands.type("1")
        assert "Worth Rp 16.500." in hands.text
        await hands.press("enter")
        assert "CHANGE DUE" in hands.text
        assert "10.500" in hands.text or "█" in hands.text
    assert tenders(till) == [("foreign_cash", 16_500)]


async def test_cards_are_sold_and_looked_at_from_the_sell_screen(till: Till) -> None:
    async with counter(till) as hands:
        await hands.press("ctrl+b")
        assert "1 Sell or top up a gift card" in hands.text
        await hands.press("1")
        await hands.type(CARD)
        await hands.press("enter")
        await hands.type("25000")
        await hands.press("enter")
        assert "Gift card ****0010" in hands.text
        await hands.press("f12", "enter")
        assert tenders(till) == [("cash", 25_000)]
        await hands.press("escape", "ctrl+b", "2")
        await hands.type(CARD)
        await hands.press("enter")
        assert "Gift card ****0010: Rp 25.000" in hands.text
