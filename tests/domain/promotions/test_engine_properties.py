"""What holds for every basket and every set of promotions, however they overlap or contradict each other."""

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Pick, Promotion
from tests.domain.promotions.baskets import (
    NOON,
    PERCENT,
    best_by_trying_all,
    pick_lists,
    price,
    promotions,
    rewards,
    saved,
)

ANY = promotions(rewards(), 7)
EXACT = promotions(rewards(PERCENT, 100, whole=False), 4, mixed=False)


@settings(max_examples=300, deadline=None)
@given(EXACT, pick_lists(3, 2, 100, 1))
def test_few_promotions_on_few_pieces_come_to_the_best_there_is(
    these: list[Promotion], picks: list[Pick]
) -> None:
    assert saved(these, picks) == best_by_trying_all(these, picks)


@settings(max_examples=300, deadline=None)
@given(ANY, pick_lists(5, 4))
def test_no_line_ever_saves_more_than_it_costs(these: list[Promotion], picks: list[Pick]) -> None:
    outcome = price(these, picks)
    for pick, own in zip(picks, outcome, strict=True):
        assert all(one.amount_minor > 0 for one in own)
        assert sum(one.amount_minor for one in own) <= pick.amount_minor
        assert len({one.promotion_id for one in own}) == len(own)


@settings(max_examples=200, deadline=None)
@given(ANY, pick_lists(5, 4), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_promotions_changes_no_total(
    these: list[Promotion], picks: list[Pick], random: Random
) -> None:
    book = PromotionBook(these)
    first = book.best(picks, NOON)
    assert book.best(picks, NOON) == first
    shuffled, mixed = list(these), list(range(len(picks)))
    random.shuffle(shuffled)
    random.shuffle(mixed)
    assert price(shuffled, picks) == first
    total = sum(one.amount_minor for own in first for one in own)
    assert saved(these, [picks[i] for i in mixed]) == total


@settings(max_examples=200, deadline=None)
@given(promotions(rewards(), 7, mixed=False), pick_lists(5, 4))
def test_together_they_save_no_less_than_the_best_of_them_alone(
    these: list[Promotion], picks: list[Pick]
) -> None:
    together = saved(these, picks)
    for one in these:
        assert together >= saved([one], picks), one


@settings(max_examples=100, deadline=None)
@given(promotions(rewards(), 3), pick_lists(3, 3))
def test_goods_that_take_no_promotions_are_never_touched(these: list[Promotion], picks: list[Pick]) -> None:
    closed = [msgspec.structs.replace(pick, discountable=False) for pick in picks]
    assert price(these, closed) == ((),) * len(picks)
    assert price(these, [*picks, *closed])[: len(picks)] == price(these, picks)
