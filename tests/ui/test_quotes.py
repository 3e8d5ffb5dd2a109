"""Customers' quotes at the counter: kept, scanned, paid on and sold, by keys and in plain words."""

from omnipos.services import quotations, reprinting
from omnipos.services.till import Till
from tests.ui.driving import counter as screen
from tests.ui.plain_rig import TEH, counter, say

NUMBER = "Q-S1-1-000001"


def test_the_plain_counter_keeps_lists_pays_on_and_sells_a_quote(till: Till) -> None:
    assert say(till, TEH, "quote for Ani").startswith(f"Quote {NUMBER}, for Ani, Rp 6.000, holds until ")
    assert say(till, f"deposit {NUMBER} 2000") == f"Deposit on {NUMBER}. Total Rp 2.000."
    assert say(till, "pay cash").startswith("Sale S1-1-000001 is done. Total Rp 2.000.")
    assert ", Rp 6.000, Rp 2.000 paid, Rp 4.000 to pay, holds until " in say(till, "quote-list")
    assert say(till, NUMBER).endswith("deposit and its number to pay on it.")
    assert say(till, "quote-recall 1") == (
        "Basket 4. Line 1: Teh Botol 450 ml, 1 piece, Rp 6.000. PPN Rp 595. Total Rp 6.000."
        " Still due Rp 4.000."
    )
    assert "Given: Deposit paid Rp 2.000, Cash Rp 4.000." in say(till, "pay cash 4000")
    assert (say(till, "quote-list"), say(till, "deposit 1")) == (
        "No quote is open.",
        "Type deposit, the number of the quote and the sum: deposit 17 50000.",
    )


def test_the_plain_counter_gives_a_cancelled_quotes_deposit_back(till: Till) -> None:
    say(till, TEH, "quote", "deposit 1 2000", "pay cash")
    talk = counter(till)
    cancelled = talk.answer("quote-cancel 1")
    assert cancelled is not None
    assert cancelled.startswith("The quote is cancelled once its deposit is given back")
    refused = talk.answer("refund cash")
    assert refused is not None
    assert "A manager's name and PIN allow it." in refused
    assert "done" in (talk.answer("allow Budi 9999") or "")
    assert say(till, "quote-list") == "No quote is open."


async def test_ctrl_f_keeps_a_quote_and_a_scan_of_it_takes_a_deposit_and_sells_it(till: Till) -> None:
    async with screen(till) as hands:
        await hands.scan(TEH)
        await hands.press("ctrl+f")
        assert hands.up == "KeepQuoteScreen"
        await hands.type("red one")
        await hands.press("enter")
        assert hands.up == "SellScreen"
        assert f"Quote {NUMBER} is kept and printed." in hands.text
        await hands.press("ctrl+f")
        assert hands.up == "QuotesScreen"
        assert f"{NUMBER} · red one" in hands.text
        await hands.press("enter")
        assert hands.up == "ChoiceScreen"
        await hands.type("2")
        assert hands.up == "DepositScreen"
        await hands.type("6000")
        await hands.press("enter")
        await hands.press("f12", "enter", "escape")
        await hands.scan(NUMBER)
        assert "Rp 6.000 paid, Rp 0 to pay" in " ".join(hands.text.replace("│", " ").split())
        await hands.type("1")
        assert hands.up == "SellScreen"
        await hands.press("f12", "enter")
        assert hands.up == "ChoiceScreen"
        await hands.type("1")
    paid, ahead = till.call(reprinting.latest)
    assert (ahead.total_minor, paid.total_minor) == (6000, 6000)
    assert [one.kind.value for one in paid.tenders] == ["deposit"]
    assert till.call(quotations.listed) == ()
