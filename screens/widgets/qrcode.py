"""A QR code in half blocks: always dark on light, whatever the theme, with its quiet zone."""

from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

QUIET = 4
"""Light modules around a code (ISO/IEC 18004, 6.3.8)."""

_DARK, _LIGHT = Color.from_rgb(0, 0, 0), Color.from_rgb(255, 255, 255)
_HALVES = Style(color=_DARK, bgcolor=_LIGHT)
_FULL = Style(color=_DARK, bgcolor=_DARK)
"""A full block on its own ink: fonts leave gaps between blocks."""
_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


@lru_cache(maxsize=4)
def half_blocks(payload: str) -> tuple[str, ...]:
    """Return the rows of a code, two modules in each cell; error correction M, as banks print it."""
    import segno

    code = segno.make_qr(payload, error="m", boost_error=False)
    lines = [[bool(module) for module in line] for line in code.matrix_iter(border=QUIET)]
    if len(lines) % 2:
        lines.append([False] * len(lines[0]))
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return tuple("".join(_BLOCKS[pair] for pair in zip(*both, strict=True)) for both in pairs)


def code_size(payload: str) -> Size:
    """Return how many cells a code takes with its quiet zone."""
    rows = half_blocks(payload)
    return Size(len(rows[0]), len(rows))


class QrCode(Widget):
    """A code to be scanned from the screen."""

    ALLOW_SELECT = False

    def __init__(self, payload: str) -> None:
        """Show a payload, to the character."""
        super().__init__()
        self._payload = payload

    def on_mount(self) -> None:
        """Take exactly the room that the code needs."""
        self.styles.width, self.styles.height = code_size(self._payload)

    def render_line(self, y: int) -> Strip:
        """Return one line of the code, for Textual's compositor."""
        rows = half_blocks(self._payload)
        row = rows[y] if y < len(rows) else " " * len(rows[0])
        return Strip([Segment(cell, _FULL if cell == "█" else _HALVES) for cell in row], cell_length=len(row))
