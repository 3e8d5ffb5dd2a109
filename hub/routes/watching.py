"""How the tills stand, for the owner and for programs that watch a hub."""

from litestar import Response, get

from hub import metrics, watching
from hub.context import Ours
from hub.guards import watchers_only
from hub.reports import Devices


@get("/v1/devices", guards=[watchers_only], tags=["owner"])
async def get_devices(hub: Ours) -> Devices:
    """List the tills: when each was last seen, what it has, what the hub has of it, what is amiss."""
    return Devices(devices=await hub.read(watching.devices))


@get("/metrics", guards=[watchers_only], tags=["hub"], media_type=metrics.MEDIA_TYPE)
async def get_metrics(hub: Ours) -> Response[str]:
    """Show how tills and hub stand, in the text format of Prometheus."""
    await hub.note_counts()
    return Response(await hub.read(metrics.exposition), media_type=metrics.MEDIA_TYPE)


handlers = [get_devices, get_metrics]
