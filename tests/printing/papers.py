"""Papers of two shops for the tests of printing: every sum was worked out by the domain's own rules."""

from omnipos.domain.basket import Basket, Line, OrderToSettle
from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.order import Check, Order, OrderLine, OrderState, Proof
from omnipos.domain.paper import BagSlipPaper, HandOverPaper, ReceiptPaper
from omnipos.domain.pricing import Terms, price_lines
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import BuyGet, Goods, Occasion, PercentOff, Promotion
from omnipos.domain.sale import Sale, SaleIdentity, complete
from omnipos.domain.shop import Shop
from omnipos.domain.tax import Tax
from omnipos.domain.tender import CardSlip, Tender, TenderKind, settle

AT_MS = 1_795_505_520_000
"""24 November 2026, 07:32 UTC: 14:32 in Jakarta, 15:32 in Kuala Lumpur."""

TOKO = Shop(
    store_id="s1",
    code="S1",
    name="Toko Sinar",
    country="ID",
    currency="IDR",
    address="Jl. Kebon Sirih 12\nJakarta 10340",
    phone="+62 21 555 0100",
    tax_label="NPWP",
    tax_number="0012345678901000",
    language="id",
    time_zone="Asia/Jakarta",
    cash_rounding=CashRounding(mode=RoundingMode.NEAREST, step_minor=100),
    footer="Terima kasih!\nBarang dapat ditukar dalam 7 hari.",
)
KEDAI = Shop(
    store_id="s2",
    code="K1",
    name="Kedai Sinar",
    country="MY",
    currency="MYR",
    address="12 Jalan Alor, Kuala Lumpur",
    tax_label="SST",
    tax_number="W10-1808-32000001",
    language="ms",
    time_zone="Asia/Kuala_Lumpur",
    cash_rounding=CashRounding(mode=RoundingMode.NEAREST, step_minor=5),
)
TAXES = {
    "ppn": Tax(
        code="ppn",
        name="PPN",
        rate_ppm=120_000,
        inclusive=True,
        base_numerator=11,
        base_denominator=12,
    ),
    "free": Tax(code="free", name="Bebas PPN", rate_ppm=0, inclusive=True, reason="PP 49/2022"),
    "service": Tax(code="service", name="Service tax", rate_ppm=60_000, inclusive=False),
}
CARD = CardSlip(
    approval_code="482913", acquirer="BCA", scheme="Visa", trace_number="000127", last_four="4242"
)


def line(
    name: str,
    price: int,
    quantity_milli: int = 1000,
    *,
    tax: str = "ppn",
    unit: str = "pcs",
    line_id: int = 1,
) -> Line:
    """Return a basket line."""
    return Line(
        line_id=line_id,
        product_id=f"p{line_id}",
        sku=f"SKU{line_id}",
        name=name,
        quantity_milli=quantity_milli,
        unit_price_minor=price,
        tax_code=tax,
        unit=unit,
    )


NOTHING_OFF = PromotionBook()


def sale(
    shop: Shop,
    lines: tuple[Line, ...],
    tenders: tuple[Tender, ...],
    number: int = 17,
    book: PromotionBook = NOTHING_OFF,
    coupons: dict[str, str] | None = None,
) -> Sale:
    """Return the sale of some lines, priced, settled and completed by the domain.

    `coupons` maps the promotions of the book that were opened to the codes given for them.
    """
    opened = coupons or {}
    occasion = Occasion(at_ms=AT_MS, weekday=2, minute=872, coupons=opened)
    totals = price_lines(lines, Terms(taxes=TAXES, rounding=shop.tax_rounding, book=book, occasion=occasion))
    settled = settle(totals.total_minor, tenders, shop.cash_rounding)
    assert settled is not None, "the tenders pay the sale"
    basket = Basket(
        basket_id="b1",
        number=1,
        currency=shop.currency,
        started_at_ms=AT_MS,
        staff_id="st1",
        lines=lines,
        tenders=tenders,
        coupons=tuple(opened.values()),
        order=OrderToSettle(order_id="", number="", check="") if not lines else None,
    )
    identity = SaleIdentity(
        sale_id="sale1",
        receipt_number=f"{shop.code}-2-{number:06d}",
        store_id=shop.store_id,
        till_number=2,
        staff_id="st1",
        completed_at_ms=AT_MS,
    )
    return complete(basket, totals, settled, identity)


def cash(minor: int) -> Tender:
    """Return a sum given in cash."""
    return Tender(kind=TenderKind.CASH, amount_minor=minor)


def card(minor: int) -> Tender:
    """Return a sum paid on the card terminal."""
    return Tender(kind=TenderKind.CARD, amount_minor=minor, card=CARD)


