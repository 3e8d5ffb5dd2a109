"""Names: cleaned of what could command a terminal, folded for searching."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.names import clean_text, fold, search_words


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Kopi \t Kapal\nApi ", "Kopi Kapal Api"),
        ("Tee [/]", "Tee [/]"),
        ("\x1b]52;c;aGk=\x07Teh", "]52;c;aGk=Teh"),
        ("a\u202eb\u2066c", "abc"),
        ("x\x00\x7f\x9by", "xy"),
        ("日本 茶", "日本 茶"),
        ("line\u2028two", "line two"),
        ("\ud800bad", "bad"),
        ("", ""),
    ],
)
def test_a_name_is_data_and_keeps_no_commands(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(st.text(max_size=300))
def test_a_clean_text_has_no_control_or_direction_marks_and_stays_clean(raw: str) -> None:
    clean = clean_text(raw, 100)
    assert len(clean) <= 100
    assert not any(unicodedata.category(c) in ("Cc", "Cs") or c in "\u202e\u2066\u200f" for c in clean)
    assert clean_text(clean, 100) == clean.strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café CRÈME", ["cafe", "creme"]),
        ("Teh-Botol 450ml", ["teh", "botol", "450ml"]),
        ("Straße", ["strasse"]),
        ('"quoted" OR NEAR(x)', ["quoted", "or", "near", "x"]),
        ("①½", ["11", "2"]),
        ("a\u19b0b", ["a", "b"]),
        ("!!", []),
    ],
)
def test_words_for_searching_have_no_accents_no_case_no_marks(text: str, words: list[str]) -> None:
    assert search_words(text) == words


def test_folding_makes_two_spellings_the_same() -> None:
    assert fold("É") == fold("E\u0301") == fold("e")
