"""Facts up: the outbox in sequence, batch by batch, until it is empty."""

from collections.abc import Callable
from functools import partial
from itertools import takewhile

import msgspec

from omnipos.locale import _
from omnipos.protocol import MOST_BYTES, Countersigned, Outcome, PushAnswer, PushBatch, envelope_of
from omnipos.store import journal, outbox
from omnipos.store.connection import Store, transaction
from omnipos.store.witness import Witness, keep_witness
from sync.client import HubClient
from sync.errors import Rejected, SyncError, Unsettled
from sync.sending import Sending

HUB_OLDER = "update_hub"
_encode = msgspec.json.Encoder().encode


def push_all(
    store: Store, client: HubClient, settled: Callable[[int], None], sending: Sending | None = None
) -> bool:
    """Send what waits and keep the hub's verdicts; tell `settled` how many events each batch settled.

    Returns False when the hub set one aside: it may know another life of this till, so a hello is
    due before more is sent. Raises Unsettled when the hub wants an event again, so that no loop
    asks without end.
    """
    sending = sending or Sending()
    while batch := store.call(partial(_next_batch, store, sending.most, sending.hub_schema)):
        try:
            answer = client.push(PushBatch(events=batch, aside=sending.aside))
        except SyncError as trouble:
            if sending.again_at_once(trouble, batch):
                continue
            raise
        note_head(store, client, answer.countersigned)
        store.call(partial(_record, store, answer))
        again = [one for one in answer.verdicts if one.outcome is Outcome.RETRY]
        settled(len(answer.verdicts) - len(again))
        doubted = any(one.outcome is Outcome.QUARANTINED for one in answer.verdicts)
        if not doubted and (again or not answer.verdicts):
            raise Unsettled(again[0].reason if again else _("the hub gave no verdict"))
        sending.worked()
        if doubted:
            return False
    sending.drained()
    return True


def _next_batch(store: Store, most: int, hub_schema: int) -> tuple[msgspec.Raw, ...]:
    waiting = outbox.next_batch(store.books, most, MOST_BYTES)
    events = list(takewhile(lambda event: event.header.schema <= hub_schema, waiting))
    if waiting and not events:
        # A hub that does not know them would only lay them aside.
        raise Rejected(
            _(
                "The hub's OmniPOS is older than this till's and does not know its newest entries yet."
                " Selling goes on and everything is kept. Update the hub."
            ),
            HUB_OLDER,
        )
    return tuple(
        msgspec.Raw(_encode(envelope_of(event, journal.personal_of(store.books, event.header))))
        for event in events
    )


def note_head(store: Store, client: HubClient, head: Countersigned | None) -> None:
    """Keep what the hub says to have of the journal; raise Rejected when it is not this till's hub."""
    if client.device is not None:
        keep_witness(store.folder, Witness(device_id=client.device.device_id, head=client.device.check(head)))


def _record(store: Store, answer: PushAnswer) -> None:
    with transaction(store.books):
        outbox.record_verdicts(store.books, answer.verdicts)
