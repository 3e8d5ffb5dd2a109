"""What the shop sells: products with their codes, and a product as it goes into a basket."""

import msgspec

from omnipos.domain.quantity import PIECE_MILLI


class Barcode(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A code on a pack, and how much of the product that pack holds (thousandths)."""

    code: str
    quantity_milli: int = PIECE_MILLI


class Product(msgspec.Struct, frozen=True, kw_only=True, tag="product", gc=False):
    """One thing sold. `price_minor` is for one piece or one kilogram, as `unit` says."""

    product_id: str
    sku: str
    name: str
    price_minor: int
    tax_code: str
    unit: str = "pcs"
    plu: str = ""
    department: str = ""
    shelf: str = ""
    barcodes: tuple[Barcode, ...] = ()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A product found by what was scanned or typed, with the quantity that one scan means."""

    product: Product
    barcode: str = ""
    quantity_milli: int = PIECE_MILLI
