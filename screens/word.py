"""A manager's word for one action that was refused: by name and PIN, or by a badge held to the scanner."""

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from omnipos.domain.errors import DomainError, SignInRefused, WordNeeded
from omnipos.domain.staff import Right
from omnipos.locale import _, later
from omnipos.services import approving, signing_in
from omnipos.services.approving import Word
from screens.commands import BACK, Command
from screens.counter import Counter
from screens.forms import Form
from screens.widgets.entry import Entry

Act = Callable[[Word], Awaitable[None]]


class WordScreen(Form):
    """Asks who allows one action of the screen below, and does it then: this once and nothing else."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Next, done"), "enter", later("Go to the next field; in the last one, done")),
        Command("f2", later("Ask managers"), "ask", later("Ask every manager of the store; one answers")),
        BACK,
    )

    def __init__(self, below: Counter, needed: WordNeeded, act: Act) -> None:
        """Ask for what was refused."""
        self._below = below
        self._act = act
        self._right = needed.right or Right.OVERRIDE
        self._reason = needed.reason
        self._badge = ""
        words = (_("Manager"), _("PIN"))
        width = max(map(len, words))
        self._who = Entry(
            _("name or its beginning, or scan a badge"), label=words[0].ljust(width), longest=40
        )
        self._pin = Entry(label=words[1].ljust(width), masked=True, longest=12)
        super().__init__(below.desk, (self._who, self._pin), _("A manager's word"))
        self._intro.say(str(needed), "warn")

    def choose(self, at: int) -> None:
        """Go to a field; another name than the badge's is asked for its own PIN."""
        super().choose(at)
        if self.entry is self._who:
            self._badge = ""

    async def do_enter(self) -> None:
        """Check the name, then the PIN."""
        if self.entry is not self._who:
            await self.send()
            return
        name = self._who.text
        if not name.strip():
            raise SignInRefused(_("A manager types their name and PIN here."))
        # Who may not allow it either is told so before a PIN is typed.
        self._who.put("")
        person = await self.desk.till.run(approving.named, self._right, name)
        self._who.put(person.name)
        self.choose(1)

    async def send(self) -> None:
        """Check who it is, and do what it is for."""
        word = Word(self._who.text, self._pin.text, self._badge)
        self._pin.put("")
        if not word.is_given:
            raise SignInRefused(_("A manager types their name and PIN here."))
        await self._give(word)

    async def do_ask(self) -> None:
        """Send it to the managers' queue, and wait for the answer."""
        from screens.asked import AskedScreen

        await self.go(AskedScreen(self, self._right, self._reason))

    async def take_badge(self, code: str) -> None:
        """Take a badge for name and PIN; where the shop wants the PIN too, ask for it."""
        if self.desk.shop is not None and self.desk.shop.staff.badge_needs_pin:
            person = await self.desk.till.run(signing_in.check_badge, code)
            self._who.put(person.name)
            self.choose(1)
            self._badge = code
            self.say(_("Now type the PIN of {name}.").format(name=person.name), "plain")
            return
        await self._give(Word(badge=code))

    async def _give(self, word: Word) -> None:
        ticket = await self.desk.till.run(approving.vouch, self._right, word)
        await self.act_on(ticket)

    async def act_on(self, ticket: Word) -> None:
        """Do the action on a word that was checked; if it is refused for another reason, say so below."""
        await self.till_app.back(self)
        try:
            await self._act(ticket)
        except DomainError as refusal:
            self._below.say(str(refusal))
        finally:
            await self.desk.till.run(approving.forget, ticket)
