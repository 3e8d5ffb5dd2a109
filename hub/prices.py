"""Prices ahead of their time and price lists of customer groups: by SKU, group and moment."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, select

from hub import tables
from hub.catalogue import records
from hub.database import upsert
from hub.feed import CATALOGUE
from hub.goodsmessages import (
    MOST_DATED,
    GoodsWritten,
    ListedPrices,
    PriceList,
    PriceLists,
    PriceListSize,
    PriceWish,
)
from hub.messages import RowProblem, Written
from hub.problems import Refused
from hub.products import MOST_WARNINGS, rewrite
from hub.unit import Unit
from omnipos.domain.catalogue import DatedPrice, ListPrice, Product
from omnipos.domain.names import clean_text
from omnipos.locale import _

KEPT_PRICES_MS = 90 * 86_400_000
"""For so long a price stays in the list that a later one has replaced: some till's clock may be behind."""

_decode = msgspec.json.Decoder(Product).decode
_decode_list = msgspec.json.Decoder(ListPrice).decode
Moments = dict[int, int]
"""Prices in minor units by the moment from which on they hold."""


def group_name(text: str) -> str:
    """Return the name of a customer group as tills compare it: that of a tier, without case."""
    group = clean_text(text, 64).casefold()
    if not group or "/" in group:
        detail = _("“{group}” cannot be the name of a customer group. Nothing was changed.")
        raise Refused(422, "group_name", detail.format(group=group))
    return group


def put_prices(unit: Unit, wishes: Sequence[PriceWish]) -> GoodsWritten:
    """Add or change prices, all or none; other prices of the same products stay."""
    wanted = _wanted(wishes)
    products = _products(unit.conn, [sku for sku, _group in wanted])
    before = _before(unit.conn, wanted, products)
    after = {key: _merged(before[key], moments, key[0], unit.now_ms) for key, moments in wanted.items()}
    written = sum(
        after[key].get(moment) == price and before[key].get(moment) != price
        for key, moments in wanted.items()
        for moment, price in moments.items()
    )
    changed = {key: moments for key, moments in after.items() if moments != before[key]}
    _write(unit, changed, products)
    warnings = [
        RowProblem(row=row, detail=_("Product {sku} has the price 0. It was taken so.").format(sku=wish.sku))
        for row, wish in enumerate(wishes)
        if not wish.price_minor
    ]
    return GoodsWritten(
        written=written,
        unchanged=len(wishes) - written,
        warnings=tuple(warnings[:MOST_WARNINGS]),
        more_warnings=max(len(warnings) - MOST_WARNINGS, 0),
    )


def remove_prices(unit: Unit, sku: str, group: str, valid_from_ms: int | None) -> Written:
    """Take back a product's prices that are ahead, or those of a group: all, or that of a moment."""
    products = _products(unit.conn, [sku])
    key = (products[sku].sku, group_name(group) if group else "")
    before = _before(unit.conn, [key], products)[key]
    gone = [moment for moment in before if moment == valid_from_ms or valid_from_ms is None]
    gone = [moment for moment in gone if moment or group]
    if not gone:
        text = _("Product {sku} has no such price. Nothing was changed.").format(sku=sku)
        raise Refused(404, "not_found", text)
    _write(unit, {key: {at: price for at, price in before.items() if at not in gone}}, products)
    return Written(written=len(gone), unchanged=0)


def remove_list(unit: Unit, group: str) -> Written:
    """Take a group's whole price list away, here and at every till."""
    table, name = tables.list_price, group_name(group)
    gone = list(
        unit.conn.scalars(delete(table).where(table.c.customers == name).returning(table.c.product_id))
    )
    if not gone:
        raise Refused(404, "not_found", _("There is no price list {group}.").format(group=name))
    for product_id in gone:
        unit.tell(CATALOGUE, f"list_price/{product_id}/{name}", None)
    return Written(written=len(gone), unchanged=0)


def price_lists(conn: Connection) -> PriceLists:
    """Return the groups that have prices of their own."""
    group = tables.list_price.c.customers
    rows = conn.execute(select(group, func.count().label("products")).group_by(group).order_by(group))
    sizes = (PriceListSize(group=row.customers, products=row.products) for row in rows)
    return PriceLists(price_lists=tuple(sizes))


