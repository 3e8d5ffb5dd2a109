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


def large(text: str) -> tuple[str, str, str]:
    """Return digits, points and a minus as three lines of blocks."""
    shapes = [_SHAPES[character] for character in text if character in _SHAPES]
    top, middle, bottom = (" ".join(shape[line] for shape in shapes) for line in range(3))
    return top, middle, bottom
