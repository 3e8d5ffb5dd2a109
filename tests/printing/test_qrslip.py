"""The slip with a code to be paid by: to the character, and it scans to the acquirer's own string."""

import pytest
import zxingcpp

from omnipos.domain.emvqr import Field, read_payload, written
from omnipos.domain.paper import QrCodePaper
from omnipos.domain.tender import QrSlip, Tender, TenderKind
from printing.document import Document, Qr, as_text
from printing.escpos import Composer
from printing.paper import draw_paper
from printing.qrslip import qr_code_slip
from printing.receipt import _tender
from tests.domain.test_emvqr import QRIS_41190, QRIS_STATIC, SAMPLES
from tests.printing.papers import AT_MS, TOKO

SLIP = f"""\
      Toko Sinar
       Jl. Kebon Sirih 12
         Jakarta 10340
        +62 21 555 0100
     NPWP 0012345678901000

            QRIS
         To TOKO SINAR
       Rp 41.190

[QR {QRIS_41190}]

 Pay before 24 Nov 2026 14:37.
         Not a receipt
       24 Nov 2026 14:32
[cut]"""


def paper(payload: str, **other: object) -> QrCodePaper:
    code = read_payload(payload)
    made = {"payload": payload, "amount_minor": 41_190, "shop": TOKO, "printed_at_ms": AT_MS}
    return QrCodePaper(**made | {"scheme": code.scheme.value, "merchant": code.merchant} | other)


def test_the_slip_says_to_whom_how_much_and_until_when():
    slip = paper(QRIS_41190, has_amount=True, expires_at_ms=AT_MS + 300_000)
    assert as_text(qr_code_slip(slip, copy=False), 32) == SLIP


def test_a_code_without_a_sum_says_what_to_type():
    text = as_text(qr_code_slip(paper(QRIS_STATIC), copy=True), 32)
    assert "Type Rp 41.190 in your app." in text
    assert "Pay before" not in text
    assert text.count("*** COPY ***") == 2


@pytest.mark.parametrize("columns", [32, 48])
@pytest.mark.parametrize("payload", SAMPLES)
def test_what_a_phone_reads_from_the_slip_is_the_code_to_the_character(columns, payload):
    composed = Composer(columns).compose(qr_code_slip(paper(payload), copy=False))
    (code,) = zxingcpp.read_barcodes(draw_paper(composed, columns))
    assert code.text == payload


@pytest.mark.parametrize("columns", [32, 48])
def test_the_longest_code_is_whole_on_the_narrowest_paper(columns):
    own = tuple(Field(f"{80 + n}", "ab" * 45) for n in range(3))
    payload = written((*read_payload(QRIS_STATIC).fields[:-1], *own))
    assert len(payload) > 450
    composed = Composer(columns).compose(Document("t", (Qr(payload),)))
    (code,) = zxingcpp.read_barcodes(draw_paper(composed, columns))
    assert code.text == payload


@pytest.mark.parametrize(
    ("verified", "lines"),
    [(True, ["  Bank Contoh  Reference 501234"]),
     (False, ["  Bank Contoh  Reference 501234", "  Unverified: seen on the customer's phone only"])],
)  # fmt: skip
def test_a_receipt_says_who_settles_a_qr_payment_and_whether_it_was_verified(verified, lines):
    slip = QrSlip(reference="501234", acquirer="Bank Contoh", verified=verified)
    rows = tuple(_tender(Tender(kind=TenderKind.QR, amount_minor=41_190, qr=slip), "IDR"))
    text = as_text(Document("t", rows), 48).splitlines()
    assert text == ["QR payment                                41.190", *lines]
