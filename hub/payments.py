"""Payments of terminals and acquirers at the hub: one pays one sale, and a person is told of a second.

A till that was copied or lost its last moments can put one payment into two sales. Both are facts.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from hub import tables
from hub.database import upsert
from hub.unit import Unit
from omnipos.domain.names import clean_text
from omnipos.domain.sale import Sale
from omnipos.locale import _

_table = tables.payment_use


class Paid(msgspec.Struct, frozen=True, kw_only=True):
    """A sale, and the event and device that reported it."""

    sale: Sale
    event_id: str
    device_id: str


def record(unit: Unit, reported: Sequence[Paid]) -> None:
    """Write which sale each payment paid; a person is told of one that another sale has already."""
    uses = [(one, payment_id) for one in reported for payment_id in _payments(one.sale)]
    if not uses:
        return
    rows = [
        {
            "store_id": one.sale.store_id,
            "payment_id": payment_id,
            "sale_id": one.sale.sale_id,
            "receipt_number": one.sale.receipt_number,
        }
        for one, payment_id in uses
    ]
    upsert(unit.conn, _table, rows)
    known = unit.conn.execute(
        select(_table).where(
            _table.c.store_id.in_({row["store_id"] for row in rows}),
            _table.c.payment_id.in_({row["payment_id"] for row in rows}),
        )
    )
    owners = {(row.store_id, row.payment_id): row for row in known}
    for one, payment_id in uses:
        owner = owners[one.sale.store_id, payment_id]
        in_it = sum(tender.payment_id == payment_id for tender in one.sale.tenders)
        if owner.sale_id != one.sale.sale_id or in_it > 1:
            _note(unit, one, payment_id, owner.receipt_number)


def _payments(sale: Sale) -> list[str]:
    return list(dict.fromkeys(tender.payment_id for tender in sale.tenders if tender.payment_id))


def _note(unit: Unit, one: Paid, payment_id: str, receipt: str) -> None:
    detail = _("Receipts {first} and {second} were both paid with payment {payment}.").format(
        first=clean_text(receipt, 40),
        second=clean_text(one.sale.receipt_number, 40),
        payment=clean_text(payment_id, 64),
    )
    unit.note(
        "payment_twice",
        detail,
        store_id=one.sale.store_id,
        device_id=one.device_id,
        event_id=one.event_id,
    )
