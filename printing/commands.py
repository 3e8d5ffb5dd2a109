"""ESC/POS bytes read back as commands: exactly those this till emits; any other is refused."""

from collections.abc import Iterator

import msgspec

CODE_PAGES = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858"}
"""ESC t numbers as Epson's TM series has them."""

_BARCODE_CODE128 = 73


class PaperUnreadable(Exception):
    """Bytes that are no command this till knows: a bug, or a text that became a command."""


class Initialize(msgspec.Struct, frozen=True):
    """ESC @: everything as after power-on."""


class CodePage(msgspec.Struct, frozen=True):
    """ESC t: the code page of what follows."""

    codec: str


class SetAlign(msgspec.Struct, frozen=True):
    """ESC a: 0 left, 1 centre, 2 right."""

    align: int


class SetBold(msgspec.Struct, frozen=True):
    """ESC E: emphasis on or off."""

    bold: bool


class SetSize(msgspec.Struct, frozen=True):
    """GS !: multiples of the letters' width and height."""

    wide: int
    tall: int


class Printed(msgspec.Struct, frozen=True):
    """Bytes of text up to a line feed, or up to the next command."""

    text: bytes
    ends_line: bool


class FeedLines(msgspec.Struct, frozen=True):
    """ESC d: lines of feed."""

    lines: int


class Raster(msgspec.Struct, frozen=True):
    """GS v 0: dots, a bit each, most significant leftmost."""

    width_bytes: int
    height: int
    dots: bytes


class QrPrinted(msgspec.Struct, frozen=True):
    """GS ( k: a QR code from what was stored."""

    payload: bytes
    dots: int
    level: int


class BarcodeSetting(msgspec.Struct, frozen=True):
    """GS h, GS w, GS H or GS f: how the next barcode looks."""

    setting: str
    value: int


class BarcodePrinted(msgspec.Struct, frozen=True):
    """GS k: a Code 128 with its own data."""

    payload: bytes


class CutPaper(msgspec.Struct, frozen=True):
    """GS V: the knife."""


class KickDrawer(msgspec.Struct, frozen=True):
    """ESC p: the drawer opens."""


Command = (
    Initialize
    | CodePage
    | SetAlign
    | SetBold
    | SetSize
    | Printed
    | FeedLines
    | Raster
    | QrPrinted
    | BarcodeSetting
    | BarcodePrinted
    | CutPaper
    | KickDrawer
)


class _Reader:
    """The bytes, a place in them, and the QR code being stored."""

    def __init__(self, composed: bytes) -> None:
        self.composed = composed
        self.at = 0
        self.qr_payload = b""
        self.qr_dots = 3
        self.qr_level = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes; raise PaperUnreadable when there are not so many."""
        taken = self.composed[self.at : self.at + count]
        if len(taken) < count:
            raise PaperUnreadable(f"the bytes end inside a command at {self.at}")
        self.at += count
        return taken

    def byte(self) -> int:
        """Return the next byte as a number."""
        return self.take(1)[0]

    def word(self) -> int:
        """Return the next two bytes as a number, low byte first."""
        return int.from_bytes(self.take(2), "little")


def commands(composed: bytes) -> Iterator[Command]:
    """Yield the commands of a printout; raise PaperUnreadable at the first that is not known."""
    reader = _Reader(composed)
    while reader.at < len(composed):
        lead = composed[reader.at]
        if lead == 0x1B:
            yield _escape(reader)
        elif lead == 0x1D:
            command = _group_separator(reader)
            if command is not None:
                yield command
        else:
            yield _text(reader)


def _text(reader: _Reader) -> Printed:
    start = reader.at
    while reader.at < len(reader.composed) and reader.composed[reader.at] >= 0x20:
        reader.at += 1
    text = reader.composed[start : reader.at]
    ends = reader.at < len(reader.composed) and reader.composed[reader.at] == 0x0A
    if ends:
        reader.at += 1
    elif not text:
        raise PaperUnreadable(f"control byte {reader.composed[reader.at]:#04x} at {reader.at}")
    if 0x7F in text:
        raise PaperUnreadable(f"DEL in the text at {start}")
    return Printed(text, ends)


def _escape(reader: _Reader) -> Command:
    start = reader.at
    match reader.take(2)[1:]:
        case b"@":
            return Initialize()
        case b"t":
            number = reader.byte()
            if number in CODE_PAGES:
                return CodePage(CODE_PAGES[number])
        case b"a":
            align = reader.byte()
            if align <= 2:
                return SetAlign(align)
        case b"E":
            return SetBold(bool(reader.byte() & 1))
        case b"d":
            return FeedLines(reader.byte())
        case b"p":
            reader.take(3)
            return KickDrawer()
        case _:
            pass
    raise PaperUnreadable(f"unknown ESC command {reader.composed[start : start + 4]!r} at {start}")


_BARCODE_SETTINGS = {b"h": "height", b"w": "dots", b"H": "text", b"f": "font"}


def _group_separator(reader: _Reader) -> Command | None:
    start = reader.at
    letter = reader.take(2)[1:]
    match letter:
        case b"!":
            size = reader.byte()
            return SetSize((size >> 4 & 7) + 1, (size & 7) + 1)
        case b"v":
            return _raster(reader)
        case b"V":
            if reader.byte() in (0, 1):
                return CutPaper()
        case b"(":
            return _two_dimensional(reader)
        case b"k":
            if reader.byte() == _BARCODE_CODE128:
                return BarcodePrinted(reader.take(reader.byte()))
        case b"h" | b"w" | b"H" | b"f":
            return BarcodeSetting(_BARCODE_SETTINGS[letter], reader.byte())
        case _:
            pass
    raise PaperUnreadable(f"unknown GS command {reader.composed[start : start + 4]!r} at {start}")


def _raster(reader: _Reader) -> Raster:
    if reader.take(2) != b"0\x00":
        raise PaperUnreadable(f"unknown raster mode at {reader.at}")
    width_bytes, height = reader.word(), reader.word()
    return Raster(width_bytes, height, reader.take(width_bytes * height))


def _two_dimensional(reader: _Reader) -> QrPrinted | None:
    """Take one GS ( k; only the last of a code's five prints it."""
    start = reader.at
    if reader.take(1) != b"k":
        raise PaperUnreadable(f"unknown GS ( command at {start}")
    body = reader.take(reader.word())
    if len(body) < 2 or body[0] != ord("1"):
        raise PaperUnreadable(f"unknown two-dimensional code at {start}")
    match body[1]:
        case 65:
            reader.qr_payload = b""
        case 67:
            reader.qr_dots = body[2]
        case 69:
            reader.qr_level = body[2] - 48
        case 80:
            reader.qr_payload = body[3:]
        case 81:
            return QrPrinted(reader.qr_payload, reader.qr_dots, reader.qr_level)
        case unknown:
            raise PaperUnreadable(f"unknown QR function {unknown} at {start}")
    return None
