"""Coupons that sales used: each counted once, and told when one was used too often or means nothing.

A sale is a fact: the goods have left and the money is in the drawer, so a person is told, and nothing undone.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select, update

from hub import coupons, tables
from hub.database import upsert
from hub.feed import CATALOGUE
from hub.promotions import known_ids
from hub.unit import Unit
from omnipos.domain.promotions.promotion import Coupon
from omnipos.locale import _

MOST_NAMED = 5
"""Receipts that a person is told of a coupon; the hub shows the rest."""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One code in one sale, and the event that reported it."""

    code: str
    sale_id: str
    receipt_number: str
    store_id: str
    device_id: str
    event_id: str
    at_ms: int


def redeem(unit: Unit, uses: Sequence[Use]) -> None:
    """Count the coupons of sales that are written already, and tell the tills how they stand."""
    fresh = _new_of(unit, uses)
    if not fresh:
        return
    by_code: dict[str, list[Use]] = defaultdict(list)
    for use in fresh:
        by_code[use.code].append(use)
    table = tables.coupon
    unit.conn.execute(
        update(table).where(table.c.code == bindparam("of")).values(used=table.c.used + bindparam("more")),
        [{"of": code, "more": len(by_code[code])} for code in sorted(by_code)],
    )
    known = coupons.load(unit.conn, sorted(by_code))
    opened = known_ids(unit.conn, sorted({one.promotion_id for one in known.values()}))
    for code, coupon in known.items():
        unit.tell(CATALOGUE, f"coupon/{code}", coupon)
        _note_overuse(unit, coupon, by_code[code])
    for use in fresh:
        coupon_of = known.get(use.code)
        if coupon_of is None or coupon_of.promotion_id not in opened:
            _note_unknown(unit, use, coupon_of)


def _new_of(unit: Unit, uses: Sequence[Use]) -> list[Use]:
    rows = [
        {
            "code": use.code,
            "sale_id": use.sale_id,
            "store_id": use.store_id,
            "event_id": use.event_id,
            "at_ms": use.at_ms,
        }
        for use in uses
    ]
    new = {
        (row.code, row.sale_id)
        for row in upsert(unit.conn, tables.coupon_use, rows, returning=("code", "sale_id"))
    }
    return [use for use in uses if (use.code, use.sale_id) in new]


def _note_overuse(unit: Unit, coupon: Coupon, uses: Sequence[Use]) -> None:
    over = coupon.used - coupon.most_uses if coupon.most_uses else 0
    for use in uses[max(0, len(uses) - over) :] if over > 0 else ():
        unit.note(
            "coupon_overused",
            _("Coupon {code} may be used {most}×. It was used on receipts {receipts}.").format(
                code=coupon.code, most=coupon.most_uses, receipts=_receipts(unit, use)
            ),
            store_id=use.store_id,
            device_id=use.device_id,
            event_id=use.event_id,
        )


def _receipts(unit: Unit, last: Use) -> str:
    """Return the receipts of the first sales with a coupon, and of the one that was too many."""
    unit.write_late()
    use, sale = tables.coupon_use, tables.sale
    numbers = unit.conn.scalars(
        select(sale.c.receipt_number)
        .join(use, (use.c.store_id == sale.c.store_id) & (use.c.sale_id == sale.c.sale_id))
        .where(use.c.code == last.code, use.c.sale_id != last.sale_id)
        .order_by(use.c.at_ms, use.c.sale_id)
        .limit(MOST_NAMED)
    )
    return ", ".join((*numbers, last.receipt_number))


def _note_unknown(unit: Unit, use: Use, coupon: Coupon | None) -> None:
    key = f"coupon/{use.code}" if coupon is None else f"promotion/{coupon.promotion_id}"
    if _went_after(unit, key, use.at_ms):
        return
    if coupon is None:
        text = _("Receipt {receipt} has coupon {code}, which the hub does not have.")
    else:
        text = _("Receipt {receipt} has coupon {code}, whose promotion was deleted.")
    unit.note(
        "coupon_unknown",
        text.format(receipt=use.receipt_number, code=use.code),
        store_id=use.store_id,
        device_id=use.device_id,
        event_id=use.event_id,
    )


def _went_after(unit: Unit, key: str, at_ms: int) -> bool:
    """Tell whether something was still there at a moment: a till sold by it and only now comes to say so."""
    change = tables.change
    gone_at_ms = unit.conn.scalar(
        select(change.c.as_of_ms).where(
            change.c.stream == CATALOGUE, change.c.key == key, change.c.record.is_(None)
        )
    )
    return gone_at_ms is not None and at_ms < gone_at_ms
