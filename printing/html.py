"""A document as one HTML page that needs nothing else: for a screen, a mailbox or a folder."""

import io
from collections.abc import Iterator
from html import escape
from typing import assert_never

from omnipos.locale import language
from printing.document import (
    Align,
    Barcode,
    Cut,
    Document,
    DrawerKick,
    Element,
    Feed,
    Qr,
    Row,
    Rule,
    Text,
    printable,
)

_STYLE = (
    "body{margin:0;background:#f4f4f2;color:#111;font:15px/1.45 system-ui,sans-serif}"
    "main{max-width:26rem;margin:1rem auto;padding:1.5rem;background:#fff}"
    "p{margin:.1rem 0}.c{text-align:center}.b{font-weight:700}.l{font-size:1.35rem;line-height:1.3}"
    "div{display:flex;gap:1rem}div span:first-child{flex:1;overflow-wrap:anywhere}"
    "div span+span{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".i{padding-left:1rem}hr{border:0;border-top:1px dashed #888}br{line-height:.8}"
    "svg{display:block;width:9rem;margin:.5rem auto}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is fetched and nothing runs, whatever stands in a name."""


def as_html(document: Document, title: str) -> str:
    """Return a document as a whole page; every text in it is escaped and without control characters."""
    body = "".join(part for element in document.elements for part in _parts(element))
    return (
        f'<!doctype html><html lang="{escape(language())}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def _parts(element: Element) -> Iterator[str]:
    match element:
        case Text():
            center = "c" if element.align is Align.CENTER else ""
            yield f'<p class="{_classes(center, element.bold, element.tall)}">{_text(element.text)}</p>'
        case Row():
            indent = "i" if element.indent else ""
            cells = "".join(f"<span>{_text(cell)}</span>" for cell in element.cells)
            yield f'<div class="{_classes(indent, element.bold, element.tall)}">{cells}</div>'
        case Rule():
            yield "<hr>"
        case Feed():
            yield "<br>" * element.lines
        case Qr() | Barcode():
            yield _qr(printable(element.payload))
        case Cut() | DrawerKick():
            pass
        case unknown:
            assert_never(unknown)


def _classes(first: str, is_bold: bool, tall: int) -> str:
    return " ".join(filter(None, (first, "b" if is_bold else "", "l" if tall > 1 else "")))


def _text(text: str) -> str:
    return escape(printable(text))


def _qr(payload: str) -> str:
    import segno

    if not payload:
        return ""
    drawn = io.BytesIO()
    code = segno.make_qr(payload, error="m", boost_error=False)
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2, nl=False)
    return drawn.getvalue().decode()
