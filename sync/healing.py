"""Which life of a till the hub talks to: restored and copied tills go on in an epoch of their own.

Nothing is overwritten by it. The hub keeps what any life wrote; the journal here goes on where
nobody else writes, and everything that the hub may not have is sent again.
"""

from collections.abc import Callable, Sequence

import msgspec

from omnipos.events import EpochCause
from omnipos.locale import _
from omnipos.ports import Clock
from omnipos.protocol import EpochRequest, HelloAnswer
from omnipos.services.epochs import begin_epoch
from omnipos.store import journal, outbox
from omnipos.store.archive import find_event
from omnipos.store.connection import Connection, Store, transaction
from omnipos.store.identity import Identity, confirm_epoch, epochs, save_identity
from omnipos.store.mirror import cursors
from sync.client import HubClient
from sync.errors import Rejected

Rejoin = Callable[[str], None]
"""Enrols this computer anew with a one-time code, keeps what opens the hub, and gives it to the client."""


def no_rejoin(_code: str) -> None:
    """Refuse to become another till: nothing here can keep its key."""
    raise Rejected(
        _(
            "Another computer sells as this till. All sales are kept. Call the manager:"
            " this computer must be enrolled again."
        )
    )


def settle_life(
    store: Store, client: HubClient, clock: Clock, answer: HelloAnswer, rejoin: Rejoin = no_rejoin
) -> bool:
    """Heal what in a hub's answer does not fit this journal; True when another hello is due."""
    if store.call(lambda: _become_another(store, clock, answer) or _move(store, clock, answer)):
        return True
    request = store.call(lambda: _wish(store, answer))
    if request is None:
        store.call(lambda: _take_up(store, answer))
        return False
    given = client.new_epoch(request)
    if given.enrol_code:
        rejoin(given.enrol_code)
    elif given.epoch == request.wanted:
        store.call(lambda: _confirm(store, given.epoch))
    else:
        store.call(lambda: _begin(store, clock, given.epoch, answer.acked_seq))
    return True


def newest_acked(store: Store) -> journal.Head | None:
    """Return the newest event of the epoch now in use that the hub acknowledged."""
    seq = outbox.newest_acked(store.books, _me(store).epoch)
    event = journal.event_at(store.books, _me(store).epoch, seq) if seq else None
    if event is None:
        return None
    return journal.Head(epoch=event.header.epoch, seq=event.header.seq, hash=event.hash)


def has_forgotten(store: Store, streams: Sequence[str]) -> bool:
    """Tell whether a hub whose streams were just fetched lacks events that it once acknowledged."""
    known = newest_acked(store)
    if known is None:
        return False
    now = cursors(store.books)
    places = ((now[one].applied_epoch, now[one].applied_seq) for one in streams if one in now)
    return any(place < (known.epoch, known.seq) for place in places)


def _me(store: Store) -> Identity:
    assert store.identity is not None, "syncing begins when the till knows who it is"
    return store.identity


def _become_another(store: Store, clock: Clock, answer: HelloAnswer) -> bool:
    me = _me(store)
    if answer.device_id == me.device_id:
        return False
    identity = Identity(
        device_id=answer.device_id,
        store_id=answer.store_id,
        store_code=answer.store_code,
        till_number=answer.till_number,
        epoch=max(me.epoch, answer.epoch) + 1,
        hub_epoch=answer.hub_epoch,
    )
    store.identity = begin_epoch(store.books, clock, identity, EpochCause.COPIED, confirmed=False)
    return True


def _move(store: Store, clock: Clock, answer: HelloAnswer) -> bool:
    me = _me(store)
    if answer.store_id == me.store_id:
        return False
    given = answer.epoch > me.epoch
    identity = msgspec.structs.replace(
        me,
        store_id=answer.store_id,
        store_code=answer.store_code,
        till_number=answer.till_number,
        epoch=answer.epoch if given else me.epoch + 1,
    )
    store.identity = begin_epoch(store.books, clock, identity, EpochCause.MOVED, confirmed=given)
    return True


def _wish(store: Store, answer: HelloAnswer) -> EpochRequest | None:
    """Return what to ask for so that hub and journal fit again; None when they do."""
    me = _me(store)
    known = newest_acked(store)
    request = EpochRequest(
        epoch=me.epoch, acked_seq=known.seq if known else 0, acked_hash=known.hash.hex() if known else ""
    )
    if answer.epoch > me.epoch or not holds(store.books, me.epoch, answer.acked_seq, answer.acked_hash):
        return request
    if answer.epoch < me.epoch or not epochs(store.books)[me.epoch].confirmed:
        return msgspec.structs.replace(request, wanted=me.epoch)
    return None


def holds(db: Connection, epoch: int, seq: int, acked_hash: str) -> bool:
    """Tell whether what the hub acknowledged is in this journal, to the byte; `""` is an unreadable event."""
    if not seq:
        return True
    event = find_event(db, epoch, seq)
    return event is not None and acked_hash in ("", event.hash.hex())


def _confirm(store: Store, epoch: int) -> None:
    with transaction(store.books):
        confirm_epoch(store.books, epoch)


def _begin(store: Store, clock: Clock, epoch: int, hub_seq: int) -> None:
    identity = msgspec.structs.replace(_me(store), epoch=epoch)
    store.identity = begin_epoch(store.books, clock, identity, EpochCause.PARTED, hub_seq=hub_seq)


def _take_up(store: Store, answer: HelloAnswer) -> None:
    """Put into the queue again what the hub does not have, as one from a backup; note the hub's life."""
    heads = {one.epoch: one for one in answer.heads}
    with transaction(store.books):
        for epoch in epochs(store.books):
            head = heads.get(epoch)
            if head is None or holds(store.books, epoch, head.seq, head.hash):
                outbox.reopen_after(store.books, epoch, head.seq if head else 0)
            else:
                outbox.reopen_once(store.books, head, answer.hub_epoch)
        me = _me(store)
        if answer.hub_epoch != me.hub_epoch:
            save_identity(store.books, msgspec.structs.replace(me, hub_epoch=answer.hub_epoch))
    store.identity = msgspec.structs.replace(me, hub_epoch=answer.hub_epoch)
