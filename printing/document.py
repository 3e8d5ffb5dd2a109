"""What is on a paper, before any printer: elements, and their layout into lines of columns."""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

import msgspec

_FOLDED = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "‑": "-", "‐": "-", "…": "...", "“": '"', "”": '"', "‘": "'"}
    | {"\t": " ", "\n": " ", "\r": " ", "\u2028": " ", "\u2029": " "}
    | {"’": "'", "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u3000": "  "}
)
_JOINERS = "\u200c\u200d"
"""Kept for the shaping of Arabic and Persian; never drawn."""

_WIDE_SCRIPTS = ((0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x17FF))
"""Indic scripts, Tibetan, Burmese and Khmer: their letters fill two columns in the bundled font."""


class Align(StrEnum):
    """Where a text stands between the edges of the paper."""

    LEFT = "left"
    CENTER = "center"


class Text(msgspec.Struct, frozen=True, tag="text"):
    """A text that wraps; `wide` and `tall` multiply the size of its letters."""

    text: str
    align: Align = Align.LEFT
    bold: bool = False
    wide: int = 1
    tall: int = 1


class Row(msgspec.Struct, frozen=True, tag="row"):
    """Two or three columns: the first wraps, the others are right-aligned."""

    cells: tuple[str, ...]
    bold: bool = False
    tall: int = 1
    indent: int = 0


class Rule(msgspec.Struct, frozen=True, tag="rule"):
    """A line across the paper."""

    mark: str = "-"


class Feed(msgspec.Struct, frozen=True, tag="feed"):
    """Empty lines."""

    lines: int = 1


class Qr(msgspec.Struct, frozen=True, tag="qr"):
    """A QR code in the middle."""

    payload: str


class Barcode(msgspec.Struct, frozen=True, tag="barcode"):
    """A Code 128 in the middle; a payload too long for the paper becomes a QR code."""

    payload: str


class Cut(msgspec.Struct, frozen=True, tag="cut"):
    """Feed past the knife and cut."""


class DrawerKick(msgspec.Struct, frozen=True, tag="drawer_kick"):
    """Open the drawer. Only this element does; no text can become one."""


Element = Text | Row | Rule | Feed | Qr | Barcode | Cut | DrawerKick


class Document(msgspec.Struct, frozen=True):
    """A whole paper; `name` tells a folder printer what to call it."""

    name: str
    elements: tuple[Element, ...]


class Piece(msgspec.Struct, frozen=True):
    """A text at its column of the paper; `columns` is the room it may fill."""

    column: int
    columns: int
    text: str
    at_right: bool = False


class Line(msgspec.Struct, frozen=True):
    """One printed line; a line of wide letters is one piece."""

    pieces: tuple[Piece, ...] = ()
    bold: bool = False
    wide: int = 1
    tall: int = 1

    @property
    def text(self) -> str:
        """The whole line, spaces between its pieces."""
        text = ""
        for piece in self.pieces:
            text += " " * (piece.column - columns_of(text)) + piece.text
        return text


Laid = Line | Qr | Barcode | Cut | DrawerKick

MOST_BARCODE = {48: 22, 32: 14}
"""Characters of a Code 128 that fit with bars two dots wide, by columns of the paper."""


def printable(text: str) -> str:
    """Return a text without any control, bidi or format character, typographic marks in ASCII."""
    if text.isascii() and text.isprintable():
        return text
    folded = text.translate(_FOLDED)
    kept = (c for c in folded if c in _JOINERS or unicodedata.category(c) not in _NOT_PRINTED)
    return unicodedata.normalize("NFC", "".join(kept))


_NOT_PRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def columns_of(text: str) -> int:
    """Return how many columns a text fills; East Asian wide characters count two, marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns_of_character(c) for c in text)


def _columns_of_character(character: str) -> int:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0
    code = ord(character)
    if any(first <= code <= last for first, last in _WIDE_SCRIPTS):
        return 1 if category == "Mc" else 2
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines that fit; a word longer than a line is broken inside."""
    if columns_of(text) <= columns:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if columns_of(joined) <= columns:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _broken(word, columns)
        lines += whole
    return [*lines, line] if line or not lines else lines


def _broken(word: str, columns: int) -> list[str]:
    parts, part, filled = [], "", 0
    for character in word:
        width = _columns_of_character(character)
        if filled + width > columns:
            parts.append(part)
            part, filled = "", 0
        part += character
        filled += width
    return [*parts, part]


def lay_out(document: Document, columns: int) -> Iterator[Laid]:
    """Yield the lines and codes of a document for a paper of so many columns."""
    for element in document.elements:
        match element:
            case Text():
                yield from _text_lines(element, columns)
            case Row():
                yield from _row_lines(element, columns)
            case Rule():
                yield Line((Piece(0, columns, element.mark * columns),))
            case Feed():
                for _line in range(element.lines):
                    yield Line()
            case Barcode() if len(element.payload) > MOST_BARCODE.get(columns, 14):
                yield Qr(element.payload)
            case Qr() | Barcode() | Cut() | DrawerKick():
                yield element
            case unknown:
                assert_never(unknown)


def _text_lines(element: Text, columns: int) -> Iterator[Line]:
    room = columns // element.wide
    for text in wrap(printable(element.text), room):
        spare = columns - columns_of(text) * element.wide
        column = spare // 2 if element.align is Align.CENTER else 0
        piece = Piece(column, columns - column, text)
        yield Line((piece,), bold=element.bold, wide=element.wide, tall=element.tall)


def _row_lines(element: Row, columns: int) -> Iterator[Line]:
    """Yield a row: the first cell wraps, the others stand on its last line or on one of their own."""
    first, *others = (printable(cell) for cell in element.cells)
    right = _right_pieces(others, columns)
    start = right[0].column if right else columns + 1
    *whole, last = wrap(first, columns - element.indent)
    if element.indent + columns_of(last) >= start:
        whole, last = [*whole, last], ""
    for text in whole:
        piece = Piece(element.indent, columns - element.indent, text)
        yield Line((piece,), bold=element.bold, tall=element.tall)
    left = (Piece(element.indent, start - 1 - element.indent, last),) if last else ()
    yield Line((*left, *right), bold=element.bold, tall=element.tall)


def _right_pieces(cells: list[str], columns: int) -> list[Piece]:
    """Return right-aligned pieces: the last at the edge, one before it a quarter of the paper earlier."""
    pieces: list[Piece] = []
    end = columns
    for cell in reversed(cells):
        width = columns_of(cell)
        pieces.insert(0, Piece(max(end - width, 0), width, cell, at_right=True))
        end = min(columns - columns // 4 - 1, end - width - 2)
    return pieces


def as_text(document: Document, columns: int) -> str:
    """Return a document as plain lines, codes in brackets: what a person reads on the paper."""
    return "\n".join(_shown(laid) for laid in lay_out(document, columns))


def _shown(laid: Laid) -> str:
    match laid:
        case Line():
            return laid.text.rstrip()
        case Qr():
            return f"[QR {laid.payload}]"
        case Barcode():
            return f"[barcode {laid.payload}]"
        case Cut():
            return "[cut]"
        case DrawerKick():
            return "[drawer]"
        case unknown:
            assert_never(unknown)
