"""Which product is the deposit of which: it must be there, and have none itself."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select

from hub import tables
from hub.problems import Refused
from omnipos.domain.catalogue import PIECES, Product
from omnipos.locale import _

_decode = msgspec.json.Decoder(Product).decode


def check_deposits(conn: Connection, products: Mapping[str, Product]) -> None:
    """Raise Refused when a product about to be written, by SKU, names a deposit that cannot be one."""
    wishing = [one for one in products.values() if one.deposit_id]
    if not wishing:
        return
    own = {one.product_id: one for one in products.values()}
    there = _by_id(conn, {one.deposit_id for one in wishing} - set(own)) | own
    for product in wishing:
        deposit = there.get(product.deposit_id)
        if deposit is None:
            text = _("The deposit of product {sku} is not in the catalogue. Send it first.")
            raise Refused(422, "deposit_unknown", text.format(sku=product.sku))
        if deposit.product_id == product.product_id:
            text = _("Product {sku} is named as its own deposit. Nothing was changed.")
            raise Refused(422, "deposit_itself", text.format(sku=product.sku))
        if deposit.deposit_id:
            text = _("The deposit of product {sku}, {deposit}, has a deposit itself. Nothing was changed.")
            raise Refused(422, "deposit_chain", text.format(sku=product.sku, deposit=deposit.sku))
        if deposit.unit == PIECES and product.unit != PIECES:
            text = _(
                "Product {sku} is sold by {unit}, but its deposit {deposit} by the piece."
                " Nothing was changed."
            )
            text = text.format(sku=product.sku, unit=product.unit, deposit=deposit.sku)
            raise Refused(422, "deposit_unit", text)
    for user in _users(conn, [one.product_id for one in wishing]):
        if user.product_id not in own:
            text = _("Product {sku} is to have a deposit, but is itself that of {user}. Nothing was changed.")
            deposit = own[user.deposit_id]
            raise Refused(422, "deposit_chain", text.format(sku=deposit.sku, user=user.sku))


def refuse_needed_deposit(conn: Connection, product: Product) -> None:
    """Raise Refused when a product about to be removed is the deposit of others."""
    user = next(iter(_users(conn, [product.product_id])), None)
    if user is not None:
        text = _("Product {sku} is the deposit of {user} and cannot be removed before that changes.")
        raise Refused(409, "deposit_needed", text.format(sku=product.sku, user=user.sku))


def _by_id(conn: Connection, product_ids: set[str]) -> dict[str, Product]:
    table = tables.product
    found = conn.scalars(select(table.c.record).where(table.c.product_id.in_(product_ids)))
    return {one.product_id: one for one in map(_decode, found)}


def _users(conn: Connection, deposit_ids: Iterable[str]) -> list[Product]:
    """Return the products that have one of some others as their deposit."""
    # Few products have one, and a record only names it then.
    table, wanted = tables.product, set(deposit_ids)
    found = conn.scalars(
        select(table.c.record).where(table.c.record.contains('"deposit_id":"', autoescape=True))
    )
    return [one for one in map(_decode, found) if one.deposit_id in wanted]
