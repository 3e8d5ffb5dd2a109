"""Drives the counter as hands and a scanner do: keys with times of their own, so that nothing here waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

from textual import events
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from omnipos.config import Settings
from omnipos.services.till import Till
from screens.app import TillApp

SMALL = (80, 24)
LARGE = (140, 45)


class Hands:
    """A cashier at the counter, typing at 8 keys a second, with a scanner of 4 ms between keys."""

    def __init__(self, app: TillApp, pilot: Pilot[None]) -> None:
        """Stand before an app that runs."""
        self.app = app
        self.pilot = pilot
        self._at_s = monotonic()

    def strike(self, key: str, character: str | None, gap_s: float) -> None:
        """Hit one key some time after the one before."""
        self._at_s += gap_s
        event = events.Key(key, character)
        event.time = self._at_s
        self.app.post_message(event)

    async def type(self, text: str) -> None:
        """Type a text by hand."""
        for character in text:
            self.strike(character, character, 0.125)
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Hit keys one after the other, with time to look at what each did."""
        for key in keys:
            if len(key) == 1:
                await self.type(key)
            else:
                self.strike(key, None, 1.0)
                await self.settle()

    def scan_without_waiting(self, code: str, gap_s: float = 0.004, end: str = "enter") -> None:
        """Scan a code and let the till catch up later."""
        self._at_s += 0.5
        for character in code:
            self.strike(character, character, gap_s)
        self.strike(end, None, gap_s)

    async def scan(self, *codes: str) -> None:
        """Scan codes."""
        for code in codes:
            self.scan_without_waiting(code)
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything that was struck has been acted on and painted."""
        done = asyncio.Event()
        self.app.call_later(done.set)
        async with asyncio.timeout(10):
            await done.wait()
        await self.app.settled()
        for worker in [worker for worker in self.app.workers if worker.name != "scans"]:
            with suppress(WorkerCancelled):
                await worker.wait()
        await self.pilot.pause()

    @property
    def text(self) -> str:
        """What stands on the screen that is up."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def pays(self) -> bool:
        """Whether the sell screen is at paying."""
        return self.up == "SellScreen" and "─ Payment ─" in self.text

    @property
    def up(self) -> str:
        """The name of the screen that is up."""
        return type(self.app.screen).__name__


@asynccontextmanager
async def counter(
    till: Till, size: tuple[int, int] = SMALL, settings: Settings | None = None
) -> AsyncIterator[Hands]:
    """Open the counter on a till."""
    app = TillApp(till, settings or Settings(idle_lock_s=0))
    async with app.run_test(size=size) as pilot:
        hands = Hands(app, pilot)
        await hands.settle()
        yield hands
