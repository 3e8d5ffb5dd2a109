"""All ways to make sets of a few pieces, tried out: the exact best, within a bounded number of looks."""

from collections.abc import Iterator, Sequence

from omnipos.domain.promotions.lots import Lot, Taken, loose_worth, worth
from omnipos.domain.promotions.promotion import Bundle
from omnipos.domain.promotions.sets import Taker, set_minor, set_size

MOST_SETS = 6
"""More promotions than these at the same goods are not tried out in all ways."""
MOST_STATES = 1024
"""Of how many ways to leave pieces of the lots, at most."""
_Counts = tuple[int, ...]
_Found = tuple[int, Taken | None, int, tuple[_Counts, _Counts, bool] | None]
"""Saved in all; the set to make, or how many pieces stay loose; and what is then left."""


class TooMany(Exception):
    """More looks would be needed than are allowed."""


class Looks:
    """How many looks a sale may still take; every one counts, so that the worst sale is bounded too."""

    def __init__(self, left: int) -> None:
        """Begin with so many."""
        self.left = left

    def take(self) -> None:
        """Take one look; raise TooMany when none is left."""
        if self.left <= 0:
            raise TooMany
        self.left -= 1


class Search:
    """One search: what some promotions with sets can make of the free pieces of some lots."""

    def __init__(self, takers: Sequence[Taker], lots: Sequence[Lot], looks: Looks) -> None:
        """Begin with all pieces free."""
        self._takers = takers
        self._lots = lots
        self._looks = looks
        self._indexes = sorted({i for taker in takers for i in taker.lots if lots[i].count})
        self._at = {index: position for position, index in enumerate(self._indexes)}
        self._known: dict[tuple[_Counts, _Counts, bool], _Found] = {}

    def best(self) -> list[Taken] | None:
        """Return the sets that save most together with what stays loose; None when it takes too long."""
        states = 1
        for index in self._indexes:
            states *= self._lots[index].count + 1
            if states > MOST_STATES:
                return None
        counts = tuple(self._lots[index].count for index in self._indexes)
        times = tuple(taker.rule.promotion.most_times or sum(counts) for taker in self._takers)
        state: tuple[_Counts, _Counts, bool] | None = (counts, times, True)
        try:
            self._find(counts, times, True)
        except TooMany:
            return None
        taken = []
        while state is not None:
            _saved, one, _loose, state = self._known[state]
            if one is not None:
                taken.append(one)
        return taken

    def _find(self, counts: _Counts, times: _Counts, may_stay: bool) -> int:
        """Return the most that the pieces left save: the first lot decides, its pieces loose or in sets."""
        known = self._known.get((counts, times, may_stay))
        if known is not None:
            return known[0]
        self._looks.take()
        first = next((i for i, count in enumerate(counts) if count), None)
        best: _Found | None = None
        if first is None:
            best = (0, None, 0, None)
        elif may_stay:
            for loose in range(counts[first], -1, -1):
                rest = (*counts[:first], counts[first] - loose, *counts[first + 1 :])
                after = (rest, times, loose == counts[first])
                saved = loose_worth(self._lots[self._indexes[first]], loose) + self._find(*after)
                if best is None or saved > best[0]:
                    best = (saved, None, loose, after)
        else:
            best = self._with_a_set(counts, times, first)
        self._known[counts, times, may_stay] = best or (_IMPOSSIBLE, None, 0, None)
        return best[0] if best else _IMPOSSIBLE

    def _with_a_set(self, counts: _Counts, times: _Counts, first: int) -> _Found | None:
        best: _Found | None = None
        for number, taker in enumerate(self._takers):
            if not times[number] or self._indexes[first] not in taker.lots:
                continue
            reward = taker.rule.promotion.reward
            for used in self._sets(taker, counts, first):
                parts = [(self._indexes[i], count) for i, count in enumerate(used) if count]
                minor = set_minor(reward, parts, self._lots)
                if minor <= 0:
                    continue
                one = Taken(rule=taker.rule, minor=minor, parts=tuple(parts))
                rest = tuple(have - count for have, count in zip(counts, used, strict=True))
                fewer = (*times[:number], times[number] - 1, *times[number + 1 :])
                after = (rest, fewer, not rest[first])
                saved = worth(one, self._lots) + self._find(*after)
                if best is None or saved > best[0]:
                    best = (saved, one, 0, after)
        return best if best and best[0] > _IMPOSSIBLE // 2 else None

    def _sets(self, taker: Taker, counts: _Counts, first: int) -> Iterator[_Counts]:
        """Return every set that a promotion can make with a piece of the first lot in it."""
        reward = taker.rule.promotion.reward
        none = (0,) * len(counts)
        if isinstance(reward, Bundle):
            wanted = [
                (part.count, [self._at[i] for i in lots if i in self._at and counts[self._at[i]]])
                for part, lots in zip(reward.parts, taker.parts, strict=True)
            ]
            ways = _filled(wanted, counts, none)
        else:
            others = [self._at[i] for i in taker.lots if i in self._at and counts[self._at[i]]]
            one = (*none[:first], 1, *none[first + 1 :])
            ways = _filled([(set_size(reward) - 1, others)], counts, one)
        for used in ways:
            self._looks.take()
            if used[first]:
                yield used


_IMPOSSIBLE = -(10**30)


def _filled(wanted: Sequence[tuple[int, Sequence[int]]], counts: _Counts, used: _Counts) -> Iterator[_Counts]:
    """Return every way to take so many pieces of each part out of its lots."""
    if not wanted:
        yield used
        return
    missing, of_it = wanted[0]
    if not missing:
        yield from _filled(wanted[1:], counts, used)
    elif of_it:
        index, others = of_it[0], of_it[1:]
        room = sum([counts[other] - used[other] for other in others])
        for count in range(min(missing, counts[index] - used[index]), max(missing - room, 0) - 1, -1):
            more = (*used[:index], used[index] + count, *used[index + 1 :])
            yield from _filled([(missing - count, others), *wanted[1:]], counts, more)
