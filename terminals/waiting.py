"""Who waits for the card terminal: threads of their own, so that neither books nor screen ever do."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from omnipos.domain.payment import Payment, PaymentAnswer, PaymentState, Said
from omnipos.ports import PaymentTerminal

ASK_AGAIN_S = 5.0
"""How often the terminal is asked for payments that nobody knows the end of."""
LAST_WORD_S = 1.0
_log = logging.getLogger(__name__)


class Hear(Protocol):
    """Takes what was heard of a payment; `first` marks the answer to the very first asking."""

    def __call__(self, payment_id: str, answer: PaymentAnswer, *, first: bool) -> object:
        """Write it down."""
        ...


class Asked(Protocol):
    """What a terminal and an acquirer have in common; see `omnipos.ports`."""

    def status(self, payment_id: str) -> PaymentAnswer:
        """Say what became of a payment or a refund."""
        ...

    def cancel(self, payment_id: str) -> PaymentAnswer:
        """Stop a payment."""
        ...

    def refund(self, payment_id: str, amount_minor: int, currency: str, refund_of: str) -> PaymentAnswer:
        """Give money back."""
        ...


class PaymentWaiter:
    """Asks on threads of its own; it is a `Charging`. A payment is charged by `begin` alone."""

    provider = ""

    def __init__(
        self,
        terminal: Asked,
        hear: Hear,
        open_payments: Callable[[], Sequence[Payment]],
        hang_up: Callable[[], None],
        *,
        ask_again_s: float = ASK_AGAIN_S,
    ) -> None:
        """Get ready; `open_payments` returns what is not ended, of whatever provider."""
        self._terminal, self._hear, self._open_payments = terminal, hear, open_payments
        self._hang_up, self._ask_again_s = hang_up, ask_again_s
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._charging: set[str] = set()
        """Payments whose charge is being waited for; their end comes by that, or by a cancel."""
        self._unwritten: set[str] = set()
        """Payments whose answer came and could not be written down."""

    def start(self) -> None:
        """Ask for all that is open since the last start, and again while something stays unknown."""
        self._run(self._tend, "payments")

    def stop(self) -> None:
        """Wait for nobody any longer; what is not known by now is asked for at the next start."""
        with self._lock:
            self._ended.set()
        self._hang_up()
        for thread in tuple(self._threads):
            thread.join(LAST_WORD_S)

    def begin(self, payment: Payment) -> None:
        """Charge, or refund, a payment whose intent is on disk."""
        self._charging.add(payment.payment_id)
        self._run(lambda: self._charge(payment), "charge")

    def cancel(self, payment: Payment) -> None:
        """Stop a payment at the terminal."""
        self._run(lambda: self._told(payment, self._terminal.cancel(payment.payment_id)), "cancel")

    def ask_again(self, payment: Payment) -> None:
        """Ask for one payment now."""
        self._run(lambda: self._resolve(payment), "status")

    def is_waiting_for(self, payment_id: str) -> bool:
        """Tell whether the end of a charge is being waited for."""
        return payment_id in self._charging

    def _run(self, work: Callable[[], None], name: str) -> None:
        def whole() -> None:
            try:
                work()
            except Exception:
                # Whatever it met: the intent is on disk and is asked for again.
                _log.exception("asking the card terminal met a bug")
            finally:
                self._threads.discard(thread)

        thread = threading.Thread(target=whole, name=name, daemon=True)
        self._threads.add(thread)
        thread.start()

    def _charge(self, payment: Payment) -> None:
        try:
            self._told(payment, self._first(payment), first=True)
        finally:
            self._charging.discard(payment.payment_id)

    def _first(self, payment: Payment) -> PaymentAnswer:
        """Ask for a payment, or a refund, and return how it ended."""
        raise NotImplementedError

    def _refund(self, payment: Payment) -> PaymentAnswer:
        return self._terminal.refund(
            payment.payment_id, -payment.amount_minor, payment.currency, payment.refund_of
        )

    def _resolve(self, payment: Payment) -> None:
        answer = self._terminal.status(payment.payment_id)
        if answer.said is Said.NEVER_HEARD:
            # Refused from now on, so that nothing that is still on its way can charge it.
            answer = self._terminal.cancel(payment.payment_id)
        self._told(payment, answer)

    def _told(self, payment: Payment, answer: PaymentAnswer, *, first: bool = False) -> None:
        with self._lock:
            if not self._ended.is_set():
                self._unwritten.add(payment.payment_id)
                self._hear(payment.payment_id, answer, first=first)
                self._unwritten.discard(payment.payment_id)

    def _tend(self) -> None:
        while not self._ended.is_set():
            for payment in self._open_payments():
                if payment.provider == self.provider and self._is_lost(payment):
                    self._resolve(payment)
            self._tend_more()
            self._ended.wait(self._ask_again_s)

    def _tend_more(self) -> None:
        """Look at what else is to be asked for; nothing, of a terminal."""

    def _is_lost(self, payment: Payment) -> bool:
        # One that is just asked for is no business of this: its charge may not have been sent yet.
        is_unknown = payment.state is PaymentState.UNKNOWN or payment.payment_id in self._unwritten
        return is_unknown and not self.is_waiting_for(payment.payment_id)


class TerminalWaiter(PaymentWaiter):
    """Waits for a card terminal."""

    provider = "terminal"

    def __init__(
        self,
        terminal: PaymentTerminal,
        hear: Hear,
        open_payments: Callable[[], Sequence[Payment]],
        hang_up: Callable[[], None],
        *,
        ask_again_s: float = ASK_AGAIN_S,
    ) -> None:
        """Get ready; as any waiter."""
        super().__init__(terminal, hear, open_payments, hang_up, ask_again_s=ask_again_s)
        self._charger = terminal

    def _first(self, payment: Payment) -> PaymentAnswer:
        if payment.amount_minor < 0:
            return self._refund(payment)
        return self._charger.charge(payment.payment_id, payment.amount_minor, payment.currency)
