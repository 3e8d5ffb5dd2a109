"""Goods that came back, at the hub: what of a sale was returned in all, and who is told when it is too much.

A return is a fact: the money is given and the goods are here, so nothing is refused; a person is told.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, select, tuple_

from hub import oldrecords, purchases, rights, shops, tables
from hub.database import insert_rows
from hub.unit import Unit
from hub.words import Claim, cash_minor, cash_unasked
from omnipos.domain.money import format_money
from omnipos.domain.names import clean_text
from omnipos.domain.returning import Found, earlier_return, paid_minor
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Right
from omnipos.events import SaleCompleted, decode_fact
from omnipos.locale import _

MOST_FOUND = 20
DAY_MS = 86_400_000


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """A sale that took goods back, and the event and device that reported it."""

    sale: Sale
    event_id: str
    device_id: str


def record(unit: Unit, reported: Sequence[Returned]) -> None:
    """Write what came back with sales that are written already; a person is told of what should not be."""
    back = [one for one in reported if any(line.returned is not None for line in one.sale.lines)]
    if not back:
        return
    unit.write_late()
    insert_rows(unit.conn, tables.sale_return, [row for one in back for row in _rows(one.sale)])
    for one in back:
        _note_unallowed(unit, one)
        _note_unasked(unit, one)
        for original_id, store_id in sorted(_originals(one.sale)):
            _check(unit, one, original_id, store_id)


def _rows(sale: Sale) -> Iterator[dict[str, object]]:
    for number, line in enumerate(sale.lines, start=1):
        if line.returned is not None and line.returned.sale_id:
            yield {
                "original_id": line.returned.sale_id,
                "store_id": sale.store_id,
                "sale_id": sale.sale_id,
                "line_no": number,
                "original_line_no": line.returned.line_no,
                "quantity_milli": -line.quantity_milli,
                "damaged": line.returned.damaged,
            }


def _originals(sale: Sale) -> set[tuple[str, str]]:
    found = (line.returned for line in sale.lines if line.returned is not None)
    return {(one.sale_id, one.store_id) for one in found if one.sale_id}


def _check(unit: Unit, one: Returned, original_id: str, store_id: str) -> None:
    """Tell a person when more came back of a sale than was sold, or more money than was paid."""
    original = _sale(unit.conn, original_id, store_id)
    if original is None:
        _note(
            unit,
            one,
            "return_unknown",
            _("Receipt {number} takes goods back of a sale the hub does not have."),
        )
        return
    found = with_returns(unit.conn, original)
    _take_points(unit, one.sale, found)
    mine = {
        line.returned.line_no
        for line in one.sale.lines
        if line.returned and line.returned.sale_id == original_id
    }
    over = [
        sold.line.name
        for sold in found.lines
        if sold.line_no in mine and sold.returned_milli > max(sold.line.quantity_milli, 0)
    ]
    if over:
        text = _("Receipts {receipts} took more of {goods} back than was sold with receipt {number}.")
        _note(unit, one, "return_over_sold", text, found, goods=", ".join(over))
    given, paid = sum(back.credit_minor for back in found.earlier), paid_minor(original)
    if given > paid:
        text = _("Receipts {receipts} gave {given} back; {paid} was paid with receipt {number}.")
        code = original.currency
        _note(
            unit,
            one,
            "refund_over_paid",
            text,
            found,
            given=format_money(given, code),
            paid=format_money(paid, code),
        )


def _take_points(unit: Unit, sale: Sale, found: Found) -> None:
    """Take the points back that the returned part of a sale had earned, so that all parts take them all."""
    original = found.sale
    if not original.customer_id or oldrecords.is_old(unit.conn, original):
        return  # a sale of an old system earned no points here
    money = sum(line.net_minor for line in original.lines if line.is_money)
    earned_on = original.total_minor - original.returned_minor - money
    own = sum(back.credit_minor for back in found.earlier if back.sale_id == sale.sale_id)
    used = sum(back.credit_minor for back in found.earlier if back.sale_id != sale.sale_id)
    before, after = (purchases.points_for(earned_on - part, original.currency) for part in (used, used + own))
    source = f"return:{sale.sale_id}" + (f":{original.sale_id}" if sale.credits else "")
    purchases.take_points(unit, original.customer_id, source, before - after)


def _note(unit: Unit, one: Returned, kind: str, text: str, found: Found | None = None, **more: str) -> None:
    receipts = ", ".join(back.receipt_number for back in found.earlier) if found else ""
    number = found.sale.receipt_number if found else one.sale.receipt_number
    unit.note(
        kind,
        text.format(number=number, receipts=receipts, **more),
        store_id=one.sale.store_id,
        device_id=one.device_id,
        event_id=one.event_id,
    )


def _note_unallowed(unit: Unit, one: Returned) -> None:
    """Tell a person when goods came back without a receipt and nobody with the right allowed it."""
    free = [line.returned for line in one.sale.lines if line.returned and not line.returned.sale_id]
    if not free:
        return
    staff = {person.staff_id: person for person in shops.everybody(unit.conn)}
    for back in free:
        person = staff.get(back.approval.staff_id) if back.approval else None
        if person is None or not person.may(Right.RETURN_FREELY):
            text = _("Receipt {number} takes goods back without a receipt, and nobody who may allowed it.")
            if back.approval is not None:
                text = _(
                    "Receipt {number} takes goods back without a receipt. {who} allowed it, who may not."
                )
            who = person.name if person else clean_text(back.approval.staff_id, 64) if back.approval else ""
            _note(unit, one, "return_without_word", text, who=who)
            return


def _note_unasked(unit: Unit, one: Returned) -> None:
    """Tell a person of goods that came back too late, or of cash for no cash, without anybody's word."""
    sale, shop = one.sale, shops.shop_by_id(unit.conn, one.sale.store_id)
    originals = [_sale(unit.conn, *key) for key in sorted(_originals(sale))]
    known = {original.sale_id: original for original in originals if original is not None}
    unasked: list[Claim] = []
    for back in (line.returned for line in sale.lines if line.returned is not None):
        sold = known.get(back.sale_id)
        if sold is None or shop is None or back.approval is not None:
            continue
        if (sale.completed_at_ms - sold.completed_at_ms) // DAY_MS > shop.returns.window_days:
            what = _("goods taken back too late with receipt {number}")
            number = clean_text(sale.receipt_number, 40)
            unasked.append(Claim(sale.staff_id, what.format(number=number), Right.RETURN_FREELY))
    if len(known) == len(originals):
        cash_paid_minor = sum(cash_minor(original) - original.change_minor for original in known.values())
        unasked += cash_unasked(sale, sale.staff_id, cash_paid_minor)
    if unasked:
        people = rights.People(unit.conn)
        objections = [people.objection(claim, sale.completed_at_ms) for claim in unasked]
        rights.note_objections(unit, objections, sale.store_id, one.device_id, one.event_id)


