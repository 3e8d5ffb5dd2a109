"""A staff badge: its code scans, no letter of it is readable, and no books keep it."""

import pytest

from omnipos.domain.badge import is_badge
from omnipos.domain.paper import BadgePaper, print_job
from printing.composing import JobComposer, document_of
from printing.document import Barcode, Qr, Text
from printing.links import PrinterAway
from printing.spool import UNKEPT, Spool
from tests.printing.papers import toko_receipt
from tests.printing.test_spool import MemoryJobs
from tests.services.test_badges import SARIS

PAPER = BadgePaper(code=SARIS, name="Sari", shop=toko_receipt().shop)


class Line:
    """A printer that keeps what came, or is away."""

    def __init__(self, *, is_away: bool = False) -> None:
        self.names: list[str] = []
        self._is_away = is_away

    def send(self, composed: bytes, name: str, before_first_byte: object) -> None:
        if self._is_away:
            raise PrinterAway("no paper")
        self.names.append(name)

    def abandon(self) -> None:
        pass


def test_a_badge_has_its_code_once_and_never_in_letters() -> None:
    assert is_badge(SARIS)
    document = document_of(print_job("", PAPER))
    codes = [one.payload for one in document.elements if isinstance(one, Barcode | Qr)]
    assert codes == [SARIS]
    texts = " ".join(one.text for one in document.elements if isinstance(one, Text))
    assert "Sari" in texts
    assert SARIS[8:] not in texts
    assert SARIS not in document.name


def test_the_spool_prints_it_at_once_and_the_books_never_see_it() -> None:
    jobs, line = MemoryJobs(print_job("1", toko_receipt())), Line()
    spool = Spool(jobs, line, JobComposer(48, "cp437"))
    spool.print_unkept(print_job("", PAPER))
    assert spool.step() == 0
    assert (line.names, jobs.history) == (["staff-badge"], [])
    spool.step()
    assert line.names == ["staff-badge", "receipt-" + toko_receipt().sale.receipt_number]


def test_one_that_the_printer_did_not_take_is_gone_and_said(caplog: pytest.LogCaptureFixture) -> None:
    jobs = MemoryJobs()
    spool = Spool(jobs, Line(is_away=True), JobComposer(48, "cp437"))
    spool.print_unkept(print_job("", PAPER))
    assert spool.step() is not None
    assert spool.trouble() == UNKEPT
    assert spool.step() is None
    assert SARIS not in caplog.text
