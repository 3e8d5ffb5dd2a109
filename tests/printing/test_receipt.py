"""A receipt says what the law and the customer want, to the character."""

import msgspec
import pytest

from omnipos.domain.basket import Basket, Discount, PriceOverride
from omnipos.domain.paper import ReceiptPaper
from omnipos.domain.returning import Found, mirror, put_back
from omnipos.domain.tax import TaxTotal
from omnipos.domain.tender import Tender, TenderKind
from omnipos.locale import speak
from printing.document import as_text
from printing.receipt import receipt, tax_name
from tests.printing.papers import (
    TOKO,
    card,
    cash,
    kedai_receipt,
    line,
    named_receipt,
    sale,
    saving_receipt,
    toko_receipt,
)

RUPIAH_48 = """\
[drawer]
              Toko Sinar
               Jl. Kebon Sirih 12
                 Jakarta 10340
                +62 21 555 0100
             NPWP 0012345678901000
------------------------------------------------
S1-2-000017                    24 Nov 2026 14:32
Till 2                              Cashier Sari
Customer                 Sarah Wijaya +62...7890
------------------------------------------------
Indomie Goreng 85 g
  3 × 3.500                               10.500
Teh Botol Sosro 450 ml                     9.000
Apel Fuji
  0,482 kg × 45.000                       21.690
------------------------------------------------
Total before rounding                     41.190
Rounding                                      10
TOTAL                                  Rp 41.200

Cash                                      50.000
Change                                     8.800
------------------------------------------------
Tax                            Base       Amount
PPN 12% included             16.104        1.932
Bebas PPN                    21.690            0
  PP 49/2022

[QR S1-2-000017]

                  S1-2-000017

                 Terima kasih!
       Barang dapat ditukar dalam 7 hari.
[cut]"""

RINGGIT_48 = """\
[drawer]
             Kedai Sinar
          12 Jalan Alor, Kuala Lumpur
             SST W10-1808-32000001
------------------------------------------------
K1-2-000017                    24 Nov 2026 15:32
Till 2                            Cashier Aisyah
------------------------------------------------
Nasi lemak ayam                             9.90
Teh tarik
  2 × 1.50                                  3.00
------------------------------------------------
Goods                                      12.90
Service tax 6%                              0.77
Total before rounding                      13.67
Rounding                                   -0.02
TOTAL                                   RM 13.65

Cash                                       20.00
Change                                      6.35
------------------------------------------------
Tax                            Base       Amount
Service tax 6% added          12.90         0.77

[QR K1-2-000017]

                  K1-2-000017
[cut]"""

SPLIT_COPY_32 = """\
    *** COPY ***

      Toko Sinar
       Jl. Kebon Sirih 12
         Jakarta 10340
        +62 21 555 0100
     NPWP 0012345678901000
--------------------------------
S1-2-000017    24 Nov 2026 14:32
Till 2              Cashier Sari
Customer Sarah Wijaya +62...7890
--------------------------------
Indomie Goreng 85 g
  3 × 3.500               10.500
Teh Botol Sosro 450 ml     9.000
Apel Fuji
  0,482 kg × 45.000       21.690
--------------------------------
Total before rounding     41.190
Rounding                      10
TOTAL                  Rp 41.200

Card                      20.000
  BCA Visa ****4242
  Approval 482913  Trace 000127
Cash                      21.200
Change                         0
--------------------------------
Tax                Base   Amount
PPN 12% included 16.104    1.932
Bebas PPN        21.690        0
  PP 49/2022

[QR S1-2-000017]

          S1-2-000017

         Terima kasih!
  Barang dapat ditukar dalam 7
             hari.

    *** COPY ***
[cut]"""

RINGGIT_32_TAX = """\
Tax                Base   Amount
Service tax 6% added
                  12.90     0.77"""


NUMBERS_32 = """\
HP Ria 5
  2 × 1.500.000        3.000.000
  Serial number 356938035643809
  Serial number 490154203237518
Botol (deposit)
  2 × 2.000                4.000
Apel Fuji
  0,482 kg × 45.000       21.690
"""


