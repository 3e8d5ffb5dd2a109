"""Bugs to plant in what is kept: bytes, movements, shifts, parts that come back, steps of an order."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec

from tests.sim.bugs import bug, needs


@bug
@needs(lost_answers=0.4)
def a_delivery_counts_at_each_try() -> dict[str, Any]:
    tries = count()
    return {"hub.inventory._own_id": lambda wish: f"shop:{wish.movement_id}:{next(tries)}"}


@bug
@needs(hand_overs=0.8)
def a_till_waits_for_the_hub_to_believe_its_own_steps() -> dict[str, Any]:
    return {"omnipos.store.orders._with_steps": lambda _db, _device_id, order: order}


@bug
@needs(money=0.8)
def the_last_part_that_comes_back_brings_a_coin_less() -> dict[str, Any]:
    from omnipos.domain import returning

    def rounded(line: Any, totals: Any, quantity_milli: int) -> Any:
        found = original(line, totals, quantity_milli)
        whole = quantity_milli == line.quantity_milli and line.quantity_milli > 1000
        return returning._Shares(found.net_minor - whole, found.savings, found.taxes)

    original = returning._cumulative
    return {"omnipos.domain.returning._cumulative": rounded}


@bug
@needs(money=0.8)
def a_z_leaves_the_last_sale_out() -> dict[str, Any]:
    from omnipos.services import reporting

    original = reporting.shifts.events_of

    def most(db: Any, shift: Any) -> Iterator[Any]:
        found = list(original(db, shift))
        sales = [one for one in found if one.header.type == "sale_completed"]
        return iter([one for one in found if one not in sales[-1:]])

    return {"omnipos.store.shifts.events_of": most}


@bug
def the_hub_writes_bodies_anew() -> dict[str, Any]:
    from hub import ingest

    original = ingest._row

    def tidied(*args: Any) -> Any:
        row = original(*args)
        return row | {"body": msgspec.json.format(row["body"], indent=1)}

    return {"hub.ingest._row": tidied}


@bug
@needs(till_restores=0.8, clones=0.8)
def nobody_hears_of_a_number_used_twice() -> dict[str, Any]:
    from hub import sales

    original = sales._note

    def but_that(unit: Any, one: Any, kind: str, *told: Any, **named: Any) -> None:
        if kind != "receipt_twice":
            original(unit, one, kind, *told, **named)

    return {"hub.sales._note": but_that}
