"""The papers of the drawer: X and Z reports, the slip of cash that is no sale, and the drawer's own kick."""

from collections.abc import Iterator

from omnipos.domain.drawer import MOVE_WORDS
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.paper import CashMovePaper, DrawerPaper, ShiftPaper
from omnipos.domain.shift_words import ReportRow, rows_of, title_of
from omnipos.locale import _
from printing.document import Align, Cut, Document, DrawerKick, Element, Feed, Row, Rule, Text
from printing.heading import copy_mark, letterhead, moment


def shift_report(paper: ShiftPaper, *, copy: bool) -> Document:
    """Return an X report, or the Z of a closed shift."""
    report = paper.report
    elements = (
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Rule(),
        Text(title_of(report), Align.CENTER, bold=True, tall=2),
        Row((_("Till {number}").format(number=report.till_number),)),
        *(one for row in rows_of(report, paper.shop, paper.names) for one in _row(row)),
        Rule(),
        Text(_("Printed {moment}").format(moment=moment(paper.printed_at_ms, paper.shop)), Align.CENTER),
        *_signature(report.number),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"z-{report.number}" if report.number else f"x-{report.shift}", elements)


def _row(row: ReportRow) -> Iterator[Element]:
    label, indent = row.label.lstrip(), 2 if row.label.startswith("  ") else 0
    if not row.value and not indent:
        yield Rule()
        yield Text(label, bold=True)
    elif not row.value:
        yield Row((label,), indent=indent)
    else:
        yield Row((label, row.value), bold=row.is_sum, indent=indent)


def _signature(number: str) -> Iterator[Element]:
    if number:
        yield Feed(2)
        yield Row((_("Signature"), "." * 18))


def cash_move_slip(paper: CashMovePaper, *, copy: bool) -> Document:
    """Return the slip of cash in or out; the original opens the drawer, a copy never does."""
    elements = (
        *(() if copy else (DrawerKick(),)),
        *copy_mark(copy, above=True),
        *letterhead(paper.shop),
        Rule(),
        Text(_(MOVE_WORDS[paper.move]), Align.CENTER, bold=True, tall=2),
        Row((_("Sum"), format_money(paper.amount_minor, paper.shop.currency)), bold=True, tall=2),
        *_reason(paper.reason),
        Rule(),
        Row((_("Till {number}").format(number=paper.till_number), moment(paper.at_ms, paper.shop))),
        Row((_("Shift"), paper.shift)),
        Row((_("By"), clean_text(paper.staff_name, 40))),
        *_approved(paper.approved_by),
        Feed(2),
        Row((_("Signature"), "." * 18)),
        *copy_mark(copy),
        Cut(),
    )
    return Document(f"{paper.move.value.replace('_', '-')}-{paper.at_ms}", elements)


def _reason(reason: str) -> Iterator[Element]:
    if reason:
        yield Text(clean_text(reason, 200))


def _approved(name: str) -> Iterator[Element]:
    if name:
        yield Row((_("Allowed by"), clean_text(name, 40)))


def only_the_drawer(paper: DrawerPaper) -> Document:
    """Return no paper at all: the drawer opens."""
    return Document("drawer", (DrawerKick(),))
