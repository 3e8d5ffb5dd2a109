"""What web shops ask: products, customers, orders and stock, read and written."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy import Connection

from hub import catalogue, customers, inventory, leases, orders, products, shops
from hub.auth import Principal, Role
from hub.context import Ours
from hub.goodsmessages import GoodsWritten, Products, PutProducts
from hub.guards import Asked, owner_only, shops_only
from hub.messages import (
    Customers,
    CustomersWritten,
    LeaseWish,
    Orders,
    OrderWish,
    PostMovements,
    PutCustomers,
    Stock,
    Written,
)
from hub.problems import Refused
from hub.unit import Unit
from omnipos.domain.order import Order, OrderState
from omnipos.locale import _

Limit = Annotated[int, QueryParameter(ge=1, le=1000)]
InState = Annotated[OrderState | None, QueryParameter(name="state")]
Text = Annotated[str, QueryParameter(max_length=200)]


@put("/v1/products", guards=[shops_only], tags=["shop"])
async def put_products(hub: Ours, data: JSONBody[PutProducts]) -> GoodsWritten:
    """Add or change products by SKU, all or none; send the most sold first."""
    return await hub.write(lambda unit: products.put_products(unit, data.products))


@get("/v1/products", guards=[shops_only], tags=["shop"])
async def get_products(
    hub: Ours, q: Text = "", sku: Text = "", barcode: Text = "", after: Text = "", limit: Limit = 100
) -> Products:
    """Find products by words of the name, SKU or barcode."""
    found = await hub.read(
        lambda conn: catalogue.find(conn, words=q, sku=sku, barcode=barcode, after=after, limit=limit)
    )
    return Products(products=tuple(found), next=found[-1].sku if found and len(found) == limit else "")


@delete("/v1/products/{sku:path}", status_code=200, guards=[shops_only], tags=["shop"])
async def remove_product(hub: Ours, sku: FromPath[str]) -> Written:
    """Take a product and its prices out of the catalogue; what was sold of it stays."""
    return await hub.write(lambda unit: products.remove_product(unit, sku.removeprefix("/")))


@put("/v1/customers", guards=[shops_only], tags=["shop"])
async def put_customers(hub: Ours, request: Asked, data: JSONBody[PutCustomers]) -> CustomersWritten:
    """Add or change customers by id or phone; rows that cannot be read are told and left out."""
    if request.user.role is not Role.ADMIN and any(wish.points is not None for wish in data.customers):
        raise Refused(403, "points", _("Only the owner's key can set points. Nothing was changed."))

    def work(unit: Unit) -> CustomersWritten:
        country = data.country or _country(unit.conn)
        return customers.put_customers(unit, data.customers, country)

    return await hub.write(work)


def _country(conn: Connection) -> str:
    return next((shop.country for shop in shops.stores(conn)), "")


@get("/v1/customers", guards=[shops_only], tags=["shop"])
async def get_customers(
    hub: Ours,
    phone: Text = "",
    q: Text = "",
    country: Text = "",
    after: Text = "",
    limit: Limit = 100,
) -> Customers:
    """Find customers by phone in any form, its last four digits, or words of the name."""

    def work(conn: Connection) -> Customers:
        found = customers.find(
            conn,
            phone=phone,
            words=q,
            country=country or _country(conn),
            after=after,
            limit=limit,
        )
        following = found[-1].customer_id if len(found) == limit else ""
        return Customers(customers=tuple(found), next=following)

    return await hub.read(work)


@post("/v1/orders", status_code=200, guards=[shops_only], tags=["shop"])
async def place_order(hub: Ours, request: Asked, data: JSONBody[OrderWish]) -> Order:
    """Place an order; the same number with the same content again is the same order."""
    caller = request.user
    own = data.channel if caller.role is Role.ADMIN and data.channel else caller.channel
    return await hub.write(lambda unit: orders.place(unit, data, own))


@get("/v1/orders", guards=[shops_only], tags=["shop"])
async def get_orders(
    hub: Ours,
    request: Asked,
    in_state: InState = None,
    store: Text = "",
    number: Text = "",
    after: Text = "",
    limit: Limit = 100,
) -> Orders:
    """Find orders by state, store code and number; a web shop finds its own."""
    found = await hub.read(
        lambda conn: orders.find(
            conn,
            channel="" if request.user.role is Role.ADMIN else request.user.channel,
            state=in_state.value if in_state else "",
            store_code=store,
            number=number,
            after=after,
            limit=limit,
        )
    )
    return Orders(orders=tuple(found), next=found[-1].order_id if found and len(found) == limit else "")


def _order_of(conn: Connection, caller: Principal, number: str, channel: str) -> Order:
    """Return the order asked for; a web shop has only its own, the owner's key any."""
    if caller.role is not Role.ADMIN and channel not in ("", caller.channel):
        raise Refused(404, "not_found", _(orders.ORDER_GONE).format(number=number))
    strict = caller.role is not Role.ADMIN or bool(channel)
    return orders.by_number(conn, number, channel or caller.channel, strict=strict)


@get("/v1/orders/{number:str}", guards=[shops_only], tags=["shop"])
async def get_order(hub: Ours, request: Asked, number: FromPath[str], channel: Text = "") -> Order:
    """Show an order by its number: a web shop's own, or for the owner any."""
    return await hub.read(lambda conn: _order_of(conn, request.user, number, channel))


@post("/v1/orders/{number:str}/cancel", status_code=200, guards=[shops_only], tags=["shop"])
async def cancel_order(hub: Ours, request: Asked, number: FromPath[str], channel: Text = "") -> Order:
    """Cancel an order that is not collected; its goods are free again."""
    return await hub.write(
        lambda unit: orders.cancel(unit, _order_of(unit.conn, request.user, number, channel))
    )


@post("/v1/orders/{number:str}/lease", status_code=200, guards=[owner_only], tags=["owner"])
async def move_lease(
    hub: Ours, request: Asked, number: FromPath[str], data: JSONBody[LeaseWish], channel: Text = ""
) -> Order:
    """Let another till of its store hand an open order over; one that is offline may do it all the same."""
    return await hub.write(
        lambda unit: leases.move(unit, _order_of(unit.conn, request.user, number, channel), data.till_number)
    )


@post("/v1/stock/movements", status_code=200, guards=[shops_only], tags=["shop"])
async def post_movements(hub: Ours, data: JSONBody[PostMovements]) -> Written:
    """Report goods received or adjusted, as signed movements; each id counts once."""
    return await hub.write(lambda unit: inventory.post_movements(unit, data.movements))


@get("/v1/stock", guards=[shops_only], tags=["shop"])
async def get_stock(
    hub: Ours, store: Text = "", sku: Text = "", after: Text = "", limit: Limit = 1000
) -> Stock:
    """Show stock by store code and SKU: on hand, held for orders, available, as of when."""
    return await hub.read(
        lambda conn: inventory.levels(conn, store_code=store, sku=sku, after=after, limit=limit)
    )


handlers = [
    put_products,
    get_products,
    remove_product,
    put_customers,
    get_customers,
    place_order,
    get_orders,
    get_order,
    cancel_order,
    move_lease,
    post_movements,
    get_stock,
]
