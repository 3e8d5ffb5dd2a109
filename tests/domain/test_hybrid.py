"""The hybrid clock: later edits are later, a wrong clock wins nothing for ever."""

from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.hybrid import BEGINNING, MOST_AHEAD_MS, HybridStamp, believed, tick

NOW = 1_795_255_200_000
YEAR = 365 * 86_400_000


def test_a_stamp_is_the_time_and_counts_where_time_stands_still() -> None:
    first = tick(BEGINNING, NOW, 0, "a")
    assert first == HybridStamp(wall_ms=NOW, count=0, device_id="a")
    assert tick(first, NOW, 0, "a") == HybridStamp(wall_ms=NOW, count=1, device_id="a")
    assert tick(first, NOW - 9, 0, "a") == HybridStamp(wall_ms=NOW, count=1, device_id="a")


def test_a_clock_that_says_2000_takes_the_hubs_time_as_last_heard() -> None:
    assert tick(BEGINNING, 946_684_800_000, NOW, "a").wall_ms == NOW


def test_a_clock_that_was_a_year_ahead_is_left_behind_when_it_is_right_again() -> None:
    ahead = tick(BEGINNING, NOW + YEAR, 0, "a")
    assert tick(ahead, NOW, NOW - 1000, "a").wall_ms == NOW


def test_the_hub_believes_five_minutes_and_takes_more_for_the_time_of_arrival() -> None:
    at_limit = HybridStamp(wall_ms=NOW + MOST_AHEAD_MS, device_id="a")
    beyond = HybridStamp(wall_ms=NOW + MOST_AHEAD_MS + 1, count=4, device_id="a")
    assert believed(at_limit, BEGINNING, NOW) == at_limit
    assert believed(beyond, BEGINNING, NOW) == HybridStamp(wall_ms=NOW, device_id="a")


@given(
    st.lists(
        st.tuples(st.integers(0, NOW + YEAR), st.integers(NOW - YEAR, NOW)),
        min_size=2,
        max_size=12,
    )
)
def test_the_hub_files_one_tills_edits_in_their_sequence_and_never_far_ahead(
    moments: list[tuple[int, int]],
) -> None:
    made, filed, hub_now = BEGINNING, BEGINNING, NOW - YEAR
    for till_now, hub_then in moments:
        hub_now = max(hub_now, hub_then)
        made = tick(made, till_now, 0, "a")
        after = believed(made, filed, hub_now)
        assert (after.wall_ms, after.count) > (filed.wall_ms, filed.count)
        assert after.wall_ms <= hub_now + MOST_AHEAD_MS
        filed = after
