"""Who waits for the acquirer: makes a code, asks until it is paid, and closes it when it expires."""

import threading
import time
from collections.abc import Callable, Sequence

import msgspec

from omnipos.domain.payment import Payment, PaymentAnswer, QrCode, Said
from omnipos.locale import _
from omnipos.ports import QrPay
from terminals.waiting import ASK_AGAIN_S, Hear, PaymentWaiter

POLL_S = 2.0
"""How often the acquirer is asked while a customer has the code before them."""
TRIES = 3
"""How often a code is asked for when no answer comes; one id makes one code."""
ENDED = (Said.APPROVED, Said.DECLINED, Said.CANCELLED)


class AcquirerWaiter(PaymentWaiter):
    """Asks an acquirer on threads of its own; it is a `QrAsking`."""

    provider = "acquirer"

    def __init__(
        self,
        acquirer: QrPay,
        hear: Hear,
        open_payments: Callable[[], Sequence[Payment]],
        hang_up: Callable[[], None],
        show: Callable[[str, QrCode], None],
        closed_codes: Callable[[], Sequence[Payment]],
        looked_at: Callable[[str], None],
        *,
        poll_s: float = POLL_S,
        ask_again_s: float = ASK_AGAIN_S,
    ) -> None:
        """Get ready; `show` is told of each code to scan, `looked_at` of each closed one not paid yet."""
        super().__init__(acquirer, hear, open_payments, hang_up, ask_again_s=ask_again_s)
        self._acquirer, self._show, self._poll_s = acquirer, show, poll_s
        self._closed_codes, self._looked_at = closed_codes, looked_at
        self._closing: dict[str, threading.Event] = {}
        """Payments whose code a customer may have before them; set, the code is to be closed."""
        self._codes: dict[str, QrCode] = {}

    def code_of(self, payment_id: str) -> QrCode | None:
        """Return the code of a payment, once there is one."""
        return self._codes.get(payment_id)

    def begin(self, payment: Payment) -> None:
        """Ask for a code, or a refund, whose intent is on disk."""
        self._closing[payment.payment_id] = threading.Event()
        super().begin(payment)

    def cancel(self, payment: Payment) -> None:
        """Close a code; whoever watches it does so, and says what became of it."""
        watched = self._closing.get(payment.payment_id)
        if watched is not None:
            watched.set()
        else:
            self._run(lambda: self._told(payment, self._close(payment)), "close")

    def ask_again(self, payment: Payment) -> None:
        """Ask for one payment now; a code that a customer has before them stays open."""
        if payment.payment_id in self._closing:
            self._run(lambda: self._look(payment), "status")
        else:
            super().ask_again(payment)

    def _look(self, payment: Payment) -> None:
        answer = self._acquirer.status(payment.payment_id)
        if answer.said in ENDED:
            self._told(payment, answer)

    def stop(self) -> None:
        """Wait for nobody any longer; a code that is not closed is asked for at the next start."""
        with self._lock:
            self._ended.set()
        for watched in tuple(self._closing.values()):
            watched.set()
        super().stop()

    def _first(self, payment: Payment) -> PaymentAnswer:
        closing = self._closing[payment.payment_id]
        try:
            if payment.amount_minor < 0:
                return self._refund(payment)
            code = self._made(payment, closing)
            if code.said is not Said.PENDING:
                return PaymentAnswer(said=code.said, reason=code.reason)
            return self._watched(payment, code, closing)
        finally:
            self._closing.pop(payment.payment_id, None)
            self._codes.pop(payment.payment_id, None)

    def _made(self, payment: Payment, closing: threading.Event) -> QrCode:
        """Return a code; asked for often, for a lost answer means only that nobody has seen it yet."""
        code = self._acquirer.create(payment.payment_id, payment.amount_minor, payment.currency)
        for _again in range(TRIES - 1):
            if code.said is not Said.UNANSWERED or closing.wait(self._poll_s):
                break
            made = self._acquirer.create(payment.payment_id, payment.amount_minor, payment.currency)
            if made.said is not Said.UNREACHED:
                code = made
        if code.said is Said.UNANSWERED and not self._ended.is_set():
            closed = self._acquirer.cancel(payment.payment_id)
            if closed.said is Said.CANCELLED:
                return QrCode(said=Said.CANCELLED, reason=code.reason)
        return code

    def _watched(self, payment: Payment, code: QrCode, closing: threading.Event) -> PaymentAnswer:
        """Ask until a code is paid, has expired or is to be closed; return how it ended."""
        left_s = max(code.expires_at_ms - time.time_ns() // 1_000_000, 0) / 1000
        until_s = time.monotonic() + left_s
        self._codes[payment.payment_id] = code
        self._show(payment.payment_id, code)
        while time.monotonic() < until_s and not closing.wait(self._poll_s):
            answer = self._acquirer.status(payment.payment_id)
            if answer.said in ENDED:
                return answer
        if self._ended.is_set():
            return PaymentAnswer(said=Said.UNANSWERED)
        ended = self._close(payment)
        is_over = not closing.is_set() and ended.said is Said.CANCELLED and not ended.reason
        return msgspec.structs.replace(ended, reason=_("The code has expired.")) if is_over else ended

    def _close(self, payment: Payment) -> PaymentAnswer:
        """Close a code and ask once more: what the acquirer says last is what counts."""
        closed = self._acquirer.cancel(payment.payment_id)
        if closed.said is Said.APPROVED:
            return closed
        last = self._acquirer.status(payment.payment_id)
        if last.said in (Said.APPROVED, Said.DECLINED):
            return last
        if Said.CANCELLED in (closed.said, last.said):
            return PaymentAnswer(said=Said.CANCELLED, reason=last.reason or closed.reason)
        return PaymentAnswer(
            said=Said.UNANSWERED,
            reason=_("The acquirer did not say whether the code was closed or paid."),
        )

    def _resolve(self, payment: Payment) -> None:
        answer = self._acquirer.status(payment.payment_id)
        if answer.said in (Said.PENDING, Said.NEVER_HEARD):
            # No customer has the code before them any more; closed, nothing on its way can still pay it.
            answer = self._close(payment)
        self._told(payment, answer)

    def _tend_more(self) -> None:
        """Look at codes that were closed, also before a restart: one that was paid after all is told."""
        for payment in self._closed_codes():
            answer = self._acquirer.status(payment.payment_id)
            if answer.said is Said.APPROVED:
                self._told(payment, answer)
            elif answer.said not in (Said.UNREACHED, Said.UNANSWERED):
                self._looked_at(payment.payment_id)
