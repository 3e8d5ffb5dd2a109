"""The demo shop's goods that ask something at the till, or come in cartons, named as its country does."""

from typing import NamedTuple

from hub.goodsmessages import BarcodeWish, ProductWish
from omnipos.cli.demo.goods import gtin
from omnipos.domain.quantity import PIECE_MILLI

COMPANY = 63
FIRST_NUMBER = 900
"""Behind the numbers of all other goods, so that no barcode is there twice."""
CARTON_MILLI = 24 * PIECE_MILLI
OLD_ENOUGH = 21
DEPARTMENT_PLU = "901"


class Names(NamedTuple):
    """What these goods are called and cost in one country, in its minor units."""

    tax: str
    department: str
    shirt: tuple[str, int]
    colours: tuple[str, str]
    water: tuple[str, int]
    beer: tuple[str, int]
    bottle: tuple[str, int]
    phone: tuple[str, int]
    bread: str


NAMES = {
    "ID": Names(
        tax="PPN",
        department="Lain-lain",
        shirt=("Kaos Polos", 55_000),
        colours=("Merah", "Biru"),
        water=("Air Mineral Jernih 600 ml", 3500),
        beer=("Bir Pilsener 620 ml", 42_000),
        bottle=("Jaminan botol", 2000),
        phone=("Ponsel Ria 5", 1_499_000),
        bread="Roti & kue",
    ),
    "MY": Names(
        tax="NONE",
        department="Lain-lain",
        shirt=("Baju T Kosong", 2990),
        colours=("Merah", "Biru"),
        water=("Air Mineral Jernih 600 ml", 150),
        beer=("Bir Pilsner 620 ml", 1890),
        bottle=("Deposit botol", 50),
        phone=("Telefon Ria 5", 69_900),
        bread="Roti & kuih",
    ),
    "US": Names(
        tax="SALES",
        department="Other",
        shirt=("Plain T-Shirt", 1499),
        colours=("Red", "Blue"),
        water=("Clear Spring Water 20 oz", 129),
        beer=("Pilsner Beer 22 oz", 399),
        bottle=("Bottle deposit", 10),
        phone=("Ria 5 Phone", 14_900),
        bread="Bakery",
    ),
}


def products(country: str) -> tuple[ProductWish, ...]:
    """Return the wishes for these goods; the deposit comes before what it is the deposit of."""
    names = NAMES[country]
    codes = [gtin(country, COMPANY, FIRST_NUMBER + number) for number in range(12)]
    carton = gtin(country, COMPANY + 1, FIRST_NUMBER)
    return (
        *_shirts(names, codes),
        _product(
            names,
            "X-WATER",
            names.water,
            barcodes=(BarcodeWish(code=codes[6]), BarcodeWish(code=carton, quantity_milli=CARTON_MILLI)),
        ),
        _product(names, "X-BOTTLE", names.bottle, discountable=False),
        _product(
            names,
            "X-BEER",
            names.beer,
            barcodes=(BarcodeWish(code=codes[7]),),
            min_age=OLD_ENOUGH,
            deposit_sku="X-BOTTLE",
        ),
        _product(names, "X-PHONE", names.phone, barcodes=(BarcodeWish(code=codes[8]),), asks_serial=True),
        _product(names, "X-BREAD", (names.bread, 0), plu=DEPARTMENT_PLU, open_price=True),
    )


def _shirts(names: Names, codes: list[str]) -> tuple[ProductWish, ...]:
    family, price = names.shirt
    kinds = [(colour, size) for colour in names.colours for size in ("S", "M", "L")]
    return tuple(
        _product(
            names,
            f"X-SHIRT-{number + 1}",
            (f"{family} {colour} {size}", price),
            barcodes=(BarcodeWish(code=codes[number]),),
            family=family,
            options=(colour, size),
        )
        for number, (colour, size) in enumerate(kinds)
    )


def _product(names: Names, sku: str, name_and_price: tuple[str, int], **rest: object) -> ProductWish:
    name, price_minor = name_and_price
    given = {"sku": sku, "name": name, "price_minor": price_minor, "tax_code": names.tax}
    return ProductWish(**(given | {"department": names.department, "shelf": "X1"} | rest))  # type: ignore[arg-type]
