"""A document as ESC/POS bytes, through python-escpos; the only module that knows that library."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from printing.document import (
    Barcode,
    Cut,
    Document,
    DrawerKick,
    Line,
    Qr,
    lay_out,
)
from printing.glyphs import COLUMN_DOTS, draw_line

if TYPE_CHECKING:
    from PIL.Image import Image

CODE_PAGES = ("cp437", "cp850", "cp858", "cp1252")
"""Code pages whose ESC t numbers all makers share (0, 2, 19, 16)."""

PROFILE = Path(__file__).parent / "profile.json"
QR_DOTS = 6
BARCODE_DOTS = 2
BARCODE_HEIGHT = 80
LONGEST_QR = 512
"""A payment code's own limit; one that was cut could not be paid."""
_DENSE_QR = 200
"""Bytes from which a code may be too wide for the narrowest paper in dots of the usual size."""
LONGEST_BARCODE = 22
_SIMILAR = str.maketrans({"×": "x", "·": "-", "•": "*"})


class Composer:
    """Composes documents for one printer; making python-escpos' printer costs more than a receipt."""

    def __init__(self, columns: int, code_page: str = "cp437") -> None:
        assert code_page in CODE_PAGES, "the setting was checked"
        self._columns = columns
        self._code_page = code_page
        self._printer: Any = _dummy_printer()
        # Without a width the library would print complaints to the terminal.
        self._printer.profile.profile_data = _with_width(
            self._printer.profile.profile_data, columns * COLUMN_DOTS
        )
        self._printer.hw("INIT")
        self._printer.charcode(code_page.upper())
        self._preamble: bytes = self._printer.output
        self._style = _PLAIN

    def compose(self, document: Document) -> bytes:
        """Return the bytes that print a document, from a reset printer to the last element."""
        self._printer.clear()
        self._printer._raw(self._preamble)
        self._style = _PLAIN
        for laid in lay_out(document, self._columns):
            match laid:
                case Line():
                    self._line(laid)
                case Qr():
                    self._qr(laid.payload)
                case Barcode():
                    self._barcode(laid.payload)
                case Cut():
                    self._printer.cut(mode="PART")
                case DrawerKick():
                    self._printer.cashdraw(2)
                case unknown:
                    assert_never(unknown)
        composed: bytes = self._printer.output
        return composed

    def _line(self, line: Line) -> None:
        encoded = encode_text(line.text, self._code_page)
        if encoded is None:
            self._printer.image(_as_picture(draw_line(line, self._columns)))
            return
        text = encoded.lstrip(b" ") if line.wide > 1 else encoded
        if len(text) < len(encoded):
            # What stands before wide letters is counted in plain columns.
            self._set(_PLAIN)
            self._printer._raw(encoded[: -len(text)])
        if text:
            self._set((line.bold, line.wide, line.tall))
        self._printer._raw(text + b"\n")

    def _set(self, style: tuple[bool, int, int]) -> None:
        bold, wide, tall = style
        if bold != self._style[0]:
            self._printer.set(bold=bold)
        if style[1:] != self._style[1:]:
            self._printer.set(custom_size=True, width=wide, height=tall)
        self._style = style

    def _qr(self, payload: str) -> None:
        payload = code_payload(payload)[:LONGEST_QR]
        if payload:
            self._printer.set(align="center")
            size = _qr_dots(payload, self._columns * COLUMN_DOTS)
            self._printer.qr(payload, native=True, size=size, ec=1)
            self._printer.set(align="left")

    def _barcode(self, payload: str) -> None:
        payload = "".join(c for c in code_payload(payload) if c.isascii())[:LONGEST_BARCODE]
        if not payload:
            return
        self._printer.set(align="center")
        # Code set B; a brace is the escape of GS k. The public method prints to the terminal.
        self._printer._hw_barcode(
            "{B" + payload.replace("{", "{{"),
            "CODE128",
            height=BARCODE_HEIGHT,
            width=BARCODE_DOTS,
            pos="OFF",
            align_ct=False,
            function_type="B",
        )
        self._printer.set(align="left")
        self._printer._raw(b"\n")


def _dummy_printer() -> Any:
    """Return python-escpos' printer that only collects bytes, with a profile of our own.

    Its own database of printers takes a third of a second to parse, and leaves a pickle of it in a
    new temporary folder at each start.
    """
    os.environ["ESCPOS_CAPABILITIES_FILE"] = str(PROFILE)
    from escpos import capabilities
    from escpos.printer import Dummy

    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy()


_PLAIN = (False, 1, 1)


def encode_text(text: str, code_page: str) -> bytes | None:
    """Return a text in a code page, or None when it must be drawn; never a byte that commands."""
    try:
        encoded = text.encode(code_page)
    except UnicodeEncodeError:
        try:
            encoded = text.translate(_SIMILAR).encode(code_page)
        except UnicodeEncodeError:
            return None
    assert not encoded or (min(encoded) >= 0x20 and 0x7F not in encoded), "layout lets no control by"
    return encoded


def _qr_dots(payload: str, width_dots: int) -> int:
    """Return how many dots wide the modules of a code can be, so that all of it is on the paper."""
    if len(payload.encode()) <= _DENSE_QR:
        return QR_DOTS
    import segno

    modules, _height = segno.make_qr(payload, error="m", boost_error=False).symbol_size(border=0)
    return min(QR_DOTS, width_dots // int(modules))


def code_payload(payload: str) -> str:
    """Return what a code may carry: no control, bidi or other invisible character."""
    return "".join(c for c in payload if c.isprintable())


def _as_picture(ink: "Image") -> "Image":
    """Return ink 255 on 0 as the black on white that python-escpos takes, no dots a command."""
    from PIL import Image, ImageOps

    dots = without_real_time_commands(ink.convert("1").tobytes())
    return ImageOps.invert(Image.frombytes("1", ink.size, dots).convert("L"))


def without_real_time_commands(dots: bytes) -> bytes:
    """Return dots in which one more is black wherever they would read as a real-time command.

    Printers obey DLE EOT, DLE ENQ and DLE DC4 (which opens the drawer) even inside graphics
    (Epson ESC/POS reference, notes to DLE DC4).
    """
    for second in (b"\x04", b"\x05", b"\x14"):
        dots = dots.replace(b"\x10" + second, b"\x18" + second)
    return dots


def _with_width(profile: dict[str, Any], dots: int) -> dict[str, Any]:
    media = profile["media"]
    return {**profile, "media": {**media, "width": {**media["width"], "pixels": dots}}}
