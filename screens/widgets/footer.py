"""The last line of a screen: its keys, as many as fit, each of them a place to click."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message

from omnipos.locale import _
from screens.commands import Command, key_name
from screens.widgets.cells import Row
from screens.widgets.painted import Painted


class KeysLine(Painted):
    """Keys and what they do; the rest stands under F1."""

    class Hit(Message):
        """A key was clicked."""

        def __init__(self, key: str) -> None:
            """Say which."""
            super().__init__()
            self.key = key

    def __init__(self, commands: Sequence[Command]) -> None:
        """Show these commands."""
        super().__init__()
        self._commands = commands
        self._places: list[tuple[int, int, str]] = []

    def show(self, commands: Sequence[Command]) -> None:
        """Show other commands."""
        if commands != self._commands:
            self._commands = commands
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the line, closer together where it is narrow, without those that no longer fit."""
        shown = [
            (command.key, key_name(command.key), _(command.label))
            for command in self._commands
            if command.is_in_footer
        ]
        fitting, used = [], 1
        for one in shown:
            length = cell_len(one[1]) + 1 + cell_len(one[2])
            if used + length <= width:
                fitting.append((one, length))
                used += length + 1
        gap = 2 if used - 1 + max(len(fitting) - 1, 0) <= width else 1
        row: list[tuple[str, str]] = [(" ", "plain")]
        at = 1
        self._places = []
        for (command_key, key, label), length in fitting:
            row += [(key, "accent"), (f" {label}{' ' * gap}", "dim")]
            self._places.append((at, at + length, command_key))
            at += length + gap
        return (tuple(row),)

    async def _on_click(self, event: events.Click) -> None:
        for start, end, key in self._places:
            if start <= event.x < end:
                self.post_message(self.Hit(key))
