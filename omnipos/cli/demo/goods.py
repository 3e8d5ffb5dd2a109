"""The demo shop's products, made from a table of brands, variants and sizes; the same every time."""

import csv
from pathlib import Path

from omnipos.domain.barcode import check_digit
from omnipos.domain.catalogue import Barcode, Product
from omnipos.domain.quantity import PIECE_MILLI

PREFIXES = {"ID": "899", "MY": "955", "US": "0"}
"""GS1 prefixes; an American code has 12 digits."""
FIRST_PLU = 4011


def products(country: str) -> tuple[Product, ...]:
    """Return the products of a country's demo shop; the hub makes their ids."""
    with (Path(__file__).parent / f"goods_{country}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    companies: dict[str, int] = {}
    made: list[Product] = []
    for row in rows:
        company = companies.setdefault(row["brand"], len(companies))
        for variant in row["variants"].split(","):
            for sized in row["sizes"].split(","):
                size, _equals, price = sized.partition("=")
                made.append(_product(row, country, variant, size, int(price), company, len(made)))
    return tuple(made)


def _product(
    row: dict[str, str], country: str, variant: str, size: str, price: int, company: int, number: int
) -> Product:
    weighed = row["unit"] == "kg"
    name = f"{row['brand']} {variant}" if weighed else f"{row['brand']} {variant} {size}"
    code = "" if weighed else gtin(country, company, number)
    packs = [Barcode(code=code)] if code else []
    if code and row["department"] == "Mie instan":
        # A carton of noodles is scanned as the forty packs that it holds.
        packs.append(Barcode(code=_carton(code), quantity_milli=40 * PIECE_MILLI))
    return Product(
        product_id="",
        sku=f"D{number + 1:04d}",
        name=name,
        price_minor=price,
        tax_code=row["tax"],
        unit=row["unit"],
        plu=str(FIRST_PLU + number) if weighed else "",
        department=row["department"],
        shelf=row["shelf"],
        barcodes=tuple(packs),
    )


def gtin(country: str, company: int, number: int) -> str:
    """Return a GTIN-13 or UPC-A with a right check digit: company and item spread, none twice."""
    prefix = PREFIXES[country]
    digits = f"{prefix}{1000 + company * 137 % 9000:04d}{number:05d}"
    digits = digits.ljust(11 if country == "US" else 12, "0")
    return f"{digits}{check_digit(digits)}"


def _carton(code: str) -> str:
    digits = "1" + code[:-1]
    return f"{digits}{check_digit(digits)}"
