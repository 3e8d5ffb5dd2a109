"""Products: what is sold, with its codes, its variants and its prices."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import catalogue, products, tables
from hub.backoffice.desk import Refusal, wished
from hub.backoffice.fields import (
    ChoiceField,
    Choices,
    Field,
    Flag,
    LinesField,
    MoneyField,
    NumberField,
    moment,
    read_moment,
    read_part,
    write_part,
)
from hub.backoffice.listing import Listing, Record, named, probe, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Change, Section
from hub.goodsmessages import BarcodeWish, LaterPriceWish, ProductWish
from hub.unit import Unit
from omnipos.domain.barcode import canonical
from omnipos.domain.catalogue import Barcode, DatedPrice, Product
from omnipos.domain.money import format_amount, parse_money
from omnipos.domain.names import search_words
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.staff import Right
from omnipos.locale import _, later

_decode = msgspec.json.Decoder(Product).decode


def _query(_office: Office) -> Select[Any]:
    table = tables.product
    return select(table.c.sku, table.c.record)


def _record(row: Any, _office: Office) -> Record:
    one = _decode(row.record)
    values = {name: getattr(one, name) for name in Product.__struct_fields__}
    return Record(**values, said=one.name, deposit_sku="")


def _find(conn: Connection, q: str, _office: Office) -> Iterable[str]:
    table, codes = tables.product, tables.product_code
    words, code = search_words(q), canonical(q)

    def by_barcode(limit: int) -> Iterable[str]:
        wanted = starts(codes.c.code, code)
        found = select(table.c.sku).join(codes, codes.c.product_id == table.c.product_id)
        return conn.scalars(found.where(wanted).limit(limit)) if code else ()

    return probe(
        (
            lambda limit: conn.scalars(select(table.c.sku).where(starts(table.c.sku, q)).limit(limit)),
            by_barcode,
            lambda limit: named(conn, table.c.sku, table.c.folded_name, words, limit),
        )
    )


def _shown(conn: Connection, sku: str, office: Office) -> Record | None:
    found = catalogue.records(conn, [sku]).get(sku)
    if found is None:
        return None
    table = tables.product
    one = _decode(found)
    record = _record(SimpleRow(found), office)
    if one.deposit_id:
        deposit = select(table.c.sku).where(table.c.product_id == one.deposit_id)
        record.deposit_sku = conn.scalar(deposit) or ""
    return record


class SimpleRow(msgspec.Struct, frozen=True):
    """A row of which only the record is there."""

    record: str


def _put(unit: Unit, change: Change) -> str:
    sku = change.key or str(change.values["sku"])
    known = catalogue.records(unit.conn, [sku.strip()])
    if not change.key and known:
        raise Refusal(_("There is a product {sku} already. Nothing was changed.").format(sku=sku), "sku")
    if change.key and not known:
        raise Refusal(_("There is no product {sku}.").format(sku=sku))
    wish = wished(ProductWish, {**change.values, "sku": sku})
    products.put_products(unit, [wish])
    return wish.sku


def _remove(unit: Unit, change: Change) -> None:
    products.remove_product(unit, change.key)


def _write_barcode(one: Barcode, _office: Office) -> str:
    return one.code if one.quantity_milli == PIECE_MILLI else f"{one.code} {_pieces(one.quantity_milli)}"


def _pieces(quantity_milli: int) -> str:
    return write_part(quantity_milli, PIECE_MILLI)


def _read_barcode(line: str, _office: Office) -> BarcodeWish:
    code, _space, quantity = line.partition(" ")
    return BarcodeWish(
        code=code, quantity_milli=read_part(quantity, PIECE_MILLI) if quantity else PIECE_MILLI
    )


def _write_later(one: DatedPrice, office: Office) -> str:
    return f"{moment(one.valid_from_ms, office)}  {format_amount(one.price_minor, office.shop.currency)}"


def _read_later(line: str, office: Office) -> LaterPriceWish:
    at, _space, price = line.rpartition(" ")
    return LaterPriceWish(
        price_minor=parse_money(price, office.shop.currency), valid_from_ms=read_moment(at, office)
    )


def tax_choices(conn: Connection) -> Choices:
    """Return the codes of the taxes."""
    return [(code, code) for code in conn.scalars(select(tables.tax.c.code).order_by(tables.tax.c.code))]


def _hidden(field: Any) -> Any:
    field.exclude_from_list = True
    return field


FIELDS = (
    Field("sku", label=later("SKU"), required=True, exclude_from_edit=True, longest=64),
    Field("name", label=later("Name"), required=True),
    MoneyField("price_minor", label=later("Price"), required=True),
    ChoiceField("tax_code", label=later("Tax"), required=True, must_choose=True, source="taxes"),
    _hidden(Field("unit", label=later("Unit"), default="pcs", help_text=later("pcs, or what is weighed in"))),
    Field("department", label=later("Department")),
    _hidden(Field("category", label=later("Category"))),
    Field("brand", label=later("Brand")),
    _hidden(Field("family", label=later("Family"), help_text=later("What its variants have in common"))),
    _hidden(LinesField("options", label=later("Variant"), help_text=later("One a line, such as Red and L"))),
    _hidden(
        LinesField(
            "barcodes",
            label=later("Barcodes"),
            help_text=later("One a line; behind a space how many pieces the pack holds"),
            line=_write_barcode,
            parse=_read_barcode,
        )
    ),
    _hidden(
        LinesField(
            "later_prices",
            label=later("Prices ahead"),
            help_text=later("One a line: from when, then the price, such as 2026-12-01 08:00 12000"),
            line=_write_later,
            parse=_read_later,
        )
    ),
    _hidden(Field("plu", label=later("PLU"))),
    _hidden(Field("shelf", label=later("Shelf"))),
    _hidden(Field("deposit_sku", label=later("Deposit"), help_text=later("The SKU sold with each piece"))),
    _hidden(NumberField("min_age", label=later("Lowest age"), default=0)),
    _hidden(Flag("open_price", label=later("The price is typed at the till"))),
    _hidden(Flag("asks_serial", label=later("Asks for a serial number"))),
    _hidden(Flag("discountable", label=later("May be discounted"), default=True)),
)

PRODUCTS = Section(
    key="products",
    label=later("Products"),
    one=later("product"),
    icon="fa-solid fa-box",
    group=later("Goods"),
    right=Right.GOODS,
    change_right=Right.GOODS,
    is_shared=True,
    fields=FIELDS,
    pk="sku",
    search_hint=later("Search by SKU, barcode, or how the name begins."),
    listing=Listing(
        query=_query,
        key=tables.product.c.sku,
        record=_record,
        find=_find,
        sorts={"sku": tables.product.c.sku, "name": tables.product.c.folded_name},
        first=("sku", False),
    ),
    shown=_shown,
    create=_put,
    edit=_put,
    delete=_remove,
    choices=lambda conn: {"taxes": tax_choices(conn)},
    beside={"tax_unknown": "tax_code", "barcode_twice": "barcodes", "price_twice": "later_prices"},
)
