"""A box with fields: Enter and the arrows go through them, Enter in the last one sends them off."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from omnipos.locale import later
from screens.commands import BACK, Command
from screens.counter import Dialog
from screens.desk import Desk
from screens.widgets.cells import Row, wrapped
from screens.widgets.entry import Entry
from screens.widgets.message import MessageLine


class Tick(Entry):
    """A yes or no in a form; the space bar changes it."""

    def __init__(self, wording: str) -> None:
        """Begin with no: consent is given, never assumed."""
        super().__init__()
        self.wording = wording
        self.is_on = False

    def type(self, text: str) -> None:
        """Change with the space bar."""
        if text == " ":
            self.is_on = not self.is_on
            self.repaint()

    def edit(self, key: str) -> bool:
        """Let no editing key do anything here."""
        return False

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the mark and the wording."""
        mark = "☑" if self.is_on else "☐"
        style = "accent" if self.is_active else "plain"
        lines = wrapped(self.wording, width - 4)
        return [((f"{mark if n == 0 else ' '} ", style), (line, style)) for n, line in enumerate(lines)]


class Form(Dialog):
    """Asks for a few things at once and does one thing with them."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Next, done"), "enter", later("Go to the next field; in the last one, done")),
        BACK,
    )

    def __init__(self, desk: Desk, fields: Sequence[Entry], heading: str, intro: str = "") -> None:
        """Ask for these fields under a heading."""
        super().__init__(desk)
        self.fields = tuple(fields)
        self._heading = heading
        self._intro = MessageLine()
        self._intro.say(intro, "dim")
        self._at = 0
        self.choose(0)

    def compose(self) -> ComposeResult:
        """The fields in a box."""
        with Vertical(id="box") as box:
            box.border_title = Content(self._heading)
            if self._intro.text:
                yield self._intro
            yield from self.fields
            yield self.message
            yield self.keys

    def choose(self, at: int) -> None:
        """Go to a field."""
        self._at = at % len(self.fields)
        for number, field in enumerate(self.fields):
            field.activate(number == self._at)
        self.entry = self.fields[self._at]

    async def press(self, key: str) -> bool:
        """Move between the fields."""
        if key in ("tab", "down", "shift+tab", "up"):
            self.choose(self._at + (1 if key in ("tab", "down") else -1))
            return True
        return await super().press(key)

    async def do_enter(self) -> None:
        """Go on to the next field, or send the form off from the last one."""
        if self._at < len(self.fields) - 1:
            self.choose(self._at + 1)
        else:
            await self.send()

    async def send(self) -> None:
        """Do what the form is for; a DomainError leaves it as it is."""
        raise NotImplementedError

    async def close(self) -> None:
        """Go back, for it is done."""
        await self.till_app.back(self)