def with_returns(conn: Connection, sale: Sale) -> Found:
    """Return a sale with all that the hub knows to have come back of it."""
    back = tables.sale_return
    event, kept = tables.event, tables.sale
    came = select(back.c.store_id, back.c.sale_id).where(back.c.original_id == sale.sale_id).distinct()
    returning = [tuple(row) for row in conn.execute(came)]
    if not returning:
        return Found(sale=sale, asked_hub=True)
    rows = conn.execute(
        select(event.c.body, event.c.schema)
        .join(kept, kept.c.event_id == event.c.event_id)
        .where(tuple_(kept.c.store_id, kept.c.sale_id).in_(returning))
        .order_by(kept.c.number)
    )
    earlier = (earlier_return(_decoded(row.body, row.schema), sale.sale_id) for row in rows)
    return Found(sale=sale, earlier=tuple(one for one in earlier if one is not None), asked_hub=True)


def _decoded(body: bytes, schema: int) -> Sale:
    fact = decode_fact(body, schema)
    assert isinstance(fact, SaleCompleted), "a sale's event is a completed sale"
    return fact.sale


def _sale(conn: Connection, sale_id: str, store_id: str) -> Sale | None:
    return next(
        iter(_sales(conn, tables.sale.c.sale_id == sale_id, tables.sale.c.store_id == store_id)), None
    )


def _sales(conn: Connection, *where: object) -> list[Sale]:
    event, kept = tables.event, tables.sale
    rows = conn.execute(
        select(event.c.body, event.c.schema)
        .join(kept, kept.c.event_id == event.c.event_id)
        .where(*where)  # type: ignore[arg-type]
        .order_by(kept.c.completed_at_ms.desc())
        .limit(MOST_FOUND)
    )
    sales = [_decoded(row.body, row.schema) for row in rows]
    sales += oldrecords.sales_where(conn, *where, limit=MOST_FOUND)
    return sorted(sales, key=lambda one: -one.completed_at_ms)[:MOST_FOUND]


def find(conn: Connection, number: str, customer_id: str) -> list[Found]:
    """Return sales of all stores by receipt or order number, or a customer's latest, with what came back."""
    kept, order = tables.sale, tables.collect_order
    sales: Iterable[Sale]
    if customer_id:
        sales = _sales(conn, kept.c.customer_id == customer_id)
    else:
        sales = _sales(conn, kept.c.receipt_number.in_((number, number.upper())))
        ordered = select(order.c.order_id).where(order.c.number == number)
        sales = sales or _sales(conn, kept.c.order_id != "", kept.c.order_id.in_(ordered))
    return [with_returns(conn, one) for one in sales]
