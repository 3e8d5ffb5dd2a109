"""Goods that ask something before they are sold, beside the small shop of the other tests."""

from pathlib import Path

import msgspec

from omnipos.domain.barcode import check_digit
from omnipos.domain.catalogue import Barcode, Product
from tests.rigs import fill

BREAD_KEY = Product(
    product_id="p-roti",
    sku="ROTI",
    name="Roti",
    price_minor=0,
    tax_code="PPN",
    department="Roti",
    open_price=True,
)
PHONE = Product(
    product_id="p-hp",
    sku="HP-5",
    name="HP Ria 5",
    price_minor=1_500_000,
    tax_code="PPN",
    barcodes=(Barcode(code="8991234500019"),),
    asks_serial=True,
)
BOTTLE = Product(
    product_id="p-botol",
    sku="BOTOL",
    name="Jaminan botol",
    price_minor=2000,
    tax_code="EXEMPT",
    discountable=False,
)
BEER = Product(
    product_id="p-bir",
    sku="BIR-620",
    name="Bir 620 ml",
    price_minor=40_000,
    tax_code="PPN",
    barcodes=(Barcode(code="8991234500026"),),
    min_age=21,
    deposit_id="p-botol",
)
CIDER = msgspec.structs.replace(
    BEER, product_id="p-cider", sku="CIDER", name="Cider 330 ml", barcodes=(), min_age=18, deposit_id=""
)
FREE = Product(product_id="p-nol", sku="NOL", name="Contoh", price_minor=0, tax_code="PPN")
SHIRTS = tuple(
    Product(
        product_id=f"p-kaos-{colour}-{size}".lower(),
        sku=f"KAOS-{colour[0]}{size}",
        name=f"Kaos Polos {colour} {size}",
        price_minor=55_000,
        tax_code="PPN",
        family="Kaos Polos",
        options=(colour, size),
        barcodes=(Barcode(code=f"899123451{number:03d}"),),
    )
    for number, (colour, size) in enumerate(
        (colour, size) for colour in ("Merah", "Biru") for size in ("S", "M", "L")
    )
)
GOODS = (BREAD_KEY, PHONE, BOTTLE, BEER, CIDER, FREE, *SHIRTS)

IMEI, OTHER_IMEI, WRONG_IMEI = "356938035643809", "490154203237518", "356938035643808"


def fill_goods(folder: Path) -> None:
    """Add these goods to a till's mirror."""
    fill(folder, "catalogue", *((f"product:{one.product_id}", one) for one in GOODS))


def label_code(prefix: str, plu: int, value: int) -> str:
    """Return a label as a scale prints it."""
    digits = f"{prefix}{plu:05d}{value:05d}"
    return f"{digits}{check_digit(digits)}"
