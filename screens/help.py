"""All keys of a screen, and what the omnibox understands."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from omnipos.locale import _, later
from screens.commands import BACK, HELP, Command, key_name
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, cut, fit

HINTS = (
    ("3*", later("before an item: three of it")),
    ("#", later("before an order's number")),
    ("0812…", later("a phone number, or its last four: the customer")),
    ("^P", later("all commands by name, and light or dark colours")),
)


class HelpScreen(ListScreen):
    """Shows the keys of the screen it came from."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_suffix(".tcss")
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("pagedown", later("More"), "more", later("Show what does not fit")),
        BACK,
    )

    def __init__(self, desk: Desk, commands: Sequence[Command]) -> None:
        """Show these commands."""
        super().__init__(desk, _("Keys"))
        self._commands = [one for one in commands if one.action != HELP.action]
        self.lines.chosen = -1
        self._first = 0

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done: turning the page only where there is more of it."""
        return self.COMMANDS_HERE if getattr(self, "lines", None) and self._hidden else (BACK,)

    @property
    def _hidden(self) -> int:
        """How many rows do not fit."""
        height = self.lines.size.height
        return max(len(self._all_rows()) - height, 0) if height else 0

    def rows(self) -> Sequence[Row]:
        """Return the rows from the first one in sight on."""
        return self._all_rows()[min(self._first, self._hidden) :]

    def _all_rows(self) -> list[Row]:
        """Return one row a key, then what can be typed."""
        rows = [self._row(key_name(one.key), _(one.tells) or _(one.label)) for one in self._commands]
        return [*rows, (), *(self._row(sign, _(text)) for sign, text in HINTS)]

    def _row(self, key: str, text: str) -> Row:
        return ((f" {fit(key, 7)}", "accent"), (cut(text, WIDTH - 10), "plain"))

    async def press(self, key: str) -> bool:
        """Nothing is chosen here; the arrows turn the page, and Enter goes back as Esc does."""
        if key in ("enter", "f1"):
            await self.do_back()
        elif key == "pagedown":
            await self.do_more()
        elif key in ("up", "down", "pageup"):
            self._turn({"up": -1, "down": 1, "pageup": -10}[key])
        else:
            return await super().press(key)
        return True

    async def do_more(self) -> None:
        """Show what does not fit; behind the end it begins again."""
        at_end = self._first >= self._hidden
        self._turn(-self._first if at_end else 10)

    def _turn(self, step: int) -> None:
        self._first = max(min(self._first + step, self._hidden), 0)
        self.show()
