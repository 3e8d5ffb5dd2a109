"""Merging corrections: what clashes comes out the same in any order, and nothing entered is lost."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.customer import Consent, CustomerField, KeptValue, Purpose
from omnipos.domain.hybrid import HybridStamp
from omnipos.domain.merging import (
    Clash,
    ConsentEdit,
    ConsentState,
    FieldEdit,
    FieldState,
    merge_consent,
    merge_field,
)

SEEN = 5
NAME = CustomerField.NAME
Kept = tuple[KeptValue, ...]


def stamp(at: int) -> HybridStamp:
    return HybridStamp(wall_ms=at, device_id=f"till-{at % 3}")


def edit(value: str, at: int, base_rev: int = SEEN) -> FieldEdit:
    return FieldEdit(value=value, stamp=stamp(at), base_rev=base_rev)


def merged(*edits: FieldEdit) -> tuple[FieldState, Kept]:
    state, kept = FieldState(value="Sarah", rev=2), ()
    for rev, one in enumerate(edits, start=SEEN + 1):
        after = merge_field(NAME, state, kept, one, rev)
        state, kept = after.state, after.kept
    return state, kept


def shown(outcome: tuple[FieldState, Kept]) -> tuple[str, HybridStamp, list[tuple[str, HybridStamp]]]:
    state, kept = outcome
    return state.value, state.stamp, [(one.value, one.stamp) for one in kept]


def answer(given: bool, at: int, base_rev: int = SEEN) -> ConsentEdit:
    consent = Consent(
        purpose=Purpose.MARKETING,
        given=given,
        wording_version="1",
        language="id",
        staff_id="s",
        at_ms=at,
    )
    return ConsentEdit(consent=consent, stamp=stamp(at), base_rev=base_rev)


def test_of_two_names_the_later_stands_and_the_other_is_kept() -> None:
    for order in itertools.permutations((edit("Sara W.", 10), edit("Sarah Wijaya", 20))):
        assert shown(merged(*order)) == ("Sarah Wijaya", stamp(20), [("Sara W.", stamp(10))])


def test_who_saw_what_stands_corrects_it_whatever_the_clock_says() -> None:
    state, kept = merged(edit("Sara W.", 20), edit("Sarah Wijaya", 10, base_rev=SEEN + 1))
    assert (state.value, kept) == ("Sarah Wijaya", ())
    assert state.stamp > stamp(20)


def test_who_saw_the_clash_has_settled_it() -> None:
    first, second = edit("Sara W.", 10), edit("Sarah Wijaya", 20)
    state, kept = merged(first, second, edit("Sarah W.", 15, base_rev=SEEN + 2))
    assert (state.value, kept) == ("Sarah W.", ())


def test_a_value_kept_after_the_card_was_seen_stays_on_it() -> None:
    first, second = edit("Sara W.", 10), edit("Sarah Wijaya", 20)
    # The settling edit saw the card with the second value, but not yet the first one that came late.
    state, kept = merged(second, first, edit("Sarah W.", 30, base_rev=SEEN + 1))
    assert (state.value, [one.value for one in kept]) == ("Sarah W.", ["Sara W."])


edits = st.lists(
    st.tuples(st.sampled_from(["Sara", "Sarah W.", "Sarah Wijaya", "S. Wijaya"]), st.integers(1, 40)),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one[1],
)


@given(edits, st.randoms(use_true_random=False))
def test_names_that_clash_come_out_the_same_in_any_order_and_none_is_lost(
    drawn: list[tuple[str, int]], chance: random.Random
) -> None:
    made = [edit(value, at) for value, at in drawn]
    # An edit that comes first is no clash with what stood before; so all orders begin alike.
    shuffled = list(made)
    chance.shuffle(shuffled)
    one, other = shown(merged(*made)), shown(merged(*shuffled))
    assert one == other
    assert {one[0], *(value for value, _stamp in one[2])} == {value for value, _at in drawn}


@given(edits)
def test_the_same_edit_again_changes_nothing(drawn: list[tuple[str, int]]) -> None:
    made = [edit(value, at) for value, at in drawn]
    assert shown(merged(*made, *made)) == shown(merged(*made))


def test_the_same_value_twice_is_no_clash() -> None:
    state, kept = FieldState(value="x", rev=SEEN + 1, stamp=stamp(1)), ()
    assert merge_field(CustomerField.PHONE, state, kept, edit("x", 9), SEEN + 2).clash is Clash.NONE
    assert merge_field(CustomerField.PHONE, state, kept, edit("y", 9), SEEN + 2).clash is Clash.KEPT


@given(st.permutations([(True, 1), (False, 2), (True, 3), (False, 4)]))
def test_of_answers_that_clash_the_stricter_stands(order: list[tuple[bool, int]]) -> None:
    state = ConsentState(consent=answer(True, 0).consent, rev=2)
    for rev, (given_, at) in enumerate(order, start=SEEN + 1):
        state = merge_consent(state, answer(given_, at), rev)
    assert state.consent == answer(False, 4).consent


def test_an_answer_after_the_refusal_was_seen_counts() -> None:
    state = merge_consent(ConsentState(consent=None), answer(False, 9), SEEN + 1)
    state = merge_consent(state, answer(True, 10, base_rev=SEEN + 1), SEEN + 2)
    assert state.consent == answer(True, 10).consent
