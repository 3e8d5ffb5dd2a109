"""What every screen of the counter is: keys taken in order, one message line, scans that always arrive."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.screen import ModalScreen, Screen

from omnipos.domain.cardnumber import holds_card_number, without_card_numbers
from omnipos.domain.errors import WordNeeded
from omnipos.locale import _
from omnipos.services import asking
from omnipos.services.approving import Word
from omnipos.services.finding import ItemOffer
from screens.commands import HELP, Command, where_it_works
from screens.desk import Desk
from screens.ringing import Rung, Scan, ring_scans
from screens.widgets.entry import Entry
from screens.widgets.footer import KeysLine
from screens.widgets.header import HeaderLine
from screens.widgets.message import MessageLine

if TYPE_CHECKING:
    from screens.app import TillApp


WIDTHS = [(0, "-narrow"), (110, "-wide")]
"""Classes of a screen by its width in cells."""


class Counter(Screen[None]):
    """A screen whose keys come from the app one after the other, each finished before the next.

    Textual's own dispatch goes through queues of their own for screen and widgets, where a fast
    Enter can overtake the F12 before it; here nothing can.
    """

    COMMANDS_HERE: ClassVar[Sequence[Command]] = ()
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = WIDTHS

    def __init__(self, desk: Desk) -> None:
        """Begin with what all screens share."""
        super().__init__()
        self.desk = desk
        self.entry: Entry | None = None
        self.header = HeaderLine(desk)
        self.message = MessageLine()
        self.keys = KeysLine(self.commands)
        self._styled_in = ""
        self.pressed_at_s = 0.0
        """When the key was struck that is acted on now; seconds of the clock of key events."""

    @property
    def till_app(self) -> "TillApp":
        """The app, for moving between screens."""
        return cast("TillApp", self.app)

    @property
    def is_answered_by_a_digit(self) -> bool:
        """Whether one digit answers at once here, so that none of a scan that stalls may pass for it."""
        return False

    @property
    def is_for_selling(self) -> bool:
        """Whether it is the sell screen with nobody paying: a question may come up here."""
        return False

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done here now."""
        return self.COMMANDS_HERE

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Come up with the styles kept: only another theme changes them, and a scan waits meanwhile."""
        event.refresh_styles = self._styled_in != self.app.theme
        self._styled_in = self.app.theme

    async def open(self) -> None:
        """Get ready; called each time the screen comes up by a key."""

    async def press(self, key: str) -> bool:
        """Act on a key; return whether it meant anything here. May raise DomainError."""
        return await self.act(self, key)

    async def act(self, actor: object, key: str) -> bool:
        """Let the screen, or the part of it at work, do what a key stands for; else edit the entry."""
        for command in self.commands:
            if command.key == key:
                await getattr(actor, f"do_{command.action}")()
                return True
        if self.entry is not None and self.entry.edit(key):
            self.edited()
            return True
        hint = where_it_works(key, is_signed_in=self.desk.till.staff is not None)
        if hint:
            self.say(hint, "warn")
        return bool(hint)

    async def type(self, text: str) -> None:
        """Take typed characters."""
        if self.entry is not None:
            self.entry.type(text)
            self.edited()

    def take_back(self, text: str) -> None:
        """Take out typed characters that were the beginning of a scan."""
        if self.entry is not None:
            self.entry.take_back(text)
            self.edited()

    def drop_card_number(self) -> None:
        """Let a card number go that was typed by mistake and refused; it stays on no screen."""
        if self.entry is not None and holds_card_number(self.entry.text):
            self.entry.put("")
            self.edited()

    def edited(self) -> None:
        """Notice that the entry has another text."""

    def scan_of(self, code: str) -> Scan:
        """Return a scan with what was typed for it."""
        return Scan(code)

    @property
    def waiting_scans(self) -> Sequence[Scan]:
        """Scans that wait here until something is answered; a lock keeps them for who signs in."""
        return ()

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Act on scans; return those that are for the screen which is up by then.

        A dialog stays as it is: items go into the basket behind it, and it says so.
        """
        rung = await self.desk.till.run(ring_scans, scans)
        if rung.view is not None:
            await self.desk.put(rung.view)
        self.say_rung(rung)
        if isinstance(rung.other, ItemOffer):
            from screens.asking import ring_or_ask

            step = await self.desk.till.run(asking.begin, rung.other.item, rung.other.quantity_milli)
            await ring_or_ask(self, step)
        elif rung.other is not None:
            self.say(_("That code is no item. Go back with Esc and scan it again."), "warn")
        return rung.rest

    def say_rung(self, rung: Rung) -> None:
        """Say what scans did that cannot be seen here."""
        if rung.refusals:
            self.app.bell()
            self.say(" ".join(rung.refusals[-2:]))
        elif rung.names:
            self.say(_("{name} is in the basket.").format(name=rung.names[-1]), "good")

    async def tick(self) -> None:
        """Look again at what changes by itself; called about once a second."""

    def show(self) -> None:
        """Paint what has changed."""
        if self.header.is_attached:
            self.header.show()
        self.keys.show(self.commands)

    def shows(self, payment_id: str) -> bool:
        """Tell whether a payment is what stands here, so that nothing more need be said of it."""
        return False

    def say(self, text: str, style: str = "bad") -> None:
        """Say something that stays until the next key or scan; bad news never repeats a card number."""
        self.message.say(without_card_numbers(text) if style in ("bad", "warn") else text, style)

    async def take_badge(self, code: str) -> None:
        """Act on a staff badge, whose code is never shown nor kept."""
        self.say(
            _("That is a staff badge. It signs in at the first screen, and gives a word where one is asked."),
            "warn",
        )

    async def with_word(self, act: Callable[[Word], Awaitable[None]]) -> None:
        """Do what may need a manager's word; where it does, ask for it, and do it then and only then."""
        try:
            await act(Word())
        except WordNeeded as needed:
            from screens.word import WordScreen

            await self.go(WordScreen(self, needed, act))

    async def go(self, screen: "Counter") -> None:
        """Put another screen over this one, ready for the next key."""
        await self.till_app.go(screen)

    async def do_back(self) -> None:
        """Go one step back."""
        await self.till_app.back(self)

    async def do_help(self) -> None:
        """Show all keys."""
        from screens.help import HelpScreen

        await self.go(HelpScreen(self.desk, self.commands))

    def on_resize(self) -> None:
        """Measure rows again in the new width."""
        self.call_after_refresh(self.show)

    @on(HeaderLine.Clicked)
    def ask_for_status(self) -> None:
        """Show the details behind the status line."""
        self.till_app.hit("ctrl+s")

    @on(KeysLine.Hit)
    def hit_key(self, event: KeysLine.Hit) -> None:
        """A click on a key in the footer is that key."""
        self.till_app.hit(event.key)


class Dialog(Counter, ModalScreen[None]):
    """A box over the screen it came from; Esc goes back and loses nothing."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (HELP,)
