"""The checksums of the big streams, worked out now and then while nothing changes, for tills to compare."""

from sqlalchemy import BigInteger, Connection, func, literal_column, select

from hub import feed, tables
from omnipos.mirroring.checksum import TERM, written


class Checksums:
    """What was last worked out of each stream, and at which head; made again by every process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[str, tuple[int, str]] = {}

    def at(self, stream: str, head: int) -> str:
        """Return the checksum of a stream at its head, empty where that is not known."""
        known = self._known.get(stream)
        return known[1] if known is not None and known[0] == head else ""

    def knows(self, stream: str, head: int) -> bool:
        """Tell whether it was worked out at a head."""
        return self.at(stream, head) != ""

    def work_out(self, conn: Connection, stream: str) -> None:
        """Read which numbers are live in a stream, on one unchanging view of it."""
        change = tables.change
        count, total = conn.execute(
            select(func.count(), func.coalesce(func.sum(literal_column(TERM, BigInteger)), 0))
            .select_from(change)
            .where(change.c.stream == stream, change.c.record.is_not(None))
        ).one()
        self._known[stream] = (feed.head_of(conn, stream), written(int(count), int(total)))
