"""Scanning into a basket of 100 lines at a till with many promotions, beside the barest app in a terminal."""

from pathlib import Path

import msgspec

from bench.counter import bare, pay_cash, sign_in, till_in
from bench.pricing import PRODUCTS, promotions
from bench.rows import BarKind, Row, percentile, row
from omnipos.domain.catalogue import Barcode, Product
from omnipos.domain.money import format_amount
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Occasion, Pick, Promotion
from tests.rigs import NOON_MS, fill

LINES = 100
SCANS = 40
BARS_MS = {1000: 20.0, 10_000: 100.0}


def measure(folder: Path) -> list[Row]:
    """Return the rows of an enrolled till that is told of more and more promotions; its hub is away."""
    goods = [_product(number) for number in range(PRODUCTS)]
    for start in range(0, PRODUCTS, 1000):
        part = goods[start : start + 1000]
        fill(folder, "catalogue", *((f"product:{one.product_id}", one) for one in part))
    floor = _bare_scans()
    rows = []
    for count, bar_ms in BARS_MS.items():
        offers = [_at_any_time(one) for one in promotions(count)]
        for start in range(0, count, 1000):
            part_of = offers[start : start + 1000]
            fill(folder, "catalogue", *((f"promotion:{one.promotion_id}", one) for one in part_of))
        rows.append(
            row(
                f"scan into {LINES} lines, {count:,} promotions, to the painted total",
                "p95",
                percentile(_scans(folder, goods, offers), 95),
                percentile(floor, 95),
                bar_ms,
                BarKind.ABOVE_FLOOR,
            )
        )
    return rows


def _product(number: int) -> Product:
    return Product(
        product_id=f"product-{number}",
        sku=f"S{number}",
        name=f"Goods {number}",
        price_minor=2500 + number % 97 * 350,
        tax_code="PPN",
        category=f"category {number % 120}",
        department=f"department {number % 12}",
        brand=f"brand {number % 200}",
        barcodes=(Barcode(code=_code(number)),),
    )


def _code(number: int) -> str:
    digits = f"8990{number:08d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return f"{digits}{-(odd + 3 * even) % 10}"


def _at_any_time(promotion: Promotion) -> Promotion:
    """Let a promotion hold whenever this runs, so that the total is known beforehand."""
    return msgspec.structs.replace(promotion, weekdays=(), from_minute=0, until_minute=0)


def _scans(folder: Path, goods: list[Product], offers: list[Promotion]) -> list[float]:
    book = PromotionBook(offers)
    chosen = goods[:: PRODUCTS // LINES][:LINES]
    quantities = dict.fromkeys((one.product_id for one in chosen), 0)
    by_id = {one.product_id: one for one in chosen}
    times = []
    before = -1
    with till_in(folder) as till:
        sign_in(till)
        for number in range(LINES + SCANS):
            product = chosen[number % LINES]
            quantities[product.product_id] += 1
            picks = [_pick(by_id[one], count) for one, count in quantities.items() if count]
            total, saved = _total_and_saved(book, picks)
            changed = total if total != before else -saved
            before = total
            code = product.barcodes[0].code.encode() + b"\r"
            took = till.time_of(code, format_amount(changed, "IDR"))
            till.settle()
            if number >= LINES:
                times.append(took)
        pay_cash(till)
    return times


def _pick(product: Product, count: int) -> Pick:
    return Pick(
        product_id=product.product_id,
        quantity_milli=count * 1000,
        amount_minor=count * product.price_minor,
        category=product.category,
        department=product.department,
        brand=product.brand,
    )


def _total_and_saved(book: PromotionBook, picks: list[Pick]) -> tuple[int, int]:
    own = book.best(picks, Occasion(at_ms=NOON_MS, weekday=3, minute=720, store_code="S1"))
    saved = sum(one.amount_minor for line in own for one in line)
    return sum(one.amount_minor for one in picks) - saved, saved


def _bare_scans() -> list[float]:
    times = []
    with bare("scan") as program:
        program.wait_for("ready")
        for number in range(1, LINES + SCANS + 1):
            times.append(program.time_of(_code(number).encode() + b"\r", f"total {number:06d}"))
            program.settle()
    return times
