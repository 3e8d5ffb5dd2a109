"""The palette: all that can be done by name, and the colours."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from textual import events
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen

from omnipos.locale import _
from screens.commands import key_name
from screens.counter import Counter
from screens.themes import DARK, LIGHT


class HasPalette(App[None]):
    """An app whose palette lists the keys of the screen that is up."""

    def hit(self, key: str) -> None:
        """Act as if a key had been hit: a click on it, or its entry in the palette."""
        self.post_message(events.Key(key, None))

    def action_command_palette(self) -> None:
        """Open the palette with its hint in the till's own language."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=_("Search all commands…"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return the palette's entries: all keys of the screen, the colours, and leaving."""
        if isinstance(screen, Counter):
            for command in screen.commands:
                title = f"{_(command.label)} ({key_name(command.key)})"
                yield SystemCommand(title, _(command.tells), partial(self.hit, command.key))
        yield SystemCommand(_("Light or dark"), _("Change the colours"), self.change_colours)
        yield SystemCommand(_("Quit"), _("Close the till; the basket stays on disk"), self.exit)

    def change_colours(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
