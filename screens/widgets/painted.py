"""The base of all widgets here: rows of styled text painted line by line, never parsed as markup."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
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

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows to show in so many cells."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint again, because what is shown has changed."""
        self._rows = None
        self.refresh()

    def notify_style_update(self) -> None:
        """Paint again in the new colours."""
        self._rows = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """Return one line of the widget, for Textual's compositor."""
        width = self.content_size.width
        if self._rows is None or self._painted_size != self.content_size:
            self._painted_size = self.content_size
            self._rows = self.paint(width, self.content_size.height)
        base = self.rich_style
        row = self._rows[y] if y < len(self._rows) else ()
        segments = [Segment(text, self._style(name, base)) for text, name in row]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, name: str, base: Style) -> Style:
        if name == "plain":
            return base
        return base + self.get_component_rich_style(f"painted--{name}", partial=True)
