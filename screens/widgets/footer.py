"""The last line of a screen: its keys, as many as fit, each of them a place to click."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message

from omnipos.locale import _
from screens.commands import Command, key_name
from screens.widgets.cells import Row
from screens.widgets.painted import Painted

Piece = tuple[str, str, str, int]


class KeysLine(Painted):
    """Keys and what they do; the rest stands under F1."""

    class Hit(Message):
        """A key was clicked."""

        def __init__(self, key: str) -> None:
            """Say which."""
            super().__init__()
            self.key = key

    def __init__(self, commands: Sequence[Command], *, wraps: bool = False) -> None:
        """Show these commands; with `wraps` on as many lines as they take, for a narrow box without F1."""
        super().__init__()
        self._commands = commands
        self._wraps = wraps
        self._places: list[tuple[int, int, int, str]] = []

    def show(self, commands: Sequence[Command]) -> None:
        """Show other commands."""
        if commands != self._commands:
            self._commands = commands
            self.repaint()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the keys take."""
        return max(len(self._lines(width)), 1)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the line, closer together where it is narrow, without those that no longer fit."""
        self._places = []
        return [self._row(line, number, width) for number, line in enumerate(self._lines(width))]

    def _lines(self, width: int) -> list[list[Piece]]:
        """Return the keys line by line, each with its name, what it does and its length."""
        lines: list[list[Piece]] = [[]]
        used = 1
        for command in self._commands:
            if not command.is_in_footer:
                continue
            name, label = key_name(command.key), _(command.label)
            length = cell_len(name) + 1 + cell_len(label)
            if used + length > width and self._wraps:
                lines.append([])
                used = 1
            if used + length <= width:
                lines[-1].append((command.key, name, label, length))
                used += length + 1
        return lines

    def _row(self, line: Sequence[Piece], number: int, width: int) -> Row:
        used = 1 + sum(length + 1 for _key, _name, _label, length in line)
        gap = 2 if used - 1 + max(len(line) - 1, 0) <= width else 1
        row: list[tuple[str, str]] = [(" ", "plain")]
        at = 1
        for command_key, name, label, length in line:
            row += [(name, "accent"), (f" {label}{' ' * gap}", "dim")]
            self._places.append((number, at, at + length, command_key))
            at += length + gap
        return tuple(row)

    async def _on_click(self, event: events.Click) -> None:
        for number, start, end, key in self._places:
            if number == event.y and start <= event.x < end:
                self.post_message(self.Hit(key))
