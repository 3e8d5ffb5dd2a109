"""Two lives of one till, at the hub: each keeps all it wrote, in whatever order their journals come."""

import copy

import msgspec
from sqlalchemy import select

from hub import tables
from hub.lives import device_of, move_to
from hub.unit import Unit
from tests.hub.journals import Journal
from tests.hub.rig import APPLIED, DUPLICATE, A, HubRig, outcomes


def test_what_was_written_behind_a_tail_goes_on_there_though_its_places_are_taken(rig: HubRig) -> None:
    first = rig.journal()
    first.sell((A, 1, 3500))
    copied = copy.deepcopy(first)
    for pieces in (2, 3):
        copied.sell((A, pieces, 3500))
    for pieces in (4, 5, 6):
        first.sell((A, pieces, 3500))
    assert outcomes(rig.push(*copied.envelopes[:2])) == [APPLIED] * 2
    _leave_the_epoch(rig)

    assert outcomes(rig.push(*first.envelopes)) == [DUPLICATE] + [APPLIED] * 3
    assert outcomes(rig.push(*copied.envelopes)) == [DUPLICATE] * 2 + [APPLIED]
    assert outcomes(rig.push(*copied.envelopes)) == [DUPLICATE] * 3
    assert outcomes(rig.push(*first.envelopes)) == [DUPLICATE] * 4
    assert rig.stock("A")[0] == -1000 * (1 + 2 + 3 + 4 + 5 + 6)


def test_what_a_later_epoch_says_comes_behind_what_the_tail_brought(rig: HubRig) -> None:
    first = rig.journal()
    first.sell((A, 1, 3500))
    copied = copy.deepcopy(first)
    copied.sell((A, 2, 3500))
    for pieces in (3, 4):
        first.sell((A, pieces, 3500))
    assert outcomes(rig.push(*copied.envelopes)) == [APPLIED] * 2
    _leave_the_epoch(rig)
    assert outcomes(rig.push(*first.envelopes)) == [DUPLICATE, APPLIED, APPLIED]

    copied.sell((A, 5, 3500))
    later = Journal(msgspec.structs.replace(rig.till, epoch=2))
    later.last_hash, later.receipts = copied.last_hash, 100
    later.sell((A, 6, 3500))
    sent = [*copied.envelopes, *later.envelopes]
    assert outcomes(rig.push(*sent)) == [DUPLICATE] * 2 + [APPLIED] * 2
    event = tables.event
    wanted = select(event.c.event_id).order_by(event.c.number.desc()).limit(2)
    newest = rig.hub.database.read(lambda conn: list(conn.scalars(wanted)))
    assert newest == [sent[-1].event_id, sent[-2].event_id]


def _leave_the_epoch(rig: HubRig) -> None:
    def move(unit: Unit) -> None:
        move_to(unit, device_of(unit.conn, rig.till.device_id), 2)

    rig.hub.database.write(lambda conn: rig.hub.run(conn, move))
