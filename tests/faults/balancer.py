"""A balancer as it stands before several hubs: each new line goes to the next hub that takes it."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Sequence

READ = 65536


class Balancer:
    """Passes the bytes of each line to one of some ports, in turn; one that refuses is passed over."""

    def __init__(self, ports: Sequence[int]) -> None:
        """Listen on a free loopback port."""
        self._ports = itertools.cycle(ports)
        self._hubs = len(ports)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more lines; those that are open end with their hubs or tills."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                till, _address = self._listener.accept()
            except OSError:
                return
            hub = self._next()
            if hub is None:
                till.close()
                continue
            for source, target in ((till, hub), (hub, till)):
                threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()

    def _next(self) -> socket.socket | None:
        for _try in range(self._hubs):
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", next(self._ports)), timeout=5)
        return None


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes until the source ends, then let the other end know."""
    source.settimeout(None)
    with contextlib.suppress(OSError):
        while some := source.recv(READ):
            target.sendall(some)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
    source.close()
