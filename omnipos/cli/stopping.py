"""Being told to stop: SIGTERM, Ctrl-C and a closed terminal end everything that was started, in order."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


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
