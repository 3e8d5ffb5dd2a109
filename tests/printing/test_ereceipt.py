"""E-receipts say what the paper says, need nothing else, and a name in them is never markup."""

import re
import stat
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from omnipos.domain.paper import ReceiptPaper, print_job
from printing.document import Document, DrawerKick, Feed, Line, Qr, Row, Text, lay_out, printable
from printing.ereceipt import EReceiptFolder
from printing.html import as_html
from printing.pdf import as_pdf
from printing.receipt import receipt
from tests.printing.papers import AT_MS, kedai_receipt, named_receipt, saving_receipt, toko_receipt

EVIL = [
    "Tee <script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x1b]52;c;x\x07[@click=app.quit]x[/]",
    "\u202eReversed",
    "&lt;b&gt;",
]


class _Reader(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


@pytest.mark.parametrize("paper", [toko_receipt(), kedai_receipt(), saving_receipt()])
def test_the_page_says_what_the_paper_says(paper: ReceiptPaper) -> None:
    document = receipt(paper, copy=False)
    reader = _read(as_html(document, "Receipt"))
    said = "".join("".join(reader.words).split())
    for element in document.elements:
        cells = element.cells if isinstance(element, Row) else ()
        cells = (element.text,) if isinstance(element, Text) else cells
        assert all("".join(printable(cell).split()) in said for cell in cells)
    assert set(reader.tags) <= {
        *("html", "head", "meta", "title", "style", "body", "main"),
        *("p", "div", "span", "hr", "br", "svg", "path"),
    }


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    page = as_html(receipt(named_receipt(*EVIL), copy=False), EVIL[0])
    reader = _read(page)
    assert {"script", "img"} & set(reader.tags) == set()
    assert not re.search(r"(src|href)=(?!x onerror)", page)
    assert "default-src 'none'" in page
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", page)
    assert "Tee <script>alert(1)</script>" in reader.words


def _pdf_text(made: bytes) -> str:
    """Return the text that a PDF shows: what its streams draw between brackets."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.S):
        try:
            plain = zlib.decompress(stream)
        except zlib.error:
            plain = stream
        found += re.findall(rb"\((.*?)(?<!\\)\) Tj", plain, re.S)
    return b"\n".join(found).decode("latin-1").replace("\\(", "(").replace("\\)", ")")


@pytest.mark.parametrize("paper", [toko_receipt(), kedai_receipt(), saving_receipt()])
def test_the_file_says_what_the_paper_says(paper: ReceiptPaper) -> None:
    document = receipt(paper, copy=False)
    made = as_pdf(document, "Receipt", AT_MS)
    assert made.startswith(b"%PDF-")
    shown = _pdf_text(made).splitlines()
    wanted = [piece.text for laid in lay_out(document, 48) if isinstance(laid, Line) for piece in laid.pieces]
    assert shown == [text for text in wanted if text.strip()]


def test_letters_that_courier_lacks_are_drawn_and_the_rest_stays_text() -> None:
    document = Document("x", (Text("Kopi 咖啡"), Text("Teh"), Qr("S1-1-000001"), DrawerKick(), Feed()))
    made = as_pdf(document, "咖啡", AT_MS)
    assert _pdf_text(made) == "Teh"
    assert made.count(b"/Subtype /Image") == 1


def test_a_very_long_receipt_goes_on_on_another_page() -> None:
    document = Document("x", tuple(Text(f"line {n}") for n in range(1500)))
    made = as_pdf(document, "long", AT_MS)
    assert len(re.findall(rb"/Type /Page\b", made)) == 2
    assert _pdf_text(made).splitlines() == [f"line {n}" for n in range(1500)]


@pytest.mark.parametrize("training", [False, True])
def test_both_files_lie_in_the_folder_for_the_shops_own_eyes(tmp_path: Path, training: bool) -> None:
    job = print_job("1", toko_receipt())
    folder = EReceiptFolder(tmp_path / "receipts", training=training)
    files = folder.save(job)
    assert folder.save(job) == files, "saving again replaces them"
    prefix = "training-" if training else ""
    assert sorted(one.name for one in (tmp_path / "receipts").iterdir()) == [
        f"{prefix}receipt-S1-2-000017.html",
        f"{prefix}receipt-S1-2-000017.pdf",
    ]
    assert [stat.S_IMODE(one.stat().st_mode) for one in files] == [0o600, 0o600]
    assert (b"*** TRAINING ***" in files[0].read_bytes()) is training
    assert ("*** TRAINING ***" in _pdf_text(files[1].read_bytes())) is training
    assert "+6281234567890" not in files[0].read_text()
