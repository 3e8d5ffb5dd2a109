"""What services need from outside: the time, a line to the hub, a printer to hand jobs to."""

from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from omnipos.domain.lowest import LowestPrice
from omnipos.domain.paper import PrintJob
from omnipos.domain.payment import Payment, PaymentAnswer, QrCode
from omnipos.domain.returning import Found
from omnipos.domain.shop import Shop
from omnipos.domain.staff import Staff


class Clock(Protocol):
    """The time, as a till sees it."""

    def now_ms(self) -> int:
        """UTC milliseconds."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never jump, since some moment."""
        ...


class LinkState(StrEnum):
    """How the line to the hub is."""

    ASKING = "asking"
    ONLINE = "online"
    AWAY = "away"
    ATTENTION = "attention"


class LinkReport(msgspec.Struct, frozen=True, kw_only=True):
    """What syncing last saw; `reason` is a sentence for the cashier, empty when all is well."""

    state: LinkState
    since_ms: int
    reason: str = ""
    skew_ms: int = 0
    """How far the hub's clock is ahead of this till's; 0 until it was asked."""
    loading: str = ""
    loaded_percent: int = 0
    """The stream of which a whole copy is being fetched, empty for none, and how much of it is here."""


class Syncing(Protocol):
    """The till's side of syncing, as a service or screen sees it; nothing here ever waits."""

    def report(self) -> LinkReport:
        """Return the line's state, at once."""
        ...

    def nudge(self) -> None:
        """Say that there is something to send."""
        ...

    def try_now(self) -> None:
        """Say that somebody asked: send what waits and ask for all there is."""
        ...


class HubQueries(Protocol):
    """What only the hub knows, asked while somebody waits; never on the writer thread.

    Each call is answered within a second or so; None says that the hub does not answer.
    """

    def returnable(self, number: str = "", customer_id: str = "") -> tuple[Found, ...] | None:
        """Return sales by receipt or order number, or a customer's latest, with all that came back."""
        ...

    def lowest_price(self, product_id: str) -> LowestPrice | None:
        """Return the least that a product was sold for at all tills in the recent days."""
        ...


class HubAway:
    """The queries of a till that has no hub to ask."""

    def returnable(self, number: str = "", customer_id: str = "") -> tuple[Found, ...] | None:
        """Answer that the hub does not answer."""
        del number, customer_id
        return None

    def lowest_price(self, product_id: str) -> LowestPrice | None:
        """Answer that the hub does not answer."""
        del product_id
        return None


class Printing(Protocol):
    """The print spool, as a service or screen sees it; nothing here ever waits."""

    def trouble(self) -> str:
        """Return what keeps the printer from printing, as a sentence; empty when nothing does."""
        ...

    def nudge(self) -> None:
        """Say that there is something to print."""
        ...


class EReceipts(Protocol):
    """What makes files of receipts; it takes a moment, so nobody calls it on the writer thread."""

    def save(self, job: PrintJob) -> tuple[Path, ...]:
        """Write the files of a receipt and return where they are; raise OSError."""
        ...


class BadgeDesk(Protocol):
    """What makes staff badges where the owner's key is; it waits, so it is never on the writer thread."""

    def print_new(self, person: Staff, shop: Shop) -> None:
        """Have the hub make somebody a badge and print it, once; the one before ends. Raises DomainError."""
        ...


class PaymentTerminal(Protocol):
    """A card terminal beside the till. Every call waits for its answer, so none is made on the writer thread.

    A payment is known by the id that the till gave it: one id is charged once, however often it is asked
    for. Nothing raises: a line that broke is an answer UNREACHED or UNANSWERED.
    """

    def charge(self, payment_id: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Ask for a payment and wait until it ended, or until nobody knows."""
        ...

    def status(self, payment_id: str) -> PaymentAnswer:
        """Ask what became of a payment or a refund."""
        ...

    def cancel(self, payment_id: str) -> PaymentAnswer:
        """Stop a payment that is under way, and refuse it from now on; APPROVED when it came too late."""
        ...

    def refund(self, payment_id: str, amount_minor: int, currency: str, refund_of: str) -> PaymentAnswer:
        """Give money back: `amount_minor` above zero, of the payment `refund_of` where that is known."""
        ...


class Charging(Protocol):
    """The payments under way at the card terminal, as services and screens see it; nothing here waits."""

    @property
    def provider(self) -> str:
        """What payments asked for here are written down under."""
        ...

    def begin(self, payment: Payment) -> None:
        """Ask the terminal for a payment, or a refund, whose intent is on disk."""
        ...

    def cancel(self, payment: Payment) -> None:
        """Ask the terminal to stop a payment; its end is told as any other."""
        ...

    def ask_again(self, payment: Payment) -> None:
        """Ask the terminal what became of a payment, now."""
        ...


class QrAsking(Charging, Protocol):
    """The codes that customers have before them, as services and screens see it; nothing here waits."""

    def code_of(self, payment_id: str) -> QrCode | None:
        """Return the code of a payment, once there is one."""
        ...


class QrPay(Protocol):
    """An acquirer that makes a QR code for one payment and says what became of it; as PaymentTerminal."""

    def create(self, payment_id: str, amount_minor: int, currency: str) -> QrCode:
        """Ask for a code that the customer scans; one id makes one payment."""
        ...

    def status(self, payment_id: str) -> PaymentAnswer:
        """Ask what became of a payment or a refund."""
        ...

    def cancel(self, payment_id: str) -> PaymentAnswer:
        """End a code that was not paid; APPROVED when it came too late."""
        ...

    def refund(self, payment_id: str, amount_minor: int, currency: str, refund_of: str) -> PaymentAnswer:
        """Give money back: `amount_minor` above zero, of the payment `refund_of`."""
        ...
