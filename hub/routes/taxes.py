"""Taxes: written by web shops and the owner, taken away by the owner alone."""

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody

from hub import taxes
from hub.context import Ours
from hub.guards import owner_only, shops_only
from hub.messages import PutTaxes, Taxes, Written
from hub.promotionmessages import Deleted
from hub.unit import Unit


@put("/v1/taxes", guards=[shops_only], tags=["shop"])
async def put_taxes(hub: Ours, data: JSONBody[PutTaxes]) -> Written:
    """Add or change taxes by code, all or none: rates, dated rates, and codes made of several."""
    return await hub.write(
        lambda unit: taxes.put_taxes(unit, data.taxes, allow_more_than_all=data.allow_more_than_all)
    )


@get("/v1/taxes", guards=[shops_only], tags=["shop"])
async def get_taxes(hub: Ours) -> Taxes:
    """List every tax in order of the codes."""
    return Taxes(taxes=tuple((await hub.read(taxes.by_code)).values()))


@delete("/v1/taxes/{code:path}", status_code=200, guards=[owner_only], tags=["owner"])
async def delete_tax(hub: Ours, code: FromPath[str]) -> Deleted:
    """Take away a tax that nothing has any more, here and at every till."""

    own = code.removeprefix("/")

    def work(unit: Unit) -> Deleted:
        taxes.delete_tax(unit, own)
        return Deleted(code=own)

    return await hub.write(work)


handlers = [put_taxes, get_taxes, delete_tax]
