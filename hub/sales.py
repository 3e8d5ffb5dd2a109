"""Completed sales at the hub: written in bulk with their stock, customers and orders; summed up."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func, or_, select

from hub import (
    accounts,
    catalogue,
    hourly,
    lowest,
    orders,
    payments,
    purchases,
    redeeming,
    returns,
    shops,
    stock,
    tables,
)
from hub.auth import CHANNEL_JOURNAL, OLD_JOURNAL
from hub.coupons import coupon_code
from hub.database import among, insert_rows
from hub.feed import SALE_NUMBERS, take_numbers
from hub.movements import entries_of
from hub.reports import SaleRow, Totals
from hub.tables import LARGEST
from hub.unit import Unit
from omnipos.domain.customer import Purchase
from omnipos.domain.order import Order
from omnipos.domain.sale import Sale, adds_up
from omnipos.domain.stock import sale_movements
from omnipos.domain.stocktake import Origin
from omnipos.domain.tender import Tender, TenderKind
from omnipos.locale import _


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """One sale with the event that reported it."""

    event_id: str
    device_id: str
    sale: Sale
    origin: Origin
    channel: str = ""
    """The web shop that sold, if one did."""


def apply(unit: Unit, reported: Sequence[Reported]) -> None:
    """Write sales of one store with all that follows from them. A sale is a fact: nothing is refused."""
    if not reported:
        return
    settled = _settle_orders(unit, reported)
    unknown = purchases.record(unit, _bought(unit, reported, settled))
    insert(unit, reported, _flags(unit, reported, unknown))
    stock.post(
        unit,
        [
            entry
            for one in reported
            for entry in entries_of(one.event_id, sale_movements(one.sale), one.origin)
        ],
    )
    returns.record(
        unit,
        [returns.Returned(sale=one.sale, event_id=one.event_id, device_id=one.device_id) for one in reported],
    )
    payments.record(
        unit,
        [payments.Paid(sale=one.sale, event_id=one.event_id, device_id=one.device_id) for one in reported],
    )
    redeeming.redeem(unit, [use for one in reported for use in _uses(one)])
    accounts.post(unit, [entry for one in reported for entry in _postings(unit, one)])


def _postings(unit: Unit, one: Reported) -> list[accounts.Posting]:
    return accounts.of_sale(
        unit.conn, one.sale, event_id=one.event_id, device_id=one.device_id, at_ms=one.origin.at_ms
    )


def insert(unit: Unit, reported: Sequence[Reported], flags: Sequence[str]) -> None:
    """Write sales with their lines and tenders, and nothing that follows from them."""
    unit.last(lambda: _insert(unit, reported, flags))
    insert_rows(unit.conn, tables.sale_line, [row for one in reported for row in _lines(one.sale)])
    insert_rows(unit.conn, tables.sale_tender, [row for one in reported for row in _tenders(one.sale)])
    lowest.keep(unit, [one.sale for one in reported])


def _insert(unit: Unit, reported: Sequence[Reported], flags: Sequence[str]) -> None:
    first = take_numbers(unit.conn, SALE_NUMBERS, len(reported))
    rows = [_row(one, first + index, flags[index]) for index, one in enumerate(reported)]
    insert_rows(unit.conn, tables.sale, rows)
    hourly.add(unit, [hourly.Sold(sale=one.sale, channel=one.channel) for one in reported])


def _uses(one: Reported) -> Iterator[redeeming.Use]:
    for code in dict.fromkeys(map(coupon_code, one.sale.coupons)):
        yield redeeming.Use(
            code=code,
            sale_id=one.sale.sale_id,
            receipt_number=one.sale.receipt_number,
            store_id=one.sale.store_id,
            device_id=one.device_id,
            event_id=one.event_id,
            at_ms=one.origin.at_ms,
        )


def _row(one: Reported, number: int, flags: str) -> dict[str, Any]:
    sale = one.sale
    return {
        "store_id": sale.store_id,
        "sale_id": sale.sale_id,
        "number": number,
        "event_id": one.event_id,
        "device_id": one.device_id,
        "receipt_number": sale.receipt_number,
        "till_number": sale.till_number,
        "staff_id": sale.staff_id,
        "currency": sale.currency,
        "completed_at_ms": sale.completed_at_ms,
        "total_minor": sale.total_minor,
        "tax_minor": sale.tax_minor,
        "rounding_minor": sale.rounding_minor,
        "cash_minor": _given(sale.tenders, TenderKind.CASH),
        "card_minor": _given(sale.tenders, TenderKind.CARD),
        "online_minor": _given(sale.tenders, TenderKind.ONLINE),
        "change_minor": sale.change_minor,
        "saved_minor": sale.saved_minor,
        "customer_id": sale.customer_id,
        "order_id": sale.order_id,
        "flags": flags,
    }


def _given(tenders: Sequence[Tender], kind: TenderKind) -> int:
    return sum(tender.amount_minor for tender in tenders if tender.kind is kind)


def _lines(sale: Sale) -> list[dict[str, Any]]:
    return [
        {
            "store_id": sale.store_id,
            "sale_id": sale.sale_id,
            "line_no": index,
            "product_id": line.product_id,
            "sku": line.sku,
            "name": line.name,
            "quantity_milli": line.quantity_milli,
            "unit_price_minor": line.unit_price_minor,
            "amount_minor": line.amount_minor,
            "saved_minor": line.saved_minor,
            "tax_code": line.tax_code,
            "tax_minor": line.tax_minor,
            "order_line_id": line.order_line_id,
        }
        for index, line in enumerate(sale.lines, start=1)
    ]


def _tenders(sale: Sale) -> list[dict[str, Any]]:
    return [
        {
            "store_id": sale.store_id,
            "sale_id": sale.sale_id,
            "tender_no": index,
            "kind": tender.kind.value,
            "amount_minor": tender.amount_minor,
            "approval_code": tender.card.approval_code if tender.card else "",
            "acquirer": tender.card.acquirer if tender.card else "",
            "scheme": tender.card.scheme if tender.card else "",
            "trace_number": tender.card.trace_number if tender.card else "",
            "last_four": tender.card.last_four if tender.card else "",
        }
        for index, tender in enumerate(sale.tenders, start=1)
    ]


def _settle_orders(unit: Unit, reported: Sequence[Reported]) -> dict[str, Order]:
    settled = {}
    for one in reported:
        if not one.sale.order_id:
            continue
        order = orders.by_id(unit.conn, one.sale.store_id, one.sale.order_id)
        if order is None:
            continue
        if order.paid_minor < order.total_minor:
            paid = msgspec.structs.replace(order, paid_minor=order.total_minor)
            order = orders.change(unit, order, paid)
        settled[one.sale.order_id] = order
    return settled


def _bought(unit: Unit, reported: Sequence[Reported], settled: dict[str, Order]) -> list[purchases.Bought]:
    shop = shops.shop_by_id(unit.conn, reported[0].sale.store_id)
    channel = shop.code if shop else ""
    bought = []
    for one in reported:
        sale = one.sale
        if not sale.customer_id:
            continue
        order = settled.get(sale.order_id)
        purchase = Purchase(
            at_ms=sale.completed_at_ms,
            channel=order.channel if order else one.channel or channel,
            reference=order.number if order else sale.receipt_number,
            total_minor=sale.total_minor,
            summary=orders.summary_of([line.name for line in sale.lines]),
        )
        money_minor = sum(line.net_minor for line in sale.lines if line.is_money)
        points = purchases.points_for(sale.total_minor - sale.returned_minor - money_minor, sale.currency)
        bought.append(
            purchases.Bought(
                customer_id=sale.customer_id,
                source=f"sale:{sale.sale_id}",
                purchase=purchase,
                points=points,
            )
        )
    return bought


def _flags(unit: Unit, reported: Sequence[Reported], unknown_customers: set[str]) -> list[str]:
    wanted = {line.product_id for one in reported for line in one.sale.lines if not line.is_money}
    unknown = wanted - catalogue.known_ids(unit.conn, sorted(wanted)) - {""}
    table = tables.sale
    others = or_(table.c.device_id.startswith(CHANNEL_JOURNAL), table.c.device_id == OLD_JOURNAL)
    numbering = table.c.device_id == reported[0].device_id if reported[0].channel else ~others
    used = set(
        unit.conn.scalars(
            select(table.c.receipt_number).where(
                numbering,
                table.c.store_id == reported[0].sale.store_id,
                among(unit.conn, table.c.receipt_number, [one.sale.receipt_number for one in reported]),
            )
        )
    )
    flags = []
    for one in reported:
        sale = one.sale
        found = []
        if unknown and any(line.product_id in unknown and not line.is_money for line in sale.lines):
            found.append("product_unknown")
        if sale.customer_id in unknown_customers:
            found.append("customer_unknown")
        if not adds_up(sale):
            found.append("sums_disagree")
            _note(unit, one, "sums_disagree", _("The sums of receipt {number} do not agree."))
        if sale.receipt_number in used:
            found.append("receipt_twice")
            _note(unit, one, "receipt_twice", _("Receipt number {number} was used twice."))
        used.add(sale.receipt_number)
        flags.append(",".join(found))
    return flags


def _note(unit: Unit, one: Reported, kind: str, detail: str) -> None:
    unit.note(
        kind,
        detail.format(number=one.sale.receipt_number),
        store_id=one.sale.store_id,
        device_id=one.device_id,
        event_id=one.event_id,
        order_id=one.sale.order_id,
    )


def totals(conn: Connection, store_id: str | None, between: tuple[int, int] = (0, LARGEST)) -> Totals:
    """Return what all sales come to, of one store or of all, completed between two moments (UTC ms)."""
    table = tables.sale
    names = [name for name in Totals.__struct_fields__ if name != "sales"]
    sums = [func.coalesce(func.sum(table.c[name]), 0).label(name) for name in names]
    query = select(func.count().label("sales"), *sums).select_from(table)
    if store_id is not None:
        query = query.where(table.c.store_id == store_id)
    if between != (0, LARGEST):
        begin_ms, end_ms = between
        query = query.where(table.c.completed_at_ms >= begin_ms, table.c.completed_at_ms < end_ms)
    row = conn.execute(query).one()
    return Totals(sales=row.sales, **{name: int(getattr(row, name)) for name in names})


def rows_after(conn: Connection, after: int, limit: int) -> list[SaleRow]:
    """Return sales in the order they reached the hub."""
    table = tables.sale
    rows = conn.execute(select(table).where(table.c.number > after).order_by(table.c.number).limit(limit))
    return [SaleRow(**{name: getattr(row, name) for name in SaleRow.__struct_fields__}) for row in rows]
