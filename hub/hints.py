"""Hints: who listens to which streams, and the word that one of them has a new head.

A hint is a courtesy: data always comes by pull, so nothing here is kept and nothing is promised.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection, select

from hub import tables
from hub.feed import ACCOUNTS, CUSTOMERS

BEAT_S = 15.0
"""A listener that hears nothing new hears a heartbeat, so that a dead line is told from a quiet one."""
LIFE_S = 600.0
"""A line for hints ends after this time at the latest: whether its till may still listen is asked anew."""
LOOK_S = 2.0
"""How often the heads in the database are looked at, for what other processes wrote."""
MOST_LINES = 3
"""Lines one device may hold; the oldest ends when it opens another."""

COMMON = frozenset({CUSTOMERS, ACCOUNTS})
"""Streams in which every sale of any store may be news for the tills of all stores."""
CHANNEL = "omnipos_heads"
"""Under this name the processes of a hub on PostgreSQL tell each other of heads."""
MOST_HEADS = 40
"""Of one message: PostgreSQL takes 8,000 bytes."""

Heads = Mapping[str, int]
log = logging.getLogger(__name__)


class Listener:
    """One till that listens: the newest head of each of its streams that it was not told yet."""

    def __init__(
        self,
        streams: Collection[str],
        common_every_s: float = 0.0,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing to tell; of the streams that all stores share, tell no oftener than that."""
        self._common_every_s = common_every_s
        self._common_at_s = 0.0
        self._held: dict[str, int] = {}
        self._now_s = now_s
        self.streams = frozenset(streams)
        self.ended = False
        self._heard: dict[str, int] = {}
        self._news: dict[str, int] = {}
        self._bell = asyncio.Event()

    def tell(self, heads: Heads) -> None:
        """Leave word of heads; a listener that is slow hears only of the newest of each stream."""
        for stream, head in heads.items():
            if stream in self.streams and head > self._heard.get(stream, -1):
                self._heard[stream] = head
                if stream in COMMON and self._now_s() < self._common_at_s:
                    self._held[stream] = head
                    continue
                self._news[stream] = head
                self._bell.set()

    def end(self) -> None:
        """Let the listener's line come to its end."""
        self.ended = True
        self._bell.set()

    async def news(self, wait_s: float) -> Heads:
        """Wait for word; nothing after that many seconds, or at the end."""
        if self._held:
            wait_s = min(wait_s, self._common_at_s - self._now_s())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(wait_s, 0)):
                await self._bell.wait()
        self._bell.clear()
        news, self._news = self._news, {}
        if self._held and self._now_s() >= self._common_at_s:
            news |= self._held
            self._held = {}
        if self._common_every_s and not COMMON.isdisjoint(news):
            # Each at its own time: what all tills fetch at once no hub can give.
            spread = random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
            self._common_at_s = self._now_s() + self._common_every_s * spread
        return news


class Noticeboard:
    """Passes the heads that a transaction moved to those who listen; used on the server's loop alone."""

    def __init__(
        self, look: Callable[[Collection[str]], Awaitable[Heads]], common_every_s: float = 0.0
    ) -> None:
        """Take how the heads of some streams are read, and how often a line hears of the common ones."""
        self.listeners = 0
        """How many lines are open."""
        self._look = look
        self._common_every_s = common_every_s
        self._by_stream: dict[str, set[Listener]] = defaultdict(set)
        self._by_device: dict[str, list[Listener]] = defaultdict(list)
        self._closed = False

    def tell(self, heads: Heads) -> None:
        """Pass heads on to whom they are new; those of a transaction are told after its commit."""
        for listener in set().union(*(self._by_stream.get(stream, ()) for stream in heads)):
            listener.tell(heads)

    @contextmanager
    def listening(self, device_id: str, streams: Collection[str]) -> Iterator[Listener]:
        """Let a device listen to some streams while the block lasts."""
        listener = Listener(streams, self._common_every_s)
        lines = self._by_device[device_id]
        lines.append(listener)
        self.listeners += 1
        for stream in listener.streams:
            self._by_stream[stream].add(listener)
        for old in lines[:-MOST_LINES]:
            old.end()
        if self._closed:
            listener.end()
        try:
            yield listener
        finally:
            self.listeners -= 1
            lines.remove(listener)
            if not lines:
                self._by_device.pop(device_id, None)
            for stream in listener.streams:
                self._by_stream[stream].discard(listener)
                if not self._by_stream[stream]:
                    del self._by_stream[stream]

    async def watch(self, every_s: float = LOOK_S) -> None:
        """Look at the heads from time to time while anybody listens, until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            if self._by_stream:
                try:
                    self.tell(await self._look(tuple(self._by_stream)))
                except Exception:
                    # A look that failed is made again; tills ask by themselves meanwhile.
                    log.warning("The heads could not be looked at", exc_info=True)

    def close(self) -> None:
        """End every line, and at once those that open from now on; the server is to stop."""
        self._closed = True
        for lines in self._by_device.values():
            for listener in lines:
                listener.end()


def announce(conn: Connection, heads: Heads) -> None:
    """Let every process of the hub hear of heads when the transaction has committed."""
    names = sorted(heads)
    for start in range(0, len(names), MOST_HEADS):
        words = msgspec.json.encode(
            {name: heads[name] for name in names[start : start + MOST_HEADS]}
        ).decode()
        conn.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, words))


def heads_of(conn: Connection, streams: Collection[str]) -> Heads:
    """Return the number of the newest change of each stream; 0 for none."""
    table = tables.stream_head
    rows = conn.execute(select(table.c.stream, table.c.n).where(table.c.stream.in_(streams)))
    return dict.fromkeys(streams, 0) | {row.stream: int(row.n) for row in rows}
