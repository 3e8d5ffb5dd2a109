"""Random command sequences leave a till that verifies, and no traceback."""

import os
from random import Random

import pytest

from omnipos.domain.errors import EntryRefused
from screens.plain import ALONE, COMMANDS, Command
from screens.plain_talk import Answer, Talk
from tests.fuzz.hands import play, shortest, trouble_of
from tests.fuzz.lines import FORMS, lines

LINES = 1_000
SEEDS = 1_000 if os.environ.get("OMNIPOS_SOAK") else 20


def test_every_command_is_typed() -> None:
    assert {form.split()[0] for form in FORMS} >= set(COMMANDS) | set(ALONE)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_typed_the_till_stands_it(seed: int) -> None:
    typed = list(lines(Random(seed), LINES))
    broken = trouble_of(typed)
    if broken is not None:
        replay = shortest(typed, broken)
        pytest.fail(f"seed {seed}: {broken}\nshortest replay:\n" + "\n".join(map(repr, replay)))


def test_random_hands_do_sell() -> None:
    assert play(list(lines(Random(1), LINES))) > 5


def _stumble(talk: Talk, rest: str) -> Answer:
    raise ZeroDivisionError


def _mumble(talk: Talk, rest: str) -> Answer:
    raise EntryRefused("no")


@pytest.mark.parametrize(
    ("bug", "said"), [(_stumble, "ended in an error of the program"), (_mumble, "refused with no sentence")]
)
def test_a_bug_is_found_and_told_by_the_line_that_shows_it(
    monkeypatch: pytest.MonkeyPatch, bug: Command, said: str
) -> None:
    monkeypatch.setitem(COMMANDS, "park", bug)
    typed = list(lines(Random(3), 300))
    broken = trouble_of(typed)
    assert broken is not None
    assert said in str(broken)
    sign_in, park = shortest(typed, broken)
    assert (sign_in[:8], park.split()[0]) == ("sign-in ", "park")


def test_sums_that_do_not_agree_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.hands.adds_up", lambda sale: sale.change_minor < 100_000)
    typed = [
        "sign-in Sari 1234",
        "status",
        "8998866200578",
        "pay cash",
        "KOPI-200",
        "pay cash 500000",
        "basket",
    ]
    broken = trouble_of(typed)
    assert broken is not None
    assert str(broken) == "the sums of S1-1-000002 do not agree"
    assert shortest(typed, broken) == ["sign-in Sari 1234", "KOPI-200", "pay cash 500000"]


def test_a_card_number_that_is_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnipos.domain.cardnumber.holds_card_number", lambda _text: False)
    broken = trouble_of(["sign-in Sari 1234", "IDM-85", "note 4111 1111 1111 1111", "pay cash"])
    assert broken is not None
    assert "keeps a card number" in str(broken)
