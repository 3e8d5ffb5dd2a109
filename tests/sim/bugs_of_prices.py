"""Planted bugs of prices, promotions and coupons, at the hub and at the till."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from hub import ingest, judging, redeeming, sales, tables
from hub.unit import Unit
from omnipos.domain.stocktake import Origin
from omnipos.events import SaleCompleted
from omnipos.mirroring import goods
from omnipos.protocol import Outcome
from omnipos.store.connection import Connection
from tests.sim.bugs import bug, needs


@bug
@needs(coupons=1.0, line_trouble=0.3)
def a_coupon_counts_again_when_its_sale_is_sent_again() -> dict[str, Any]:
    push = ingest.push

    def counting(unit: Unit, till: Any, batch: Any) -> Any:
        answer = push(unit, till, batch)
        for one, verdict in zip(batch, answer.verdicts, strict=True):
            if verdict.outcome is Outcome.DUPLICATE and isinstance(one.fact, SaleCompleted):
                again = sales.Reported(
                    event_id=one.event_id,
                    device_id=till.device_id,
                    sale=one.fact.sale,
                    origin=Origin(at_ms=unit.now_ms),
                )
                redeeming.redeem(unit, list(sales._uses(again)))
        return answer

    def all_of(_unit: Unit, uses: Sequence[redeeming.Use]) -> list[redeeming.Use]:
        seen = {row.code for row in _unit.conn.execute(select(tables.coupon.c.code))}
        new_of(_unit, uses)
        return [one for one in uses if one.code in seen]

    new_of = redeeming._new_of
    return {"hub.ingest.push": counting, "hub.redeeming._new_of": all_of}


@bug
@needs(coupons=1.0, tills=3)
def a_used_coupon_refuses_its_sale() -> dict[str, Any]:
    judge = judging.judge

    def strict(unit: Unit, one: Any, *rest: Any) -> Any:
        if isinstance(one.fact, SaleCompleted):
            for use in one.fact.sale.coupons:
                row = unit.conn.execute(select(tables.coupon).where(tables.coupon.c.code == use)).first()
                if row is not None and row.used and '"most_uses":0' not in row.record:
                    one = msgspec.structs.replace(one, problem="coupon_used")
        return judge(unit, one, *rest)

    return {"hub.ingest.judge": strict}


@bug
@needs(coupons=1.0, tills=3, partitions=0.6)
def nobody_hears_of_a_coupon_used_twice() -> dict[str, Any]:
    return {"hub.redeeming._note_overuse": lambda *_asked: None}


@bug
@needs(coupons=1.0, partitions=0.6)
def a_till_forgets_which_coupons_it_took() -> dict[str, Any]:
    return {"omnipos.services.pricedesk.prices.coupon_uses_unseen": lambda _db, _code: 0}


@bug
@needs(price_changes=1.0)
def a_new_price_replaces_a_later_one() -> dict[str, Any]:
    def only_the_new(before: Any, more: Any, _sku: str, _now_ms: int) -> Any:
        return {0: before[0], **more} if 0 in before else dict(more)

    return {"hub.prices._merged": only_the_new}


@bug
@needs(price_changes=1.0)
def a_withdrawn_offer_stays_at_the_till() -> dict[str, Any]:
    delete_goods = goods.delete_goods

    def keeping(db: Connection, keys: list[str]) -> None:
        delete_goods(db, [key for key in keys if not key.startswith("promotion/")])

    return {"omnipos.mirroring.goods.delete_goods": keeping}


@bug
@needs(price_changes=1.0)
def a_price_holds_before_its_time() -> dict[str, Any]:
    def last_of(prices: Any, _at_ms: int) -> int | None:
        return prices[-1].price_minor if prices else None

    return {"omnipos.domain.catalogue.price_in_force": last_of}
