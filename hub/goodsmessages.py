"""What is sent and got about goods: products with all they carry, their prices, and pages of both."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.messages import (
    LARGEST,
    MOST_ROWS,
    Code,
    MaybeCode,
    MaybeName,
    Milli,
    Minor,
    Name,
    RowProblem,
    TimeMs,
    Wish,
)
from omnipos.domain.catalogue import DatedPrice, Product
from omnipos.domain.quantity import PIECE_MILLI

MOST_DATED = 50
"""So many prices one product can have ahead, and as many in each price list."""

LaterMs = Annotated[int, Meta(gt=0, le=LARGEST)]


class BarcodeWish(Wish, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A code on a pack, and how much one scan of it means."""

    code: Code
    quantity_milli: Milli = PIECE_MILLI


class LaterPriceWish(Wish, frozen=True, kw_only=True, gc=False):
    """A price that comes into force by itself."""

    price_minor: Minor
    valid_from_ms: LaterMs


class ProductWish(Wish, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One product by its SKU; the hub makes its id. From `category` on, what is not given stays as it is."""

    sku: Code
    name: Name
    price_minor: Minor
    tax_code: Code
    unit: Annotated[str, Meta(min_length=1, max_length=16)] = "pcs"
    plu: MaybeCode = ""
    department: MaybeName = ""
    shelf: MaybeCode = ""
    barcodes: Annotated[tuple[BarcodeWish, ...], Meta(max_length=50)] = ()
    category: MaybeName | None = None
    brand: MaybeName | None = None
    family: MaybeName | None = None
    """What its variants have in common; `options` is what sets this one apart: `["Red", "L"]`."""
    options: Annotated[tuple[Name, ...], Meta(max_length=10)] | None = None
    later_prices: Annotated[tuple[LaterPriceWish, ...], Meta(max_length=MOST_DATED)] | None = None
    """All its prices ahead, in any order, no two from the same moment on."""
    open_price: bool | None = None
    """The price is typed when it is sold."""
    asks_serial: bool | None = None
    min_age: Annotated[int, Meta(ge=0, le=99)] | None = None
    deposit_sku: MaybeCode | None = None
    """The product sold with each piece as its deposit; it cannot have a deposit itself."""
    discountable: bool | None = None


class PutProducts(Wish, frozen=True, kw_only=True):
    """`PUT /v1/products`: products to add or change, the most sold first."""

    products: Annotated[tuple[ProductWish, ...], Meta(max_length=MOST_ROWS)]


class PriceWish(Wish, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a product costs from a moment on: for everybody, or for the customers of a group."""

    sku: Code
    price_minor: Minor
    valid_from_ms: TimeMs = 0
    """0 for at once: then it is the product's own price, or the first of the group's."""
    group: MaybeCode = ""
    """A customer's tier, in any case; empty for everybody."""


class PutPrices(Wish, frozen=True, kw_only=True):
    """`PUT /v1/prices`: prices to add or change, by SKU, group and moment; all others stay."""

    prices: Annotated[tuple[PriceWish, ...], Meta(max_length=MOST_ROWS)]


class ListPriceWish(Wish, frozen=True, kw_only=True, gc=False):
    """What a product costs in a price list, and from when on."""

    sku: Code
    price_minor: Minor
    valid_from_ms: TimeMs = 0


class PutPriceList(Wish, frozen=True, kw_only=True):
    """`PUT /v1/price-lists/{group}`: prices to add or change, by SKU and moment; all others stay."""

    prices: Annotated[tuple[ListPriceWish, ...], Meta(max_length=MOST_ROWS)]


class ListedPrices(msgspec.Struct, frozen=True, kw_only=True):
    """What one product costs in a price list; before the first moment its own price holds."""

    sku: str
    product_id: str
    prices: tuple[DatedPrice, ...]


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/price-lists/{group}`: a page; `next` goes into `after`, empty at the end."""

    group: str
    prices: tuple[ListedPrices, ...]
    next: str


class PriceListSize(msgspec.Struct, frozen=True, kw_only=True):
    """A customer group that has prices of its own, and for how many products."""

    group: str
    products: int


class PriceLists(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/price-lists`: all of them."""

    price_lists: tuple[PriceListSize, ...]


class GoodsWritten(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many rows a request wrote, and how many were so already."""

    written: int
    unchanged: int
    warnings: tuple[RowProblem, ...] = ()
    """What is odd about rows that were taken all the same; the first hundred."""
    more_warnings: int = 0


class Products(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/products`: a page; `next` goes into `after`, empty at the end."""

    products: tuple[Product, ...]
    next: str
