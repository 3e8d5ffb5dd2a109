"""The catalogue's smaller rows: prices, promotions, coupons, taxes."""

import re
from collections.abc import Callable
from sqlite3 import Connection
from typing import Any

import msgspec

from omnipos.domain.catalogue import ListPrice, Product
from omnipos.domain.promotions.promotion import Coupon, Promotion
from omnipos.domain.tax import Tax
from omnipos.mirroring.keys import id_in
from omnipos.mirroring.rows import remove_products, write_products

_encode = msgspec.json.Encoder().encode

_CATALOGUE_KINDS = {
    "tax": "DELETE FROM tax WHERE code = ?",
    "promotion": "DELETE FROM promotion WHERE promotion_id = ?",
    "coupon": "DELETE FROM coupon WHERE code = ?",
    "list_price": "DELETE FROM list_price WHERE product_id = ? AND customers = ?",
}
"""What else the catalogue holds, by the word before its keys; a key without one is a product's id."""


def delete_goods(db: Connection, keys: list[str]) -> None:
    """Take out what some keys of the catalogue stand for."""
    products = []
    for key in keys:
        kind = re.split("[/:]", key, maxsplit=1)[0]
        if kind in _CATALOGUE_KINDS:
            # A group's name may have any mark in it, a product's id none.
            one = id_in(key, kind)
            db.execute(_CATALOGUE_KINDS[kind], one.split("/", 1) if kind == "list_price" else [one])
        else:
            products.append(id_in(key, "product"))
    remove_products(db, products)


def _write_taxes(db: Connection, taxes: list[Tax]) -> None:
    rows = [(tax.code, _encode(tax)) for tax in taxes]
    db.executemany("INSERT OR REPLACE INTO tax VALUES (?, ?)", rows)


def _write_list_prices(db: Connection, prices: list[ListPrice]) -> None:
    rows = [(one.product_id, one.group, _encode(one)) for one in prices]
    db.executemany("INSERT OR REPLACE INTO list_price VALUES (?, ?, ?)", rows)


def _write_promotions(db: Connection, promotions: list[Promotion]) -> None:
    rows = [(one.promotion_id, _encode(one)) for one in promotions]
    db.executemany("INSERT OR REPLACE INTO promotion VALUES (?, ?)", rows)


def _write_coupons(db: Connection, coupons: list[Coupon]) -> None:
    rows = [(one.code.upper(), _encode(one)) for one in coupons]
    db.executemany("INSERT OR REPLACE INTO coupon VALUES (?, ?)", rows)


WRITERS: dict[type, Callable[[Connection, list[Any]], None]] = {
    Product: write_products,
    Tax: _write_taxes,
    ListPrice: _write_list_prices,
    Promotion: _write_promotions,
    Coupon: _write_coupons,
}
"""How each kind of record of the catalogue is written."""
