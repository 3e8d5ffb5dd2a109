"""Hearing of news: a stream of hints from the hub, long polling where none gets through, or nothing.

A hint only wakes the engine, which asks for all by itself from time to time; so a lost one is harmless.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from enum import Enum

from omnipos.locale import _
from omnipos.protocol import Hint
from sync.client import HubClient
from sync.errors import Retryable, SyncError
from sync.pacing import BackOff

SILENCE_S = 25.0
"""The hub's heart beats every 15 s and gets the patience of any answer; a line silent for longer is dead,
or something holds its bytes back."""
QUICK_S = 5.0
"""A line that ends sooner than this counts as one that does not get through."""
QUICK_CLOSES = 3
POLL_WAIT_S = 8
"""How long the hub holds a poll: less than the till's patience with any answer."""
QUICK_POLL_S = 1.0
"""A poll without news that ends sooner was not held at all."""
BETWEEN_POLLS_S = 0.1
TRY_AGAIN_S = 600.0
"""When a way that did not get through is tried again; somebody may have mended it."""
JOIN_S = 1.0

_log = logging.getLogger(__name__)


class Way(Enum):
    """How hints come, from the best to none at all."""

    STREAM = "stream"
    POLL = "poll"
    NONE = "none"


class HintLine:
    """Listens for hints on a thread of its own, with a client of its own."""

    def __init__(
        self,
        client: HubClient,
        heard: Callable[[Hint], None],
        lost: Callable[[], None],
        spread: Callable[[], float] = random.random,
    ) -> None:
        """Take what to call with each hint, and when a line is lost; both are called on the thread."""
        self.way = Way.STREAM
        self._client = client
        self._heard = heard
        self._lost = lost
        self._silence_s = SILENCE_S
        self._quick = 0
        self._back_off = BackOff(spread)
        self._mark = -1
        self._heard_at_s = 0.0
        self._may_try = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hints", daemon=True)

    @property
    def live(self) -> bool:
        """Whether news would be heard now; a line that is open but silent does not count."""
        return bool(self._heard_at_s) and time.monotonic() - self._heard_at_s < self._silence_s

    def start(self) -> None:
        """Listen from when the hub is said to be there."""
        self._thread.start()

    def stop(self) -> None:
        """End listening, whatever it waits for."""
        self._ended.set()
        self._may_try.set()
        self._client.cut()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def hub_is_there(self, there: bool) -> None:
        """Say whether the hub answers: only then is a line opened."""
        if there:
            self._may_try.set()
        else:
            # Lines that ended with the hub say nothing about what gets through.
            self._may_try.clear()
            self._quick = 0

    def _run(self) -> None:
        while not self._ended.is_set():
            self._may_try.wait()
            if self._ended.is_set():
                break
            try:
                self._listen()
            except Exception:
                # A bug here must not go unseen, nor be met again and again; the engine asks by itself.
                _log.exception("listening for hints failed")
                self._heard_at_s = 0.0
                self._change_to(Way.NONE)
        self._client.close()

    def _listen(self) -> None:
        if self.way is Way.NONE:
            self._ended.wait(TRY_AGAIN_S)
            self._change_to(Way.STREAM)
            return
        began_s = time.monotonic()
        poll_until_s = began_s + TRY_AGAIN_S
        try:
            if self.way is Way.STREAM:
                self._stream()
            else:
                while not self._ended.is_set() and time.monotonic() < poll_until_s:
                    self._poll()
                self._change_to(Way.STREAM)
            dead = False
        except SyncError as trouble:
            _log.info("The line for hints ended: %s", trouble)
            dead = not self.live
        self._heard_at_s = 0.0
        if self._ended.is_set():
            return
        self._judge(bad=dead or time.monotonic() - began_s < QUICK_S)
        self._ended.wait(self._back_off.wait_s())
        # The next line is opened when the hub has answered the engine.
        self._may_try.clear()
        self._lost()

    def _stream(self) -> None:
        for hint in self._client.hints(self._silence_s):
            self._heard_at_s = time.monotonic()
            if hint is not None:
                self._heard(hint)

    def _poll(self) -> None:
        began_s = time.monotonic()
        page = self._client.poll_hints(self._mark, POLL_WAIT_S)
        self._heard_at_s = time.monotonic()
        if page.mark != self._mark:
            self._mark = page.mark
            for hint in page.hints:
                self._heard(hint)
        elif self._heard_at_s - began_s < QUICK_POLL_S:
            raise Retryable(_("the hub does not hold a poll"))
        self._ended.wait(BETWEEN_POLLS_S)

    def _judge(self, *, bad: bool) -> None:
        """Learn from a line that ended; after three that did not get through take the next way."""
        if not bad:
            self._quick = 0
            self._back_off.worked()
            return
        self._quick += 1
        self._back_off.failed()
        if self._quick >= QUICK_CLOSES:
            self._change_to(Way.POLL if self.way is Way.STREAM else Way.NONE)

    def _change_to(self, way: Way) -> None:
        _log.info("Hints come by %s now", way.value)
        self.way = way
        self._quick = 0
        self._mark = -1
        self._back_off.worked()
