"""Prices of customer groups: what a product costs for the customers of a tier."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import prices, tables
from hub.backoffice.desk import wished
from hub.backoffice.fields import Field, LinesField, MomentField, MoneyField, Sum, moment
from hub.backoffice.listing import Listing, Record, starts
from hub.backoffice.office import Office
from hub.backoffice.section import Change, Section
from hub.goodsmessages import PriceWish
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.catalogue import DatedPrice, ListPrice
from omnipos.domain.money import format_money
from omnipos.domain.staff import Right
from omnipos.locale import _, later

_table, _product = tables.list_price, tables.product
_key = _table.c.product_id + "/" + _table.c.customers


def _query(_office: Office) -> Select[Any]:
    joined = _table.join(_product, _product.c.product_id == _table.c.product_id)
    columns = (_table.c.customers, _table.c.record, _product.c.sku, _product.c.folded_name)
    return select(_key.label("key"), *columns).select_from(joined)


def _record(row: Any, office: Office) -> Record:
    listed = msgspec.json.decode(row.record, type=ListPrice)
    now = [one for one in listed.prices if one.valid_from_ms <= office.now_ms]
    return Record(
        key=row.key,
        sku=row.sku,
        group=row.customers,
        price_minor=Sum(now[-1].price_minor, office.shop.currency) if now else None,
        valid_from_ms=0,
        prices=listed.prices,
        said=f"{row.sku} · {row.customers}",
    )


def _find(conn: Connection, q: str, _office: Office) -> Iterable[str]:
    query = select(_key).join(_product, _product.c.product_id == _table.c.product_id)
    found = list(conn.scalars(query.where(starts(_product.c.sku, q)).limit(500)))
    return found + list(conn.scalars(query.where(_table.c.customers == q.casefold()).limit(500)))


def _put(unit: Unit, change: Change) -> str:
    values = dict(change.values)
    if change.key:
        values["sku"], values["group"] = _of(unit.conn, change.key)
    wish = wished(PriceWish, values)
    prices.put_prices(unit, [wish])
    product = unit.conn.scalar(select(_product.c.product_id).where(_product.c.sku == wish.sku.strip()))
    return f"{product}/{prices.group_name(wish.group)}"


def _of(conn: Connection, key: str) -> tuple[str, str]:
    product_id, _slash, group = key.partition("/")
    sku = conn.scalar(select(_product.c.sku).where(_product.c.product_id == product_id))
    if sku is None:
        raise Refused(404, "not_found", _("There is no product {sku}.").format(sku=product_id))
    return sku, group


def _remove(unit: Unit, change: Change) -> None:
    sku, group = _of(unit.conn, change.key)
    prices.remove_prices(unit, sku, group, None)


def _line(one: DatedPrice, office: Office) -> str:
    since = moment(one.valid_from_ms, office) if one.valid_from_ms else _("from the beginning")
    return f"{since}: {format_money(one.price_minor, office.shop.currency)}"


GROUP_PRICES = Section(
    key="group-prices",
    label=later("Group prices"),
    one=later("group price"),
    icon="fa-solid fa-tags",
    group=later("Goods"),
    right=Right.GOODS,
    change_right=Right.GOODS,
    is_shared=True,
    fields=(
        Field("sku", label=later("SKU"), required=True, exclude_from_edit=True),
        Field("group", label=later("Group"), required=True, exclude_from_edit=True),
        MoneyField("price_minor", label=later("Price"), required=True),
        MomentField("valid_from_ms", label=later("From"), exclude_from_list=True, exclude_from_detail=True),
        LinesField(
            "prices",
            label=later("All prices"),
            line=_line,
            exclude_from_create=True,
            exclude_from_edit=True,
        ),
    ),
    listing=Listing(
        query=_query,
        key=(_table.c.product_id, _table.c.customers),
        record=_record,
        find=_find,
        sorts={"sku": _product.c.sku},
        first=("sku", False),
    ),
    create=_put,
    edit=_put,
    delete=_remove,
    beside={"product_unknown": "sku", "group_name": "group"},
)
