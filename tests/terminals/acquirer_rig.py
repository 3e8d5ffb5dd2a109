"""A simulated acquirer in a thread, and one whose answers a test gives by hand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omnipos.domain.payment import PaymentAnswer, QrCode, Said
from omnipos.domain.tender import QrSlip
from omnipos.services import paying, resolving
from omnipos.services.till import Till
from terminals.acquirer_simulator import Conduct, QrSimulator
from terminals.acquirer_waiting import AcquirerWaiter

PAID = PaymentAnswer(
    said=Said.APPROVED, qr=QrSlip(reference="QR00000001", acquirer="Bank Contoh", verified=True)
)
PENDING = PaymentAnswer(said=Said.PENDING)
CLOSED = PaymentAnswer(said=Said.CANCELLED)
NO_ANSWER = PaymentAnswer(said=Said.UNANSWERED, reason="The line broke.")
FAR_MS = 10**16
"""An end of a code that no test lives to see."""


@contextmanager
def acquirer_simulator(
    folder: Path, conduct: Conduct = Conduct.WAIT, port: int = 0
) -> Iterator[tuple[QrSimulator, str]]:
    """Run a simulator in a thread; give it and its setting."""
    server = QrSimulator(folder / "acquirer.jsonl", port, conduct)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.005))
    thread.start()
    try:
        yield server, f"tcp://127.0.0.1:{server.port}"
    finally:
        server.stop()
        thread.join()


class HandAcquirer:
    """An acquirer that answers what a test says."""

    def __init__(self, *answers: PaymentAnswer) -> None:
        """Say these to one status question after the other, the last for ever."""
        self.asked: list[str] = []
        self.code = QrCode(said=Said.PENDING, content="code", expires_at_ms=FAR_MS)
        self.codes: list[QrCode] = []
        """Said before `code`, one to each asking."""
        self.statuses = list(answers or (PENDING,))
        self.cancelled = CLOSED
        self.refunded = PAID

    def create(self, payment_id: str, amount_minor: int, currency: str) -> QrCode:
        """Make the code."""
        self.asked.append("create")
        return self.codes.pop(0) if self.codes else self.code

    def status(self, payment_id: str) -> PaymentAnswer:
        """Say the next."""
        self.asked.append("status")
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def cancel(self, payment_id: str) -> PaymentAnswer:
        """Close it."""
        self.asked.append("cancel")
        return self.cancelled

    def refund(self, payment_id: str, amount_minor: int, currency: str, refund_of: str) -> PaymentAnswer:
        """Give it back."""
        self.asked.append("refund")
        return self.refunded


@contextmanager
def acquirer_waiter(
    till: Till, acquirer: HandAcquirer, shown: list[tuple[str, str]] | None = None
) -> Iterator[AcquirerWaiter]:
    """Put an acquirer beside a till; codes that are there to be scanned go into `shown`."""

    def show(payment_id: str, code: QrCode) -> None:
        if shown is not None:
            shown.append((payment_id, code.content))
        till.on_code(payment_id)

    def hear(payment_id: str, answer: PaymentAnswer, *, first: bool) -> None:
        till.call(paying.heard, payment_id, answer, first=first)

    made = AcquirerWaiter(
        acquirer,
        hear,
        lambda: till.call(resolving.open_payments),
        lambda: None,
        show,
        lambda: till.call(resolving.closed_codes),
        lambda payment_id: till.call(resolving.looked_at, payment_id),
        poll_s=0.001,
        ask_again_s=0.005,
    )
    till.acquirer = made
    try:
        yield made
    finally:
        made.stop()
