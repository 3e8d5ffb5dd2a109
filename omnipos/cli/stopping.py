"""Being told to stop: SIGTERM, Ctrl-C and a closed terminal end everything that was started, in order."""

import asyncio
import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LOOK_EVERY_S = 1.0
PATIENCE_S = 5.0


class ToldToStop(BaseException):
    """Somebody asked the program to end; it is no error and nothing may swallow it."""


@contextlib.contextmanager
def stopping_in_order() -> Iterator[None]:
    """Leave the block at a signal to stop, running every clean-up on the way; a second one waits."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        # Ending once is enough: impatience must not break off the clean-up.
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise ToldToStop

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    except ToldToStop:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_stoppable(work: Callable[[], Awaitable[object]], stop: Callable[[], object]) -> None:
    """Run asynchronous work to its end; a signal to stop calls `stop`, which is to end it.

    An exception out of a signal handler would land in whatever task runs just then and be kept
    there; the loop's own way of hearing signals cannot.
    """

    async def listening() -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, stop)
        over = threading.Event()
        threading.Thread(target=_watch_terminal, args=(loop, stop, over), daemon=True).start()
        try:
            await work()
        finally:
            over.set()
            for number in SIGNALS:
                loop.remove_signal_handler(number)
                # From here on only the clean-up is left, and nothing breaks it off.
                signal.signal(number, signal.SIG_IGN)

    asyncio.run(listening())


def _watch_terminal(
    loop: asyncio.AbstractEventLoop, stop: Callable[[], object], over: threading.Event
) -> None:
    # A terminal can go away without a signal; reading from it would then go round and round.
    terminal = select.poll()
    terminal.register(sys.stdin.fileno(), select.POLLHUP)
    while not any(happened & select.POLLHUP for _file, happened in terminal.poll(0)):
        if over.wait(LOOK_EVERY_S):
            return
    loop.call_soon_threadsafe(stop)
    # What still waits to be painted can block the way out for good. Everything is on disk already.
    if not over.wait(PATIENCE_S):
        os._exit(1)
