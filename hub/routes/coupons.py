"""Coupons: given out, shown and taken away by the owner."""

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from hub import coupons
from hub.context import Ours
from hub.guards import owner_only
from hub.messages import Written
from hub.promotionmessages import CouponCodes, Coupons, CouponShown, Deleted, GenerateCoupons, PutCoupons
from hub.routes.shop import Limit, Text


@put("/v1/coupons", guards=[owner_only], tags=["owner"])
async def put_coupons(hub: Ours, data: JSONBody[PutCoupons]) -> Written:
    """Add or change coupons by code, all or none; how often one was used stays."""
    return await hub.write(lambda unit: coupons.put_coupons(unit, data.coupons))


@post("/v1/coupons/generate", status_code=200, guards=[owner_only], tags=["owner"])
async def generate_coupons(hub: Ours, data: JSONBody[GenerateCoupons]) -> CouponCodes:
    """Make coupons with codes that nobody can guess; each request makes new ones."""
    return CouponCodes(codes=await hub.write(lambda unit: coupons.generate(unit, data)))


@get("/v1/coupons", guards=[owner_only], tags=["owner"])
async def get_coupons(hub: Ours, promotion: Text = "", after: Text = "", limit: Limit = 100) -> Coupons:
    """List coupons in order of their codes, of one promotion or of all."""
    found = await hub.read(lambda conn: coupons.find(conn, promotion=promotion, after=after, limit=limit))
    return Coupons(coupons=found, next=found[-1].code if len(found) == limit else "")


@get("/v1/coupons/{code:path}", guards=[owner_only], tags=["owner"])
async def get_coupon(hub: Ours, code: FromPath[str]) -> CouponShown:
    """Show a coupon: what it opens, how often it was used, and on which receipts."""
    return await hub.read(lambda conn: coupons.shown(conn, code.removeprefix("/")))


@delete("/v1/coupons/{code:path}", status_code=200, guards=[owner_only], tags=["owner"])
async def delete_coupon(hub: Ours, code: FromPath[str]) -> Deleted:
    """Take a coupon away, here and at every till; its uses are remembered."""
    return Deleted(code=await hub.write(lambda unit: coupons.delete_coupon(unit, code.removeprefix("/"))))


handlers = [put_coupons, generate_coupons, get_coupons, get_coupon, delete_coupon]
