"""What comes off afterwards: combinable promotions, then spend thresholds, each off what is left."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import msgspec

from omnipos.domain.promotions.lots import Lot, PieceReward, lots_of, off, spread
from omnipos.domain.promotions.matching import Key, Rule, covers
from omnipos.domain.promotions.promotion import Bundle, BuyGet, SetPrice, Spend
from omnipos.domain.promotions.sets import Taker, plan, spend_minor
from omnipos.domain.tax import share

MOST_ORDERED = 4
"""So many thresholds at once are tried in every order; of more the greatest saving comes first."""


class Rest(msgspec.Struct, kw_only=True, gc=False):
    """What is left of a line for more promotions: without the pieces that an exclusive one has."""

    left: int
    milli: int
    pieces: int
    whole: bool


def takers_of(
    rules: Sequence[tuple[Rule, list[int]]], lots: Sequence[Lot], keys: Mapping[int, Sequence[Key]]
) -> list[Taker]:
    """Return promotions with the free lots of their lines that they can use; what is weighed is in no set."""
    free: dict[int, list[int]] = {}
    for index, lot in enumerate(lots):
        if lot.count:
            free.setdefault(lot.line, []).append(index)
    shared: dict[tuple[int, bool], list[int]] = {}
    takers = []
    for rule, lines in rules:
        reward = rule.promotion.reward
        sets = isinstance(reward, (BuyGet, SetPrice, Bundle))
        usable = shared.get((id(lines), sets))
        if usable is None:
            usable = [index for line in lines for index in free.get(line, ())]
            usable = [index for index in usable if lots[index].whole] if sets else usable
            shared[id(lines), sets] = usable
        parts = []
        if isinstance(reward, Bundle):
            parts = [
                [i for i in usable if covers(part.goods, named, keys[lots[i].line])]
                for part, named in zip(reward.parts, rule.parts, strict=True)
            ]
        if usable:
            takers.append(Taker(rule, usable, parts))
    return takers


def combine(
    rule: Rule, lines: Sequence[int], rest: dict[int, Rest], keys: Mapping[int, Sequence[Key]]
) -> dict[int, int]:
    """Take a combinable promotion off what is left of its lines; return what it takes off each."""
    open_lines = [line for line in lines if line in rest and rest[line].left]
    if rule.by_piece:
        minors = {line: off(rule.piece, rest[line].left, rest[line].milli) for line in open_lines}
    else:
        lots = [lot for line in open_lines for lot in _lots(line, rest[line])]
        minors = dict.fromkeys(open_lines, 0)
        for taker in takers_of([(rule, open_lines)], lots, keys):
            for one in plan(taker, lots).taken:
                for (index, _count), minor in zip(one.parts, spread(one, lots), strict=True):
                    minors[lots[index].line] += minor
    for line, minor in minors.items():
        rest[line].left -= minor
    return minors


def _lots(line: int, rest: Rest) -> list[Lot]:
    return lots_of(line, rest.left, rest.pieces, rest.milli, rest.whole)


def later_rewards(
    combinable: Sequence[tuple[Rule, list[int]]], least_priority: int
) -> dict[int, list[PieceReward]]:
    """Return what comes off each line by the piece afterwards, of some priority or a higher one."""
    rewards: dict[int, list[PieceReward]] = {}
    for rule, lines in combinable:
        if rule.by_piece and rule.promotion.priority >= least_priority:
            for line in lines:
                rewards.setdefault(line, []).append(rule.piece)
    return rewards


def spend(
    spends: Sequence[tuple[Rule, list[int]]], rest: dict[int, Rest]
) -> list[tuple[Rule, dict[int, int]]]:
    """Take spend thresholds off what is left; of those that do not combine a line has at most one."""
    given: list[tuple[Rule, dict[int, int]]] = []
    alone = [one for one in spends if not one[0].promotion.combinable]
    taken: set[int] = set()
    for priority in sorted({rule.promotion.priority for rule, _lines in alone}, reverse=True):
        level = [one for one in alone if one[0].promotion.priority == priority]
        for rule, minors in _best_order(level, rest, taken):
            _come_off(rest, minors)
            taken.update(minors)
            given.append((rule, minors))
    for rule, lines in spends:
        if rule.promotion.combinable:
            minors = _threshold(rule, lines, rest)
            _come_off(rest, minors)
            given.append((rule, minors))
    return given


def _best_order(
    level: Sequence[tuple[Rule, list[int]]], rest: dict[int, Rest], taken: set[int]
) -> list[tuple[Rule, dict[int, int]]]:
    reached = []
    for rule, lines in level:
        minors = _threshold(rule, [line for line in lines if line not in taken], rest)
        if minors:
            reached.append((-sum(minors.values()), rule.place, rule, lines))
    reached.sort(key=lambda one: one[:2])
    orders = permutations(reached) if len(reached) <= MOST_ORDERED else iter([tuple(reached)])
    best: list[tuple[Rule, dict[int, int]]] = []
    most = 0
    for order in orders:
        gone, outcome = set(taken), []
        for _minor, _place, rule, lines in order:
            minors = _threshold(rule, [line for line in lines if line not in gone], rest)
            gone.update(minors)
            outcome.append((rule, minors))
        saved = sum(sum(minors.values()) for _rule, minors in outcome)
        if saved > most:
            best, most = outcome, saved
    return best


def _threshold(rule: Rule, lines: Sequence[int], rest: dict[int, Rest]) -> dict[int, int]:
    """Return what a threshold takes off each of its lines; nothing when what they cost does not reach it."""
    reward = rule.promotion.reward
    assert isinstance(reward, Spend), "only thresholds come last"
    open_lines = [line for line in lines if line in rest and rest[line].left]
    weights = [rest[line].left for line in open_lines]
    minor = spend_minor(reward, sum(weights))
    return dict(zip(open_lines, share(minor, weights), strict=True)) if minor else {}


def _come_off(rest: dict[int, Rest], minors: dict[int, int]) -> None:
    for line, minor in minors.items():
        rest[line].left -= minor
