"""Products and taxes at the hub: changed by SKU and code, told to every till in one stream."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, delete, or_, select

from hub import tables
from hub.database import insert_rows, upsert
from hub.feed import CATALOGUE
from hub.messages import MOST_ROWS, ProductWish, TaxWish, Written
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.barcode import canonical
from omnipos.domain.catalogue import Barcode, Product
from omnipos.domain.names import clean_text, search_words
from omnipos.domain.tax import Tax
from omnipos.locale import _

_SKUS = uuid.UUID("8c2b6a3e-51a0-5d0e-9f5c-6f1c0f1e7a10").bytes

_clean_shared = lru_cache(maxsize=1024)(clean_text)
"""For what most products leave empty or have in common."""


def product_id_of(sku: str) -> str:
    """Return the id of a product: the same for the same SKU, always."""
    # A UUID of version 5 (RFC 9562, 5.5), without the library's detour over an object for each.
    name = hashlib.sha1(_SKUS + sku.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(name[16], 16) & 3]
    return f"{name[:8]}-{name[8:12]}-5{name[13:16]}-{variant}{name[17:20]}-{name[20:32]}"


def put_taxes(unit: Unit, wishes: Sequence[TaxWish]) -> Written:
    """Add or change tax rates."""
    table = tables.tax
    known = {row.code: row.record for row in unit.conn.execute(select(table))}
    rows = {}
    for wish in wishes:
        tax = msgspec.convert(
            {**msgspec.structs.asdict(wish), "type": "tax", "name": clean_text(wish.name)}, Tax
        )
        record = msgspec.json.encode(tax).decode()
        if known.get(tax.code) != record:
            rows[tax.code] = {"code": tax.code, "record": record}
            unit.tell(CATALOGUE, f"tax/{tax.code}", tax)
    upsert(unit.conn, table, list(rows.values()), replace=("record",))
    return Written(written=len(rows), unchanged=len(wishes) - len(rows))


def taxes(conn: Connection) -> dict[str, Tax]:
    """Return every tax rate by its code."""
    return {row.code: msgspec.json.decode(row.record, type=Tax) for row in conn.execute(select(tables.tax))}


def put_products(unit: Unit, wishes: Sequence[ProductWish]) -> Written:
    """Add or change products; they reach new tills in the order they came first."""
    products = {product.sku: product for product in map(_product, wishes)}
    _check_taxes(unit.conn, products.values())
    known = _records(unit.conn, list(products))
    rows, codes = [], []
    for product in products.values():
        record = msgspec.json.encode(product).decode()
        if known.get(product.sku) == record:
            continue
        rows.append(
            {
                "product_id": product.product_id,
                "sku": product.sku,
                "folded_name": " ".join(search_words(product.name)),
                "record": record,
            }
        )
        codes += [{"product_id": product.product_id, "code": code} for code in sorted(_codes(product))]
        unit.tell(CATALOGUE, product.product_id, product)
    upsert(unit.conn, tables.product, rows, replace=("sku", "folded_name", "record"))
    changed = [row["product_id"] for row in rows if row["sku"] in known]
    own = tables.product_code
    if changed:
        unit.conn.execute(delete(own).where(own.c.product_id.in_(changed)))
    insert_rows(unit.conn, own, codes)
    return Written(written=len(rows), unchanged=len(wishes) - len(rows))


def _product(wish: ProductWish) -> Product:
    sku = clean_text(wish.sku, 64)
    name = clean_text(wish.name)
    if not sku or not name:
        raise Refused(
            422,
            "product_name",
            _("Product {sku} has no name or SKU that can be read. Nothing was changed.").format(
                sku=repr(wish.sku)
            ),
        )
    return Product(
        product_id=product_id_of(sku),
        sku=sku,
        name=name,
        price_minor=wish.price_minor,
        tax_code=_clean_shared(wish.tax_code, 64),
        unit=_clean_shared(wish.unit, 16) or "pcs",
        plu=_clean_shared(wish.plu, 64),
        department=_clean_shared(wish.department),
        shelf=_clean_shared(wish.shelf, 64),
        barcodes=tuple(
            Barcode(code=clean_text(one.code, 64), quantity_milli=one.quantity_milli) for one in wish.barcodes
        ),
    )


def _codes(product: Product) -> set[str]:
    codes = {canonical(one.code) for one in product.barcodes}
    codes.add(canonical(product.plu))
    codes.discard("")
    return codes


def _check_taxes(conn: Connection, products: Iterable[Product]) -> None:
    known = set(conn.scalars(select(tables.tax.c.code)))
    for product in products:
        if product.tax_code not in known:
            raise Refused(
                422,
                "tax_unknown",
                _("Product {sku} names tax {tax}, which is not set up. Send it first.").format(
                    sku=product.sku, tax=product.tax_code
                ),
            )


def _records(conn: Connection, skus: Sequence[str]) -> dict[str, str]:
    table = tables.product
    rows = conn.execute(select(table.c.sku, table.c.record).where(table.c.sku.in_(skus)))
    return {row.sku: row.record for row in rows}


def by_sku(conn: Connection, skus: Sequence[str]) -> dict[str, Product]:
    """Return products by SKU; unknown ones are left out."""
    return {sku: msgspec.json.decode(record, type=Product) for sku, record in _records(conn, skus).items()}


def known_skus(conn: Connection, skus: Sequence[str]) -> set[str]:
    """Return which of some SKUs are in the catalogue."""
    table, known = tables.product, set[str]()
    for begin in range(0, len(skus), MOST_ROWS):
        wanted = table.c.sku.in_(skus[begin : begin + MOST_ROWS])
        known.update(conn.scalars(select(table.c.sku).where(wanted)))
    return known


def known_ids(conn: Connection, product_ids: Sequence[str]) -> set[str]:
    """Return which of some product ids are in the catalogue."""
    table = tables.product
    return set(conn.scalars(select(table.c.product_id).where(table.c.product_id.in_(product_ids))))


def find(conn: Connection, *, words: str, sku: str, barcode: str, after: str, limit: int) -> list[Product]:
    """Return products by words of the name, SKU or barcode, in order of SKU."""
    table = tables.product
    query = select(table.c.record).where(table.c.sku > after).order_by(table.c.sku).limit(limit)
    if sku:
        query = query.where(table.c.sku == sku)
    if barcode:
        codes = tables.product_code
        ids = select(codes.c.product_id).where(codes.c.code == canonical(barcode))
        query = query.where(table.c.product_id.in_(ids))
    for word in search_words(words):
        query = query.where(
            or_(
                table.c.folded_name.startswith(word, autoescape=True),
                table.c.folded_name.contains(f" {word}", autoescape=True),
            )
        )
    return [msgspec.json.decode(record, type=Product) for record in conn.scalars(query)]
