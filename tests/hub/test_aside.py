"""An event that its till wants set aside: kept, not looked into, and in nobody's way."""

import msgspec
import pytest

from hub import envelopes
from omnipos.protocol import PushAnswer
from tests.hub.journals import batch_of
from tests.hub.rig import APPLIED, QUARANTINED, A, HubRig, outcomes


def push_aside(rig: HubRig, batch: bytes) -> PushAnswer:
    body = batch.removesuffix(b"}") + b',"aside":true}'
    return msgspec.convert(rig.ask("POST", "/v1/events", body, key=rig.till.token), PushAnswer)


def test_it_is_quarantined_and_what_follows_flows(rig: HubRig) -> None:
    journal = rig.journal()
    for _number in range(3):
        journal.sell((A, 1, 3500))
    first, poison, last = journal.envelopes
    assert outcomes(rig.push(first)) == [APPLIED]
    answer = push_aside(rig, batch_of([poison]))
    assert (outcomes(answer), answer.acked_through) == ([QUARANTINED], 2)
    assert rig.stock("A") == (-1000, 0)
    # The same again, as after a lost answer, is neither a sale nor an alarm.
    assert outcomes(rig.push(poison, last)) == [QUARANTINED, APPLIED]
    assert outcomes(push_aside(rig, batch_of([poison]))) == [QUARANTINED]
    assert rig.stock("A") == (-2000, 0)
    assert rig.exceptions() == ["event_failed"]
    assert rig.ask("GET", "/v1/totals?store=S1")["sales"] == 2


def test_it_is_kept_whatever_the_hub_fails_on(rig: HubRig, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = rig.journal()
    journal.sell((A, 1, 3500))
    journal.sell((A, 1, 3500))
    poison, last = journal.envelopes

    def fail(*_given: object) -> bytes:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(envelopes, "chain_hash", fail)
        assert rig.refused("POST", "/v1/events", batch_of([poison]), key=rig.till.token) == (500, "bug")
        assert outcomes(push_aside(rig, batch_of([poison]))) == [QUARANTINED]
    assert outcomes(rig.push(last)) == [APPLIED]
    assert rig.exceptions() == ["event_failed"]
