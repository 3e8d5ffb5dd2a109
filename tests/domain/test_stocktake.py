"""Counting while selling goes on: any order of arrival gives the balance that the shelf has."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.hybrid import HybridStamp
from omnipos.domain.stocktake import Count, CountedLine, Origin, balance, is_contained, is_uncertain

T = 1_795_255_200_000


def sold(device: str, seq: int, at: int, pieces: int = -1) -> tuple[Origin, int]:
    return Origin(device_id=device, epoch=1, seq=seq, at_ms=T + at * 60_000), pieces * 1000


def count(pieces: int, at: int, own_seq: int = 0, device: str = "a", **seen: int) -> Count:
    line = CountedLine(
        product_id="p",
        counted_milli=pieces * 1000,
        expected_milli=0,
        own_epoch=1,
        own_seq=own_seq,
        stamp=HybridStamp(wall_ms=T + at * 60_000, device_id=device),
    )
    return Count(device_id=device, line=line, seen={(one, 1): seq for one, seq in seen.items()})


RECEIVED = (Origin(at_ms=T - 60_000_000), 50_000)


@pytest.mark.parametrize(
    ("moved", "on_hand"),
    [
        (sold("a", 3, at=-10), 47),  # its own, before: counted
        (sold("a", 4, at=-10), 46),  # its own, after by sequence, whatever the clock said
        (sold("a", 3, at=99), 47),  # its own, before by sequence, whatever the clock said
        (sold("b", 7, at=99), 47),  # another till's that it knew of
        (sold("b", 8, at=-10), 47),  # another's that it did not know of, before by the clock
        (sold("b", 8, at=10), 46),
        ((Origin(at_ms=T + 600_000), 5000), 52),  # goods received after it
        ((Origin(at_ms=T - 600_000), 5000), 47),
    ],
)
def test_what_a_count_contains(moved: tuple[Origin, int], on_hand: int) -> None:
    assert balance([RECEIVED, moved], [count(47, at=0, own_seq=3, b=7)]) == on_hand * 1000


def test_only_what_no_sequence_tells_is_uncertain_and_only_when_it_was_close() -> None:
    made = count(47, at=0, own_seq=3, b=7)
    close = [
        sold("a", 4, at=1),
        sold("b", 7, at=1),
        sold("b", 8, at=1),
        sold("b", 8, at=-1),
        sold("b", 8, at=6),
    ]
    assert [is_uncertain(origin, made) for origin, _quantity in close] == [False, False, True, True, False]


def test_the_last_of_two_counts_stands_alone() -> None:
    assert balance([RECEIVED], [count(47, at=0), count(46, at=1, device="b")]) == 46_000


places = st.tuples(st.sampled_from("abc"), st.integers(-30, 30), st.integers(-4, 4))


@given(st.lists(places, max_size=12), st.integers(0, 60), st.randoms(use_true_random=False))
def test_the_shelf_and_the_balance_agree_in_any_order_of_arrival(
    drawn: list[tuple[str, int, int]], counted_from: int, chance: random.Random
) -> None:
    """With right clocks, a count of what lies there leaves exactly what lies there after all sales."""
    in_time = sorted(enumerate(drawn), key=lambda one: (one[1][1], one[0]))
    seqs: dict[str, int] = {}
    moves: list[tuple[Origin, int]] = []
    shelf, own = counted_from * 1000, 0
    for _index, (device, at, pieces) in in_time:
        seqs[device] = seqs.get(device, 0) + 1
        moves.append(sold(device, seqs[device], at, pieces))
        if at <= 0:
            shelf += pieces * 1000
            own = seqs[device] if device == "a" else own
    made = count(0, at=0, own_seq=own)
    line_counted = msgspec.structs.replace(made.line, counted_milli=shelf)
    made = Count(device_id="a", line=line_counted, seen={})
    truth = counted_from * 1000 + sum(quantity for _origin, quantity in moves)
    arrived = [(Origin(at_ms=T - 60_000_000), counted_from * 1000), *moves]
    chance.shuffle(arrived)
    assert balance(arrived, [made]) == truth
    assert all(is_contained(origin, made) for origin, _quantity in arrived if origin.at_ms <= T)
