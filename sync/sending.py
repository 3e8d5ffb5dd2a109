"""How much is sent at a time: learnt from lines that break, hubs that want less, events a hub fails on."""

from collections.abc import Sequence

import msgspec

from omnipos.events import SCHEMA
from omnipos.locale import _
from omnipos.protocol import MOST_EVENTS
from sync.errors import Failed, Rejected, Retryable, SyncError, TooLarge

LEAST_EVENTS = 10
"""A line that breaks does not make batches smaller than this; single events would crawl."""
REPEATED = 3
"""A hub that fails so often in a row on the same queue fails on something in it."""
MOST_ASIDE = 3
"""Events set aside in a row before the hub itself is taken to be the trouble."""


class _Place(msgspec.Struct):
    epoch: int
    seq: int


class Sending:
    """The size of the next batch, and whether it is to be set aside; it lasts as long as the engine.

    Order holds within a till's journal, so the hub cannot take what follows an event that it fails on.
    Hence a failing batch is halved down to that one event, which is then sent as one to be set aside:
    the hub keeps its bytes without looking into them, a person is told, and what follows flows again.
    """

    def __init__(self) -> None:
        """Begin with full batches."""
        self.most = MOST_EVENTS
        self.aside = False
        self.hub_schema = SCHEMA
        """The newest schema of events that the hub knows, as it said at hello."""
        self._failures = 0
        self._set_aside = 0

    def worked(self) -> None:
        """Grow again after a batch that the hub took."""
        if self.aside:
            self.aside = False
            self._set_aside += 1
            self._failures = 0
            return
        self._set_aside = 0
        if self._failures < REPEATED:
            self._failures = 0
            self.most = min(self.most * 2, MOST_EVENTS)

    def drained(self) -> None:
        """Begin anew when nothing waits."""
        self.most, self._failures = MOST_EVENTS, 0

    def again_at_once(self, trouble: SyncError, batch: Sequence[msgspec.Raw]) -> bool:
        """Learn from a batch that was not taken; tell whether another try at once makes sense.

        Raises Rejected when the hub fails on one event even as one to be set aside.
        """
        sent = len(batch)
        match trouble:
            case TooLarge():
                self.most = max(sent // 2, 1)
                return sent > 1
            case Failed():
                self._failures += 1
                return self._failures >= REPEATED and self._narrow(batch)
            case Retryable(wait_ms=0):
                self.most = max(sent // 2, min(sent, LEAST_EVENTS))
        return False

    def _narrow(self, batch: Sequence[msgspec.Raw]) -> bool:
        if len(batch) > 1:
            self.most = len(batch) // 2
            return True
        if self.aside or self._set_aside >= MOST_ASIDE:
            self.aside = False
            place = msgspec.json.decode(batch[0], type=_Place)
            raise Rejected(
                _(
                    "The hub fails on entry {epoch}/{seq} of this till. It and all that was sold later"
                    " are kept on disk and wait. Tell whoever looks after the hub."
                ).format(epoch=place.epoch, seq=place.seq)
            )
        self.most, self.aside = 1, True
        return True
