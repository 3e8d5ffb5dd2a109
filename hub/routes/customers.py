"""One customer's card in full, and forgetting a customer."""

from litestar import get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import Connection

from hub import customers, erasure, shops
from hub.context import Ours
from hub.guards import owner_only, shops_only
from hub.messages import CustomerDetail, Erased, ErasureWish
from hub.problems import Refused
from hub.unit import Unit
from omnipos.locale import _


@get("/v1/customers/{customer_id:str}", guards=[shops_only], tags=["shop"])
async def get_customer(hub: Ours, customer_id: FromPath[str]) -> CustomerDetail:
    """Show a card with the values that did not stand when it was changed in two places."""

    def work(conn: Connection) -> CustomerDetail:
        card = customers.load(conn, [customer_id]).get(customer_id)
        if card is None:
            raise Refused(404, "not_found", _("There is no such customer."))
        return CustomerDetail(customer=card, aliases=customers.aliases_of(conn, card.customer_id))

    return await hub.read(work)


@post("/v1/customers/erase", status_code=200, guards=[owner_only], tags=["owner"])
async def erase(hub: Ours, data: JSONBody[ErasureWish]) -> Erased:
    """Forget whoever has a phone number, here and at every till; sales keep a bare key."""

    def work(unit: Unit) -> Erased:
        shop = shops.first_shop(unit.conn)
        return erasure.erase(unit, data.phone, data.country or (shop.country if shop else ""))

    return await hub.write(work)


handlers = [get_customer, erase]
