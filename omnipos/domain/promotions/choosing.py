"""One priority level: which of the promotions that do not combine take which pieces, for the most saved."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from heapq import heapify, heappop, heappush

from omnipos.domain.promotions.lots import Lot, PieceReward, Taken, loose_worth, off, off_later, worth
from omnipos.domain.promotions.matching import Rule
from omnipos.domain.promotions.searching import MOST_SETS, Looks, Search
from omnipos.domain.promotions.sets import Plan, Taker, is_set, plan

MOST_FIRST = 3
"""So many tiers of one group of goods are tried out before all sets; the others take what sets leave."""


def settle_level(
    lots: Sequence[Lot], by_piece: Mapping[int, Sequence[Rule]], takers: Sequence[Taker], looks: Looks
) -> list[Taken]:
    """Let the promotions of one level take pieces off the lots; return what they took.

    `by_piece` holds for each line the promotions that any single piece of it may have.
    """
    for lot in lots:
        lot.loose, lot.base, lot.known = None, 0, {}
        if lot.count and lot.line in by_piece:
            _offer_loose(lot, by_piece[lot.line])
    taken = []
    for group, used in _groups(takers, lots):
        chosen = _best_of_group(group, used, lots, looks)
        _take(chosen, lots)
        taken += chosen
    for index, lot in enumerate(lots):
        if lot.count and lot.loose is not None:
            minor = off(lot.loose.piece, lot.price * lot.count, lot.milli * lot.count)
            if minor:
                taken.append(Taken(rule=lot.loose, minor=minor, parts=((index, lot.count),)))
                lot.count = 0
    return taken


def _offer_loose(lot: Lot, rules: Sequence[Rule]) -> None:
    """Find what saves most on the pieces of a lot that are in no set."""
    amount, milli = lot.price * lot.count, lot.milli * lot.count
    most, place = off_later(lot, amount, milli) if lot.later else 0, -1
    for rule in rules:
        minor = off(rule.piece, amount, milli)
        if lot.later and not rule.promotion.exclusive:
            minor += off_later(lot, amount - minor, milli)
        if minor > most or (minor == most and rule.place < place):
            most, place, lot.loose = minor, rule.place, rule
    if lot.loose is not None:
        lot.base = off(lot.loose.piece, lot.price, lot.milli)


def _groups(takers: Sequence[Taker], lots: Sequence[Lot]) -> list[tuple[list[Taker], list[int]]]:
    """Part promotions that share no lot, with the lots of each group, so that each is settled by itself."""
    group_of = list(range(len(lots)))

    def top(index: int) -> int:
        while group_of[index] != index:
            group_of[index] = index = group_of[group_of[index]]
        return index

    for taker in takers:
        first = top(taker.lots[0])
        for index in taker.lots:
            group_of[top(index)] = first
    groups: dict[int, tuple[list[Taker], list[int]]] = {}
    for taker in takers:
        groups.setdefault(top(taker.lots[0]), ([], []))[0].append(taker)
    for index in range(len(lots)):
        if top(index) in groups:
            groups[top(index)][1].append(index)
    return list(groups.values())


def _best_of_group(
    group: Sequence[Taker], used: Sequence[int], lots: Sequence[Lot], looks: Looks
) -> list[Taken]:
    """Return the best of what was tried: the greatest saving first, and all sets there can be."""
    before = [lots[index].count for index in used]
    best: list[Taken] = []
    most = sum(loose_worth(lots[index], lots[index].count) for index in used)
    for way in _ways(group, lots, looks):
        taken = way()
        saved = sum(worth(one, lots) for one in taken)
        saved += sum(loose_worth(lots[index], lots[index].count) for index in used)
        if saved > most:
            best, most = taken, saved
        for index, count in zip(used, before, strict=True):
            lots[index].count = count
    return best


def _ways(group: Sequence[Taker], lots: Sequence[Lot], looks: Looks) -> list[Callable[[], list[Taken]]]:
    sets = [taker for taker in group if is_set(taker)]
    wholes = [taker for taker in group if not is_set(taker)]

    def search(first: Taker | None) -> list[Taken]:
        taken = plan(first, lots).taken if first else []
        _take(taken, lots)
        found = Search(sets, lots, looks).best() or []
        _take(found, lots)
        return taken + found + _greedily([one for one in wholes if one is not first], lots)

    ways: list[Callable[[], list[Taken]]] = [lambda: _greedily(group, lots)]
    if 0 < len(sets) <= MOST_SETS and (
        len(group) > 1 or any(lots[i].loose or lots[i].later for i in group[0].lots)
    ):
        ways += [partial(search, first) for first in (None, *wholes[:MOST_FIRST])]
    return ways


def _greedily(takers: Sequence[Taker], lots: Sequence[Lot]) -> list[Taken]:
    """Let the promotion that saves most take its pieces, then look again at the others."""
    plans = [plan(taker, lots) for taker in takers]
    waiting = [(-one.gain, number, 0) for number, one in enumerate(plans) if one.gain > 0]
    heapify(waiting)
    changed_at: dict[int, int] = {}
    taken: list[Taken] = []
    step = 0
    while waiting:
        _gain, number, made_at = heappop(waiting)
        if any(changed_at.get(index, 0) > made_at for index in takers[number].lots):
            plans[number] = plan(takers[number], lots)
            if plans[number].gain > 0:
                heappush(waiting, (-plans[number].gain, number, step))
            continue
        step += 1
        chosen: Plan = plans[number]
        _take(chosen.taken, lots)
        changed_at.update((index, step) for one in chosen.taken for index, _count in one.parts)
        taken += chosen.taken
    return taken


def _take(taken: Sequence[Taken], lots: Sequence[Lot]) -> None:
    for one in taken:
        for index, count in one.parts:
            lots[index].count -= count
            assert lots[index].count >= 0, "no piece is taken twice"


def expect_later(lots: Sequence[Lot], rewards: Mapping[int, Sequence[PieceReward]]) -> None:
    """Tell each lot what would come off it afterwards, so that an exclusive promotion must beat that."""
    for lot in lots:
        lot.later, lot.known_later = tuple(rewards.get(lot.line, ())), {}
