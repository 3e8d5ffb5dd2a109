"""Messages to customers, for the owner: what waits, what was sent, what was not."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from sqlalchemy import Connection

from hub import messaging
from hub.context import Ours
from hub.guards import owner_only
from hub.messagelist import Messages
from hub.routes.shop import Limit, Text

Skip = Annotated[int, QueryParameter(ge=0, le=10_000_000)]


@get("/v1/messages", guards=[owner_only], tags=["owner"])
async def get_messages(hub: Ours, only: Text = "", skip: Skip = 0, limit: Limit = 100) -> Messages:
    """List messages to customers, the newest first; `only` those of one state."""

    def work(conn: Connection) -> Messages:
        found = messaging.find(conn, only, skip, limit)
        return Messages(messages=found, next=skip + limit if len(found) == limit else 0)

    return await hub.read(work)


handlers = [get_messages]
