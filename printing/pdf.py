"""A document as a PDF file: text that can be searched, letters that Courier lacks drawn as dots."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never

from printing.document import Barcode, Cut, Document, DrawerKick, Laid, Line, Qr, lay_out, printable

if TYPE_CHECKING:
    from fpdf import FPDF

COLUMNS = 48
SIZE_PT = 10.0
COLUMN_PT = 6.0
"""Courier's letters are six tenths of their size wide."""
LINE_PT = 12.5
MARGIN_PT = 24.0
QR_PT = 96.0
TALLEST_PT = 14_000.0
"""A page of a PDF file is at most 14,400 points high."""
_INK_DOWN = 0.78
"""Where the foot of the letters is in a line, of its height."""


def as_pdf(document: Document, title: str, made_at_ms: int) -> bytes:
    """Return a document as a PDF file with one page as long as the paper, or more of a very long one."""
    from fpdf import FPDF

    laid = list(lay_out(document, COLUMNS))
    height = min(2 * MARGIN_PT + sum(_height_pt(one) for one in laid), TALLEST_PT)
    pdf = FPDF(unit="pt", format=(2 * MARGIN_PT + COLUMNS * COLUMN_PT, height))
    pdf.set_auto_page_break(False)
    pdf.set_title(printable(title))
    pdf.set_creator("OmniPOS")
    pdf.set_creation_date(datetime.fromtimestamp(made_at_ms / 1000, UTC))
    pdf.add_page()
    y = MARGIN_PT
    for one in laid:
        if y + _height_pt(one) > height - MARGIN_PT + 1:
            pdf.add_page()
            y = MARGIN_PT
        _draw(pdf, one, y)
        y += _height_pt(one)
    return bytes(pdf.output())


def _height_pt(laid: Laid) -> float:
    match laid:
        case Line():
            return LINE_PT * laid.tall
        case Qr() | Barcode():
            return QR_PT + LINE_PT
        case Cut() | DrawerKick():
            return 0.0
        case unknown:
            assert_never(unknown)


def _draw(pdf: "FPDF", laid: Laid, y: float) -> None:
    match laid:
        case Line():
            _line(pdf, laid, y)
        case Qr() | Barcode():
            _qr(pdf, printable(laid.payload), y)
        case Cut() | DrawerKick():
            pass
        case unknown:
            assert_never(unknown)


def _line(pdf: "FPDF", line: Line, y: float) -> None:
    if not all(_is_latin(piece.text) for piece in line.pieces):
        _drawn_line(pdf, line, y)
        return
    pdf.set_font("Courier", "B" if line.bold else "", SIZE_PT * line.tall)
    pdf.set_stretching(100 * line.wide / line.tall)
    foot = y + LINE_PT * line.tall * _INK_DOWN
    for piece in line.pieces:
        # The library warns about an empty text.
        if piece.text.strip():
            pdf.text(MARGIN_PT + piece.column * COLUMN_PT, foot, piece.text)


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _drawn_line(pdf: "FPDF", line: Line, y: float) -> None:
    from PIL import ImageOps

    from printing.glyphs import draw_line

    picture = ImageOps.invert(draw_line(line, COLUMNS))
    width, height = COLUMNS * COLUMN_PT, LINE_PT * line.tall
    pdf.image(picture, MARGIN_PT, y, width, height, alt_text=line.text.strip())


def _qr(pdf: "FPDF", payload: str, y: float) -> None:
    import segno

    if not payload:
        return
    rows = [list(row) for row in segno.make_qr(payload, error="m", boost_error=False).matrix]
    dot = QR_PT / len(rows)
    left = MARGIN_PT + (COLUMNS * COLUMN_PT - QR_PT) / 2
    for down, row in enumerate(rows):
        for across, is_dark in enumerate(row):
            if is_dark:
                # A hair wider, so that no white line is drawn between two dots.
                pdf.rect(left + across * dot, y + down * dot, dot + 0.05, dot + 0.05, style="F")
