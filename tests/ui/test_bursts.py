"""Scans are told from typing, whatever their times and however they arrive."""

from hypothesis import given
from hypothesis import strategies as st

from screens.bursts import BurstReader, Stroke, scan_start

GAP_MS = 20
PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126, blacklist_characters="*")
CODES = st.text(PRINTABLE, min_size=6, max_size=20)


def read(
    reader: BurstReader, keys: list[tuple[str, float]], *, release: bool = False
) -> tuple[list[str], str]:
    """Feed keys (`\\r` ends a segment) and return the scans and what is left as typing."""
    scans: list[str] = []
    typed = ""
    for character, at_ms in keys:
        if character == "\r":
            ended = reader.end(at_ms)
            if ended.taken_back:
                assert typed.endswith(ended.taken_back)
                typed = typed[: -len(ended.taken_back)]
            typed += "".join(stroke.character for stroke in ended.typed)
            scans += [ended.scan] if ended.scan else []
        else:
            typed += "".join(stroke.character for stroke in reader.add(Stroke(character, at_ms)))
            if release:
                typed += "".join(stroke.character for stroke in reader.release())
    return scans, typed + "".join(stroke.character for stroke in reader.break_off())


def struck(text: str, gaps: list[float], start: float = 0.0) -> list[tuple[str, float]]:
    """Return a text with its Enter, each key some gap after the one before."""
    at, keys = start, []
    for character, gap in zip(text + "\r", gaps, strict=True):
        at += gap
        keys.append((character, at))
    return keys


@st.composite
def scans_in_a_row(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, float]]]:
    codes = draw(st.lists(CODES, min_size=1, max_size=6))
    keys: list[tuple[str, float]] = []
    for code in codes:
        size = len(code) + 1
        gaps = draw(st.lists(st.floats(0, GAP_MS), min_size=size, max_size=size))
        keys += struck(code, gaps, keys[-1][1] if keys else 0.0)
    return codes, keys


@given(scans_in_a_row(), st.booleans())
def test_scans_come_out_whole_and_none_merges(
    row: tuple[list[str], list[tuple[str, float]]], release: bool
) -> None:
    codes, keys = row
    assert read(BurstReader(GAP_MS), keys, release=release) == (codes, "")


@given(scans_in_a_row(), st.sets(st.integers(0, 120), max_size=8))
def test_chunks_that_are_read_at_once_change_nothing(
    row: tuple[list[str], list[tuple[str, float]]], cuts: set[int]
) -> None:
    codes, keys = row
    # All keys of one read carry the time of that read, which is the time of its last key.
    scan_ends = {number for number, (character, _at) in enumerate(keys) if character == "\r"}
    ends = sorted({cut for cut in cuts if cut < len(keys)} | scan_ends)
    read_at = [keys[next(end for end in ends if end >= number)][1] for number in range(len(keys))]
    chunked = [(character, at) for (character, _at), at in zip(keys, read_at, strict=True)]
    assert read(BurstReader(GAP_MS), chunked) == (codes, "")


@given(st.text(PRINTABLE, max_size=30), st.floats(60, 2000))
def test_a_person_never_yields_a_scan(text: str, slowest_ms: float) -> None:
    gaps = [60 + (slowest_ms - 60) * (n % 3) / 2 for n in range(len(text) + 1)]
    assert read(BurstReader(GAP_MS), struck(text, gaps)) == ([], text)


def test_two_scans_read_in_one_go_are_two() -> None:
    keys = [(character, 7.0) for character in "8998866200578\r8996006855893\r"]
    assert read(BurstReader(GAP_MS), keys) == (["8998866200578", "8996006855893"], "")


def test_one_slow_gap_decides_nothing() -> None:
    gaps = [2.0] * 14
    gaps[7] = 180.0
    assert read(BurstReader(GAP_MS), struck("8998866200578", gaps)) == (["8998866200578"], "")


def test_a_quantity_typed_by_hand_before_a_scan_stays_typing() -> None:
    keys = struck("3*8998866200578", [0.0, 125.0, 125.0] + [2.0] * 13)
    assert read(BurstReader(GAP_MS), keys, release=True) == (["8998866200578"], "3*")


def test_a_word_typed_by_hand_before_a_scan_stays_typing() -> None:
    keys = struck("teh8998866200578", [0.0, 125.0, 130.0, 300.0] + [2.0] * 13)
    assert read(BurstReader(GAP_MS), keys) == (["8998866200578"], "teh")


def test_a_letter_or_two_before_a_quick_scan_stay_typing() -> None:
    keys = struck("ko8998866200578", [0.0, 90.0, 90.0] + [1.0] * 13)
    assert read(BurstReader(GAP_MS), keys) == (["8998866200578"], "ko")


def test_five_fast_characters_are_typing() -> None:
    assert read(BurstReader(GAP_MS), struck("12345", [1.0] * 6)) == ([], "12345")


def test_what_was_passed_on_is_taken_back_when_it_was_a_scan() -> None:
    reader = BurstReader(GAP_MS)
    reader.add(Stroke("8", 0.0))
    assert reader.release() == (Stroke("8", 0.0),)
    for number, character in enumerate("998866", start=1):
        reader.add(Stroke(character, 30.0 + number))
    ended = reader.end(40.0)
    assert (ended.scan, ended.taken_back, ended.typed) == ("8998866", "8", ())


def test_another_key_ends_the_segment() -> None:
    reader = BurstReader(GAP_MS)
    for number, character in enumerate("899886"):
        reader.add(Stroke(character, float(number)))
    assert "".join(stroke.character for stroke in reader.break_off()) == "899886"
    assert reader.end(10.0).scan == ""


def test_the_limit_is_the_mean_gap() -> None:
    at_limit = [Stroke("8", n * 20.0) for n in range(6)]
    assert scan_start(at_limit, 120.0, GAP_MS) == 0
    assert scan_start(at_limit, 120.1, GAP_MS) is None
