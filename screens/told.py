"""What the app is told of payments from other threads, as messages of its own."""

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from omnipos.services.paying import Heard


class PaymentHeard(Message):
    """A payment asked for outside is known better than before."""

    def __init__(self, heard: "Heard") -> None:
        """Tell of a payment."""
        super().__init__()
        self.heard = heard


class CodeMade(Message):
    """An acquirer has made the code of a payment."""

    def __init__(self, payment_id: str) -> None:
        """Tell of a payment."""
        super().__init__()
        self.payment_id = payment_id
