"""Text measured in terminal cells: cut, padded and set left and right; control characters never pass."""

import re
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from omnipos.domain.names import clean_text

Piece = tuple[str, str]
"""A text and the name of its style: plain, strong, dim, accent, good, bad or chosen."""

Row = tuple[Piece, ...]


def drawn(text: str) -> str:
    """Return a text that is safe to draw; names are cleaned on the way in and here again."""
    return text if text.isascii() and text.isprintable() else clean_text(text, 500)


def width_of(row: Row) -> int:
    """Return how many cells a row takes."""
    return sum(cell_len(text) for text, _style in row)


def fit(text: str, width: int) -> str:
    """Return a text in exactly `width` cells, cut with an ellipsis or filled with spaces."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


SIZE = re.compile(r"\d\S*(?: \S+)?$")
"""The size at the end of an item's name, as 65 g: all that tells it from the others of its kind."""


def fit_sized(name: str, width: int) -> str:
    """Return an item's name in exactly `width` cells; what is cut is before the size at its end."""
    size = SIZE.search(name)
    if size is None or cell_len(name) <= width:
        return fit(name, width)
    room = width - cell_len(size.group()) - 1
    return fit(name, width) if room < width // 2 else f"{fit(name[: size.start()], room)} {size.group()}"


def cut(text: str, width: int) -> str:
    """Return a text in at most `width` cells."""
    return text if cell_len(text) <= width else fit(text, width)


def right(text: str, width: int) -> str:
    """Return a text set to the right of `width` cells."""
    return " " * max(width - cell_len(text), 0) + cut(text, width)


def between(left: str, behind: str, width: int) -> str:
    """Return two texts at the two ends of `width` cells; the left one gives way."""
    room = width - cell_len(behind) - 1
    return right(behind, width) if room < 1 else f"{fit(left, room)} {behind}"


TOGETHER = "\u00a0"
"""A space at which no line ends, as between a key and what it does."""


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` cells, broken at spaces but never at one of `TOGETHER`."""
    lines: list[str] = []
    line = ""
    for part in text.replace(TOGETHER, "\0").split():
        word = part.replace("\0", " ")
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = cut(word, width)
    return [*lines, line] if line else lines


def framed(title: str, rows: Sequence[Row], width: int, height: int, style: str) -> list[Row]:
    """Return rows in a box of `width` and `height` cells with a title in its upper edge."""
    inner = width - 2
    name = cut(f" {title} ", inner - 1)
    top: Row = (("╭─", style), (name, "accent"), ("─" * (inner - 1 - cell_len(name)) + "╮", style))
    body = list(rows[: height - 2]) + [()] * (height - 2 - len(rows))
    return [
        top,
        *(
            (("│", style), *row, (" " * (inner - sum(cell_len(text) for text, _name in row)) + "│", style))
            for row in body
        ),
        (("╰" + "─" * inner + "╯", style),),
    ]
