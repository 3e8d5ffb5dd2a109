"""Syncing in the background: hello, push, pull; woken by hints, backing off while the hub is away."""

import logging
import random
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from omnipos import __version__
from omnipos.domain.errors import DomainError
from omnipos.events import SCHEMA
from omnipos.locale import _
from omnipos.ports import Clock, LinkReport, LinkState
from omnipos.protocol import Hello, Hint, PushBatch
from omnipos.sealing import Sealer
from omnipos.store import customers, journal, orders, outbox, people
from omnipos.store.connection import Mirror, Store, open_mirror, transaction
from omnipos.store.identity import Identity
from omnipos.store.mending import begin_anew, damaged_copy, is_damage, look_for_damage, marked
from omnipos.store.mirror import cursors, fetch_anew, keep_streams
from sync.bootstrap import Bootstrapping
from sync.client import HubClient
from sync.errors import NoRoom, Rejected, Retryable, SyncError, TooLarge, Unsettled, Untrusted
from sync.healing import Rejoin, has_forgotten, newest_acked, no_rejoin, settle_life
from sync.hints import HintLine
from sync.pacing import BackOff
from sync.pull import Pulling, pull_all
from sync.push import note_head, push_all
from sync.sending import Sending

POLL_S = 2.0
LIVE_POLL_S = 300.0
"""How often all is asked for while no hints come, and while they do; times a half to one and a half."""
GATHER_S = 0.05
"""What is hinted at together is fetched together, and not by all tills at once; up to twice this."""
FIRST_WAIT_S = 1.0
"""The screen comes first: nothing of syncing is even imported before it had a second."""
MOST_HELLOS = 6
"""A till that was copied and restored settles in four; more of them mean that something is wrong."""
STOP_S = 1.5
"""Leaving the till never waits longer for a hub that is slow to answer; the thread dies with the till."""

_log = logging.getLogger(__name__)


class SyncOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one round of syncing did. `error` is a sentence, empty when all went well."""

    ok: bool
    online: bool
    pushed: int
    pulled: int
    waiting: int
    error: str


class SyncEngine:
    """The till's side of syncing, on a thread of its own; see `omnipos.ports.Syncing`."""

    def __init__(
        self,
        store: Store,
        identity: Identity,
        clock: Clock,
        client: HubClient,
        spread: Callable[[], float] = random.random,
        answer: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare syncing for an open store.

        `spread` gives the jitter, 0 to 1. `answer` does what news from the hub ask of this till and
        tells whether there is something to send for it.
        """
        self._store = store
        store.identity = identity
        store.on_damage = self.try_now
        self._clock = clock
        self._client = client
        self._spread = spread
        self._answer = answer
        self._report = LinkReport(
            state=LinkState.ASKING, since_ms=clock.now_ms(), reason=_("The hub has not been asked yet.")
        )
        self._streams: tuple[str, ...] | None = None
        self._mirror: Mirror | None = None
        self._pushed = 0
        self._erased = -1
        self._overlays_due = True
        """The mirror may show more of this till than the overlays were last compared with."""
        self._back_off = BackOff(spread)
        self._sending = Sending()
        self._sealer = Sealer(store.folder)
        self._loading: tuple[str, int] | None = None
        ready = Bootstrapping(client, store, self._tell_loading)
        self._pulling = Pulling(client, self._sealer, lambda: self._me().epoch, ready)
        self._asked_wait_s = 0.0
        self._hints: HintLine | None = None
        self._heads: dict[str, int] = {}
        self._all_due = threading.Event()
        self._push_due = threading.Event()
        self.rejoin: Rejoin = no_rejoin
        """How this computer becomes a till of its own when another has its identity."""
        self._skew_ms = 0
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._round = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin syncing in the background."""
        self._hints = HintLine(self._client.twin(), self._hear, self.try_now, self._spread)
        self._hints.start()
        self._thread.start()

    def stop(self) -> None:
        """End syncing; what is not sent stays in the outbox."""
        self._ended.set()
        self._wake.set()
        if self._hints is not None:
            self._hints.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_S)
            self._client.cut()
        if self._round.acquire(timeout=STOP_S):
            self._client.close()
            if self._mirror is not None:
                self._mirror.close()
                self._mirror = None
            self._round.release()

    def report(self) -> LinkReport:
        """Return the line's state, at once."""
        loading = self._loading
        if loading is None:
            return self._report
        return msgspec.structs.replace(self._report, loading=loading[0], loaded_percent=loading[1])

    def _tell_loading(self, stream: str, percent: int) -> None:
        self._loading = (stream, percent)

    def nudge(self) -> None:
        """Say that there is something to send.

        Where hints come, only what they name is asked for behind it: a sale is not to ask for each stream.
        """
        self._push_due.set()
        if not self._hears:
            self._all_due.set()
        self._wake.set()

    @property
    def _hears(self) -> bool:
        return self._hints is not None and self._hints.live

    def try_now(self) -> None:
        """Say that somebody asked: send what waits and ask for every stream."""
        self._all_due.set()
        self._wake.set()

    def _hear(self, hint: Hint) -> None:
        self._heads[hint.stream] = hint.head
        self._wake.set()

    def once(self) -> SyncOutcome:
        """Do one whole round now and return what it did; never raises for a hub that is away."""
        return self._go_round(hinted=False)

    def _go_round(self, *, hinted: bool) -> SyncOutcome:
        with self._round:
            self._pushed = pulled = 0
            error = ""
            try:
                pulled = self._sync(hinted=hinted)
                self._online()
            except (Rejected, TooLarge, Untrusted, NoRoom) as refusal:
                error = self._refused(str(refusal))
            except Unsettled as wish:
                reason = _("The hub cannot take this till's entries yet ({reason}). All is kept on disk.")
                error = self._refused(reason.format(reason=str(wish).rstrip(".")))
            except SyncError as trouble:
                error = self._away(trouble)
            except DomainError as trouble:
                error = self._refused(str(trouble))
            except (OSError, sqlite3.DatabaseError) as trouble:
                _log.warning("syncing met trouble with the disk", exc_info=True)
                error = self._refused(self._of_disk(trouble))
            waiting = self._store.call(lambda: outbox.count_waiting(self._store.books)).events
            return SyncOutcome(
                ok=not error,
                online=self._report.state is LinkState.ONLINE,
                pushed=self._pushed,
                pulled=pulled,
                waiting=waiting,
                error=error,
            )

    def _run(self) -> None:
        self._wake.wait(FIRST_WAIT_S)
        self._all_due.set()
        while not self._ended.is_set():
            self._wake.clear()
            hinted = not self._all_due.is_set()
            self._all_due.clear()
            self._push_due.clear()
            try:
                self._go_round(hinted=hinted)
            except Exception:
                if self._ended.is_set():
                    return
                # A bug here must neither stop syncing for good nor go unseen.
                _log.exception("syncing failed")
                self._refused(_("Syncing met an error of its own; it is in the log."))
            self._pause()

    def _pause(self) -> None:
        if self._report.state is LinkState.ONLINE:
            if not self._wake.wait((LIVE_POLL_S if self._hears else POLL_S) * (0.5 + self._spread())):
                self._all_due.set()
            elif not (self._all_due.is_set() or self._push_due.is_set()):
                self._ended.wait(GATHER_S * (1 + self._spread()))
            return
        # The hub's own wish is kept; otherwise something new may try sooner, a second apart.
        self._ended.wait(self._asked_wait_s or 1.0)
        self._wake.wait(self._back_off.wait_s())
        self._all_due.set()

    def _count_pushed(self, events: int) -> None:
        self._pushed += events

    def _sync(self, *, hinted: bool, again: bool = False) -> int:
        self._mend_mirror()
        if self._streams is None:
            self._streams, hinted = self._hello(), False
        try:
            self._push()
        except Unsettled:
            # The hub may have met another life of this till since the last hello.
            self._streams, hinted = self._hello(), False
            self._push()
        streams = self._behind(self._streams) if hinted else self._streams
        pulled = self._pull(streams)
        if not hinted and not again and self._store.call(lambda: has_forgotten(self._store, streams)):
            self._streams = None
            return pulled + self._sync(hinted=False, again=True)
        if self._answer():
            # Behind the look at what the hub has forgotten: the streams do not show this yet.
            self._push()
            self._wake.set()  # what the hub makes of it is fetched at once
        return pulled

    def _pull(self, streams: Sequence[str]) -> int:
        # Due from here on: a round that breaks off keeps the pages before the break.
        due, self._overlays_due = self._overlays_due, True
        try:
            pulled = pull_all(self._open_mirror(), self._pulling, streams)
        finally:
            self._loading = None
        if pulled or due:
            self._store.call(self._drop_overlays)
        self._overlays_due = False
        return pulled

    def _push(self) -> None:
        while not push_all(self._store, self._client, self._count_pushed, self._sending):
            self._streams = self._hello()

    def _behind(self, streams: Sequence[str]) -> list[str]:
        """Return the streams of which hints say that the hub has more than the mirror."""
        known = {name: one.upto for name, one in cursors(self._open_mirror()).items()}
        heads = self._heads.copy()
        return [name for name in streams if known.get(name, 0) < heads.get(name, 0)]

    def _open_mirror(self) -> Mirror:
        if self._mirror is None:
            self._mirror = open_mirror(self._store.folder)
            if not all(self._sealer.has_sealed(one) for one in people.staff_in(self._mirror.of("staff"))):
                # Sealed with the key of a folder that was restored here, or by no key at all.
                fetch_anew(self._mirror, "staff")
        return self._mirror

    def _hello(self) -> tuple[str, ...]:
        self._heads.clear()  # they may be of a life that the hub has lost
        for _turn in range(MOST_HELLOS):
            answer = self._client.hello(self._store.call(self._own_state))
            note_head(self._store, self._client, answer.countersigned)
            self._sending.hub_schema = answer.schema_max
            self._skew_ms = answer.server_time_ms - self._clock.now_ms()
            if answer.revoked or not settle_life(self._store, self._client, self._clock, answer, self.rejoin):
                break
        else:
            raise Unsettled(_("the hub and this till do not agree which epoch is the till's"))
        if answer.revoked:
            # What was sold meanwhile is not lost: the hub keeps it aside for a person to look at.
            while not push_all(self._store, self._client, self._count_pushed):
                pass  # each turn sets something aside for good
            raise Rejected(_("This till was revoked. Its sales are kept; ask the manager."))
        keep_streams(self._open_mirror(), answer.streams)
        return answer.streams

    def _me(self) -> Identity:
        assert self._store.identity is not None, "syncing begins when the till knows who it is"
        return self._store.identity

    def _own_state(self) -> Hello:
        head = journal.head_of(self._store.books)
        waiting = outbox.count_waiting(self._store.books)
        me = self._me()
        acked = newest_acked(self._store)
        known = {name: one.cursor for name, one in cursors(self._store.books).items()}
        return Hello(
            epoch=me.epoch,
            head_seq=head.seq if head else 0,
            head_hash=head.hash.hex() if head else "",
            schema_min=1,
            schema_max=SCHEMA,
            version=__version__,
            sent_at_ms=self._clock.now_ms(),
            waiting=waiting.events,
            cursors=known,
            hub_epoch=me.hub_epoch,
            acked_seq=acked.seq if acked else 0,
        )

    def _drop_overlays(self) -> None:
        with transaction(self._store.books):
            orders.drop_shown_overlays(self._store.books)
            self._erased = customers.forget_erased(self._store.books, self._erased)

    def _of_disk(self, trouble: OSError | sqlite3.DatabaseError) -> str:
        if isinstance(trouble, sqlite3.DatabaseError):
            if is_damage(trouble) and look_for_damage(self._store.folder):
                return damaged_copy(trouble)
            if not isinstance(trouble, sqlite3.OperationalError):
                raise trouble  # a bug, and not the disk's
        return _(
            "The disk does not take what syncing has to keep ({reason}). All sales that were finished are"
            " safe and will be sent. Free some space or call for help; syncing then goes on by itself."
        ).format(reason=getattr(trouble, "strerror", None) or trouble)

    def _mend_mirror(self) -> None:
        """Begin anew what was found damaged of the mirror, but only while the hub is there to fill it."""
        folder = self._store.folder
        damaged = marked(folder)
        if not damaged:
            return
        self._client.push(PushBatch(events=()))
        if self._mirror is not None:
            self._mirror.close()
            self._mirror = None
        for file in damaged:
            _log.warning("%s was damaged and is fetched anew", file)
            begin_anew(folder, file)
        open_mirror(folder).close()
        for file in damaged:
            self._store.call(partial(self._store.take_up, file))
        self._streams, self._erased = None, -1

    def _online(self) -> None:
        self._back_off.worked()
        self._asked_wait_s = 0.0
        self._set(LinkState.ONLINE, "")
        self._tell_hints(there=True)

    def _tell_hints(self, *, there: bool) -> None:
        if self._hints is not None:
            self._hints.hub_is_there(there)

    def _away(self, trouble: SyncError) -> str:
        self._asked_wait_s = trouble.wait_ms / 1000 if isinstance(trouble, Retryable) else 0.0
        self._failed()
        reason = _("The hub does not answer ({reason}). Selling goes on; all is kept and sent later.")
        return self._set(LinkState.AWAY, reason.format(reason=str(trouble).rstrip(".")))

    def _refused(self, reason: str) -> str:
        self._failed()
        return self._set(LinkState.ATTENTION, reason)

    def _failed(self) -> None:
        self._back_off.failed()
        self._streams = None
        self._tell_hints(there=False)

    def _set(self, state: LinkState, reason: str) -> str:
        since = self._report.since_ms if self._report.state is state else self._clock.now_ms()
        self._report = LinkReport(state=state, since_ms=since, reason=reason, skew_ms=self._skew_ms)
        return reason
