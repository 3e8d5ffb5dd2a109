"""The word that there is news: a stream of hints, and long polling for lines that cannot hold one."""

import asyncio
import random
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery
from litestar.response import ServerSentEvent, ServerSentEventMessage

from hub import feed
from hub.auth import Principal
from hub.context import Hub, Ours
from hub.guards import Asked, listeners_only
from hub.hints import BEAT_S, LIFE_S, heads_of
from omnipos.protocol import HEARTBEAT, HINT, Hint, HintPage

LONGEST_WAIT_S = 25
"""The longest a poll is held: proxies give up on silence after 30 s or more."""


@get(
    "/v1/hints",
    guards=[listeners_only],
    tags=["tills"],
    responses={
        200: ResponseSpec(
            data_container=Hint,
            media_type="text/event-stream",
            description="Server-sent events: `hint` with a stream and its head, `heartbeat` every 15 s",
        )
    },
)
async def hints(hub: Ours, request: Asked) -> ServerSentEvent:
    """Tell at once when a stream of the asking till has a new head, beginning with all of them."""
    return ServerSentEvent(_events(hub, request.user))


async def _events(hub: Hub, till: Principal) -> AsyncIterator[ServerSentEventMessage]:
    streams = feed.streams_of(till.store_id)
    now = asyncio.get_running_loop().time
    # All tills of a hub that was restarted open at once; they shall not all open again at once.
    ends_at = now() + LIFE_S * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load
    with hub.noticeboard.listening(till.device_id, streams) as listener:
        listener.tell(await hub.read(lambda conn: heads_of(conn, streams)))
        while not listener.ended and now() < ends_at:
            news = await listener.news(BEAT_S)
            for stream, head in news.items():
                hint = msgspec.json.encode(Hint(stream=stream, head=head))
                yield ServerSentEventMessage(event=HINT, data=hint)
            if not news:
                yield ServerSentEventMessage(event=HEARTBEAT, data="{}")
                hub.note_seen(till.device_id)


@get(
    "/v1/hints/poll", guards=[listeners_only], tags=["tills"], cache_control=CacheControlHeader(no_store=True)
)
async def poll_hints(
    hub: Ours, request: Asked, mark: FromQuery[int] = -1, wait: FromQuery[int] = 0
) -> HintPage:
    """Give the heads of the asking till's streams, once they differ from `mark` or `wait` seconds passed.

    `mark` is the one of the last answer; without it the answer comes at once.
    """
    streams = feed.streams_of(request.user.store_id)
    with hub.noticeboard.listening(request.user.device_id, streams) as listener:
        listener.tell(await hub.read(lambda conn: heads_of(conn, streams)))
        heads = dict(await listener.news(0))
        # Heads only grow within a hub's life, so their sum says whether any of them did.
        if sum(heads.values()) == mark and not listener.ended:
            heads |= await listener.news(min(wait, LONGEST_WAIT_S))
    told = tuple(Hint(stream=stream, head=heads[stream]) for stream in streams)
    return HintPage(mark=sum(heads.values()), hints=told)


handlers = [hints, poll_hints]
