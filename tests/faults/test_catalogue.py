"""Every row of the fault catalogue has a test that names it by number, or a reason why it has none yet."""

import ast
import re
from pathlib import Path

import pytest

from tests.faults.catalogue import FAULTS, LATER

TESTS = Path(__file__).parent.parent


def numbers_in(name: str) -> set[int]:
    """Return the faults that a test's name gives: `test_fault_05_…`, `…_and_fault_33_…` or `test_21_…`."""
    return {int(number) for number in re.findall(r"(?:^test_|(?:^|_)faults?_)(\d{1,2})(?=_|$)", name)}


def named_tests() -> dict[int, list[str]]:
    """Return the tests of each fault."""
    found: dict[int, list[str]] = {number: [] for number in FAULTS}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for number in numbers_in(node.name):
                    found[number].append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("test_fault_05_a_folder_put_back", {5}),
        ("test_fault_33_and_fault_04_what_was_acknowledged", {4, 33}),
        ("test_21_a_push_that_is_lost", {21}),
        ("test_a_batch_of_21_events", set()),
        ("test_default_12_is_kept", set()),
    ],
)
def test_a_name_gives_its_faults(name: str, numbers: set[int]) -> None:
    assert numbers_in(name) == numbers


def test_every_fault_has_a_test_or_a_reason() -> None:
    tests = named_tests()
    assert [number for number in FAULTS if not tests[number] and number not in LATER] == []


def test_no_fault_is_excused_that_has_a_test() -> None:
    tests = named_tests()
    assert {number: tests[number] for number in LATER if tests[number]} == {}
