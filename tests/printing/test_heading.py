"""A moment on a paper is written as CLDR writes it, in each language and each hour of the year."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from babel.dates import format_datetime
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.shop import Shop
from omnipos.locale import LANGUAGES, speak
from printing.heading import moment
from tests.printing.papers import TOKO

ZONES = ("Asia/Jakarta", "Asia/Kathmandu", "America/New_York", "America/St_Johns", "Europe/London", "UTC")
HOUR_MS = 3_600_000


def _shop_in(zone: str) -> Shop:
    return msgspec.structs.replace(TOKO, time_zone=zone)


@given(
    st.integers(0, 4_102_444_799_999),
    st.sampled_from(ZONES),
    st.sampled_from(LANGUAGES),
)
def test_a_moment_is_written_as_babel_writes_it(at_ms: int, zone: str, spoken: str) -> None:
    speak(spoken)
    try:
        written = moment(at_ms, _shop_in(zone))
    finally:
        speak("en")
    at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    assert written.partition(" GMT")[0] == format_datetime(at, "d MMM y HH:mm", locale=spoken)


@pytest.mark.parametrize(
    ("zone", "first_at", "written"),
    [
        ("America/New_York", (2026, 11, 1, 5), "1 Nov 2026 01:45 GMT-04:00, 1 Nov 2026 01:45 GMT-05:00"),
        ("America/St_Johns", (2026, 11, 1, 3), "1 Nov 2026 01:15 GMT-02:30, 1 Nov 2026 01:15 GMT-03:30"),
        ("Europe/London", (2026, 10, 25, 0), "25 Oct 2026 01:45 GMT+01:00, 25 Oct 2026 01:45 GMT+00:00"),
    ],
)
def test_an_hour_that_comes_twice_says_which(
    zone: str, first_at: tuple[int, int, int, int], written: str
) -> None:
    first_ms = int(datetime(*first_at, 45, tzinfo=UTC).timestamp() * 1000)
    shop = _shop_in(zone)
    assert f"{moment(first_ms, shop)}, {moment(first_ms + HOUR_MS, shop)}" == written


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_all_months_have_their_words(spoken: str) -> None:
    speak(spoken)
    try:
        at = [datetime(2026, month, 15, 12, tzinfo=UTC) for month in range(1, 13)]
        written = [moment(int(one.timestamp() * 1000), _shop_in("UTC")) for one in at]
    finally:
        speak("en")
    assert written == [format_datetime(one, "d MMM y HH:mm", locale=spoken) for one in at]
