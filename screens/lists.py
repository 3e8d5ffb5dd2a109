"""A box with a list to choose from, and a line to type in where that helps."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from omnipos.locale import later
from screens.commands import BACK, Command
from screens.counter import Dialog
from screens.desk import Desk
from screens.widgets.cells import Row
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines

WIDTH = 60
"""The cells of a row in a box."""


class ListScreen(Dialog):
    """Shows rows; arrows choose, Enter takes."""

    def __init__(self, desk: Desk, heading: str, *, empty: str = "", entry: Entry | None = None) -> None:
        """Begin with no rows."""
        super().__init__(desk)
        self.heading = heading
        self.lines = Lines(empty)
        self.entry = entry

    def compose(self) -> ComposeResult:
        """The line to type in, the list, and what can be done."""
        with Vertical(id="box") as box:
            box.border_title = Content(self.heading)
            if self.entry is not None:
                yield self.entry
            yield self.lines
            yield self.message
            yield self.keys

    def rows(self) -> Sequence[Row]:
        """Return the rows as they are now."""
        raise NotImplementedError

    def show(self) -> None:
        """Paint the rows."""
        super().show()
        self.lines.show(self.rows())

    async def press(self, key: str) -> bool:
        """Move the choice."""
        if key in ("up", "down", "pageup", "pagedown"):
            self.lines.move({"up": -1, "down": 1, "pageup": -10, "pagedown": 10}[key])
            return True
        return await super().press(key)

    @on(Lines.Picked)
    def pick(self, event: Lines.Picked) -> None:
        """A click on a row takes it."""
        self.lines.show(self.lines.rows, event.index)
        self.till_app.hit("enter")


class PagesScreen(ListScreen):
    """Shows rows to be read, none of them chosen; keys turn the page where they do not all fit."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (BACK,)
    MORE = Command("pagedown", later("More"), "more", later("Show what does not fit"))

    def __init__(self, desk: Desk, heading: str) -> None:
        """Begin at the first row."""
        super().__init__(desk, heading)
        self.lines.chosen = -1
        self._first = 0

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done: turning the page only where there is more of it."""
        more = (self.MORE,) if getattr(self, "lines", None) and self._hidden else ()
        return (*more, *self.COMMANDS_HERE)

    @property
    def _hidden(self) -> int:
        """How many rows do not fit."""
        height = self.lines.size.height
        return max(len(self.all_rows()) - height, 0) if height else 0

    def all_rows(self) -> Sequence[Row]:
        """Return all rows, also those out of sight."""
        raise NotImplementedError

    def rows(self) -> Sequence[Row]:
        """Return the rows from the first one in sight on."""
        return self.all_rows()[min(self._first, self._hidden) :]

    async def press(self, key: str) -> bool:
        """Nothing is chosen here; the arrows turn the page."""
        if key in ("up", "down", "pageup"):
            self._turn({"up": -1, "down": 1, "pageup": -10}[key])
            return True
        return await self.act(self, key)

    async def do_more(self) -> None:
        """Show what does not fit; behind the end it begins again."""
        at_end = self._first >= self._hidden
        self._turn(-self._first if at_end else 10)

    def _turn(self, step: int) -> None:
        self._first = max(min(self._first + step, self._hidden), 0)
        self.show()
