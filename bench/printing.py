"""How long a receipt of 40 lines with a QR code takes, beside python-escpos doing the same bare."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.rows import BarKind, Row, row
from omnipos.domain.money import CashRounding
from omnipos.domain.paper import ReceiptPaper
from omnipos.domain.sale import Sale, SaleLine
from omnipos.domain.shop import Shop
from omnipos.domain.tax import TaxTotal
from omnipos.domain.tender import Tender, TenderKind
from printing.document import Document, Line, Qr, lay_out
from printing.escpos import Composer
from printing.receipt import receipt

COLUMNS = 48
LINES = 40
ROUNDS = 200
BAR = 1.5


def paper() -> ReceiptPaper:
    """Return a receipt of 40 goods."""
    lines = tuple(
        SaleLine(
            product_id=f"p{number}",
            sku=f"SKU{number}",
            name=f"Indomie Goreng Rasa {number} 85 g",
            quantity_milli=1000,
            unit_price_minor=3_500,
            amount_minor=3_500,
            tax_code="ppn",
            tax_minor=347,
        )
        for number in range(LINES)
    )
    total = LINES * 3_500
    tax = TaxTotal(
        code="ppn",
        name="PPN",
        rate_ppm=120_000,
        inclusive=True,
        base_minor=total - 13_874,
        tax_minor=13_874,
    )
    sale = Sale(
        sale_id="sale",
        receipt_number="S1-2-000017",
        store_id="s1",
        till_number=2,
        staff_id="st1",
        currency="IDR",
        completed_at_ms=1_795_505_520_000,
        lines=lines,
        taxes=(tax,),
        total_minor=total,
        rounding_minor=0,
        tenders=(Tender(kind=TenderKind.CASH, amount_minor=total),),
        change_minor=0,
    )
    shop = Shop(
        store_id="s1",
        code="S1",
        name="Toko Sinar",
        country="ID",
        currency="IDR",
        address="Jl. Kebon Sirih 12",
        time_zone="Asia/Jakarta",
        cash_rounding=CashRounding(),
    )
    return ReceiptPaper(sale=sale, shop=shop, staff_name="Sari")


def bare(printer: Any, texts: list[str], code: str) -> bytes:
    """Print the very lines of the receipt with python-escpos alone; a printer is kept here too."""
    printer.clear()
    printer.hw("INIT")
    for text in texts:
        printer.textln(text)
    printer.set(align="center")
    printer.qr(code, native=True, size=6)
    printer.cut()
    composed: bytes = printer.output
    return composed


def texts_of(document: Document) -> tuple[list[str], str]:
    """Return the lines and the QR payload of a document."""
    laid = list(lay_out(document, COLUMNS))
    code = next(one.payload for one in laid if isinstance(one, Qr))
    return [one.text.replace("×", "x") for one in laid if isinstance(one, Line)], code


def rows() -> list[Row]:
    """Return the bench's row: ours from the sale to the bytes, beside the bare library."""
    from escpos.printer import Dummy

    sold = paper()
    composer, printer = Composer(COLUMNS), Dummy()
    texts, code = texts_of(receipt(sold, copy=False))
    floor, value = _medians(
        lambda: bare(printer, texts, code),
        lambda: composer.compose(receipt(sold, copy=False)),
    )
    return [row("receipt of 40 lines with QR, composed", "p50", value, floor, BAR, BarKind.RATIO)]


def _medians(*runs: Callable[[], object]) -> list[float]:
    """Return each run's median in milliseconds, the runs taking turns so that both meet the same load."""
    took: list[list[float]] = [[] for _run in runs]
    for round_number in range(ROUNDS):
        for index, run in enumerate(runs):
            began = time.perf_counter()
            run()
            if round_number:
                took[index].append((time.perf_counter() - began) * 1000)
    return [statistics.median(times) for times in took]
