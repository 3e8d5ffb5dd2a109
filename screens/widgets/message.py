"""The calm line above the omnibox: what went wrong stays there until the next key or scan."""

from collections.abc import Sequence

from textual.geometry import Size

from screens.widgets.cells import Row, drawn, wrapped
from screens.widgets.painted import Painted


class MessageLine(Painted):
    """A message in one to three lines, bad news marked as such."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        super().__init__()
        self.text = ""
        self._style_name = "plain"

    def say(self, text: str, style: str = "bad") -> None:
        """Say something; an empty text says nothing."""
        if text == self.text and style == self._style_name:
            return
        before = len(self._lines(self.size.width))
        self.text, self._style_name = drawn(text), style
        self.repaint()
        if len(self._lines(self.size.width)) != before:
            self.refresh(layout=True)

    def _lines(self, width: int) -> list[str]:
        return wrapped(self.text, max(width - 4, 10))[:3] or [""]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the message takes."""
        return len(self._lines(width))

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """Return the message behind its mark."""
        if not self.text:
            return ()
        mark = {"bad": " ▲ ", "good": " ✓ "}.get(self._style_name, " ")
        return [
            ((mark if number == 0 else " " * len(mark), self._style_name), (line, self._style_name))
            for number, line in enumerate(self._lines(width))
        ]
