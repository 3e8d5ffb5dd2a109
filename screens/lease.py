"""An order that another till holds: asking for it, and what a manager may do when nobody answers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from omnipos.domain.errors import DomainError, OrderRefused
from omnipos.domain.order import OPEN_STATES, Order, OrderState, Taker, till_name
from omnipos.domain.staff import Approval
from omnipos.locale import _, later
from omnipos.ports import LinkState
from omnipos.services import approving, collecting, leasing
from omnipos.services.approving import Word
from screens.choice import ChoiceScreen
from screens.commands import Command
from screens.counter import Dialog
from screens.desk import Desk
from screens.forms import Form
from screens.widgets.cells import drawn
from screens.widgets.entry import Entry
from screens.widgets.message import MessageLine

if TYPE_CHECKING:
    from screens.order import OrderScreen


class AskScreen(Dialog):
    """Waits for an order that another till holds; the wish ends when this box goes."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("m", later("Manager"), "manager", later("Take the order, or hand it over without asking")),
        Command("escape", later("Stop asking"), "back", later("Leave the order where it is")),
    )

    def __init__(self, below: "OrderScreen", taker: Taker | None = None) -> None:
        """Ask for the order of a screen; a taker who passed the check gets it at once when it comes."""
        super().__init__(below.desk)
        self._below = below
        self._taker = taker
        self._is_over = False
        self._asking = MessageLine()
        self._meanwhile = MessageLine()

    def compose(self) -> ComposeResult:
        """Who is asked, what happens meanwhile, and the keys."""
        with Vertical(id="box") as box:
            box.border_title = Content(_("Order {number}").format(number=drawn(self._below.order.number)))
            yield self._asking
            yield self._meanwhile
            yield self.message
            yield self.keys

    async def open(self) -> None:
        """Ask."""
        try:
            self._below.order = await self.desk.till.run(leasing.ask, self._below.order.order_id)
        except OrderRefused:
            await self.till_app.back(self)
            raise
        await self.tick()

    @property
    def _is_hub_there(self) -> bool:
        return self.desk.status is None or self.desk.status.link is LinkState.ONLINE

    def show(self) -> None:
        """Say who is asked and whether the hub can be reached."""
        super().show()
        holder = till_name(self._below.order.holder_till)
        if not self._is_hub_there:
            self._asking.say(
                _("The hub does not answer, so {holder} cannot be asked now.").format(holder=holder)
            )
            self._meanwhile.say(
                _("Hand it over there, or M calls a manager. It is asked as soon as it can be."), "dim"
            )
        elif not self._below.order.holder_device_id:
            self._asking.say(_("No till holds it. Asking the hub …"), "plain")
            self._meanwhile.say("")
        else:
            self._asking.say(_("Asking {holder} …").format(holder=holder), "plain")
            self._meanwhile.say(_("It comes by itself as soon as nobody works on it there."), "dim")

    async def tick(self) -> None:
        """Look whether it came."""
        await self.desk.look()
        await self._below.tick()
        order = self._below.order
        if self._is_over:
            return  # a look that began earlier saw it first
        if order.state not in OPEN_STATES:
            await self._end()
        elif leasing.is_held_here(self.desk.till, order):
            await self._came(order)

    async def _end(self) -> None:
        self._is_over = True
        await self.till_app.back(self)

    async def _came(self, order: Order) -> None:
        await self._end()
        below = self._below
        below.say(_("This till holds order {number} now.").format(number=drawn(order.number)), "good")
        if order.state is not OrderState.READY:
            return
        if self._taker is None:
            await below.ask_taker()
            return
        try:
            await below.hand_over_to(self._taker)
        except DomainError as refusal:
            below.say(str(refusal))

    async def on_unmount(self, _event: events.Unmount) -> None:
        """Let the other till keep it: nobody waits here any more."""
        await self.desk.till.run(leasing.stop_asking)

    async def type(self, text: str) -> None:
        """Take the letter of the command, in any case."""
        await self.press(text.lower())

    async def do_manager(self) -> None:
        """Say what is risked, and let a manager choose."""
        order = self._below.order
        question = _(
            "The risk: {holder} may be offline and hand order {number} over as well. Nobody can stop it"
            " there; the hub will show both to be settled."
        ).format(holder=till_name(order.holder_till), number=drawn(order.number))
        answers = [(_("Hand it over now"), self._ask_for_word(self._override))]
        if self._is_hub_there:
            answers.insert(0, (_("Take it through the hub"), self._ask_for_word(self._take)))
        await self.go(ChoiceScreen(self.desk, question, answers))

    def _ask_for_word(self, then: Callable[[Approval], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            await self.go(ApprovalForm(self.desk, self._below.order, then))

        return ask

    async def _take(self, approval: Approval) -> None:
        await self.desk.till.run(leasing.take, self._below.order.order_id, approval)

    async def _override(self, approval: Approval) -> None:
        # What the rules refuse besides is said before anybody asks the customer for the code.
        await self.desk.till.run(collecting.check_ready, self._below.order.order_id)
        await self._end()
        if self._taker is not None:
            await self._below.hand_over_to(self._taker, approval)
        else:
            await self._below.ask_taker(approval)


class ApprovalForm(Form):
    """Asks for a reason; a manager's word is asked for unless a manager is signed in."""

    def __init__(self, desk: Desk, order: Order, then: Callable[[Approval], Awaitable[None]]) -> None:
        """Ask on behalf of one action, done with the manager's word."""
        self._then = then
        self._reason = Entry(
            _("such as: till 1 is broken"), label=_("Reason "), longest=approving.LONGEST_REASON
        )
        super().__init__(
            desk, (self._reason,), _("A manager's word for order {number}").format(number=drawn(order.number))
        )

    async def send(self) -> None:
        """Check the word and do what it is for."""
        await self.with_word(self._approve)

    async def _approve(self, word: Word) -> None:
        approval = await self.desk.till.run(approving.approve, self._reason.text, word=word)
        await self.close()
        await self._then(approval)