SAVINGS_32 = """\
Teh Botol Sosro 450 ml
  4 × 9.000               36.000
  second at half price    -9.000
  Friends of the shop 5% with a
  name that is too long for
  narrow paper            -1.350
Apel Fuji
  0,482 kg × 45.000       21.690
  Friends of the shop 5% with a
  name that is too long for
  narrow paper            -1.085
--------------------------------
Goods                     57.690
Saved                    -11.435
  Coupon TEMAN-5
Total before rounding     46.255
Rounding                      45
TOTAL                  Rp 46.300
"""


def test_savings_stand_below_their_goods_and_the_coupon_that_gave_some_in_the_sums():
    shown = as_text(receipt(saving_receipt(), copy=False), 32)
    assert SAVINGS_32 in shown
    assert "UNUSED" not in shown


def test_rupiah_receipt_with_inclusive_and_exempt_lines():
    assert as_text(receipt(toko_receipt(), copy=False), 48) == RUPIAH_48


def test_ringgit_receipt_shows_the_total_before_and_after_rounding():
    assert as_text(receipt(kedai_receipt(), copy=False), 48) == RINGGIT_48


def test_reprint_of_a_split_payment_on_narrow_paper_is_marked_copy_at_both_ends():
    split = toko_receipt(card(20_000), cash(21_200))
    assert as_text(receipt(split, copy=True), 32) == SPLIT_COPY_32


def test_a_tax_too_long_for_narrow_paper_stands_above_its_sums():
    assert RINGGIT_32_TAX in as_text(receipt(kedai_receipt(), copy=False), 32)


def test_card_alone_is_exact_and_owes_no_change():
    text = as_text(receipt(toko_receipt(card(41_190)), copy=False), 48)
    assert "TOTAL                                  Rp 41.190\n" in text
    assert "Rounding" not in text
    assert "Change" not in text


def test_what_was_paid_online_is_named():
    paid = Tender(kind=TenderKind.ONLINE, amount_minor=41_190)
    text = as_text(receipt(toko_receipt(paid), copy=False), 48)
    assert "Paid online                               41.190\n" in text


def test_no_full_phone_number_is_on_the_paper():
    text = as_text(receipt(toko_receipt(), copy=False), 48)
    assert "+62...7890" in text
    assert "812345" not in text


def test_a_name_of_200_letters_wraps_and_keeps_its_sum():
    lines = as_text(receipt(named_receipt("Kopi " * 40), copy=False), 32).splitlines()
    assert all(len(line) <= 32 for line in lines)
    assert "".join(lines).count("Kopi") == 40
    assert "  2 × 12.500              25.000" in lines


@pytest.mark.parametrize("columns", [48, 32])
def test_names_from_everywhere_keep_within_the_paper(columns):
    from printing.document import Line, columns_of, lay_out

    names = ("可口可乐 " * 20, "قهوة عربية", "ชาไทย น้ำปลา", "காபி தூள்", "Es 🍦 krim", "日本" * 90)
    laid = list(lay_out(receipt(named_receipt(*names), copy=False), columns))
    widths = [columns_of(line.text) for line in laid if isinstance(line, Line) and line.wide == 1]
    assert max(widths) == columns


def test_footer_and_shop_lose_their_control_characters():
    paper = toko_receipt()
    shop = msgspec.structs.replace(
        paper.shop, name="Toko\x1bp\x00 Sinar", footer="Terima\x1b@ kasih\u202e!", address="Jl.\x9b1\n\nX"
    )
    text = as_text(receipt(msgspec.structs.replace(paper, shop=shop), copy=False), 48)
    assert "Tokop Sinar" in text
    assert "Terima@ kasih!" in text
    assert all(c == "\n" or c.isprintable() for c in text)


def test_months_follow_the_language():
    speak("id")
    paper = toko_receipt()
    in_august = msgspec.structs.replace(paper.sale, completed_at_ms=1_786_000_000_000)
    text = as_text(receipt(msgspec.structs.replace(paper, sale=in_august), copy=False), 48)
    assert "6 Agu 2026 14:06" in text


@pytest.mark.parametrize(
    ("name", "rate_ppm", "currency", "shown"),
    [
        ("PPN", 120_000, "IDR", "PPN 12%"),
        ("PPN 12%", 120_000, "IDR", "PPN 12%"),
        ("Sales tax", 65_000, "USD", "Sales tax 6.5%"),
        ("MwSt.", 75_000, "EUR", "MwSt. 7,5%"),
        ("Sales tax", 88_750, "USD", "Sales tax 8.875%"),
        ("Bebas PPN", 0, "IDR", "Bebas PPN"),
    ],
)
def test_a_tax_is_named_with_its_rate(name, rate_ppm, currency, shown):
    tax = TaxTotal(code="t", name=name, rate_ppm=rate_ppm, inclusive=True, base_minor=0, tax_minor=0)
    assert tax_name(tax, currency) == shown


