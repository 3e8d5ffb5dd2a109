"""Taxes at the hub: changed by code, refused when they cannot be, told to every till with the catalogue."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select

from hub import tables
from hub.database import upsert
from hub.feed import CATALOGUE
from hub.messages import TaxWish, Written
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.errors import EntryRefused
from omnipos.domain.levying import check_taxes
from omnipos.domain.names import clean_text
from omnipos.domain.order import OPEN_STATES
from omnipos.domain.tax import Tax
from omnipos.locale import _


def put_taxes(unit: Unit, wishes: Sequence[TaxWish], *, allow_more_than_all: bool = False) -> Written:
    """Add or change taxes, all or none; refuse what does not make sense with those that are there."""
    known = by_code(unit.conn)
    wanted = {tax.code: tax for tax in map(_tax, wishes)}
    try:
        # Rates that the owner once allowed are not asked about again with every other tax.
        check_taxes(wanted, known | wanted, allow_more_than_all=allow_more_than_all)
        check_taxes(known, known | wanted, allow_more_than_all=True)
    except EntryRefused as refused:
        raise Refused(422, "tax", f"{refused} {_('Nothing was changed.')}") from None
    changed = [tax for tax in wanted.values() if known.get(tax.code) != tax]
    rows = [{"code": tax.code, "record": msgspec.json.encode(tax).decode()} for tax in changed]
    for tax in changed:
        unit.tell(CATALOGUE, f"tax/{tax.code}", tax)
    upsert(unit.conn, tables.tax, rows, replace=("record",))
    return Written(written=len(rows), unchanged=len(wishes) - len(rows))


def _tax(wish: TaxWish) -> Tax:
    fields = msgspec.to_builtins(wish)
    for name, longest in (("code", 64), ("name", 200), ("reason", 200), ("mark", 4)):
        fields[name] = clean_text(fields[name], longest)
    if not fields["code"] or not fields["name"]:
        raise Refused(422, "tax", _("A tax has no code or name that can be read. Nothing was changed."))
    return msgspec.convert({**fields, "type": "tax"}, Tax)


def by_code(conn: Connection) -> dict[str, Tax]:
    """Return every tax by its code, in order."""
    table = tables.tax
    rows = conn.execute(select(table).order_by(table.c.code))
    return {row.code: msgspec.json.decode(row.record, type=Tax) for row in rows}


def delete_tax(unit: Unit, code: str) -> None:
    """Take a tax away, here and at every till; refuse one that goods, orders or other taxes still have."""
    known = by_code(unit.conn)
    if code not in known:
        raise Refused(404, "not_found", _("There is no tax {code}.").format(code=code))
    user = _user_of(unit.conn, code, known)
    if user:
        raise Refused(
            409,
            "tax_used",
            _("Tax {code} is used by {user}. Give that another tax first. Nothing was changed.").format(
                code=code, user=user
            ),
        )
    unit.conn.execute(delete(tables.tax).where(tables.tax.c.code == code))
    unit.tell(CATALOGUE, f"tax/{code}", None)


def _user_of(conn: Connection, code: str, known: dict[str, Tax]) -> str:
    """Return what still has a tax: another tax, a product or an open order; empty for none."""
    whole = next((tax.code for tax in known.values() if code in tax.parts), "")
    if whole:
        return _("tax {code}").format(code=whole)
    named = f'"tax_code":{msgspec.json.encode(code).decode()}'
    product, order = tables.product, tables.collect_order
    having = select(product.c.sku).where(product.c.record.contains(named, autoescape=True))
    sku = conn.scalar(having.order_by(product.c.sku).limit(1))
    if sku is not None:
        return _("product {sku}").format(sku=sku)
    number = conn.scalar(
        select(order.c.number)
        .where(order.c.state.in_(OPEN_STATES), order.c.record.contains(named, autoescape=True))
        .limit(1)
    )
    return "" if number is None else _("order {number}").format(number=number)
