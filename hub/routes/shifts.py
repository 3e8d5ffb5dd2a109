"""The shifts of the tills, open and closed, for the owner."""

from litestar import get
from sqlalchemy import Connection

from hub import shifts, shops
from hub.context import Ours
from hub.guards import owner_only
from hub.reports import Shifts
from hub.routes.shop import Limit, Text


@get("/v1/shifts", guards=[owner_only], tags=["owner"])
async def get_shifts(hub: Ours, store: Text = "", after: Text = "", limit: Limit = 100) -> Shifts:
    """List the shifts of one store, by its code, or of all, each with its Z and what the hub has of it."""

    def work(conn: Connection) -> Shifts:
        store_id = shops.shop_by_code(conn, store).store_id if store else ""
        found = shifts.find(conn, store_id, after, limit)
        last = found[-1] if len(found) == limit else None
        return Shifts(shifts=tuple(found), next=f"{last.device_id}/{last.shift}" if last else "")

    return await hub.read(work)


handlers = [get_shifts]
