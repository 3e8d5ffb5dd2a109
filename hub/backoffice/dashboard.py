"""The first page: sales against last week, how orders and tills stand; read from sums, not from sales."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, case, func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from hub import hourly, shops, tables, watching
from hub.backoffice.fields import moment
from hub.backoffice.listing import of_stores
from hub.backoffice.office import Office, may, office_of
from hub.context import Hub
from hub.hourly import HOUR_MS, HourSum, Sum
from omnipos.domain.money import format_money
from omnipos.domain.order import OPEN_STATES, STATE_WORDS
from omnipos.domain.staff import Right
from omnipos.locale import _

DAY_HOURS = 24
MOST_STORES = 10
MOST_TILLS = 12
SEEN_MS = 10 * 60_000
SKEW_MS = 60_000
WIDTH, HEIGHT = 720, 180


class Bar(msgspec.Struct, frozen=True):
    """One hour of the picture: where it stands, how high it is, and what is said of it."""

    x: int
    y: int
    height: int
    before_y: int
    label: str
    said: str


class Part(msgspec.Struct, frozen=True):
    """One line of a table of parts: its name, its sum, its share of the whole in percent."""

    name: str
    said: str
    share: int


class Sold(msgspec.Struct, frozen=True):
    """What was sold today, against the same day last week."""

    total: str
    before: str
    sales: int
    basket: str
    hours: tuple[Bar, ...]
    channels: tuple[Part, ...]
    stores: tuple[Part, ...]


def sold_today(conn: Connection, office: Office) -> Sold:
    """Return today's sums in the shop's time."""
    zone, code = ZoneInfo(office.shop.time_zone), office.shop.currency
    now = datetime.fromtimestamp(office.now_ms / 1000, UTC).astimezone(zone)
    first = _hour(now.replace(hour=0, minute=0, second=0, microsecond=0))
    before = _hour((now - timedelta(days=7)).replace(hour=0, minute=0, second=0, microsecond=0))
    last = DAY_HOURS - 1
    today = hourly.between(conn, first, first + last, code, office.stores)
    week_ago = hourly.between(conn, before, before + last, code, office.stores)
    done = office.now_ms // HOUR_MS - first
    whole, so_far = _sum(today), _sum(one for one in week_ago if one.hour - before <= done)
    names = {shop.store_id: shop.name or shop.code for shop in shops.stores(conn)}
    return Sold(
        total=format_money(whole.total_minor, code),
        before=format_money(so_far.total_minor, code),
        sales=whole.sales,
        basket=format_money(whole.total_minor // whole.sales if whole.sales else 0, code),
        hours=_bars(_by_hour(today, first), _by_hour(week_ago, before), code),
        channels=_parts(today, lambda one: one.channel or _("tills"), code),
        stores=_parts(today, lambda one: names.get(one.store_id, "?"), code)[:MOST_STORES],
    )


def _hour(at: datetime) -> int:
    return int(at.timestamp() * 1000) // HOUR_MS


def _sum(sums: Any) -> Sum:
    whole = Sum()
    for one in sums:
        whole = whole.plus(one.sold)
    return whole


def _by_hour(sums: list[HourSum], first: int) -> list[int]:
    hours = [0] * DAY_HOURS
    for one in sums:
        hours[one.hour - first] += one.sold.total_minor
    return hours


def _bars(today: list[int], before: list[int], code: str) -> tuple[Bar, ...]:
    top = max(*today, *before, 1)
    wide = WIDTH // DAY_HOURS

    def high(minor: int) -> int:
        return max(minor, 0) * HEIGHT // top

    return tuple(
        Bar(
            x=hour * wide,
            y=HEIGHT - high(now),
            height=high(now),
            before_y=HEIGHT - high(then),
            label=f"{hour:02d}",
            said=_("{hour}:00  {now}, last week {then}").format(
                hour=f"{hour:02d}", now=format_money(now, code), then=format_money(then, code)
            ),
        )
        for hour, (now, then) in enumerate(zip(today, before, strict=True))
    )


def _parts(sums: list[HourSum], name_of: Any, code: str) -> tuple[Part, ...]:
    found: dict[str, int] = {}
    for one in sums:
        found[name_of(one)] = found.get(name_of(one), 0) + one.sold.total_minor
    whole = max(sum(found.values()), 1)
    order = sorted(found.items(), key=lambda pair: -pair[1])
    return tuple(
        Part(name, format_money(minor, code), min(max(minor * 100 // whole, 0), 100)) for name, minor in order
    )


class Waiting(msgspec.Struct, frozen=True):
    """The open orders of one state: how many, and since when the oldest was promised."""

    state: str
    count: int
    oldest: str


def open_orders(conn: Connection, office: Office) -> tuple[Waiting, ...]:
    """Return how many orders stand in each open state, and the oldest promise of each."""
    table = tables.collect_order
    oldest = func.min(table.c.promised_at_ms)
    query = (
        select(table.c.state, func.count(), oldest)
        .where(table.c.state.in_([one.value for one in OPEN_STATES]))
        .group_by(table.c.state)
    )
    rows = conn.execute(of_stores(query, office, table.c.store_id))
    found = {state: (count, since) for state, count, since in rows}
    return tuple(
        Waiting(_(STATE_WORDS[state]), found[state.value][0], moment(found[state.value][1], office))
        for state in OPEN_STATES
        if state.value in found
    )


class Tills(msgspec.Struct, frozen=True):
    """How the tills stand together, and which of them want to be looked at."""

    all: int
    seen: int
    waiting: int
    exceptions: int
    looked_at: tuple[dict[str, Any], ...]


def tills(conn: Connection, office: Office) -> Tills:
    """Return the tills that were not seen lately, owe much or have a wrong clock, the worst first."""
    table, shop = tables.device, tables.store
    late = table.c.last_seen_ms < office.now_ms - SEEN_MS
    wrong = func.abs(table.c.skew_ms) > SKEW_MS
    place, owes = watching.owed()
    counts = select(func.count(), func.sum(case((late, 0), else_=1)), func.sum(owes)).select_from(place)
    every, seen, waiting = conn.execute(
        of_stores(counts.where(~table.c.revoked), office, table.c.store_id)
    ).one()
    query = (
        select(table, shop.c.code, owes.label("owes"))
        .select_from(place.join(shop, shop.c.store_id == table.c.store_id))
        .where(~table.c.revoked, late | wrong | (owes > 0))
        .order_by(owes.desc(), table.c.last_seen_ms)
        .limit(MOST_TILLS)
    )
    rows = conn.execute(of_stores(query, office, table.c.store_id))
    exception = tables.exception_case
    cases = select(func.count()).select_from(exception).where(~exception.c.settled)
    opened = conn.scalar(of_stores(cases, office, exception.c.store_id))
    looked_at = tuple(
        {
            "id": row.device_id,
            "place": f"{row.code}-{row.till_number}",
            "name": row.name,
            "seen": moment(row.last_seen_ms, office) if row.last_seen_ms else "—",
            "waiting": row.owes,
            "head": f"{row.head_epoch}/{row.head_seq}",
            "skew_s": round(row.skew_ms / 1000),
        }
        for row in rows
    )
    return Tills(every, int(seen or 0), int(waiting or 0), int(opened or 0), looked_at)


class Dashboard(CustomView):
    """The first page."""

    def __init__(self, hub: Hub) -> None:
        """Stand at the root of the site."""
        super().__init__(menu_label=_("Today"), icon="fa-solid fa-chart-column", path="/", route_name="index")
        self.hub = hub

    def is_accessible(self, request: Request) -> bool:
        """Let in whoever came through the door."""
        return may(request, Right.BACK_OFFICE)

    @route("")
    async def index(self, request: Request) -> Response:
        """Draw the page; who may not see figures sees the tills."""
        office = office_of(request)

        def work(conn: Connection) -> dict[str, Any]:
            found: dict[str, Any] = {"tills": tills(conn, office)}
            if office.may(Right.REPORT):
                found |= {"sold": sold_today(conn, office), "orders": open_orders(conn, office)}
            return found

        context = await self.hub.read(work)
        context |= {
            "title": self.title(request),
            "width": WIDTH,
            "height": HEIGHT,
            "step": WIDTH // DAY_HOURS,
        }
        assert self._admin is not None, "a view is added before it is asked"
        return self._admin._template_response(request, "dashboard.html", context)
