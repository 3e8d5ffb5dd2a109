"""Layout counts columns as paper does, and lets no command through."""

import pytest

from printing.document import (
    Align,
    Document,
    DrawerKick,
    Row,
    Text,
    as_text,
    columns_of,
    printable,
    wrap,
)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Kopi", 4),
        ("可口可乐", 8),
        ("ｶﾌｪ", 3),
        ("น้ำปลา", 5),
        ("cafe\u0301", 4),
        ("🍦", 2),
        ("காபி", 6),
        ("", 0),
    ],
)
def test_columns_count_wide_characters_twice_and_marks_not_at_all(text, columns):
    assert columns_of(text) == columns


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Kopi Bubuk Robusta", ["Kopi Bubuk", "Robusta"]),
        ("Kopi", ["Kopi"]),
        ("", [""]),
        ("A" * 25, ["A" * 10, "A" * 10, "A" * 5]),
        ("Teh " + "B" * 12, ["Teh", "B" * 10, "BB"]),
        ("可口可乐汽水", ["可口可乐汽", "水"]),
    ],
)
def test_texts_wrap_at_ten_columns(text, lines):
    assert wrap(text, 10) == lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1bp\x00b", "apb"),
        ("a\x9bb\u202ec", "abc"),
        ("−5 – “x” …", '-5 - "x" ...'),
        ("one\ntwo", "one two"),
        ("cafe\u0301", "café"),
    ],
)
def test_what_is_printed_holds_no_control_or_bidi_character(text, shown):
    assert printable(text) == shown


def test_a_row_too_long_stands_above_its_sum():
    document = Document("t", (Row(("A name that fills it", "12.500")),))
    assert as_text(document, 24) == "A name that fills it\n                  12.500"


def test_a_row_keeps_one_column_before_its_sum():
    document = Document("t", (Row(("A name of seventeen", "1.50")),))
    assert as_text(document, 24) == "A name of seventeen 1.50"


def test_wide_letters_are_centred_in_columns_of_the_paper():
    document = Document("t", (Text("ABC", Align.CENTER, wide=3, tall=3),))
    assert as_text(document, 32) == " " * 11 + "ABC"


def test_only_its_own_element_opens_the_drawer():
    document = Document("t", (Text("[drawer]\x1bp\x00\x19\xfa"), DrawerKick()))
    assert as_text(document, 32) == "[drawer]pú\n[drawer]"
