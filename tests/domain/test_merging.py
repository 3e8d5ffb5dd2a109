"""Merging corrections: what clashes comes out the same in any order, and nobody's last word is lost."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.customer import Consent, CustomerField, Purpose
from omnipos.domain.hybrid import BEGINNING, HybridStamp
from omnipos.domain.merging import (
    AnswerClaim,
    ValueClaim,
    beaten_values,
    entered,
    standing_answer,
    standing_value,
)

SEEN = 5
Edit = tuple[str, HybridStamp, int]
"""A value, its stamp, and the revision of the card that its editor had seen."""


def edit(value: str, at: int, base_rev: int = SEEN, till: str = "") -> Edit:
    return value, HybridStamp(wall_ms=at, device_id=till or f"till-{at}"), base_rev


def merged(*edits: Edit) -> tuple[ValueClaim, ...]:
    claims = (ValueClaim(value="Sarah", stamp=BEGINNING, rev=0),)
    for rev, (value, stamp, base_rev) in enumerate(edits, start=SEEN + 1):
        claims = entered(claims, ValueClaim(value=value, stamp=stamp, rev=rev), base_rev)
    return claims


def shown(claims: tuple[ValueClaim, ...]) -> tuple[str, list[str]]:
    kept = beaten_values(CustomerField.NAME, claims)
    return standing_value(claims), [one.value for one in kept]


def test_of_two_names_the_later_stands_and_the_other_is_kept() -> None:
    for order in itertools.permutations((edit("Sara W.", 10), edit("Sarah Wijaya", 20))):
        assert shown(merged(*order)) == ("Sarah Wijaya", ["Sara W."])


def test_who_saw_what_stands_corrects_it_whatever_the_clock_says() -> None:
    claims = merged(edit("Sara W.", 20), edit("Sarah Wijaya", 10, base_rev=SEEN + 1))
    assert shown(claims) == ("Sarah Wijaya", [])
    assert claims[0].stamp > HybridStamp(wall_ms=20, device_id="till-20")


def test_who_saw_the_clash_has_settled_it() -> None:
    clash = (edit("Sara W.", 10), edit("Sarah Wijaya", 20))
    assert shown(merged(*clash, edit("Sarah W.", 15, base_rev=SEEN + 2))) == ("Sarah W.", [])


def test_a_value_that_came_after_the_card_was_seen_stays_on_it() -> None:
    clash = (edit("Sarah Wijaya", 20), edit("Sara W.", 10))
    assert shown(merged(*clash, edit("Sarah W.", 30, base_rev=SEEN + 1))) == ("Sarah W.", ["Sara W."])


def test_an_edit_of_a_card_that_was_never_seen_hides_nothing() -> None:
    assert shown(merged(edit("Sara", 10, base_rev=-1))) == ("Sara", ["Sarah"])


minds = st.lists(st.lists(st.sampled_from("ABCD"), min_size=1, max_size=3), min_size=1, max_size=4)


@given(minds, st.randoms(use_true_random=False))
def test_names_come_out_the_same_in_any_order_of_arrival_and_no_last_word_is_lost(
    drawn: list[list[str]], chance: random.Random
) -> None:
    sequences = [
        [edit(value, 10 * place + till, till=f"till-{till}") for place, value in enumerate(values, start=1)]
        for till, values in enumerate(drawn)
    ]
    waiting, arrived = [list(sequence) for sequence in sequences], []
    while any(waiting):
        arrived.append(chance.choice([one for one in waiting if one]).pop(0))
    one_by_one = shown(merged(*itertools.chain(*sequences)))
    assert shown(merged(*arrived)) == one_by_one
    assert {one_by_one[0], *one_by_one[1]} == {values[-1] for values in drawn}


@given(minds)
def test_the_same_edit_again_changes_nothing(drawn: list[list[str]]) -> None:
    edits = [edit(values[-1], till + 1, till=f"till-{till}") for till, values in enumerate(drawn)]
    again = shown(merged(*edits, *edits))
    assert {again[0], *again[1]} == {value for value, _stamp, _base in edits}
    assert again == shown(merged(*edits))


@given(st.permutations([(True, 1), (False, 2), (True, 3), (False, 4)]))
def test_of_answers_that_clash_the_strictest_stands(order: list[tuple[bool, int]]) -> None:
    claims: tuple[AnswerClaim, ...] = ()
    for rev, (given_, at) in enumerate(order, start=SEEN + 1):
        claims = entered(claims, answer(given_, at, rev), SEEN)
    assert (standing_answer(claims).given, standing_answer(claims).at_ms) == (False, 4)


def test_an_answer_by_somebody_who_saw_the_refusal_counts() -> None:
    refused = (answer(False, 9, SEEN + 1),)
    assert standing_answer(entered(refused, answer(True, 8, SEEN + 2), SEEN + 1)).given


def answer(given: bool, at: int, rev: int) -> AnswerClaim:
    consent = Consent(
        purpose=Purpose.MARKETING,
        given=given,
        wording_version="1",
        language="id",
        staff_id="s",
        at_ms=at,
    )
    return AnswerClaim(consent=consent, stamp=HybridStamp(wall_ms=at, device_id=f"till-{at}"), rev=rev)
