"""The slips of the collection desk, to the character."""

import msgspec

from printing.document import as_text
from printing.slips import bag_slip, hand_over_slip
from tests.printing.papers import bag_slip_paper, hand_over_paper

BAG_48 = """\
          #WEB-1042
            Sarah Wijaya
                Place B4
================================================
Promised                       24 Nov 2026 15:32
Ordered from                            web shop
Phone                                 +62...7890
------------------------------------------------
Kopi Bubuk Robusta 200 g                     × 1
Indomie Goreng 85 g                          × 2
------------------------------------------------
Total                                  Rp 29.500
TO PAY                                 Rp 29.500

[barcode #WEB-1042]
            Packed 24 Nov 2026 14:32
[cut]"""

HAND_OVER_32 = """\
      Toko Sinar
       Jl. Kebon Sirih 12
         Jakarta 10340
        +62 21 555 0100
     NPWP 0012345678901000
--------------------------------
        Order collected
  #WEB-1042
--------------------------------
Handed over    24 Nov 2026 14:33
Handed over by              Sari
Customer            Sarah Wijaya
Phone                 +62...7890
Checked by       collection code
--------------------------------
Kopi Bubuk Robusta 200 g     × 1
Indomie Goreng 85 g          × 2
--------------------------------
Total                  Rp 29.500
            PAID

[barcode #WEB-1042]
[cut]"""


def test_bag_slip_of_an_unpaid_order():
    assert as_text(bag_slip(bag_slip_paper(paid=False), copy=False), 48) == BAG_48


def test_bag_slip_of_a_paid_order_asks_for_no_money():
    text = as_text(bag_slip(bag_slip_paper(), copy=False), 48)
    assert "PAID" in text
    assert "TO PAY" not in text


def test_bag_slip_of_a_part_paid_order_shows_both_sums():
    paper = bag_slip_paper(paid=False)
    part = msgspec.structs.replace(paper.order, paid_minor=10_000)
    text = as_text(bag_slip(msgspec.structs.replace(paper, order=part), copy=False), 48)
    assert "Paid online                            Rp 10.000\n" in text
    assert "TO PAY                                 Rp 19.500\n" in text


def test_hand_over_slip_names_the_check_and_who_made_it():
    assert as_text(hand_over_slip(hand_over_paper(), copy=False), 32) == HAND_OVER_32


def test_an_order_number_too_long_for_bars_becomes_a_qr_code():
    paper = bag_slip_paper()
    long = msgspec.structs.replace(paper.order, number="MARKETPLACE-2026-0001042")
    document = bag_slip(msgspec.structs.replace(paper, order=long), copy=False)
    assert "[QR #MARKETPLACE-2026-0001042]" in as_text(document, 48)


def test_reprinted_slips_are_marked_copy_at_both_ends():
    for document in (
        bag_slip(bag_slip_paper(), copy=True),
        hand_over_slip(hand_over_paper(), copy=True),
    ):
        lines = as_text(document, 48).splitlines()
        assert lines[0].strip() == "*** COPY ***"
        assert lines[-2].strip() == "*** COPY ***"
