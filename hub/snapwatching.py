"""Decides when a stream's snapshot is made again, and has it made by a process of its own."""

import asyncio
import logging
import sys

import msgspec

from hub import feed, snapshots
from hub.context import Hub
from hub.snapmaking import Order
from omnipos.mirroring.files import READY

LOOK_S = 20.0
LEAST_CHANGES = 5000
"""A stream that never had more is pulled in a moment."""
_QUIET_PART, _BUSY_PART = 10, 2
"""It is made anew once a tenth of it changed and nothing changes now, or once half of it did."""

log = logging.getLogger(__name__)


class Watch:
    """What was seen at the last look."""

    def __init__(self, hub: Hub) -> None:
        """Begin with nothing seen."""
        self._hub = hub
        self._seen: dict[str, int] = {}
        self._quiet: dict[str, bool] = {}

    async def look(self) -> None:
        """Look at all streams, and make what is due."""
        for stream in READY:
            if await self._is_due(stream):
                await make_apart(self._hub, stream)
            await self._check(stream)

    async def _is_due(self, stream: str) -> bool:
        made = self._hub.shelf.manifest(stream)
        head, can_use = await self._hub.read(
            lambda conn: (feed.head_of(conn, stream), made is not None and snapshots.usable(conn, made))
        )
        quiet = self._quiet[stream] = self._seen.get(stream) == head
        self._seen[stream] = head
        if head < LEAST_CHANGES:
            return False
        if made is None or not can_use:
            return quiet
        behind = head - made.as_of
        return behind * _BUSY_PART > made.rows or (quiet and behind * _QUIET_PART > made.rows)

    async def _check(self, stream: str) -> None:
        if self._quiet[stream] and not self._hub.checksums.knows(stream, self._seen[stream]):
            await self._hub.read(lambda conn: self._hub.checksums.work_out(conn, stream))


async def make_apart(hub: Hub, stream: str) -> bool:
    """Have a snapshot made by another process; tell whether it went well."""
    order = Order(
        database=hub.database.address,
        home=str(hub.database.home),
        stream=stream,
        folder=str(hub.shelf.folder),
    )
    # A process: a thread would share the interpreter with every request.
    maker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.snapmaking", stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert maker.stdin is not None
    assert maker.stderr is not None
    try:
        # Its standard input stays open: it ends when this process does.
        maker.stdin.write(msgspec.json.encode(order) + b"\n")
        complaint = await maker.stderr.read()
        ended = await maker.wait()
    finally:
        if maker.returncode is None:
            maker.kill()
            await maker.wait()
    if ended:
        log.warning(
            "The snapshot of %s could not be made: %s", stream, complaint.decode(errors="replace")[-2000:]
        )
    return ended == 0


async def watch(hub: Hub, every_s: float = LOOK_S) -> None:
    """Keep the snapshots fresh until cancelled; trouble with them keeps nobody from their work."""
    eyes = Watch(hub)
    while True:
        await asyncio.sleep(every_s)
        try:
            await eyes.look()
        except Exception:
            log.warning("The snapshots could not be looked after", exc_info=True)
