"""Reading CSV files: what a stray quote costs, and what a name over several lines may look like."""

import io

import pytest

from omnipos.cli.csvrows import Table

STRAY = "A quotation mark in it is opened and not closed. Only this line is left out."
HEAD = "barcode,name,price\n"


def read(text: str) -> list[tuple[int, list[str] | str]]:
    """All rows of a file."""
    raw = io.BytesIO(text.encode())
    return list(Table(raw, io.TextIOWrapper(raw, encoding="utf-8", newline="")).rows())


def test_a_stray_quote_costs_its_own_line_only() -> None:
    good = [[str(number), f"Pan {number}", "1000"] for number in range(20_000)]
    lines = [",".join(row) for row in good]
    lines.insert(5, '77,"12 inch pan,1000')
    found = read(HEAD + "\n".join(lines) + "\n")
    assert found[5] == (7, STRAY)
    assert [row for _line, row in found if not isinstance(row, str)] == good
    assert [line for line, _row in found] == list(range(2, 20_003))


@pytest.mark.parametrize(
    "follower", ['2,"Pan, red",5', '2,"Pan red",5', '2,Pan 9",5', '2,"",5', '2,"Pan ""red""",5', "2,Pan,5"]
)
def test_a_stray_quote_swallows_no_row_whatever_quotes_that_has(follower: str) -> None:
    for stray in ('1,"12 inch pan,4', '1,"12 inch pan', '"1,pan,4'):
        found = read(f"{HEAD}{stray}\n{follower}\n3,Pot,6\n")
        assert found[0] == (2, STRAY)
        assert [line for line, _row in found] == [2, 3, 4]
        assert found[1][1][0] == "2"
        assert found[2] == (4, ["3", "Pot", "6"])


def test_several_stray_quotes_cost_a_line_each() -> None:
    found = read(HEAD + '1,"a,4\n2,"b,4\n\n3,c,4\n4,"d,4\n5,e,4\n')
    assert found == [(2, STRAY), (3, STRAY), (5, ["3", "c", "4"]), (6, STRAY), (7, ["5", "e", "4"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_name_on_two_lines_is_one_row(end: str) -> None:
    found = read(end.join(["barcode,name,price", '1,"Pan, red', 'and blue",4', "", "2,Pot,5", ""]))
    assert found == [(2, ["1", f"Pan, red{end}and blue", "4"]), (5, ["2", "Pot", "5"])]
    first = read(end.join(["name,barcode,price", '"Pan', 'and lid",1,4', "Pot,2,5", ""]))
    assert first == [(2, [f"Pan{end}and lid", "1", "4"]), (4, ["Pot", "2", "5"])]
