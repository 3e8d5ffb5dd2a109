"""Phone numbers: any way a person says one means the same number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.errors import CustomerRefused
from omnipos.domain.phone import display, looks_like_phone, masked, search_prefix, to_e164


@pytest.mark.parametrize(
    ("said", "country", "number"),
    [
        ("0812-3456-7890", "ID", "+6281234567890"),
        ("6281234567890", "ID", "+6281234567890"),
        ("81234567890", "ID", "+6281234567890"),
        ("+62 0812 3456 7890", "ID", "+6281234567890"),
        ("+62 (0)812.3456.7890", "ID", "+6281234567890"),
        ("0062 812 3456 7890", "ID", "+6281234567890"),
        ("0812345678", "ID", "+62812345678"),
        ("0895123456789", "ID", "+62895123456789"),
        ("012-345 6789", "MY", "+60123456789"),
        ("011-1234 5678", "MY", "+601112345678"),
        ("+60123456789", "ID", "+60123456789"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("65123456", "SG", "+6565123456"),
        ("6565123456", "SG", "+6565123456"),
    ],
)
def test_any_way_of_saying_a_number_is_that_number(said: str, country: str, number: str) -> None:
    assert to_e164(said, country) == number


@pytest.mark.parametrize(
    ("said", "country"),
    [
        ("081234567", "ID"),
        ("08123456789012", "ID"),
        ("011-123 4567", "MY"),
        ("", "ID"),
        ("+", "ID"),
        ("0812ABCDEFGH", "ID"),
        ("0812 3456 789x", "ID"),
        ("０８１２３４５６７８９０", "ID"),
    ],
)
def test_what_cannot_be_a_number_is_refused(said: str, country: str) -> None:
    with pytest.raises(CustomerRefused):
        to_e164(said, country)


@pytest.mark.parametrize("shown", ["62", "628", "62812", "0", "0812", "+62", "+62 0812", "812", "0062812"])
def test_what_is_typed_so_far_begins_the_number(shown: str) -> None:
    begin = search_prefix(shown, "ID")
    assert "6281234567890".startswith(begin)


@given(
    st.integers(3, 12),
    st.sampled_from(["0", "+62", "62", "+62 0", "0062", ""]),
    st.sampled_from(["", " ", "-", "."]),
)
def test_every_prefix_of_every_spelling_finds_the_number(length: int, begin: str, mark: str) -> None:
    own = "81234567890"[:length]
    said = begin + mark.join(own[i : i + 3] for i in range(0, len(own), 3))
    assert search_prefix(said, "ID") == "62" + own


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("0812", True),
        ("081", True),
        ("+62", False),
        ("+628", True),
        ("628", True),
        ("1234567", True),
        ("123456", False),
        ("08", False),
        ("kopi", False),
        ("0812x", False),
        ("", False),
    ],
)
def test_what_reads_as_a_phone_number(text: str, reads: bool) -> None:
    assert looks_like_phone(text) is reads


def test_a_number_is_shown_in_groups_and_hidden_on_paper() -> None:
    assert display("+6281234567890") == "+62 812-3456-7890"
    assert display("not a number") == "not a number"
    assert masked("+6281234567890") == "+62…7890"
    assert masked("12345") == "…"
