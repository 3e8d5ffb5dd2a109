"""The base of all widgets here: rows of styled text painted line by line, never parsed as markup."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from screens.widgets.cells import Row


class Painted(Widget):
    """A widget that paints rows; whoever changes what it shows calls `repaint`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "painted--strong",
        "painted--dim",
        "painted--accent",
        "painted--good",
        "painted--bad",
        "painted--warn",
        "painted--chosen",
    }
    ALLOW_SELECT = False
    _rows: Sequence[Row] | None = None
    _painted_size = Size(0, 0)
    _base: Style | None = None

    def __init__(self, *, id: str | None = None) -> None:
        """Begin unpainted."""
        self._named: dict[str, Style] = {}
        super().__init__(id=id)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows to show in so many cells."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint again, because what is shown has changed; lines that look the same are left alone."""
        before, size = self._rows, self._painted_size
        if before is None or size != self.content_size or not self.is_mounted:
            self._rows = None
            self.refresh()
            return
        self._rows = self.paint(size.width, size.height)
        rows = self._rows
        changed = [y for y in range(size.height) if _row_at(before, y) != _row_at(rows, y)]
        if changed:
            # All at once: each call is a message, and a frame goes out between them.
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def notify_style_update(self) -> None:
        """Paint again in the new colours."""
        self._rows = self._base = None
        self._named = {}
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Return one line of the widget, for Textual's compositor."""
        size = self.content_size
        if self._rows is None or self._painted_size != size:
            self._painted_size = size
            self._rows = self.paint(size.width, size.height)
        if self._base is None:
            self._base = self.rich_style
        base = self._base
        segments = [Segment(text, self._style(name, base)) for text, name in _row_at(self._rows, y)]
        return Strip(segments).adjust_cell_length(size.width, base)

    def _style(self, name: str, base: Style) -> Style:
        # Textual forgets component styles at each refresh; looking one up takes half a millisecond.
        if name not in self._named:
            plain = name == "plain"
            self._named[name] = (
                base if plain else base + self.get_component_rich_style(f"painted--{name}", partial=True)
            )
        return self._named[name]


def _row_at(rows: Sequence[Row], y: int) -> Row:
    return rows[y] if y < len(rows) else ()
