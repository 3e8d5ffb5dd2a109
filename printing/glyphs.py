"""Letters as dots: a line of any script drawn with the bundled GNU Unifont, 12 by 24 dots a column."""

import gzip
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from printing.document import Line

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMN_DOTS = 12
"""Width of a letter in Font A of every ESC/POS printer; 48 columns are 576 dots."""

LETTER_DOTS = 24
LINE_DOTS = 30
"""The printer's own distance of lines (ESC 2), so that drawn lines stand as far apart as printed ones."""

_CELL = 16
_FONTS = Path(__file__).parent / "fonts"
_RIGHT_TO_LEFT = ("R", "AL")
_REPLACEMENT = 0xFFFD
_TAMIL_BEFORE = "\u0bc6\u0bc7\u0bc8"
_TAMIL_BESIDE = _TAMIL_BEFORE + "\u0bbe\u0bd7"
"""Tamil vowel signs that stand before or after their letter; the font would draw them across it."""


def draw_line(line: Line, columns: int) -> "Image":
    """Return a line as an image of the paper's whole width, ink 255 on 0."""
    from PIL import Image

    height = max(LETTER_DOTS * line.tall, LINE_DOTS)
    drawn = Image.new("L", (columns * COLUMN_DOTS, height))
    for piece in line.pieces:
        letters = draw_text(piece.text, bold=line.bold, wide=line.wide, tall=line.tall)
        room = piece.columns * COLUMN_DOTS
        if letters.width > room:
            letters = letters.resize((room, letters.height))
        # A sum stays at its right edge even where letters are narrower than their columns.
        spare = room - letters.width if piece.at_right else 0
        drawn.paste(letters, (piece.column * COLUMN_DOTS + spare, 0))
    return drawn


def draw_text(text: str, *, bold: bool = False, wide: int = 1, tall: int = 1) -> "Image":
    """Return a text as an image just as wide as its letters, ink 255 on 0."""
    from PIL import Image, ImageChops

    letters = _enlarged(_draw_cells(in_visual_order(text)))
    if bold:
        shifted = Image.new("L", letters.size)
        shifted.paste(letters, (1, 0))
        letters = ImageChops.lighter(letters, shifted)
    if wide > 1 or tall > 1:
        size = (letters.width * wide, letters.height * tall)
        letters = letters.resize(size, Image.Resampling.NEAREST)
    return letters


def in_visual_order(text: str) -> str:
    """Return a text as it is drawn: Arabic letters joined, right-to-left runs turned, Tamil vowels placed."""
    if text.isascii():
        return text
    if any("\u0b80" <= c <= "\u0bff" for c in text):
        text = _with_tamil_vowels_placed(text)
    if not any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
        return text
    import arabic_reshaper
    from bidi import get_display

    return str(get_display(arabic_reshaper.reshape(text)))


def _with_tamil_vowels_placed(text: str) -> str:
    """Return a text with two-sided Tamil vowels taken apart and the left ones before their letter."""
    placed: list[str] = []
    for character in text:
        parts = unicodedata.normalize("NFD", character) if "\u0bca" <= character <= "\u0bcc" else character
        for part in parts:
            if part in _TAMIL_BEFORE and placed:
                placed.insert(len(placed) - 1, part)
            else:
                placed.append(part)
    return "".join(placed)


def _draw_cells(text: str) -> "Image":
    """Return a text in the font's own dots, 16 high; marks stand on the letter before them."""
    from PIL import Image

    placed: list[tuple[int, Image.Image]] = []
    end = 0
    for character in text:
        if unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f":
            continue
        cell = _cell(character)
        beside = character in _TAMIL_BESIDE
        if beside and (box := cell.getbbox()):
            cell = cell.crop((max(box[0] - 1, 0), 0, box[2], _CELL))
            if character not in _TAMIL_BEFORE and placed and (ink := placed[-1][1].getbbox()):
                end = placed[-1][0] + ink[2] + 1
        offset = None if beside else _mark_offsets().get(ord(character))
        if offset is None:
            placed.append((end, cell))
            end += cell.width
        else:
            placed.append((max(end + (offset or -cell.width), 0), cell))
    width = max([end, 2, *(x + cell.width for x, cell in placed)])
    # Two of the font's dots become three, so a line of an odd width would be drawn askew.
    drawn = Image.new("L", (width + width % 2, _CELL))
    for x, cell in placed:
        drawn.paste(255, (x, 0), cell)
    return drawn


def _enlarged(letters: "Image") -> "Image":
    """Return letters half as large again: strokes of one dot become two dots everywhere."""
    from PIL import Image

    thrice = letters.resize((letters.width * 3, letters.height * 3), Image.Resampling.NEAREST)
    halved = thrice.resize((letters.width * 3 // 2, LETTER_DOTS), Image.Resampling.BOX)
    return halved.point(_INK)


_INK = [0] * 120 + [255] * 136
"""A dot at least half covered is ink."""


@lru_cache(maxsize=4096)
def _cell(character: str) -> "Image":
    """Return one character's dots as a mask, 8 or 16 wide."""
    from PIL import Image

    dots = dots_of(ord(character)) or dots_of(_REPLACEMENT)
    assert dots is not None, "the font has a sign for what it lacks"
    return Image.frombytes("1", (len(dots) * 8 // _CELL, _CELL), dots)


def dots_of(code: int) -> bytes | None:
    """Return a character's dots, rows of one or two bytes, or None when the font lacks it."""
    return _block(code >> 8).get(code)


@lru_cache(maxsize=32)
def _block(number: int) -> dict[int, bytes]:
    """Return the dots of 256 characters in a row; only what is drawn is ever unpacked."""
    with ZipFile(_FONTS / "unifont.zip") as font:
        try:
            lines = font.read(f"{number:02X}").decode()
        except KeyError:
            return {}
    pairs = (line.split(":") for line in lines.split())
    return {int(code, 16): bytes.fromhex(dots) for code, dots in pairs}


@cache
def _mark_offsets() -> dict[int, int]:
    """Return, for each combining mark, how far from the end of the text before it is drawn."""
    text = gzip.decompress((_FONTS / "unifont-combining.txt.gz").read_bytes()).decode()
    pairs = (line.split(":") for line in text.split())
    return {int(code, 16): int(offset) for code, offset in pairs}
