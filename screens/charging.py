"""Asking the card terminal: what it is asked for, its own way to cancel, and a way to walk away from it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, assert_never

from textual.app import ComposeResult
from textual.containers import Vertical

from omnipos.domain.payment import Payment, PaymentState
from omnipos.domain.tender import TenderKind
from omnipos.locale import _, later
from omnipos.services import giving_back, paying, selling
from omnipos.services.approving import NOBODY, Word
from omnipos.services.paying import Heard
from screens.commands import Command
from screens.counter import Dialog
from screens.desk import Desk
from screens.payment_words import amount_words, outcome_words
from screens.widgets.message import MessageLine

if TYPE_CHECKING:
    from screens.counter import Counter

CANCEL = Command("f8", later("Cancel it"), "cancel", later("Stop the payment at the terminal"))
NEXT = Command("f4", later("Next customer"), "next", later("Park this basket; the payment goes on by itself"))
BACK = Command("escape", later("Back"), "back", later("Go back; the payment goes on by itself"))
OWN = Command("o", later("Own QR"), "own", later("The shop's own standing QR code, not verified"))


class AwaitsPayment(Dialog):
    """A box that stands there until a payment is known; the app closes it then."""

    payment: Payment

    async def type(self, text: str) -> None:
        """O shows the shop's own code, for a day on which the acquirer is away."""
        if text in "oO" and OWN in self.commands:
            await self.do_own()

    async def do_own(self) -> None:
        """Leave this, and show the shop's own standing code; what was asked for goes on by itself."""
        await self.till_app.back(self)
        await self.till_app.show_own_code()


class ChargingScreen(AwaitsPayment):
    """Stands there while the terminal is asked; the answer closes it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (CANCEL, NEXT, BACK)

    def __init__(self, desk: Desk, payment: Payment) -> None:
        """Wait for the end of a payment."""
        super().__init__(desk)
        self.payment = payment
        self._asked = MessageLine()
        self._asked.say(asked_words(payment), "strong")
        self._hint = MessageLine()
        self._hint.say(_("Nothing waits for it: F4 serves the next customer."), "dim")

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done meanwhile."""
        is_code = hasattr(self, "payment") and self.payment.kind is TenderKind.QR
        return (CANCEL, NEXT, OWN, BACK) if is_code and self.payment.amount_minor > 0 else self.COMMANDS_HERE

    def compose(self) -> ComposeResult:
        """What is asked for, and what can be done meanwhile."""
        with Vertical(id="box") as box:
            by_code = self.payment.kind is TenderKind.QR
            box.border_title = _("QR payment") if by_code else _("Card payment")
            yield self._asked
            yield self._hint
            yield self.message
            yield self.keys

    async def press(self, key: str) -> bool:
        """Let no reflex do anything."""
        return key == "enter" or await super().press(key)

    async def do_cancel(self) -> None:
        """Ask the terminal to stop; what it says to that is the end."""
        charging = self.desk.till.asked_of(self.payment)
        if charging is not None:
            charging.cancel(self.payment)
            self.say(stopping_words(self.payment), "warn")

    async def do_next(self) -> None:
        """Put the basket aside and serve the next customer."""
        await self.till_app.back(self)
        await self.till_app.leave_for_next()


async def charge(
    below: "Counter",
    amount_minor: int | None,
    *,
    again: bool = False,
    refund_of: str = "",
    word: Word = NOBODY,
) -> None:
    """Write a payment or a refund of the open basket down, and ask the terminal for it."""
    desk = below.desk
    charging = desk.till.charging
    assert charging is not None, "asked only where a terminal is set"
    provider = charging.provider
    payment = await desk.till.run(
        paying.ask, TenderKind.CARD, provider, amount_minor, again=again, refund_of=refund_of, word=word
    )
    await begin(below, payment)


async def give_last_back(below: "Counter") -> None:
    """Give the last payment back at the terminal that took it."""
    await begin(below, await below.desk.till.run(giving_back.ask_last_back))


async def begin(below: "Counter", payment: Payment) -> None:
    """Ask for a payment, or a refund, whose intent is on disk."""
    desk = below.desk
    asked = desk.till.asked_of(payment)
    assert asked is not None, "asked only where a terminal or an acquirer is set"
    await desk.put(await desk.till.run(selling.current))
    # Up before it is asked: an answer may come at once.
    await below.go(ChargingScreen(desk, payment))
    asked.begin(payment)


def asked_words(payment: Payment) -> str:
    """Say who is asked for what."""
    by_code, is_back = payment.kind is TenderKind.QR, payment.amount_minor < 0
    if is_back:
        said = (
            _("The acquirer is asked to give {amount} back.")
            if by_code
            else _("The card terminal is asked to give {amount} back.")
        )
    else:
        said = (
            _("The acquirer is asked for a code for {amount}.")
            if by_code
            else _("The card terminal is asked for {amount}.")
        )
    return said.format(amount=amount_words(payment))


def stopping_words(payment: Payment) -> str:
    """Say that a payment is being stopped."""
    if payment.kind is TenderKind.QR:
        return _("The acquirer is asked to close the code. Wait for what it says.")
    return _("The terminal is asked to stop. Wait for what it says.")


def heard_words(heard: Heard) -> tuple[str, str]:
    """Return what became of a payment, and how it is said: good news or bad."""
    match heard.payment.state:
        case PaymentState.APPROVED:
            style = "good"
        case PaymentState.CANCELLED:
            style = "warn"  # somebody wanted it so, and nothing moved
        case PaymentState.DECLINED | PaymentState.UNKNOWN | PaymentState.ASTRAY | PaymentState.ASKED:
            style = "bad"
        case unknown:
            assert_never(unknown)
    return outcome_words(heard), style
