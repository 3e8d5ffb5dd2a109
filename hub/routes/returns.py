"""Sales whose goods may come back, and what goods were sold for, as tills ask while a customer waits."""

from litestar import get
from litestar.params import FromQuery

from hub import lowest, returns
from hub.context import Ours
from hub.guards import Asked, listeners_only
from hub.routes.shop import Text
from omnipos.domain.lowest import LowestPrice
from omnipos.protocol import Returnable

LONGEST = 64


@get("/v1/returnable", guards=[listeners_only], tags=["tills"])
async def get_returnable(hub: Ours, number: FromQuery[str] = "", customer: FromQuery[str] = "") -> Returnable:
    """Find sales of all stores by receipt or order number, or a customer's latest, with what came back."""
    if not number and not customer:
        return Returnable(sales=())
    found = await hub.read(lambda conn: returns.find(conn, number[:LONGEST], customer[:LONGEST]))
    return Returnable(sales=tuple(found))


@get("/v1/lowest-price", guards=[listeners_only], tags=["tills"])
async def get_lowest_price(hub: Ours, request: Asked, product: Text = "") -> LowestPrice:
    """Tell the least a product was sold for in the recent days of the till's store, in every store."""
    store_id, now_ms = request.user.store_id, hub.now_ms()
    return await hub.read(lambda conn: lowest.of_chain(conn, product, store_id, now_ms))


handlers = [get_returnable, get_lowest_price]
