"""Products at the hub as they are now, and which id a SKU stands for."""

import hashlib
import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, or_, select

from hub import tables
from hub.database import among
from hub.messages import MOST_ROWS
from omnipos.domain.barcode import canonical
from omnipos.domain.catalogue import Product
from omnipos.domain.names import search_words

_SKUS = uuid.UUID("8c2b6a3e-51a0-5d0e-9f5c-6f1c0f1e7a10").bytes


def product_id_of(sku: str) -> str:
    """Return the id of a product: the same for the same SKU, always."""
    # A UUID of version 5 (RFC 9562, 5.5), without the library's detour over an object for each.
    name = hashlib.sha1(_SKUS + sku.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(name[16], 16) & 3]
    return f"{name[:8]}-{name[8:12]}-5{name[13:16]}-{variant}{name[17:20]}-{name[20:32]}"


def records(conn: Connection, skus: Sequence[str]) -> dict[str, str]:
    """Return products by SKU as the JSON that lies in the table; unknown ones are left out."""
    table = tables.product
    rows = conn.execute(select(table.c.sku, table.c.record).where(table.c.sku.in_(skus)))
    return {row.sku: row.record for row in rows}


def by_sku(conn: Connection, skus: Sequence[str]) -> dict[str, Product]:
    """Return products by SKU; unknown ones are left out."""
    return {sku: msgspec.json.decode(record, type=Product) for sku, record in records(conn, skus).items()}


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
    return set(conn.scalars(select(table.c.product_id).where(among(conn, table.c.product_id, product_ids))))


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
