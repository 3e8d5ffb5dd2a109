"""A gift receipt names the goods and the code of the sale, and no sum, price or person."""

import re

import msgspec

from omnipos.domain.paper import GiftReceiptPaper, print_job
from printing.composing import document_of
from printing.document import as_text
from printing.gift_receipt import gift_receipt
from tests.printing.papers import TOKO, toko_receipt

GIFT_48 = """\
              Toko Sinar
               Jl. Kebon Sirih 12
                 Jakarta 10340
                +62 21 555 0100
             NPWP 0012345678901000
------------------------------------------------
                  Gift receipt
S1-2-000017                    24 Nov 2026 14:32
------------------------------------------------
Indomie Goreng 85 g                          × 3
Teh Botol Sosro 450 ml
Apel Fuji                               0,482 kg
------------------------------------------------
    Please bring this paper if you return or
                  exchange it.

[QR S1-2-000017]

                  S1-2-000017
[cut]"""


def test_a_gift_receipt_to_the_character() -> None:
    paper = GiftReceiptPaper(sale=toko_receipt().sale, shop=TOKO)
    text = as_text(gift_receipt(paper, copy=False), 48)
    assert text == GIFT_48
    assert not re.search(r"\d\.\d{3}", text), "no sum stands on it"
    assert document_of(print_job("1", paper)) == gift_receipt(paper, copy=False)


def test_what_is_no_present_is_not_on_it() -> None:
    sale = toko_receipt().sale
    lines = (
        msgspec.structs.replace(sale.lines[0], gift_card="GC-1"),
        msgspec.structs.replace(sale.lines[1], deposit=True),
        sale.lines[2],
    )
    paper = GiftReceiptPaper(sale=msgspec.structs.replace(sale, lines=lines), shop=TOKO)
    text = as_text(gift_receipt(paper, copy=False), 48)
    assert "Indomie" not in text
    assert "Teh Botol" not in text
    assert "Apel Fuji" in text
