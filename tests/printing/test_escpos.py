"""The bytes: text in the code page, all else as dots, and never a command that a text became."""

import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from omnipos.domain.paper import BagSlipPaper, ReceiptPaper
from omnipos.domain.tender import CardSlip, Tender, TenderKind
from printing.commands import (
    BarcodePrinted,
    BarcodeSetting,
    CodePage,
    CutPaper,
    FeedLines,
    Initialize,
    KickDrawer,
    Printed,
    QrPrinted,
    Raster,
    SetAlign,
    SetBold,
    SetSize,
    commands,
)
from printing.document import Align, Barcode, Cut, Document, DrawerKick, Qr, Text
from printing.escpos import CODE_PAGES, Composer, encode_text, without_real_time_commands
from printing.receipt import receipt
from printing.slips import bag_slip, hand_over_slip
from tests.printing.papers import (
    TOKO,
    bag_slip_paper,
    cash,
    hand_over_paper,
    line,
    named_receipt,
    sale,
    toko_receipt,
)

WIDE, NARROW = Composer(48), Composer(32)
EMITTED = (Initialize, CodePage, SetAlign, SetBold, SetSize, Printed, FeedLines, Raster)
EMITTED += (QrPrinted, BarcodeSetting, BarcodePrinted, CutPaper)


def test_plain_text_is_sent_as_text_in_its_style():
    document = Document("t", (Text("Kopi"), Text("Big", Align.CENTER, bold=True, wide=2, tall=2)))
    assert list(commands(NARROW.compose(document))) == [
        Initialize(),
        CodePage("cp437"),
        Printed(b"Kopi", True),
        Printed(b" " * 13, False),
        SetBold(True),
        SetSize(2, 2),
        Printed(b"Big", True),
    ]


def test_every_paper_begins_with_a_reset_whatever_came_before():
    first = WIDE.compose(receipt(toko_receipt(), copy=True))
    WIDE.compose(Document("t", (Text("x", bold=True, tall=2),)))
    assert WIDE.compose(receipt(toko_receipt(), copy=True)) == first
    assert first.startswith(b"\x1b@\x1bt\x00")


@pytest.mark.parametrize(
    ("code_page", "number", "encoded"),
    [("cp437", 0, b"\x82 x 1"), ("cp850", 2, b"\x82 \x9e 1"), ("cp858", 19, b"\x82 \x9e 1"),
     ("cp1252", 16, b"\xe9 \xd7 1")],
)  # fmt: skip
def test_a_code_page_is_selected_and_used(code_page, number, encoded):
    composed = Composer(48, code_page).compose(Document("t", (Text("é × 1"),)))
    assert composed == b"\x1b@\x1bt" + bytes([number]) + encoded + b"\n"


def test_all_allowed_code_pages_are_tried():
    assert CODE_PAGES == ("cp437", "cp850", "cp858", "cp1252")


@pytest.mark.parametrize("text", ["可口可乐", "قهوة", "ชาไทย", "காபி", "Es 🍦", "Việt"], ids=ascii)
def test_what_the_code_page_lacks_is_sent_as_dots(text):
    drawn = list(commands(WIDE.compose(Document("t", (Text(text),)))))[2:]
    assert len(drawn) == 1
    assert (drawn[0].width_bytes, drawn[0].height) == (72, 30)
    assert any(drawn[0].dots)


def test_codes_are_native_centred_and_carry_no_control():
    document = Document("t", (Qr("S1-2\x1bp\x00-17\u202e"), Barcode("#A{\x1b\x1d1é"), Cut()))
    assert list(commands(NARROW.compose(document)))[2:] == [
        SetAlign(1),
        QrPrinted(b"S1-2p-17", 6, 1),
        SetAlign(0),
        SetAlign(1),
        BarcodeSetting("height", 80),
        BarcodeSetting("dots", 2),
        BarcodeSetting("font", 0),
        BarcodeSetting("text", 0),
        BarcodePrinted(b"{B#A{{1"),
        SetAlign(0),
        Printed(b"", True),
        FeedLines(6),
        CutPaper(),
    ]


def test_codes_of_nothing_printable_are_left_out():
    composed = NARROW.compose(Document("t", (Qr("\x1b\x00"), Barcode("\x1bé"))))
    assert list(commands(composed))[2:] == []


