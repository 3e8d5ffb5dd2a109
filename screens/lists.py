"""A box with a list to choose from, and a line to type in where that helps."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

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
