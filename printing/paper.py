"""ESC/POS bytes as a picture of the paper: it proves the bytes, for the folder printer and in tests."""

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, assert_never

from printing import glyphs
from printing.code128 import modules
from printing.commands import (
    BarcodePrinted,
    BarcodeSetting,
    CodePage,
    Command,
    CutPaper,
    FeedLines,
    Initialize,
    KickDrawer,
    PaperUnreadable,
    Printed,
    QrPrinted,
    Raster,
    SetAlign,
    SetBold,
    SetSize,
    commands,
)

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 36
_MOST_HEIGHT = 60_000
_QR_LEVELS = "LMQH"


def draw_paper(composed: bytes, columns: int) -> "Image":
    """Return the paper that a printer of so many columns makes of these bytes, black on white.

    Raises PaperUnreadable for any command this till does not emit.
    """
    roll = _Roll(columns)
    for command in commands(composed):
        roll.take(command)
    return roll.paper()


def png(composed: bytes, columns: int) -> bytes:
    """Return the picture of the paper as a PNG."""
    written = BytesIO()
    draw_paper(composed, columns).save(written, "PNG")
    return written.getvalue()


class _Roll:
    """A printer's state and the strips of paper that came out so far."""

    def __init__(self, columns: int) -> None:
        self._width = columns * glyphs.COLUMN_DOTS
        self._columns = columns
        self._strips: list[tuple[int, Image]] = []
        self._height = 0
        self._line: list[Image] = []
        self._barcode = {"height": 162, "dots": 3, "text": 0, "font": 0}
        self._reset()

    def _reset(self) -> None:
        self._codec = "cp437"
        self._align = 0
        self._bold = False
        self._wide = self._tall = 1

    def take(self, command: Command) -> None:
        """Do what a printer does with one command."""
        match command:
            case Initialize():
                self._reset()
            case CodePage(codec):
                self._codec = codec
            case SetAlign(align):
                self._align = align
            case SetBold(bold):
                self._bold = bold
            case SetSize(wide, tall):
                self._wide, self._tall = wide, tall
            case BarcodeSetting(setting, value):
                self._barcode[setting] = value
            case KickDrawer():
                pass
            case Printed() | FeedLines() | Raster() | QrPrinted() | BarcodePrinted() | CutPaper():
                self._print(command)
            case unknown:
                assert_never(unknown)

    def _print(self, command: Printed | FeedLines | Raster | QrPrinted | BarcodePrinted | CutPaper) -> None:
        match command:
            case Printed():
                self._text(command)
            case FeedLines(lines):
                self._feed(lines * glyphs.LINE_DOTS)
            case Raster():
                self._add(_dots(command), aligned=True)
            case QrPrinted():
                self._add(_qr(command), aligned=True)
            case BarcodePrinted(payload):
                self._add(_bars(payload, self._barcode), aligned=True)
            case CutPaper():
                self._add(_knife(self._width), aligned=False)
            case unknown:
                assert_never(unknown)

    def _text(self, printed: Printed) -> None:
        room = self._columns // self._wide
        try:
            text = printed.text.decode(self._codec)
        except UnicodeDecodeError as error:
            raise PaperUnreadable(f"no letter in {self._codec}: {error}") from error
        while text:
            part, text = text[:room], text[room:]
            self._line += [_letter(c, self._bold, self._wide, self._tall) for c in part]
            if text:
                self._end_line()
        if printed.ends_line:
            self._end_line()

    def _end_line(self) -> None:
        from PIL import Image

        letters, self._line = self._line, []
        height = max([glyphs.LINE_DOTS, *(letter.height for letter in letters)])
        if not letters:
            self._feed(height)
            return
        strip = Image.new("L", (sum(letter.width for letter in letters), height))
        x = 0
        for letter in letters:
            strip.paste(letter, (x, 0))
            x += letter.width
        self._add(strip, aligned=True)

    def _add(self, strip: "Image", *, aligned: bool) -> None:
        if self._line:
            raise PaperUnreadable("a picture begins in the middle of a line")
        if strip.width > self._width:
            raise PaperUnreadable(f"{strip.width} dots are wider than the paper")
        spare = self._width - strip.width
        left = spare * self._align // 2 if aligned else 0
        self._strips.append((self._height, _placed(strip, left)))
        self._feed(strip.height)

    def _feed(self, dots: int) -> None:
        self._height += dots
        if self._height > _MOST_HEIGHT:
            raise PaperUnreadable("more paper than any receipt")

    def paper(self) -> "Image":
        """Return all strips on one white paper with margins."""
        from PIL import Image, ImageOps

        if self._line:
            raise PaperUnreadable("the last line was never printed")
        size = (self._width + 2 * MARGIN, self._height + 2 * MARGIN)
        ink = Image.new("L", size)
        for top, strip in self._strips:
            ink.paste(strip, (MARGIN, MARGIN + top))
        return ImageOps.invert(ink)


def _placed(strip: "Image", left: int) -> "Image":
    from PIL import Image

    if not left:
        return strip
    wider = Image.new("L", (strip.width + left, strip.height))
    wider.paste(strip, (left, 0))
    return wider


@lru_cache(maxsize=2048)
def _letter(character: str, bold: bool, wide: int, tall: int) -> "Image":
    """Return one letter in the cell that Font A gives it, whatever the bundled font's width."""
    from PIL import Image

    drawn = glyphs.draw_text(character, bold=bold, wide=wide, tall=tall)
    cell = Image.new("L", (glyphs.COLUMN_DOTS * wide, glyphs.LETTER_DOTS * tall))
    cell.paste(drawn, (0, 0))
    return cell


def _dots(raster: Raster) -> "Image":
    from PIL import Image

    size = (raster.width_bytes * 8, raster.height)
    return Image.frombytes("1", size, raster.dots).convert("L")


def _qr(printed: QrPrinted) -> "Image":
    import segno
    from PIL import Image, ImageOps

    level = _QR_LEVELS[printed.level]
    code = segno.make_qr(printed.payload.decode(), error=level, boost_error=False)
    written = BytesIO()
    code.save(written, kind="png", scale=printed.dots, border=0)
    return ImageOps.invert(Image.open(written).convert("L"))


def _bars(payload: bytes, setting: dict[str, int]) -> "Image":
    from PIL import Image

    try:
        bars = modules(payload)
    except ValueError as error:
        raise PaperUnreadable(str(error)) from error
    one = Image.new("L", (len(bars), 1))
    one.putdata([255 if bar else 0 for bar in bars])
    size = (len(bars) * setting["dots"], setting["height"])
    return one.resize(size, Image.Resampling.NEAREST)


def _knife(width: int) -> "Image":
    """Return the mark of the knife: a thin dashed line."""
    from PIL import Image, ImageDraw

    strip = Image.new("L", (width, 3))
    draw = ImageDraw.Draw(strip)
    for x in range(0, width, 16):
        draw.line((x, 1, x + 7, 1), fill=140)
    return strip
