"""A primary PostgreSQL and its synchronous standby, both real and durable, and the loss of the primary."""

import contextlib
import os
import signal
from collections.abc import Iterator
from urllib.parse import urlencode

import psutil

from tests.postgres import OWNER, Cluster, run_program
from tests.waiting import until

STANDBY = "standby"
DURABLE = {
    # What a machine that dies leaves behind must not outlive the test.
    "dynamic_shared_memory_type": "mmap",
    "wal_sender_timeout": "5s",
}


class Standby(Cluster):
    """A copy of a running primary that streams from it."""

    def __init__(self, primary: Cluster) -> None:
        """Copy the primary while it runs, and follow it from there."""
        self.primary = primary
        super().__init__(durable=True, settings=DURABLE)

    def _initialise(self) -> None:
        source = f"host=127.0.0.1 port={self.primary.port} user={OWNER} application_name={STANDBY}"
        words = ("-D", self.data, "-d", source, "-R", "-X", "stream", "-c", "fast")
        run_program("pg_basebackup", *words)

    def promote(self) -> None:
        """Make it the primary, which waits for no standby of its own."""
        run_program("pg_ctl", "promote", "-D", self.data, "-w")
        self.ask("ALTER SYSTEM SET synchronous_standby_names = ''")
        self.ask("SELECT pg_reload_conf()")


class Pair:
    """Two machines: a commit at the primary is answered when the standby has it on its disk too."""

    def __init__(self) -> None:
        """Start both and wait until the standby is synchronous."""
        self.primary = Cluster(durable=True, settings=DURABLE)
        self.primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        self.standby = Standby(self.primary)
        self.primary.ask("SELECT pg_reload_conf()")
        self._wait_synchronous()

    def _wait_synchronous(self) -> None:
        query = "SELECT sync_state FROM pg_stat_replication"
        until(lambda: self.primary.ask(query) == [("sync",)], "a standby that has caught up")

    def address(self, name: str, *, writable: bool = True) -> str:
        """Return the address of a database that names both machines, the primary first."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in (self.primary, self.standby))
        wish = {"target_session_attrs": "read-write"} if writable else {}
        return f"postgresql://{OWNER}@{hosts}/{name}?{urlencode({**wish, 'connect_timeout': '3'})}"

    def lose_primary(self) -> None:
        """End every process of the primary at once as a power cut would."""
        cut(self.primary.pid)
        until(lambda: not self.primary.is_running, "the end of the primary")

    def remove(self) -> None:
        """End both and leave nothing."""
        for machine in (self.standby, self.primary):
            if machine.is_running:
                cut(machine.pid)
            machine.remove()


def cut(pid: int) -> None:
    """Kill a server and its children; none of them sees another die first."""
    server = psutil.Process(pid)
    server.suspend()  # a server that sees one of its own killed begins anew
    family = [server.pid, *(one.pid for one in server.children(recursive=True))]
    for one in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


@contextlib.contextmanager
def running_pair() -> Iterator[Pair]:
    """Run a pair; it is gone after."""
    pair = Pair()
    try:
        yield pair
    finally:
        pair.remove()
