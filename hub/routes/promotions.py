"""Promotions: written by the owner, read by web shops too."""

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody

from hub import promotions
from hub.context import Ours
from hub.guards import owner_only, shops_only
from hub.messages import Written
from hub.promotionmessages import Deleted, Promotions, PutPromotions
from hub.routes.shop import Limit, Text


@put("/v1/promotions", guards=[owner_only], tags=["owner"])
async def put_promotions(hub: Ours, data: JSONBody[PutPromotions]) -> Written:
    """Add or change promotions by code, all or none; warnings tell what contradicts another one."""
    return await hub.write(lambda unit: promotions.put_promotions(unit, data.promotions))


@get("/v1/promotions", guards=[shops_only], tags=["shop"])
async def get_promotions(hub: Ours, code: Text = "", after: Text = "", limit: Limit = 100) -> Promotions:
    """List promotions in order of their codes, or show the one with a code."""
    found = await hub.read(lambda conn: promotions.find(conn, code=code, after=after, limit=limit))
    return Promotions(promotions=tuple(found), next=found[-1].code if len(found) == limit else "")


@delete("/v1/promotions/{code:path}", status_code=200, guards=[owner_only], tags=["owner"])
async def delete_promotion(hub: Ours, code: FromPath[str]) -> Deleted:
    """Take a promotion away, here and at every till."""

    return Deleted(
        code=await hub.write(lambda unit: promotions.delete_promotion(unit, code.removeprefix("/")))
    )


handlers = [put_promotions, get_promotions, delete_promotion]
