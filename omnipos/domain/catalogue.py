"""What the shop sells: products with their codes and prices, and a product as it goes into a basket."""

from collections.abc import Sequence

import msgspec

from omnipos.domain.quantity import PIECE_MILLI


class Barcode(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A code on a pack, and how much of the product that pack holds (thousandths)."""

    code: str
    quantity_milli: int = PIECE_MILLI


PIECES = "pcs"
"""The unit of what is sold by the piece."""


class DatedPrice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A price for one piece or one kilogram, and from when on it holds."""

    price_minor: int
    valid_from_ms: int = 0


class Product(msgspec.Struct, frozen=True, kw_only=True, tag="product", omit_defaults=True, gc=False):
    """One thing sold. `price_minor` is for one piece or one kilogram, as `unit` says."""

    product_id: str
    sku: str
    name: str
    price_minor: int
    tax_code: str
    unit: str = PIECES
    plu: str = ""
    department: str = ""
    shelf: str = ""
    barcodes: tuple[Barcode, ...] = ()
    category: str = ""
    brand: str = ""
    family: str = ""
    """What its variants have in common; they are sold by choosing one."""
    options: tuple[str, ...] = ()
    """What makes this variant differ from the others of its family: `("Red", "L")`."""
    later_prices: tuple[DatedPrice, ...] = ()
    """Prices that come into force by themselves, the earliest first."""
    open_price: bool = False
    """The price is typed when it is sold, as for a department."""
    asks_serial: bool = False
    """Each piece has a serial number or IMEI that is kept with the sale."""
    min_age: int = 0
    """Years that whoever buys it must have; 0 for anybody."""
    deposit_id: str = ""
    """The product that is sold with each piece as its deposit."""
    discountable: bool = True
    """Whether promotions and discounts may touch it; deposits and vouchers say no."""


class ListPrice(msgspec.Struct, frozen=True, kw_only=True, tag="list_price", omit_defaults=True, gc=False):
    """What one product costs for the customers of a group. `group` is a customer's tier, casefolded."""

    group: str
    product_id: str
    prices: tuple[DatedPrice, ...]
    """The earliest first; before the first of them the product's own price holds."""


class Answers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was answered about one item before it is rung up; the quantity stands beside the item."""

    is_measured: bool = False
    """Its quantity was typed, or weighed."""
    price_minor: int | None = None
    """What was typed as its price."""
    serials: tuple[str, ...] = ()
    doubted: str = ""
    """A serial number that looks wrong; the same once more is taken."""
    is_old_enough: bool | None = None
    """Whether the customer was seen to have the age; None when nobody was asked."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A product found by what was scanned or typed, with the quantity that one scan means."""

    product: Product
    barcode: str = ""
    quantity_milli: int = PIECE_MILLI
    label_minor: int | None = None
    """What a scale label says that its goods cost."""
    variants: tuple[Product, ...] = ()
    """A family of which one is to be chosen; `product` stands for all of them until then."""
    answers: Answers = Answers()


class Price(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one piece or kilogram costs somebody, and the customer group whose list says so."""

    price_minor: int
    price_list: str = ""


def price_in_force(prices: Sequence[DatedPrice], at_ms: int) -> int | None:
    """Return the last of some prices that holds at a moment; None before the first of them."""
    found = [price for price in prices if price.valid_from_ms <= at_ms]
    return max(found, key=lambda price: price.valid_from_ms).price_minor if found else None


def price_at(product: Product, at_ms: int) -> int:
    """Return a product's own price at a moment."""
    later = price_in_force(product.later_prices, at_ms) if product.later_prices else None
    return product.price_minor if later is None else later


def at_its_price(product: Product, at_ms: int) -> Product:
    """Return a product as it is sold at a moment, its later prices counted in."""
    return msgspec.structs.replace(product, price_minor=price_at(product, at_ms))


def price_for(product: Product, listed: ListPrice | None, at_ms: int) -> Price:
    """Return what a product costs at a moment for the group of a list price, where there is one."""
    if listed is not None and not product.open_price:
        price = price_in_force(listed.prices, at_ms)
        if price is not None:
            return Price(price_minor=price, price_list=listed.group)
    return Price(price_minor=price_at(product, at_ms))