def test_numbers_deposits_and_labels_stand_with_their_goods():
    phone = msgspec.structs.replace(
        line("HP Ria 5", 1_500_000, 2000), serials=("356938035643809", "490154203237518")
    )
    bottle = msgspec.structs.replace(line("Botol", 2000, 2000, tax="free", line_id=2), deposit_for=1)
    apples = msgspec.structs.replace(
        line("Apel Fuji", 45_000, 482, tax="free", unit="kg", line_id=3), label_minor=21_690
    )
    sold = sale(TOKO, (phone, bottle, apples), (cash(3_025_700),))
    paper = ReceiptPaper(sale=sold, shop=TOKO, staff_name="Sari", customer_name="", customer_phone="")
    assert NUMBERS_32 in as_text(receipt(paper, copy=False), 32)


def test_a_price_by_hand_says_what_it_was_and_a_discount_says_why() -> None:
    changed = msgspec.structs.replace(
        line("Teh Botol", 5000),
        override=PriceOverride(reason="Price match", was_minor=6000),
        discount=Discount(reason="Damaged", rate_ppm=100_000),
    )
    paper = ReceiptPaper(sale=sale(TOKO, (changed,), (cash(4500),)), shop=TOKO, staff_name="Sari")
    printed = as_text(receipt(paper, copy=False), 32).splitlines()
    at = printed.index("Teh Botol                  5.000")
    assert printed[at + 1 : at + 3] == ["  Price changed from 6.000", "  Discount: Damaged         -500"]


def test_a_return_says_so_names_its_receipt_and_has_a_line_to_sign() -> None:
    sold = sale(TOKO, (line("Teh Botol", 6000, 2000),), (cash(12_000),))
    found = Found(sale=sold)
    back = mirror(sold, found.lines[0], 1000, {}, reason="Bocor")
    basket = put_back(
        Basket(basket_id="b", number=2, currency="IDR", started_at_ms=1, staff_id="sari"),
        found, found.lines[0], back, 1000,
    )  # fmt: skip
    returned = sale(TOKO, basket.lines, (cash(-6000),), number=18)
    text = as_text(receipt(ReceiptPaper(sale=returned, shop=TOKO, staff_name="Sari"), copy=False), 48)
    assert "RETURN" in text
    assert f"Of receipt{sold.receipt_number:>38}" in text
    assert f"  From {sold.receipt_number}, Bocor" in text
    assert f"Cash{'-6.000':>44}" in text.replace("−", "-")
    assert "Customer                ________________________" in text
    assert "Change" not in text


def test_money_paid_online_that_goes_back_names_the_web_shop() -> None:
    sold = sale(
        TOKO, (line("Teh Botol", 6000, 2000),), (Tender(kind=TenderKind.ONLINE, amount_minor=12_000),)
    )
    found = Found(sale=sold)
    back = mirror(sold, found.lines[0], 1000, {}, reason="Bocor")
    empty = Basket(basket_id="b", number=2, currency="IDR", started_at_ms=1, staff_id="sari")
    lines = put_back(empty, found, found.lines[0], back, 1000).lines
    returned = sale(TOKO, lines, (Tender(kind=TenderKind.ONLINE, amount_minor=-6000),), number=18)
    text = as_text(receipt(ReceiptPaper(sale=returned, shop=TOKO, staff_name="Sari"), copy=False), 48)
    assert f"Back through the web shop{'-6.000':>23}" in text.replace("−", "-")


def test_a_footer_that_the_law_makes_void_is_not_printed() -> None:
    shop = msgspec.structs.replace(TOKO, footer="Terima kasih!\nBarang yang sudah dibeli tidak dapat ditukar")
    sold = sale(shop, (line("Teh Botol", 6000),), (cash(6000),))
    text = as_text(receipt(ReceiptPaper(sale=sold, shop=shop, staff_name="Sari"), copy=False), 48)
    assert "Terima kasih!" in text
    assert "dibeli" not in text
