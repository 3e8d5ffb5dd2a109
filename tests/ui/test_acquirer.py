"""Codes of an acquirer on screen: drawn verbatim, paid only on its status, never holding the cashier."""

import pytest

from omnipos.domain.payment import PaymentAnswer, PaymentState, QrCode, Said
from omnipos.locale import _, speak
from omnipos.services import reprinting, resolving, selling
from omnipos.services.till import Till
from omnipos.store.printjobs import latest_job_states
from screens.commands import key_name
from terminals.acquirer_waiting import AcquirerWaiter
from tests.domain.test_emvqr import QRIS_41190
from tests.rigs import NOON_MS
from tests.terminals.acquirer_rig import NO_ANSWER, PAID, HandAcquirer, acquirer_waiter
from tests.ui.driving import LARGE, SMALL, Hands, counter
from tests.ui.test_paying_by_qr import TEH, scanned, set_up
from tests.waiting import until

INDOMIE = "8998866200578"
MINUTES_MS = 272_000


def acquirer() -> HandAcquirer:
    """An acquirer whose code lasts for 4:32 minutes of the till's clock, and for ever by the real one."""
    made = HandAcquirer()
    made.code = QrCode(said=Said.PENDING, content=QRIS_41190, expires_at_ms=NOON_MS + MINUTES_MS)
    return made


@pytest.fixture(autouse=True)
def _lasting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terminals.acquirer_waiting.time.time_ns", lambda: NOON_MS * 1_000_000)


async def to_code(hands: Hands) -> None:
    """Ring up 12.000 and wait for the code."""
    await hands.scan(TEH, TEH)
    await hands.press("f12", "q")
    for _look in range(200):
        if hands.up == "MadeCodeScreen":
            await hands.settle()
            return
        await hands.pilot.pause(0.01)
    raise AssertionError(hands.text)


async def until_up(hands: Hands, name: str) -> None:
    """Wait until a screen is up."""
    for _look in range(200):
        await hands.settle()
        if hands.up == name:
            return
        await hands.pilot.pause(0.01)
    raise AssertionError(hands.text)


async def test_the_acquirers_code_is_drawn_verbatim_with_its_time_and_paid_on_its_status(till: Till) -> None:
    asked = acquirer()
    with acquirer_waiter(till, asked):
        async with counter(till, LARGE) as hands:
            await to_code(hands)
            assert scanned(hands) == [QRIS_41190]
            assert "4:32 left" in hands.text
            await hands.press("enter")
            assert hands.up == "MadeCodeScreen"
            asked.statuses = [PAID]
            await until_up(hands, "SellScreen")
            assert "CHANGE DUE" in hands.text
            assert "unverified" not in hands.text
    (tender,) = till.call(reprinting.latest)[0].tenders
    assert (tender.amount_minor, tender.qr) == (12_000, PAID.qr)


@pytest.mark.parametrize("language", ["en", "id", "ms"])
async def test_beside_a_code_all_keys_are_in_view_and_o_shows_the_shops_own(
    till: Till, language: str
) -> None:
    set_up(till)
    speak(language)
    with acquirer_waiter(till, acquirer()):
        async with counter(till, LARGE) as hands:
            await to_code(hands)
            for command in hands.app.screen.commands:  # type: ignore[attr-defined]
                assert f"{key_name(command.key)} {_(command.label)}" in hands.text
            await hands.press("o")
            assert hands.up == "ChoiceScreen"
            await hands.press("1")
            assert hands.up == "StandingCodeScreen"


async def test_a_small_window_prints_the_code_with_its_time(till: Till) -> None:
    with acquirer_waiter(till, acquirer()):
        async with counter(till, SMALL) as hands:
            await to_code(hands)
            assert "This window is too small for the code: it is printed." in hands.text
            assert "4:32 left" in hands.text
    assert [job.kind for job in latest_job_states(till.store.books, 9)] == ["qr_code"]


