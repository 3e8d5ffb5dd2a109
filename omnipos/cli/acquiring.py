"""The acquirer of a till: who makes a QR code for each payment, asked on threads of its own."""

import contextlib

from omnipos.config import Settings
from omnipos.domain.payment import PaymentAnswer, QrCode
from omnipos.services import paying, resolving
from omnipos.services.till import Till


def open_acquirer(till: Till, settings: Settings, stack: contextlib.ExitStack) -> None:
    """Begin to ask for codes that the till does not know the end of, where an acquirer is set."""
    if not settings.acquirer:
        return
    from terminals.acquirer import TcpAcquirer
    from terminals.acquirer_waiting import AcquirerWaiter

    acquirer = TcpAcquirer(settings.acquirer)

    def hear(payment_id: str, answer: PaymentAnswer, *, first: bool) -> None:
        till.call(paying.heard, payment_id, answer, first=first)

    def show(payment_id: str, _code: QrCode) -> None:
        till.on_code(payment_id)

    waiter = AcquirerWaiter(
        acquirer,
        hear,
        lambda: till.call(resolving.open_payments),
        acquirer.hang_up,
        show,
        lambda: till.call(resolving.closed_codes),
        lambda payment_id: till.call(resolving.looked_at, payment_id),
    )
    till.acquirer = waiter
    stack.callback(waiter.stop)
    waiter.start()
