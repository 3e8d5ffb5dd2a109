"""What there is to read of the past: facts, sales, totals, exceptions."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy import Connection, select

from hub import exceptions, sales, shops, tables
from hub.context import Ours
from hub.guards import owner_only, shops_only
from hub.messages import LARGEST, SettleWish
from hub.problems import Refused
from hub.reports import AppliedEvent, Events, Exceptions, Sales, Totals
from omnipos.domain.exceptions import ExceptionCase
from omnipos.locale import _

Limit = Annotated[int, QueryParameter(ge=1, le=1000)]
Day = Annotated[date | None, QueryParameter()]
After = Annotated[int, QueryParameter(ge=0, le=LARGEST)]


@get("/v1/events", guards=[shops_only], tags=["records"])
async def get_events(hub: Ours, after: After = 0, limit: Limit = 500) -> Events:
    """List the facts of all tills in the order they reached the hub."""

    def work(conn: Connection) -> Events:
        table = tables.event
        rows = conn.execute(
            select(table).where(table.c.number > after).order_by(table.c.number).limit(limit)
        ).all()
        names = [name for name in AppliedEvent.__struct_fields__ if name != "body"]
        found = tuple(
            AppliedEvent(body=_readable(row.body), **{name: getattr(row, name) for name in names})
            for row in rows
        )
        return Events(events=found, next=found[-1].number if found else after)

    return await hub.read(work)


def _readable(body: bytes) -> msgspec.Raw:
    try:
        body.decode()
    except UnicodeDecodeError:  # what a till sent as an event may be anything
        body = msgspec.json.encode(body.decode(errors="replace"))
    return msgspec.Raw(body)


@get("/v1/sales", guards=[shops_only], tags=["records"])
async def get_sales(hub: Ours, after: After = 0, limit: Limit = 500) -> Sales:
    """List the sales of all tills in the order they reached the hub."""
    found = await hub.read(lambda conn: sales.rows_after(conn, after, limit))
    return Sales(sales=tuple(found), next=found[-1].number if found else after)


@get("/v1/totals", guards=[shops_only], tags=["records"])
async def get_totals(
    hub: Ours, store: FromQuery[str] = "", first_day: Day = None, last_day: Day = None
) -> Totals:
    """Sum up the sales of one store, by its code, or of all; of some days of the store's own, if asked."""

    def work(conn: Connection) -> Totals:
        shop = shops.shop_by_code(conn, store) if store else shops.first_shop(conn)
        zone = ZoneInfo(shop.time_zone) if shop else UTC
        begin_ms = 0 if first_day is None else _start_ms(first_day, zone)
        end_ms = LARGEST if last_day is None else _start_ms(last_day, zone, after=1)
        return sales.totals(conn, shop.store_id if shop and store else None, (begin_ms, end_ms))

    return await hub.read(work)


def _start_ms(day: date, zone: tzinfo, *, after: int = 0) -> int:
    """Return when a day begins in a zone, or one some days after it."""
    if not 1970 < day.year < 9999:
        raise Refused(400, "request", _("No sale is of {day}.").format(day=day.isoformat()))
    return int(datetime.combine(day + timedelta(days=after), time(), zone).timestamp()) * 1000


@get("/v1/exceptions", guards=[shops_only], tags=["records"])
async def get_exceptions(
    hub: Ours, after: After = 0, limit: Limit = 500, only_open: FromQuery[bool] = False
) -> Exceptions:
    """List what a person must settle, with the answers given; the first of them settled it."""
    found = await hub.read(lambda conn: exceptions.cases_after(conn, after, limit, only_open=only_open))
    return Exceptions(exceptions=tuple(found), next=found[-1].number if found else after)


@post("/v1/exceptions/{number:int}/settle", status_code=200, guards=[owner_only], tags=["records"])
async def settle_exception(hub: Ours, number: FromPath[int], data: JSONBody[SettleWish]) -> ExceptionCase:
    """Settle an exception; the same answer again changes nothing, another one is refused."""
    return await hub.write(lambda unit: exceptions.settle_as_owner(unit, number, data.answer, data.note))


handlers = [get_events, get_sales, get_totals, get_exceptions, settle_exception]
