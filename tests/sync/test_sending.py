"""Batches shrink to what gets through and grow again; a hub's wish for time is understood."""

import msgspec
import pytest

from omnipos.protocol import MOST_EVENTS
from sync.errors import Failed, Rejected, Retryable, TooLarge
from sync.pacing import LONGEST_S, LONGEST_WISH_MS, BackOff, wish_ms
from sync.sending import LEAST_EVENTS, MOST_ASIDE, REPEATED, Sending


def batch(count: int, first: int = 1) -> list[msgspec.Raw]:
    return [msgspec.Raw(b'{"epoch":1,"seq":%d}' % (first + index)) for index in range(count)]


def send(sending: Sending, waiting: list[int], poison: set[int]) -> list[tuple[int, ...]]:
    """Play a queue against a hub that fails on some events; return what was set aside, batch by batch."""
    aside = []
    for _try in range(2000):
        if not waiting:
            sending.drained()
            return aside
        now = waiting[: sending.most]
        if not sending.aside and poison & set(now):
            # Whether at once or in a later round makes no difference to what is learnt.
            sending.again_at_once(Failed("bug"), [msgspec.Raw(b'{"epoch":1,"seq":%d}' % one) for one in now])
            continue
        if sending.aside:
            aside.append(tuple(now))
        del waiting[: len(now)]
        sending.worked()
    raise AssertionError("the queue never ends")


@pytest.mark.parametrize("poison", [{1}, {500}, {137}, {1200}, {3, 4}, {40, 700, 1100}])
def test_only_what_the_hub_fails_on_is_set_aside(poison: set[int]) -> None:
    sending = Sending()
    assert send(sending, list(range(1, 1201)), poison) == [(one,) for one in sorted(poison)]
    assert (sending.most, sending.aside) == (MOST_EVENTS, False)


def test_a_hub_that_fails_at_first_is_left_alone() -> None:
    sending = Sending()
    for _round in range(REPEATED - 1):
        assert not sending.again_at_once(Failed("bug"), batch(500))
    assert sending.most == MOST_EVENTS
    sending.worked()
    for _round in range(REPEATED - 1):
        assert not sending.again_at_once(Failed("bug"), batch(500))
    assert sending.again_at_once(Failed("bug"), batch(500))
    assert sending.most == 250


def test_a_hub_that_fails_on_everything_does_not_get_everything_set_aside() -> None:
    sending = Sending()
    with pytest.raises(Rejected, match="entry 1/4 of this till"):
        send(sending, list(range(1, 100)), set(range(1, 100)))
    assert (sending._set_aside, sending.aside) == (MOST_ASIDE, False)


def test_a_hub_that_cannot_even_set_aside_is_said_to() -> None:
    sending = Sending()
    for _round in range(REPEATED):
        sending.again_at_once(Failed("bug"), batch(1))
    assert sending.aside
    with pytest.raises(Rejected, match="wait"):
        sending.again_at_once(Failed("bug"), batch(1))
    assert not sending.aside


def test_too_large_halves_at_once_down_to_one() -> None:
    sending = Sending()
    sizes = []
    while sending.again_at_once(TooLarge("too large"), batch(sending.most)):
        sizes.append(sending.most)
    assert sizes == [250, 125, 62, 31, 15, 7, 3, 1]


def test_a_line_that_breaks_gets_smaller_batches_but_not_crumbs() -> None:
    sending = Sending()
    for _break in range(20):
        assert not sending.again_at_once(Retryable("the line broke"), batch(sending.most))
    assert sending.most == LEAST_EVENTS
    for _batch in range(6):
        sending.worked()
    assert sending.most == MOST_EVENTS


def test_a_hub_that_asks_for_time_gets_it_and_full_batches_later() -> None:
    sending = Sending()
    assert not sending.again_at_once(Retryable("busy", wait_ms=1000), batch(500))
    assert sending.most == MOST_EVENTS


def test_back_off_is_full_jitter_up_to_a_minute_without_end() -> None:
    at_most, at_least = BackOff(lambda: 1.0), BackOff(lambda: 0.0)
    waits = []
    for _failure in range(9):
        at_most.failed()
        at_least.failed()
        waits.append(at_most.wait_s())
        assert at_least.wait_s() == 0.0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    at_most.worked()
    at_most.failed()
    assert at_most.wait_s() == 1
    assert LONGEST_S == 60


@pytest.mark.parametrize(
    ("headers", "expected_ms"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7000),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "9" * 400}, LONGEST_WISH_MS),
        ({"retry-after": "٣"}, 0),
        (
            {"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT", "date": "Fri, 31 Dec 1999 23:59:29 GMT"},
            30_000,
        ),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0),
        (
            {"retry-after": "Fri, 31 Dec 1999 23:59:29 GMT", "date": "Fri, 31 Dec 1999 23:59:59 GMT"},
            0,
        ),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, LONGEST_WISH_MS),
        ({"retry-after": "Fri, 99 Dec 9999 23:59:59 GMT"}, 0),
    ],
)
def test_the_hubs_wish_for_time_is_read(headers: dict[str, str], expected_ms: int) -> None:
    assert wish_ms(headers) == expected_ms
