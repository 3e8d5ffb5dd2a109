"""The picture is what a printer makes of the bytes: codes can be scanned from it, bad bytes are refused."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from printing.commands import PaperUnreadable
from printing.document import Align, Barcode, Document, Line, Piece, Qr, Text
from printing.escpos import Composer
from printing.glyphs import dots_of, draw_line, draw_text, in_visual_order
from printing.paper import draw_paper, png
from printing.receipt import receipt
from printing.slips import bag_slip
from tests.printing.papers import bag_slip_paper, kedai_receipt, named_receipt, toko_receipt


def _scan(composed: bytes, columns: int) -> list[tuple[str, str]]:
    picture = Image.open(BytesIO(png(composed, columns)))
    return [(code.format.name, code.text) for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("columns", [48, 32])
def test_the_receipt_number_scans_from_the_paper(columns):
    composed = Composer(columns).compose(receipt(toko_receipt(), copy=True))
    assert _scan(composed, columns) == [("QRCode", "S1-2-000017")]


@pytest.mark.parametrize("columns", [48, 32])
def test_the_order_number_scans_from_the_bag_slip(columns):
    composed = Composer(columns).compose(bag_slip(bag_slip_paper(), copy=False))
    assert _scan(composed, columns) == [("Code128", "#WEB-1042")]


def test_a_code_with_a_brace_scans():
    composed = Composer(48).compose(Document("t", (Barcode("#A{1}"),)))
    assert _scan(composed, 48) == [("Code128", "#A{1}")]


def test_a_qr_of_other_letters_scans():
    composed = Composer(48).compose(Document("t", (Qr("struk é 可口"),)))
    assert _scan(composed, 48) == [("QRCode", "struk é 可口")]


def test_the_paper_is_as_wide_as_the_printer_and_its_margins():
    composed = Composer(48).compose(receipt(kedai_receipt(), copy=False))
    assert draw_paper(composed, 48).width == 48 * 12 + 72
    assert draw_paper(Composer(32).compose(Document("t", (Text("x"),))), 32).size == (456, 102)


def test_a_drawn_line_looks_like_a_printed_one():
    text = "Kopi 200 g"
    printed = draw_paper(Composer(32).compose(Document("t", (Text(text),))), 32)
    drawn = draw_line(Line((Piece(0, 32, text),)), 32)
    assert printed.crop((36, 36, 36 + 384, 66)).tobytes() == drawn.point(lambda v: 255 - v).tobytes()


def test_wide_text_is_centred_on_the_paper():
    document = Document("t", (Text("OXO", Align.CENTER, wide=3, tall=3),))
    left, _top, right, _bottom = _ink(draw_paper(Composer(32).compose(document), 32))
    assert abs((left + right) / 2 - 456 / 2) <= 6


def test_a_sum_on_a_drawn_line_ends_at_the_right_edge():
    drawn = draw_line(Line((Piece(0, 20, "可口可乐"), Piece(22, 10, "12.500", at_right=True))), 32)
    assert drawn.getbbox()[2] in (382, 383, 384)


def test_letters_that_need_more_room_than_they_have_are_narrowed():
    drawn = draw_line(Line((Piece(0, 4, "可口可乐"), Piece(28, 4, "1.00", at_right=True))), 32)
    assert drawn.crop((48, 0, 28 * 12, 30)).getbbox() is None


def test_right_to_left_names_are_turned_and_joined():
    # The final form stands at the left, the initial form at the right.
    assert in_visual_order("بب") == "\ufe90\ufe91"
    turned, plain = draw_text("אב"), draw_text("בא")
    assert turned.tobytes() != plain.tobytes()
    aleph, beth = draw_text("א"), draw_text("ב")
    assert turned.crop((0, 0, beth.width, 24)).tobytes() == beth.tobytes()
    assert turned.crop((beth.width, 0, turned.width, 24)).tobytes() == aleph.tobytes()


def test_marks_stand_on_their_letter():
    assert draw_text("กี").width == draw_text("ก").width
    assert draw_text("กี").tobytes() != draw_text("ก").tobytes()


def test_tamil_vowels_stand_on_their_own_side_of_the_letter():
    assert in_visual_order("கொழும்பு") == "\u0bc6க\u0bbeழும்பு"
    letter, after = draw_text("க"), draw_text("கா")
    ink = letter.getbbox()[2]
    assert after.width > ink
    assert after.crop((0, 0, ink, 24)).tobytes() == letter.crop((0, 0, ink, 24)).tobytes()
    before = draw_text("கெ")
    left = before.width - letter.width
    assert left > 0
    assert before.crop((left, 0, before.width, 24)).tobytes() == letter.tobytes()


def test_joiners_and_variation_selectors_are_not_drawn():
    assert draw_text("🍦\ufe0f\u200d").tobytes() == draw_text("🍦").tobytes()


def test_what_the_font_lacks_is_a_replacement_sign():
    assert draw_text("\U00020000").tobytes() == draw_text("\ufffd").tobytes()


@pytest.mark.parametrize(
    "name", ["可口可乐", "قهوة عربية", "ชาไทย", "காபி தூள்", "🍦😀", "Việt", "שוקולד"], ids=ascii
)
def test_the_font_has_every_letter_of(name):
    assert all(dots_of(ord(letter)) for letter in in_visual_order(name))


def test_a_receipt_of_all_scripts_is_drawn():
    names = ("可口可乐", "قهوة", "ชาไทย", "காபி", "Es 🍦", "A" * 200, "\x1b]52;c;x\x07", "Tee [/]")
    composed = Composer(48).compose(receipt(named_receipt(*names), copy=False))
    assert draw_paper(composed, 48).height > 1000
    assert _scan(composed, 48) == [("QRCode", "S1-2-000017")]


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\x10\x14\x01\x00\x05",
        b"Kopi\x10\x14\x01\x00\x05",
        b"\x1b=\x01",
        b"\x1bt\x63",
        b"\x1ba\x09",
        b"\x1d(L\x02\x000p",
        b"\x1d(k\x03\x000C\x03",
        b"\x1dV\x42\x00",
        b"\x1dk\x02123\x00",
        b"\x1dv0\x03\x01\x00\x01\x00\xff",
        b"\x1dv0\x00\x01\x00\x09\x00\xff",
        b"\x1b",
        b"\x07",
        b"\x7f\n",
        b"\x1c.",
        b"no line feed",
        b"\x1dk\x49\x03{A1",
    ],
)
def test_bytes_that_are_no_command_of_ours_are_refused(bytes_):
    with pytest.raises(PaperUnreadable):
        draw_paper(bytes_, 48)


def _ink(picture: Image.Image) -> tuple[int, int, int, int]:
    box = picture.point(lambda value: 255 - value).getbbox()
    assert box is not None
    return box
