"""Quotes: what a web basket comes to, by the till's own rules."""

from litestar import post
from litestar.params import JSONBody

from hub import quoting
from hub.auth import Role
from hub.context import Ours
from hub.guards import Asked, shops_only
from hub.problems import Refused
from hub.quotemessages import Quote, QuoteWish
from omnipos.locale import _


@post("/v1/quotes", status_code=200, guards=[shops_only], tags=["shop"])
async def quote(hub: Ours, request: Asked, data: JSONBody[QuoteWish]) -> Quote:
    """Price a basket as a till of the store would: prices, promotions, coupons, taxes. Nothing is kept."""
    channel = data.channel or "store"
    if request.user.role is not Role.ADMIN:
        channel = request.user.channel
        if data.channel not in ("", channel):
            raise Refused(403, "channel", _("This key is for channel {channel}.").format(channel=channel))
    return await hub.read(
        lambda conn: quoting.quote(conn, hub.price_rules, data, channel=channel, now_ms=hub.now_ms())
    )


handlers = [quote]