async def test_the_cashier_closes_the_code_and_pays_otherwise(till: Till) -> None:
    with acquirer_waiter(till, acquirer()):
        async with counter(till, LARGE) as hands:
            await to_code(hands)
            await hands.press("f8")
            await until_up(hands, "SellScreen")
            assert "Ended without payment: nothing of the Rp 12.000 moved." in hands.text
            await hands.press("enter")
    assert [sale.total_minor for sale in till.call(reprinting.latest)] == [12_000]


async def test_the_next_customer_is_served_while_the_code_can_be_paid(till: Till) -> None:
    asked = acquirer()
    with acquirer_waiter(till, asked):
        async with counter(till, LARGE) as hands:
            await to_code(hands)
            await hands.press("f4")
            await hands.scan(INDOMIE)
            await hands.press("f12", "enter")
            assert [sale.total_minor for sale in till.call(reprinting.latest)] == [3_500]
            asked.statuses = [PAID]
            until(lambda: not till.call(resolving.open_payments), "the end")
            await hands.settle()
    assert [sale.total_minor for sale in till.call(reprinting.latest)] == [12_000, 3_500]


async def test_who_went_back_finds_the_code_again_by_the_same_key(till: Till) -> None:
    with acquirer_waiter(till, acquirer()) as waiter:
        async with counter(till, LARGE) as hands:
            await to_code(hands)
            await hands.press("escape", "q")
            assert hands.up == "MadeCodeScreen"
            assert scanned(hands) == [QRIS_41190]
            assert len(till.call(resolving.open_payments)) == 1
            await hands.press("escape", "escape", "ctrl+o", "enter")
            assert "1 Show the code" in hands.text
            await hands.press("1")
            assert hands.up == "MadeCodeScreen"
        assert isinstance(waiter, AcquirerWaiter)


async def test_an_acquirer_out_of_reach_leaves_the_shops_own_code(till: Till) -> None:
    set_up(till)
    asked = acquirer()
    asked.code = QrCode(said=Said.UNREACHED, reason="The acquirer cannot be reached.")
    with acquirer_waiter(till, asked):
        async with counter(till, LARGE) as hands:
            await hands.scan(TEH, TEH)
            await hands.press("f12", "q")
            until(lambda: not till.call(resolving.open_payments), "the end")
            await until_up(hands, "SellScreen")
            assert "The acquirer cannot be reached." in hands.text
            await hands.press("o")
            assert hands.up == "StandingCodeScreen"


async def test_a_code_that_nobody_knows_the_end_of_is_in_the_list_and_asks_before_another(till: Till) -> None:
    asked = acquirer()
    asked.statuses = [NO_ANSWER]
    asked.cancelled = NO_ANSWER
    with acquirer_waiter(till, asked):
        async with counter(till, LARGE) as hands:
            await to_code(hands)
            await hands.press("f8")
            await until_up(hands, "SellScreen")
            assert "Nobody knows yet whether Rp 12.000 was paid by QR code." in hands.text
            await hands.press("q")
            assert hands.up == "ChoiceScreen"
            assert "1 Make another code" in hands.text
            await hands.press("enter")
            assert hands.up == "ChoiceScreen"
    (unknown,) = till.call(resolving.open_payments)
    assert unknown.state is PaymentState.UNKNOWN
    assert asked.asked.count("create") == 1


async def test_a_payment_by_code_of_an_unfinished_sale_goes_back_through_the_acquirer(till: Till) -> None:
    asked = acquirer()
    asked.statuses = [PAID]
    with acquirer_waiter(till, asked):
        async with counter(till, LARGE) as hands:
            await hands.scan(TEH, TEH)
            await hands.press("f12", "5", "0", "0", "0", "q")
            until(lambda: till.call(selling.current).basket.tenders, "the payment")
            await until_up(hands, "SellScreen")
            asked.refunded = PaymentAnswer(said=Said.APPROVED, qr=PAID.qr)
            await hands.press("f10", "1")
            until(lambda: not till.call(selling.current).basket.tenders, "the money back")
            await until_up(hands, "SellScreen")
    assert asked.asked.count("refund") == 1
