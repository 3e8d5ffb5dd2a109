"""A simulated card terminal in a thread, and one whose answers a test gives by hand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omnipos.domain.payment import PaymentAnswer, Said
from omnipos.domain.tender import CardSlip
from omnipos.services import paying, resolving
from omnipos.services.till import Till
from terminals.simulator import Behaviour, Simulator
from terminals.waiting import TerminalWaiter

YES = PaymentAnswer(said=Said.APPROVED, card=CardSlip(approval_code="A1B2", last_four="4242"))
NO = PaymentAnswer(said=Said.DECLINED, reason="Not enough money.")
NO_ANSWER = PaymentAnswer(said=Said.UNANSWERED, reason="The line broke.")


@contextmanager
def simulator(
    folder: Path, behaviour: Behaviour = Behaviour.APPROVE, port: int = 0
) -> Iterator[tuple[Simulator, str]]:
    """Run a simulator in a thread; give it and its setting."""
    server = Simulator(folder / "terminal.jsonl", port, behaviour)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.005))
    thread.start()
    try:
        yield server, f"tcp://127.0.0.1:{server.port}"
    finally:
        server.stop()
        thread.join()


class HandTerminal:
    """A terminal that answers what a test says, when the test says so."""

    def __init__(self) -> None:
        """Begin with a charge that waits."""
        self.asked: list[tuple[str, str]] = []
        self.charged = threading.Event()
        self.answer = YES
        self.status_answer = NO_ANSWER
        self.cancel_answer = PaymentAnswer(said=Said.CANCELLED)

    def charge(self, payment_id: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Answer when the test lets it."""
        self.asked.append(("charge", payment_id))
        assert self.charged.wait(20), "the test never let the charge end"
        return self.answer

    def refund(self, payment_id: str, amount_minor: int, currency: str, refund_of: str) -> PaymentAnswer:
        """Answer when the test lets it."""
        self.asked.append(("refund", payment_id))
        assert self.charged.wait(20), "the test never let the refund end"
        return self.answer

    def status(self, payment_id: str) -> PaymentAnswer:
        """Answer at once."""
        self.asked.append(("status", payment_id))
        return self.status_answer

    def cancel(self, payment_id: str) -> PaymentAnswer:
        """Answer at once."""
        self.asked.append(("cancel", payment_id))
        return self.cancel_answer


@contextmanager
def waiter(till: Till, terminal: HandTerminal) -> Iterator[TerminalWaiter]:
    """Put a terminal beside a till."""

    def hear(payment_id: str, answer: PaymentAnswer, *, first: bool) -> None:
        till.call(paying.heard, payment_id, answer, first=first)

    made = TerminalWaiter(
        terminal, hear, lambda: till.call(resolving.open_payments), terminal.charged.set, ask_again_s=0.01
    )
    till.charging = made
    try:
        yield made
    finally:
        made.stop()
