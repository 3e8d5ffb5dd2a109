"""Plain counters as processes on one folder: told lines, killed or left to end, and what they answered."""

import json
import os
import select
import signal
import threading
from pathlib import Path
from typing import Any

from tests.forking import Zygote


class Counters:
    """Plain counters on one folder, one after the other."""

    def __init__(self, folder: Path) -> None:
        """Make the pipes that they read from and answer to."""
        self.folder = folder
        self.pipes = folder.parent / "keys", folder.parent / "answers"
        for pipe in self.pipes:
            os.mkfifo(pipe)
        self.zygote = Zygote("counter")

    def start(self) -> int:
        """Start a counter and return its process id."""
        return self.zygote.fork(self.folder, *self.pipes).pid


def talk(
    counters: Counters, lines: list[str], kill_after_s: float | None, *, while_opening: bool = False
) -> list[dict[str, Any]]:
    """Send lines to a new counter; kill it after a time, or let it end; return what it answered.

    The time counts from the first answer, or from the start to kill it while it opens.
    """
    pid = counters.start()
    with open(counters.pipes[0], "w") as keys, open(counters.pipes[1]) as answers:
        keys.write("".join(f"{line}\n" for line in lines))
        keys.flush()
        if not while_opening:
            select.select([answers], [], [], 30)
        if kill_after_s is None:
            keys.close()
        else:
            threading.Event().wait(kill_after_s)
            os.kill(pid, signal.SIGKILL)
        said = answers.read()
    counters.zygote.reap()
    whole = said[: said.rfind("\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]
