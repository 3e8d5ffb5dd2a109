"""Prices ahead of their time, and price lists of customer groups."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter

from hub import prices
from hub.context import Ours
from hub.goodsmessages import GoodsWritten, PriceList, PriceLists, PriceWish, PutPriceList, PutPrices
from hub.guards import shops_only
from hub.messages import LARGEST, Written
from hub.routes.shop import Limit, Text

Moment = Annotated[int | None, QueryParameter(ge=0, le=LARGEST)]


@put("/v1/prices", guards=[shops_only], tags=["shop"])
async def put_prices(hub: Ours, data: JSONBody[PutPrices]) -> GoodsWritten:
    """Add or change prices by SKU, group and moment, all or none; other prices stay."""
    return await hub.write(lambda unit: prices.put_prices(unit, data.prices))


@delete("/v1/prices/{sku:path}", status_code=200, guards=[shops_only], tags=["shop"])
async def remove_prices(hub: Ours, sku: FromPath[str], valid_from_ms: Moment = None) -> Written:
    """Take back the prices of a product that are ahead, or only that of a moment."""
    return await hub.write(lambda unit: prices.remove_prices(unit, sku.removeprefix("/"), "", valid_from_ms))


@get("/v1/price-lists", guards=[shops_only], tags=["shop"])
async def get_price_lists(hub: Ours) -> PriceLists:
    """List the customer groups that have prices of their own."""
    return await hub.read(prices.price_lists)


@put("/v1/price-lists/{group:str}", guards=[shops_only], tags=["shop"])
async def put_price_list(hub: Ours, group: FromPath[str], data: JSONBody[PutPriceList]) -> GoodsWritten:
    """Add or change prices for the customers of a group, by SKU and moment, all or none; others stay."""
    name = prices.group_name(group)
    wishes = [PriceWish(**msgspec.structs.asdict(one), group=name) for one in data.prices]
    return await hub.write(lambda unit: prices.put_prices(unit, wishes))


@get("/v1/price-lists/{group:str}", guards=[shops_only], tags=["shop"])
async def get_price_list(hub: Ours, group: FromPath[str], after: Text = "", limit: Limit = 1000) -> PriceList:
    """Show the prices of a group in order of SKU."""
    return await hub.read(lambda conn: prices.price_list(conn, group, after=after, limit=limit))


@delete("/v1/price-lists/{group:str}", status_code=200, guards=[shops_only], tags=["shop"])
async def remove_price_list(hub: Ours, group: FromPath[str]) -> Written:
    """Take a group's whole price list away."""
    return await hub.write(lambda unit: prices.remove_list(unit, group))


@delete("/v1/price-lists/{group:str}/{sku:path}", status_code=200, guards=[shops_only], tags=["shop"])
async def remove_list_prices(
    hub: Ours, group: FromPath[str], sku: FromPath[str], valid_from_ms: Moment = None
) -> Written:
    """Take a product out of a group's price list, or only its price of a moment."""
    bare, name = sku.removeprefix("/"), prices.group_name(group)
    return await hub.write(lambda unit: prices.remove_prices(unit, bare, name, valid_from_ms))


handlers = [
    put_prices,
    remove_prices,
    get_price_lists,
    put_price_list,
    get_price_list,
    remove_price_list,
    remove_list_prices,
]
