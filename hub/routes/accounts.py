"""Gift cards, store credit and sales on account: looked at, issued, corrected, limited and blocked."""

from typing import Annotated

from litestar import get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from hub import accountdesk
from hub.accountmessages import AccountShown, AccountsShown, BalanceWish, PostEntries, PutTerms
from hub.context import Ours
from hub.guards import owner_only
from hub.messages import Written
from hub.routes.shop import Limit, Text
from omnipos.domain.account import AccountKind

OfKind = Annotated[AccountKind, QueryParameter(name="kind")]


@post("/v1/accounts/entries", status_code=200, guards=[owner_only], tags=["owner"])
async def post_entries(hub: Ours, data: JSONBody[PostEntries]) -> Written:
    """Issue gift cards, give store credit, correct a balance; each entry has its reason and counts once."""
    return await hub.write(lambda unit: accountdesk.post_entries(unit, data.entries))


@put("/v1/accounts", guards=[owner_only], tags=["owner"])
async def put_terms(hub: Ours, data: JSONBody[PutTerms]) -> AccountsShown:
    """Block a balance or let it be used again; say up to what a customer buys on account."""
    return await hub.write(lambda unit: accountdesk.put_terms(unit, data.accounts))


@get("/v1/accounts", guards=[owner_only], tags=["owner"])
async def get_accounts(
    hub: Ours, of_kind: OfKind = AccountKind.GIFT_CARD, after: Text = "", limit: Limit = 100
) -> AccountsShown:
    """List balances of one kind."""
    return await hub.read(lambda conn: accountdesk.find(conn, kind=of_kind, after=after, limit=limit))


@get("/v1/accounts/{kind:str}/{account:str}", guards=[owner_only], tags=["owner"])
async def get_account(
    hub: Ours, kind: FromPath[AccountKind], account: FromPath[str], currency: Text = ""
) -> AccountShown:
    """Show one balance with its entries: a gift card by its code, a customer's by the customer's id."""
    wish = BalanceWish(kind=kind, account=account[:64], currency=currency[:3])
    return await hub.read(lambda conn: accountdesk.detail(conn, wish))


handlers = [post_entries, put_terms, get_accounts, get_account]
