"""Batches of tills with several lives: what goes on with a tail that lost its places stands on its line."""

from collections.abc import Sequence

import msgspec

from hub import ingest, lives
from hub.auth import Principal, Role
from hub.envelopes import Received
from hub.ingest import save_heads
from hub.judging import Journal
from hub.unit import Unit
from omnipos.protocol import PushAnswer


def push(unit: Unit, till: Principal, batch: Sequence[Received]) -> PushAnswer:
    """Store a batch, each event on the line of the life that wrote it; the caller commits."""
    line, behind = _behind_a_tail(unit, till, batch)
    if behind:
        return _push_both(unit, till, line, behind, batch)
    return ingest.push(unit, till, batch)


def _push_both(
    unit: Unit, till: Principal, line: str, behind: Sequence[Received], batch: Sequence[Received]
) -> PushAnswer:
    """Store the part of a batch that goes on with a tail behind it, what is before and after it as ever."""
    on_line = {id(one) for one in behind}
    first = next(index for index, one in enumerate(batch) if id(one) in on_line)
    before = batch[:first]
    after = [one for one in batch[first:] if id(one) not in on_line]
    # In this order: a later epoch's events may speak of what these brought.
    told = [push(unit, till, before), _push_on_line(unit, till, line, behind)]
    answer = push(unit, till, after)
    verdicts = {
        id(one): found
        for part, one_answer in zip((before, behind, after), (*told, answer), strict=True)
        for one, found in zip(part, one_answer.verdicts, strict=True)
    }
    return msgspec.structs.replace(answer, verdicts=tuple(verdicts[id(one)] for one in batch))


def take_in(unit: Unit, device: Principal, line: str, batch: Sequence[Received]) -> PushAnswer:
    """Take events of a till's exported outbox as if it had pushed them; twice is harmless.

    Where another life of the till stands in their places at the hub, they get a line of their own.
    """
    aside = f"{device.device_id}{lives.LINE}{line[:16]}"
    journal = Journal(unit, device.device_id, batch)
    clash = any(one.seq <= journal.head(one.epoch).seq and journal.known(one) is None for one in batch)
    if not clash and not Journal(unit, aside, batch).heads:
        return push(unit, device, batch)
    return _push_on_line(unit, device, aside, batch)


def _push_on_line(unit: Unit, device: Principal, line: str, batch: Sequence[Received]) -> PushAnswer:
    """Store a batch on a line beside the device's journal, which begins with it if it is new."""
    own = Journal(unit, line, batch)
    if not own.heads:
        own.begin_at(batch[0])
        save_heads(unit, own)
    return ingest.push(unit, msgspec.structs.replace(device, device_id=line), batch)


def _behind_a_tail(unit: Unit, till: Principal, batch: Sequence[Received]) -> tuple[str, list[Received]]:
    """Return the events that go on with a tail which another life's events were put in the place of."""
    if till.role is not Role.DEVICE or all(one.epoch >= till.epoch for one in batch):
        return "", []
    journal = Journal(unit, till.device_id, batch)
    joined: set[bytes] = set()
    for one in batch:
        if journal.on_a_tail(one) is not None:
            continue
        if one.epoch >= till.epoch or one.prev_hash in joined or journal.joins(one):
            joined.add(one.hash)
            continue
        line = lives.line_before(unit.conn, till, one)
        if line:
            return line, [two for two in batch if two.epoch == one.epoch and two.seq >= one.seq]
    return "", []
