"""All keys of a screen, and what the omnibox understands."""

from collections.abc import Sequence

from omnipos.locale import _, later
from screens.commands import HELP, Command, key_name
from screens.desk import Desk
from screens.lists import WIDTH, PagesScreen
from screens.widgets.cells import Row, cut, fit

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
        rows = [self._row(key_name(one.key), _(one.tells) or _(one.label)) for one in self._commands]
        return [*rows, (), *(self._row(_(sign), _(text)) for sign, text in HINTS)]

    def _row(self, key: str, text: str) -> Row:
        return ((f" {fit(key, 7)}", "accent"), (cut(text, WIDTH - 10), "plain"))

    async def press(self, key: str) -> bool:
        """Enter and F1 go back, as Esc does."""
        if key in ("enter", "f1"):
            await self.do_back()
            return True
        return await super().press(key)
