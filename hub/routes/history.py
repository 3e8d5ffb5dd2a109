"""Bringing in what was sold before, with another system."""

from litestar import put
from litestar.params import JSONBody

from hub import history
from hub.context import Ours
from hub.guards import owner_only
from hub.historymessages import OldSalesWritten, PutOldSales


@put("/v1/old-sales", guards=[owner_only], tags=["owner"])
async def put_old_sales(hub: Ours, data: JSONBody[PutOldSales]) -> OldSalesWritten:
    """Bring in sales of an old system; each number of a store counts once. They move no stock."""
    return await hub.write(lambda unit: history.put_old_sales(unit, data))


handlers = [put_old_sales]
