"""How the tills stand, for the owner and for programs that watch a hub."""

from litestar import Response, get

from hub import metrics, process_metrics, readiness, watching
from hub.context import Ours
from hub.exposing import MEDIA_TYPE
from hub.guards import watchers_only
from hub.reports import Devices


@get("/v1/devices", guards=[watchers_only], tags=["owner"])
async def get_devices(hub: Ours) -> Devices:
    """List the tills: when each was last seen, what it has, what the hub has of it, what is amiss."""
    return Devices(devices=await hub.read(watching.devices))


@get("/metrics", guards=[watchers_only], tags=["hub"], media_type=MEDIA_TYPE)
async def get_metrics(hub: Ours) -> Response[str]:
    """Show how tills, hub and this process stand, in the text format of Prometheus."""
    await hub.note_counts()
    now_ms, unseen_minutes = hub.now_ms(), hub.settings.unseen_minutes
    shared = await hub.read(lambda conn: metrics.exposition(conn, now_ms, unseen_minutes))
    own = "\n".join(process_metrics.lines(hub)) + "\n"
    return Response(shared + own, media_type=MEDIA_TYPE)


@get("/v1/ready", tags=["hub"])
async def get_ready(hub: Ours) -> readiness.Ready:
    """Tell whether this process may be given requests; 503 while it may not."""
    return await readiness.look(hub)


handlers = [get_devices, get_metrics, get_ready]
