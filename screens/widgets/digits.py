"""Sums three lines high, for what must be read from where the customer stands."""

_SHAPES = {
    "0": ("█▀█", "█ █", "▀▀▀"),
    "1": ("▀█ ", " █ ", "▀▀▀"),
    "2": ("▀▀█", "█▀▀", "▀▀▀"),
    "3": ("▀▀█", " ▀█", "▀▀▀"),
    "4": ("█ █", "▀▀█", "  ▀"),
    "5": ("█▀▀", "▀▀█", "▀▀▀"),
    "6": ("█▀▀", "█▀█", "▀▀▀"),
    "7": ("▀▀█", "  █", "  ▀"),
    "8": ("█▀█", "█▀█", "▀▀▀"),
    "9": ("█▀█", "▀▀█", "▀▀▀"),
    ".": (" ", " ", "▀"),
    ",": (" ", " ", "▟"),
    "−": ("   ", "▀▀▀", "   "),
}


def large(text: str, width: int) -> tuple[str, ...]:
    """Return digits, points and a minus as three lines of blocks; as one plain line where they do not fit."""
    shapes = [_SHAPES[character] for character in text if character in _SHAPES]
    for gap in (" ", ""):
        lines = tuple(gap.join(shape[line] for shape in shapes) for line in range(3))
        if len(lines[0]) <= width:
            return lines
    return (text,)
