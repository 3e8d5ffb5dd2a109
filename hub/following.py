"""Baskets on their way from till to till of a store; the newest news of each move counts."""

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from hub import shops, tables
from hub.collecting import Report
from hub.database import upsert
from hub.feed import baskets_stream
from hub.unit import Unit
from omnipos.domain.following import (
    AwayBasket,
    BasketAsked,
    BasketFact,
    BasketKept,
    BasketMovedAway,
    BasketOffered,
    StaffArrived,
    StaffPlace,
    Stage,
    is_newer,
)

_table = tables.away_basket


def apply(unit: Unit, fact: BasketFact, report: Report) -> None:
    """Apply what a till reports of its cashier or of a basket that moves."""
    if isinstance(fact, StaffArrived):
        _arrive(unit, fact, report)
        return
    old = _known(unit, report.store_id, fact.basket_id)
    new = _news(unit, fact, report, old)
    if new is None or (old is not None and not is_newer(new.hop, new.stage, old.hop, old.stage)):
        return
    _keep(unit, new)


def free(unit: Unit, store_id: str, device_id: str) -> None:
    """Send baskets that are on their way to a till that is gone back to the one that they left."""
    records = unit.conn.scalars(select(_table.c.record).where(_table.c.store_id == store_id)).all()
    for one in (msgspec.json.decode(record, type=AwayBasket) for record in records):
        if one.stage is Stage.MOVING and one.asked_by_device_id == device_id:
            _keep(unit, replace(one, asked_by_device_id=one.from_device_id, asked_by_till=one.from_till))


def _news(unit: Unit, fact: BasketFact, report: Report, old: AwayBasket | None) -> AwayBasket | None:
    number = shops.till_number(unit.conn, report.device_id)
    base = AwayBasket(
        basket_id=fact.basket_id,  # type: ignore[union-attr]
        store_id=report.store_id,
        staff_id=report.staff_id,
        hop=fact.hop,  # type: ignore[union-attr]
        stage=Stage.OFFERED,
        from_device_id=report.device_id,
        from_till=number,
    )
    match fact:
        case BasketOffered():
            return replace(
                base,
                staff_id=fact.staff_id,
                number=fact.number,
                lines=fact.lines,
                total_minor=fact.total_minor,
            )
        case BasketKept():
            return replace(base, stage=Stage.KEPT)
        case BasketAsked():
            # Only who began it may take it away, and only from an offer that still stands.
            if old is None or (old.hop, old.staff_id) != (fact.hop, report.staff_id):
                return None
            return replace(old, stage=Stage.ASKED, asked_by_device_id=report.device_id, asked_by_till=number)
        case BasketMovedAway():
            return replace(
                base,
                stage=Stage.MOVING,
                staff_id=fact.staff_id,
                number=fact.basket.number,
                lines=len(fact.basket.lines),
                asked_by_device_id=fact.to_device_id,
                asked_by_till=shops.till_number(unit.conn, fact.to_device_id),
                basket=fact.basket,
            )
        case _:
            return replace(base, stage=Stage.TAKEN)


def _arrive(unit: Unit, fact: StaffArrived, report: Report) -> None:
    place = StaffPlace(
        staff_id=fact.staff_id,
        store_id=report.store_id,
        device_id=report.device_id,
        till_number=shops.till_number(unit.conn, report.device_id),
        at_ms=report.at_ms,
    )
    unit.tell(baskets_stream(report.store_id), f"place/{fact.staff_id}", place)


def _known(unit: Unit, store_id: str, basket_id: str) -> AwayBasket | None:
    here = (_table.c.store_id == store_id) & (_table.c.basket_id == basket_id)
    record = unit.conn.scalar(select(_table.c.record).where(here))
    return None if record is None else msgspec.json.decode(record, type=AwayBasket)


def _keep(unit: Unit, one: AwayBasket) -> None:
    row = {
        "store_id": one.store_id,
        "basket_id": one.basket_id,
        "record": msgspec.json.encode(one).decode(),
    }
    upsert(unit.conn, _table, [row], replace=("record",))
    unit.tell(baskets_stream(one.store_id), f"basket/{one.basket_id}", None if one.is_over else one)
