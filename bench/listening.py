"""A process with some tills that listen to their hub and print when a change of the catalogue was applied.

`python -m bench.listening HUB FOLDER…` prints `ready`, and at the end of its input a JSON list for each
till: the monotonic moment (s) of each round and the number its catalogue had come to.
"""

import json
import sys
import time
from pathlib import Path

from omnipos.cli.membership import load_pass
from omnipos.ports import LinkState
from omnipos.store.connection import Store, open_to_read
from omnipos.store.identity import load_identity
from omnipos.store.mirror import cursors
from sync.client import HubClient
from sync.engine import SyncEngine
from tests.rigs import HandClock

PATIENCE_S = 30.0


class ListeningTill:
    """A till's engine in the background, and when its catalogue stood where."""

    def __init__(self, folder: Path, address: str) -> None:
        """Open an enrolled folder and begin syncing."""
        self.seen: list[tuple[float, int]] = []
        self._store = Store(folder)
        self._reader = open_to_read(folder)
        identity = self._store.call(lambda: load_identity(self._store.books))
        assert identity is not None, "the folder is a till's"
        client = HubClient(address, device=load_pass(folder))
        self._engine = SyncEngine(self._store, identity, HandClock(), client, answer=self._note)
        self._engine.start()

    def _note(self) -> bool:
        """Called by the engine behind each pull; a reader sees only what is committed."""
        found = cursors(self._reader).get("catalogue")
        self.seen.append((time.perf_counter(), found.upto if found else 0))
        return False

    def hears(self) -> bool:
        """Tell whether the first round is over and hints come."""
        hints = self._engine._hints
        return self._engine.report().state is LinkState.ONLINE and hints is not None and hints.live

    def close(self) -> None:
        """End syncing."""
        self._engine.stop()
        self._reader.close()
        self._store.close()


def main(address: str, folders: list[str]) -> None:
    """Listen until the input ends."""
    tills = [ListeningTill(Path(one), address) for one in folders]
    until = time.monotonic() + PATIENCE_S
    while not all(one.hears() for one in tills):
        assert time.monotonic() < until, "all tills come to hear of news"
        time.sleep(0.05)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    for one in tills:
        one.close()
    sys.stdout.write(json.dumps([one.seen for one in tills]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