def price_list(conn: Connection, group: str, *, after: str, limit: int) -> PriceList:
    """Return a group's prices in order of SKU; an unknown group has none."""
    table, product, name = tables.list_price, tables.product, group_name(group)
    rows = conn.execute(
        select(product.c.sku, table.c.product_id, table.c.record)
        .join(product, product.c.product_id == table.c.product_id)
        .where(table.c.customers == name, product.c.sku > after)
        .order_by(product.c.sku)
        .limit(limit)
    )
    found = tuple(
        ListedPrices(sku=row.sku, product_id=row.product_id, prices=_decode_list(row.record).prices)
        for row in rows
    )
    return PriceList(group=name, prices=found, next=found[-1].sku if found and len(found) == limit else "")


Key = tuple[str, str]
"""A SKU and the name of a group, empty for everybody."""


def _wanted(wishes: Iterable[PriceWish]) -> dict[Key, Moments]:
    wanted: dict[Key, Moments] = {}
    for wish in wishes:
        key = (clean_text(wish.sku, 64), group_name(wish.group) if wish.group else "")
        moments = wanted.setdefault(key, {})
        if moments.setdefault(wish.valid_from_ms, wish.price_minor) != wish.price_minor:
            text = _("Product {sku} has two prices from the same moment on. Nothing was changed.")
            raise Refused(422, "price_twice", text.format(sku=wish.sku))
    return wanted


def _products(conn: Connection, skus: Sequence[str]) -> dict[str, Product]:
    found = records(conn, list(dict.fromkeys(skus)))
    for sku in skus:
        if sku not in found:
            text = _("There is no product {sku} in the catalogue. Send it first.")
            raise Refused(422, "product_unknown", text.format(sku=sku))
    return {sku: _decode(record) for sku, record in found.items()}


def _before(conn: Connection, keys: Iterable[Key], products: Mapping[str, Product]) -> dict[Key, Moments]:
    """Return the prices as they are; a product's own price holds from moment 0 on."""
    table = tables.list_price
    listed: dict[Key, Moments] = {}
    groups = {group for _sku, group in keys if group}
    if groups:
        ids = {products[sku].product_id for sku, group in keys if group}
        rows = conn.execute(
            select(table.c.product_id, table.c.customers, table.c.record).where(
                table.c.customers.in_(groups), table.c.product_id.in_(ids)
            )
        )
        listed = {(row.product_id, row.customers): _moments(_decode_list(row.record).prices) for row in rows}
    before = {}
    for sku, group in keys:
        product = products[sku]
        own = {0: product.price_minor} | _moments(product.later_prices)
        before[sku, group] = listed.get((product.product_id, group), {}) if group else own
    return before


def _moments(prices: Iterable[DatedPrice]) -> Moments:
    return {one.valid_from_ms: one.price_minor for one in prices}


def _merged(before: Moments, more: Moments, sku: str, now_ms: int) -> Moments:
    """Return prices with some more, without those that are long over."""
    together = sorted((before | more).items())
    over_ms = now_ms - KEPT_PRICES_MS
    kept = [
        one
        for one, following in zip(together, [*together[1:], (now_ms, 0)], strict=True)
        if one[0] == 0 or following[0] > over_ms
    ]
    if len(kept) > MOST_DATED:
        text = _("Product {sku} would have more than {most} prices. Nothing was changed.")
        raise Refused(422, "prices_many", text.format(sku=sku, most=MOST_DATED))
    return dict(kept)


def _write(unit: Unit, changed: Mapping[Key, Moments], products: Mapping[str, Product]) -> None:
    rewrite(
        unit, (_repriced(products[sku], moments) for (sku, group), moments in changed.items() if not group)
    )
    table, rows = tables.list_price, []
    for (sku, group), moments in changed.items():
        if not group:
            continue
        product_id = products[sku].product_id
        key = f"list_price/{product_id}/{group}"
        if moments:
            listed = ListPrice(group=group, product_id=product_id, prices=_dated(moments))
            record = msgspec.json.encode(listed).decode()
            rows.append({"product_id": product_id, "customers": group, "record": record})
            unit.tell(CATALOGUE, key, listed)
        else:
            gone = (table.c.product_id == product_id) & (table.c.customers == group)
            unit.conn.execute(delete(table).where(gone))
            unit.tell(CATALOGUE, key, None)
    upsert(unit.conn, table, rows, replace=("record",))


def _repriced(product: Product, moments: Moments) -> Product:
    later = {at: price for at, price in moments.items() if at}
    own = moments.get(0, product.price_minor)
    return msgspec.structs.replace(product, price_minor=own, later_prices=_dated(later))


def _dated(moments: Moments) -> tuple[DatedPrice, ...]:
    return tuple(DatedPrice(price_minor=price, valid_from_ms=at) for at, price in sorted(moments.items()))