def test_only_a_drawer_element_opens_the_drawer():
    composed = NARROW.compose(Document("t", (Text("\x1bp\x00\x19\xfa"), DrawerKick())))
    assert list(commands(composed))[2:] == [Printed(b"p\xa3", True), KickDrawer()]


def test_nothing_is_written_to_the_terminal(capfd):
    NARROW.compose(bag_slip(bag_slip_paper(), copy=False))
    WIDE.compose(receipt(named_receipt("可口可乐"), copy=False))
    assert capfd.readouterr() == ("", "")


def test_dots_never_read_as_real_time_commands():
    dots = b"\x10\x14\x01\x00\x01\x10\x10\x04\x10\x05\x10"
    assert without_real_time_commands(dots) == b"\x18\x14\x01\x00\x01\x10\x18\x04\x18\x05\x10"


def test_a_drawn_name_whose_dots_spell_the_drawer_is_altered_by_a_dot(monkeypatch):
    spelt = b"\x10\x14\x01\x00\x05".ljust(72, b"\0") * 30
    picture = Image.frombytes("1", (576, 30), spelt).convert("L")
    monkeypatch.setattr("printing.escpos.draw_line", lambda line, columns: picture)
    composed = WIDE.compose(Document("t", (Text("可"),)))
    assert list(commands(composed))[2:] == [Raster(72, 30, spelt.replace(b"\x10", b"\x18"))]
    assert b"\x10\x14" not in composed


def test_nothing_heavy_is_imported_before_the_first_paper():
    modules = "printing.spool, printing.links, printing.composing, printing.receipt, printing.slips"
    look = (
        f"import sys, {modules}; print([m for m in ('escpos', 'PIL', 'babel', 'segno') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_control_byte_never_leaves_the_encoder():
    with pytest.raises(AssertionError):
        encode_text("a\x1bp", "cp437")


def test_hand_over_slip_composes():
    kinds = {type(one) for one in commands(WIDE.compose(hand_over_slip(hand_over_paper(), copy=True)))}
    assert BarcodePrinted in kinds
    assert kinds <= set(EMITTED)


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="\x1b\x10\x14\x1dp@V\x00\x01\x19\xfa\x9b\u202e{}[]/ê€é", max_size=30),
    st.sampled_from(
        ["\x1bp\x00\x19\xfa", "\x10\x14\x01\x00\x05", "\x1b]52;c;x\x07", "[@click=app.quit]x[/]"]
    ),
)


def _hostile_receipt(name: str, other: str) -> ReceiptPaper:
    slip = CardSlip(approval_code=other or "1", acquirer=name, scheme=other, trace_number=name)
    tender = Tender(kind=TenderKind.CARD, amount_minor=1_000, card=slip)
    sold = sale(TOKO, (line(name, 2_500, 2000),), (tender, cash(4_000)))
    shop = msgspec.structs.replace(
        TOKO, name=other, address=name, phone=other, tax_label=name, tax_number=other, footer=name
    )
    sold = msgspec.structs.replace(
        sold,
        receipt_number=f"S1-{other}",
        taxes=tuple(msgspec.structs.replace(tax, name=name) for tax in sold.taxes),
    )
    return ReceiptPaper(sale=sold, shop=shop, staff_name=name, customer_name=other, customer_phone=name)


def _hostile_slip(name: str, other: str) -> BagSlipPaper:
    paper = bag_slip_paper()
    lines = tuple(msgspec.structs.replace(one, name=name, unit=other) for one in paper.order.lines)
    order = msgspec.structs.replace(
        paper.order, number=other, customer_name=name, bag_place=other, channel=name, lines=lines,
        customer_phone=other,
    )  # fmt: skip
    return msgspec.structs.replace(paper, order=order)


@settings(deadline=None, max_examples=150)
@given(HOSTILE, HOSTILE)
def test_no_text_opens_the_drawer_or_becomes_a_command(name, other):
    documents = (
        receipt(_hostile_receipt(name, other), copy=True),
        bag_slip(_hostile_slip(name, other), copy=False),
    )
    for document in documents:
        for composer in (WIDE, NARROW):
            composed = composer.compose(document)
            kinds = {type(one) for one in commands(composed)}
            assert KickDrawer not in kinds
            assert kinds <= set(EMITTED)
            assert not any(b"\x10" + second in composed for second in (b"\x04", b"\x05", b"\x14"))