TOKO_LINES = (
    line("Indomie Goreng 85 g", 3_500, 3000),
    line("Teh Botol Sosro 450 ml", 9_000, line_id=2),
    line("Apel Fuji", 45_000, 482, tax="free", unit="kg", line_id=3),
)


def toko_receipt(*tenders: Tender) -> ReceiptPaper:
    """Return the receipt of a mixed basket of 41,190 rupiah: PPN inclusive, and exempt fruit."""
    return ReceiptPaper(
        sale=sale(TOKO, TOKO_LINES, tenders or (cash(50_000),)),
        shop=TOKO,
        staff_name="Sari",
        customer_name="Sarah Wijaya",
        customer_phone="+6281234567890",
    )


def saving_receipt() -> ReceiptPaper:
    """Return the receipt of 57,690 rupiah of goods, less 9,000 by an offer and 2,435 by a coupon."""
    lines = (
        line("Teh Botol Sosro 450 ml", 9_000, 4000),
        line("Apel Fuji", 45_000, 482, tax="free", unit="kg", line_id=2),
    )
    second = Promotion(
        promotion_id="second",
        code="SECOND",
        name="second at half price",
        reward=BuyGet(buy=1, get=1, rate_ppm=500_000),
        goods=Goods(products=("p1",)),
    )
    friends = Promotion(
        promotion_id="friends",
        code="FRIENDS",
        name="Friends of the shop 5% with a name that is too long for narrow paper",
        reward=PercentOff(rate_ppm=50_000),
        combinable=True,
        needs_coupon=True,
    )
    paid = sale(
        TOKO,
        lines,
        (cash(50_000),),
        book=PromotionBook((second, friends)),
        coupons={"friends": "TEMAN-5", "other": "UNUSED"},
    )
    return ReceiptPaper(sale=paid, shop=TOKO, staff_name="Sari")


def kedai_receipt() -> ReceiptPaper:
    """Return the receipt of a meal of RM 12.90 with 6% service tax, paid in cash: 13.67 to 13.65."""
    lines = (
        line("Nasi lemak ayam", 990, tax="service"),
        line("Teh tarik", 150, 2000, tax="service", line_id=2),
    )
    return ReceiptPaper(sale=sale(KEDAI, lines, (cash(2_000),)), shop=KEDAI, staff_name="Aisyah")


def named_receipt(*names: str) -> ReceiptPaper:
    """Return a receipt with a line of each name, two pieces of 12,500 rupiah."""
    lines = tuple(line(name, 12_500, 2000, line_id=index) for index, name in enumerate(names, start=1))
    paid = sale(TOKO, lines, (cash(25_000 * len(names)),))
    return ReceiptPaper(sale=paid, shop=TOKO, staff_name="Sari")


def order(*, paid: bool = True, proof: Proof | None = None) -> Order:
    """Return a picked order of 29,500 rupiah."""
    lines = (
        OrderLine(
            line_id="1",
            product_id="p1",
            sku="KOPI200",
            name="Kopi Bubuk Robusta 200 g",
            quantity_milli=1000,
            unit_price_minor=22_500,
            tax_code="ppn",
            picked_milli=1000,
        ),
        OrderLine(
            line_id="2",
            product_id="p2",
            sku="IND85",
            name="Indomie Goreng 85 g",
            quantity_milli=2000,
            unit_price_minor=3_500,
            tax_code="ppn",
            picked_milli=2000,
        ),
    )
    return Order(
        order_id="o1",
        number="WEB-1042",
        channel="web shop",
        store_id="s1",
        state=OrderState.COLLECTED if proof else OrderState.READY,
        placed_at_ms=AT_MS - 7_200_000,
        promised_at_ms=AT_MS + 3_600_000,
        currency="IDR",
        lines=lines,
        total_minor=29_500,
        paid_minor=29_500 if paid else 0,
        collection_code="7KQ4",
        customer_name="Sarah Wijaya",
        customer_phone="+6281234567890",
        bag_place="B4",
        proof=proof,
    )


def bag_slip_paper(*, paid: bool = True) -> BagSlipPaper:
    """Return the slip for the bag of the order."""
    return BagSlipPaper(order=order(paid=paid), shop=TOKO, printed_at_ms=AT_MS)


def hand_over_paper() -> HandOverPaper:
    """Return the slip of the order handed over against its code."""
    proof = Proof(staff_id="st1", at_ms=AT_MS + 60_000, device_id="d1", check=Check.CODE)
    return HandOverPaper(order=order(proof=proof), shop=TOKO, staff_name="Sari", printed_at_ms=AT_MS + 61_000)
