"""Random pushes of the same journal, cut, repeated and reordered, give every event exactly once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from omnipos.protocol import Outcome
from tests.hub.rig import A, B, HubRig

EVENTS = 12
cuts = st.lists(st.tuples(st.integers(0, EVENTS - 1), st.integers(1, EVENTS)), max_size=20)


EXAMPLES = {"sqlite": 30, "postgresql": 6}


def test_fault_21_each_event_counts_once_however_batches_come(rig: HubRig, base: str) -> None:
    bounded = settings(max_examples=EXAMPLES[base], deadline=None)
    bounded(given(cuts=cuts)(lambda cuts: push_in_pieces(rig, cuts)))()


def push_in_pieces(rig: HubRig, cuts: list[tuple[int, int]]) -> None:
    """Push a journal of a new till in some pieces, and look at what came of it."""
    rig.till = rig.enrol()
    before = rig.ask("GET", "/v1/totals")
    stock_before = rig.stock("A")[0], rig.stock("B")[0]
    journal = rig.journal()
    for number in range(1, EVENTS + 1):
        if number % 5 == 0:
            journal.append(body=b'{"type":"from_the_future"}', kind="from_the_future")
        else:
            journal.sell((A, 1, 3500), (B, number, 6000))
    sold = [number for number in range(1, EVENTS + 1) if number % 5]
    applied: list[int] = []
    acked = 0
    for start, count in [*cuts, (0, EVENTS)]:
        answer = rig.push_straight(*journal.envelopes[start : start + count])
        applied += [one.seq for one in answer.verdicts if one.outcome is Outcome.APPLIED]
        assert answer.acked_through >= acked
        acked = answer.acked_through
    assert sorted(applied) == sold
    assert acked == EVENTS
    after = rig.ask("GET", "/v1/totals")
    assert after["sales"] - before["sales"] == len(sold)
    assert after["total_minor"] - before["total_minor"] == sum(3500 + 6000 * number for number in sold)
    assert rig.stock("A")[0] - stock_before[0] == -1000 * len(sold)
    assert rig.stock("B")[0] - stock_before[1] == -1000 * sum(sold)
