"""A till's epochs: a journal that parted from what the hub holds, or was restored, goes on in a new one."""

import secrets
from collections.abc import Callable

import msgspec

from omnipos.events import EpochBegun, EpochCause
from omnipos.ports import Clock
from omnipos.services.till import uuid7
from omnipos.store import catalogue, journal
from omnipos.store.connection import Connection, transaction
from omnipos.store.identity import Identity, load_identity, save_identity
from omnipos.store.journal import Stamp

SHORT_LETTERS = 26 + 26**2 + 26**3
FOUR_LETTERS = 26**4


def provisional_epoch(current: int, draw: Callable[[int], int] = secrets.randbelow) -> int:
    """Return an epoch that nobody gave out: drawn among those of four letters, above the current one.

    The same backup restored twice must not print the same receipt number twice, and neither of the
    two can ask anybody; so the number is drawn and not counted.
    """
    return max(current, SHORT_LETTERS) + 1 + draw(FOUR_LETTERS)


def begin_epoch(
    db: Connection,
    clock: Clock,
    identity: Identity,
    cause: EpochCause,
    *,
    hub_seq: int = 0,
    confirmed: bool = True,
) -> Identity:
    """Go on under an identity whose epoch is newer than all before; return it.

    The first event of the epoch says why and hangs on the last one of the old.
    """
    before = load_identity(db)
    head = journal.head_of(db)
    assert before is not None, "a till has an identity before it gets another epoch"
    assert identity.epoch > before.epoch, "epochs only grow"
    now_ms = clock.now_ms()
    stamp = Stamp(
        event_id=uuid7(now_ms),
        epoch=identity.epoch,
        occurred_at_ms=now_ms,
        actor="",
        shift="",
        catalogue_rev=catalogue.catalogue_revision(db),
    )
    fact = EpochBegun(
        cause=cause,
        from_epoch=head.epoch if head else before.epoch,
        from_seq=head.seq if head else 0,
        hub_seq=hub_seq,
    )
    with transaction(db):
        save_identity(db, identity, cause, confirmed=confirmed)
        journal.append(db, stamp, fact)
    return identity


def begin_restored(db: Connection, clock: Clock) -> Identity:
    """Begin the provisional epoch of a till just restored; the hub confirms it when it is reached."""
    before = load_identity(db)
    assert before is not None, "only a till is restored"
    identity = msgspec.structs.replace(before, epoch=provisional_epoch(before.epoch))
    return begin_epoch(db, clock, identity, EpochCause.RESTORED, confirmed=False)
