"""Sales whose goods may come back, as tills ask for them while a customer waits."""

from litestar import get
from litestar.params import FromQuery

from hub import returns
from hub.context import Ours
from hub.guards import listeners_only
from omnipos.protocol import Returnable

LONGEST = 64


@get("/v1/returnable", guards=[listeners_only], tags=["tills"])
async def get_returnable(hub: Ours, number: FromQuery[str] = "", customer: FromQuery[str] = "") -> Returnable:
    """Find sales of all stores by receipt or order number, or a customer's latest, with what came back."""
    if not number and not customer:
        return Returnable(sales=())
    found = await hub.read(lambda conn: returns.find(conn, number[:LONGEST], customer[:LONGEST]))
    return Returnable(sales=tuple(found))


handlers = [get_returnable]
