"""Sales whose buyers asked for a tax invoice, for the owner."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from sqlalchemy import Connection

from hub import buyers, shops
from hub.context import Ours
from hub.guards import owner_only
from hub.messages import LARGEST
from hub.routes.shop import Limit, Text
from hub.taxinvoicemessages import TaxInvoices

Moment = Annotated[int, QueryParameter(ge=0, le=LARGEST)]
Skip = Annotated[int, QueryParameter(ge=0, le=10_000_000)]


@get("/v1/tax-invoices", guards=[owner_only], tags=["owner"])
async def get_tax_invoices(
    hub: Ours,
    from_ms: Moment = 0,
    to_ms: Moment = LARGEST,
    store: Text = "",
    skip: Skip = 0,
    limit: Limit = 100,
) -> TaxInvoices:
    """List sales of a time (UTC; the end is not in it) with the tax data of their buyers."""

    def work(conn: Connection) -> TaxInvoices:
        store_id = shops.shop_by_code(conn, store).store_id if store else ""
        found = buyers.find(conn, from_ms, to_ms, store_id, skip, limit)
        return TaxInvoices(invoices=found, next=skip + limit if len(found) == limit else 0)

    return await hub.read(work)


handlers = [get_tax_invoices]
