"""What a new till asks: the manifest of a ready copy of a stream, and its parts, from any byte on."""

import re
from pathlib import Path

from litestar import MediaType, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from hub import snapshots
from hub.context import Ours
from hub.guards import Asked, listeners_only
from hub.problems import Refused
from omnipos.locale import _
from omnipos.protocol import Snapshot

_FROM = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


@get("/v1/snapshots/{stream:str}", guards=[listeners_only], tags=["tills"])
async def manifest(hub: Ours, stream: FromPath[str]) -> Snapshot:
    """Give the newest whole copy of a stream; where there is none, its pages are pulled."""
    made = hub.shelf.manifest(stream)
    if made is None or not await hub.read(lambda conn: snapshots.usable(conn, made)):
        raise _no_such()
    return made


@get(
    "/v1/snapshots/{stream:str}/{sha256:str}",
    guards=[listeners_only],
    tags=["tills"],
    responses={206: ResponseSpec(data_container=bytes, description="The rest of a part")},
)
async def part(hub: Ours, request: Asked, stream: FromPath[str], sha256: FromPath[str]) -> Response[bytes]:
    """Give a part by its name, whole or from a byte on (`Range: bytes=FROM-`)."""
    del stream  # a part is known by its content
    path = hub.shelf.part(sha256)
    if path is None:
        raise _no_such()
    size = path.stat().st_size
    asked = _FROM.fullmatch(request.headers.get("range", "").strip())
    if asked is None:
        return Response(await hub.database.compute(path.read_bytes), media_type="application/octet-stream")
    start, end = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
    if start > end:
        return Response(
            b"", status_code=416, media_type=MediaType.TEXT, headers={"Content-Range": f"bytes */{size}"}
        )
    return Response(
        await hub.database.compute(lambda: _read(path, start, end)),
        status_code=206,
        media_type="application/octet-stream",
        headers={"Content-Range": f"bytes {start}-{end}/{size}"},
    )


def _read(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start + 1)


def _no_such() -> Refused:
    return Refused(404, "not_found", _("There is no such snapshot."))


handlers = [manifest, part]
