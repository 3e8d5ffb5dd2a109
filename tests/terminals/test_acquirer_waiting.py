"""Who waits for the acquirer: a code is closed before another is made, and no payment is ever lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnipos.domain.payment import Payment, PaymentAnswer, PaymentState, QrCode, Said
from omnipos.domain.tender import TenderKind
from omnipos.services import finding, paying, reprinting, resolving, selling
from omnipos.services.paying import Heard
from omnipos.services.till import Till
from terminals.acquirer_waiting import AcquirerWaiter
from tests.rigs import HandClock, open_till, selling_till
from tests.terminals.acquirer_rig import CLOSED, NO_ANSWER, PAID, PENDING, HandAcquirer, acquirer_waiter
from tests.waiting import until

INDOMIE = "8998866200578"
UNREACHED = PaymentAnswer(said=Said.UNREACHED)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = selling_till(tmp_path)
    ring(made)
    yield made
    made.store.close()


def ring(till: Till) -> None:
    """Ring up 3.500."""
    found = till.call(finding.scanned, INDOMIE)
    assert isinstance(found, finding.ItemOffer)
    till.call(selling.ring, [(found.item, 1000)])


def begin(till: Till, waiter: AcquirerWaiter) -> tuple[Payment, list[Heard]]:
    """Ask for a code; return the payment and the list into which goes whatever is heard of it."""
    heard: list[Heard] = []
    till.on_payment = heard.append
    payment = till.call(paying.ask, TenderKind.QR, waiter.provider)
    waiter.begin(payment)
    return payment, heard


def test_a_paid_code_is_a_verified_tender_and_completes_the_sale(till: Till) -> None:
    acquirer = HandAcquirer(PENDING, PENDING, PAID)
    shown: list[tuple[str, str]] = []
    with acquirer_waiter(till, acquirer, shown) as waiter:
        payment, heard = begin(till, waiter)
        until(lambda: heard, "the end")
        assert waiter.code_of(payment.payment_id) is None, "an ended code is shown no more"
    assert shown == [(payment.payment_id, "code")]
    assert heard[0].payment.state is PaymentState.APPROVED
    assert acquirer.asked == ["create", "status", "status", "status"]
    (tender,) = till.call(reprinting.latest)[0].tenders
    assert (tender.amount_minor, tender.qr, tender.payment_id) == (3_500, PAID.qr, payment.payment_id)


def test_an_expired_code_is_closed_and_asked_about_once_more(till: Till) -> None:
    acquirer = HandAcquirer()
    acquirer.code = QrCode(said=Said.PENDING, content="code", expires_at_ms=1)
    with acquirer_waiter(till, acquirer) as waiter:
        _payment, heard = begin(till, waiter)
        until(lambda: heard, "the end")
    assert heard[0].payment.state is PaymentState.CANCELLED
    assert acquirer.asked == ["create", "cancel", "status"]
    assert till.call(selling.current).basket.payments == ()


@pytest.mark.parametrize(
    ("cancelled", "last"),
    [(PAID, PENDING), (CLOSED, PAID), (NO_ANSWER, PAID)],
)
def test_a_payment_in_the_last_moment_is_a_payment(
    till: Till, cancelled: PaymentAnswer, last: PaymentAnswer
) -> None:
    acquirer = HandAcquirer(last)
    acquirer.code = QrCode(said=Said.PENDING, content="code", expires_at_ms=1)
    acquirer.cancelled = cancelled
    with acquirer_waiter(till, acquirer) as waiter:
        _payment, heard = begin(till, waiter)
        until(lambda: heard, "the end")
    assert heard[0].payment.state is PaymentState.APPROVED
    assert [sale.total_minor for sale in till.call(reprinting.latest)] == [3_500]


@pytest.mark.parametrize("last", [NO_ANSWER, UNREACHED, PENDING])
def test_a_code_that_nobody_knows_the_end_of_is_unknown_and_asked_for_again(
    till: Till, last: PaymentAnswer
) -> None:
    acquirer = HandAcquirer(last)
    acquirer.code = QrCode(said=Said.PENDING, content="code", expires_at_ms=1)
    acquirer.cancelled = NO_ANSWER
    with acquirer_waiter(till, acquirer) as waiter:
        payment, heard = begin(till, waiter)
        until(lambda: heard, "that it is unknown")
        assert heard[0].payment.state is PaymentState.UNKNOWN
        waiter.start()
        acquirer.statuses = [PAID]
        until(lambda: len(heard) > 1, "the end")
    assert heard[1].payment.state is PaymentState.APPROVED
    assert heard[1].payment.payment_id == payment.payment_id


def test_a_code_that_was_closed_and_is_paid_after_all_is_in_sight_of_a_person(till: Till) -> None:
    acquirer = HandAcquirer()
    acquirer.code = QrCode(said=Said.PENDING, content="code", expires_at_ms=1)
    with acquirer_waiter(till, acquirer) as waiter:
        payment, heard = begin(till, waiter)
        until(lambda: heard, "that it is closed")
        till.call(selling.void_basket)
        acquirer.statuses = [PAID]
        waiter.start()
        until(lambda: len(heard) > 1, "the late payment")
    assert heard[1].payment.state is PaymentState.ASTRAY
    assert [one.payment_id for one in till.call(resolving.open_payments)] == [payment.payment_id]


def closed_till(folder: Path) -> Payment:
    """Close a code at a till that ends then; return its payment."""
    till = selling_till(folder)
    ring(till)
    acquirer = HandAcquirer()
    acquirer.code = QrCode(said=Said.PENDING, content="code", expires_at_ms=1)
    with acquirer_waiter(till, acquirer) as waiter:
        payment, heard = begin(till, waiter)
        until(lambda: heard, "that it is closed")
    till.store.close()
    return payment


def test_a_closed_code_is_found_paid_after_a_restart_too(tmp_path: Path) -> None:
    payment = closed_till(tmp_path)
    till = open_till(tmp_path)
    heard: list[Heard] = []
    till.on_payment = heard.append
    assert till.call(resolving.after_start) == ()
    with acquirer_waiter(till, HandAcquirer(PAID)) as waiter:
        waiter.start()
        until(lambda: heard, "the late payment")
    assert (heard[0].payment.payment_id, heard[0].payment.state) == (
        payment.payment_id,
        PaymentState.APPROVED,
    )
    assert [sale.total_minor for sale in till.call(reprinting.latest)] == [3_500]
    till.store.close()


def test_a_closed_code_is_looked_at_once_after_a_late_start_and_then_no_more(tmp_path: Path) -> None:
    payment = closed_till(tmp_path)
    till = open_till(tmp_path)
    (watched,) = till.call(resolving.closed_codes)
    assert watched.payment_id == payment.payment_id
    till.call(resolving.looked_at, payment.payment_id)
    assert till.call(resolving.closed_codes) == (watched,), "its time is not over"
    clock = till.clock
    assert isinstance(clock, HandClock)
    clock.at_ms = watched.watch_until_ms + 86_400_000
    away, acquirer = HandAcquirer(NO_ANSWER), HandAcquirer(CLOSED)
    with acquirer_waiter(till, away) as waiter:
        waiter.start()
        until(lambda: len(away.asked) > 1, "that it is asked again while nobody answers")
    assert till.call(resolving.closed_codes) == (watched,)
    with acquirer_waiter(till, acquirer) as waiter:
        waiter.start()
        until(lambda: till.call(resolving.closed_codes) == (), "that it is over")
    assert acquirer.asked == ["status"]
    till.store.close()


def test_the_cashier_closes_a_code(till: Till) -> None:
    acquirer = HandAcquirer()
    with acquirer_waiter(till, acquirer) as waiter:
        payment, heard = begin(till, waiter)
        until(lambda: waiter.code_of(payment.payment_id), "the code")
        waiter.cancel(payment)
        until(lambda: heard, "the end")
    assert heard[0].payment.state is PaymentState.CANCELLED
    assert acquirer.asked[-2:] == ["cancel", "status"]


def test_a_code_whose_answer_was_lost_is_asked_for_again_under_the_same_id(till: Till) -> None:
    lost = QrCode(said=Said.UNANSWERED, reason="The line broke.")
    acquirer = HandAcquirer(PAID)
    acquirer.codes = [lost, lost]
    with acquirer_waiter(till, acquirer) as waiter:
        _payment, heard = begin(till, waiter)
        until(lambda: heard, "the end")
    assert acquirer.asked[:4] == ["create", "create", "create", "status"]
    assert heard[0].payment.state is PaymentState.APPROVED


@pytest.mark.parametrize(
    ("code", "cancelled", "state"),
    [
        (QrCode(said=Said.UNREACHED, reason="Away."), CLOSED, PaymentState.CANCELLED),
        (QrCode(said=Said.DECLINED, reason="Too much."), CLOSED, PaymentState.DECLINED),
        (QrCode(said=Said.UNANSWERED), CLOSED, PaymentState.CANCELLED),
        (QrCode(said=Said.UNANSWERED), NO_ANSWER, PaymentState.UNKNOWN),
    ],
)
def test_no_code_is_no_payment_once_the_acquirer_says_so(
    till: Till, code: QrCode, cancelled: PaymentAnswer, state: PaymentState
) -> None:
    acquirer = HandAcquirer()
    acquirer.code, acquirer.cancelled = code, cancelled
    with acquirer_waiter(till, acquirer) as waiter:
        _payment, heard = begin(till, waiter)
        until(lambda: heard, "the end")
    assert heard[0].payment.state is state


def test_after_a_crash_a_code_that_nobody_sees_is_closed_or_was_paid(tmp_path: Path) -> None:
    till = selling_till(tmp_path)
    ring(till)
    payment = till.call(paying.ask, TenderKind.QR, AcquirerWaiter.provider)
    till.store.close()  # as a crash after the intent: nobody waits for it any more
    till = open_till(tmp_path)
    heard: list[Heard] = []
    till.on_payment = heard.append
    assert [one.payment_id for one in till.call(resolving.after_start)] == [payment.payment_id]
    acquirer = HandAcquirer(PENDING)
    with acquirer_waiter(till, acquirer) as waiter:
        waiter.start()
        until(lambda: heard, "the end")
    till.store.close()
    assert heard[0].payment.state is PaymentState.CANCELLED
    assert acquirer.asked[:3] == ["status", "cancel", "status"]
    assert "create" not in acquirer.asked


def test_a_refund_is_asked_of_the_acquirer_by_the_payment_it_gives_back(till: Till) -> None:
    acquirer = HandAcquirer()
    with acquirer_waiter(till, acquirer) as waiter:
        payment = till.call(paying.ask, TenderKind.QR, waiter.provider)
        refund = Payment(**{name: getattr(payment, name) for name in payment.__struct_fields__}
                         | {"amount_minor": -3_500, "refund_of": "p1"})  # fmt: skip
        waiter.begin(refund)
        until(lambda: acquirer.asked, "the refund")
    assert acquirer.asked == ["refund"]
