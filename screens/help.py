"""All keys of a screen, and what the omnibox understands."""

from collections.abc import Sequence

from omnipos.locale import _, later
from screens.commands import HELP, Command, key_name
from screens.desk import Desk
from screens.lists import WIDTH, PagesScreen
from screens.widgets.cells import Row, fit, wrapped

HINTS = (
    ("3*", later("before an item: three of it; 0.5* half a kilogram")),
    (later("CODE"), later("a coupon's code takes it; once more takes it off")),
    ("#", later("before an order's number")),
    ("0812…", later("a phone number, or its last four: the customer")),
    ("^P", later("all commands by name, and light or dark colours")),
)


class HelpScreen(PagesScreen):
    """Shows the keys of the screen it came from."""

    def __init__(self, desk: Desk, commands: Sequence[Command]) -> None:
        """Show these commands."""
        super().__init__(desk, _("Keys"))
        self._commands = [one for one in commands if one.action != HELP.action]

    def all_rows(self) -> list[Row]:
        """Return one row a key, then what can be typed."""
        keys = ((key_name(one.key), _(one.tells) or _(one.label)) for one in self._commands)
        rows = [row for key, text in keys for row in self._rows_of(key, text)]
        return [*rows, (), *(row for sign, text in HINTS for row in self._rows_of(_(sign), _(text)))]

    def _rows_of(self, key: str, text: str) -> list[Row]:
        """Return a key and all that it does, on as many lines as that takes."""
        lines = wrapped(text, WIDTH - 10)
        return [
            ((f" {fit(key if number == 0 else '', 7)}", "accent"), (line, "plain"))
            for number, line in enumerate(lines)
        ]

    async def press(self, key: str) -> bool:
        """Enter and F1 go back, as Esc does."""
        if key in ("enter", "f1"):
            await self.do_back()
            return True
        return await super().press(key)
