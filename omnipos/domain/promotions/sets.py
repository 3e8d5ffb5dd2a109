"""The best that one promotion alone makes of the free pieces: its sets, its tiers, its threshold."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from omnipos.domain.money import half_up
from omnipos.domain.promotions.lots import (
    Lot,
    PieceReward,
    Taken,
    loose_worth,
    off,
    off_later,
    step_reward,
    worth,
)
from omnipos.domain.promotions.matching import Rule
from omnipos.domain.promotions.promotion import PPM, Bundle, BuyGet, Reward, SetPrice, Spend, Tiers

Parts = list[tuple[int, int]]
"""The pieces of one set: (lot, pieces)."""


class Taker(NamedTuple):
    """A promotion that takes several pieces at once, or only so many, and the lots it may take from."""

    rule: Rule
    lots: list[int]
    parts: list[list[int]]
    """For a bundle, the lots of each of its parts."""


class Plan(NamedTuple):
    """What a promotion would take, and how much more the customer saves than without it."""

    gain: int
    taken: list[Taken]


NOTHING = Plan(0, [])


def is_set(taker: Taker) -> bool:
    """Tell whether a promotion takes set by set; tiers and thresholds take all their goods at once."""
    return not isinstance(taker.rule.promotion.reward, Tiers | Spend)


def plan(taker: Taker, lots: Sequence[Lot]) -> Plan:
    """Return the best that a promotion makes of the free pieces when it has them to itself."""
    reward = taker.rule.promotion.reward
    match reward:
        case BuyGet():
            free = _dearest_first(taker.lots, lots)
            bare = [index for index in free if not lots[index].base]
            plans = [_chunks(taker.rule, free, lots)]
            if len(bare) < len(free):
                plans.append(_chunks(taker.rule, bare, lots))
            return max(plans, key=lambda one: one.gain)
        case Bundle():
            return _bundles(taker, reward, lots)
        case Tiers():
            return _tiers(taker, reward, lots)
        case Spend():
            return _threshold(taker, reward, lots)
        case _:
            return _chunks(taker.rule, _best_first(taker.lots, lots, reward), lots)


def set_size(reward: Reward) -> int:
    """Return how many pieces a set has; a promotion by the piece has sets of one."""
    match reward:
        case BuyGet():
            return reward.buy + reward.get
        case SetPrice():
            return reward.count
        case Bundle():
            return sum(part.count for part in reward.parts)
        case _:
            return 1


def set_minor(reward: Reward, parts: Parts, lots: Sequence[Lot]) -> int:
    """Return what one set of pieces saves; less than 0 when the set would cost more than the pieces."""
    if type(reward) is BuyGet:
        given, cheapest = reward.get, 0
        for index, count in sorted(parts, key=lambda part: lots[part[0]].price):
            pieces = min(given, count)
            cheapest += lots[index].price * pieces
            given -= pieces
        return half_up(cheapest * reward.rate_ppm, PPM)
    total = sum(lots[index].price * count for index, count in parts)
    if type(reward) is SetPrice:
        return total - reward.price_minor
    if type(reward) is Bundle:
        return (
            half_up(total * reward.rate_ppm, PPM)
            if reward.price_minor is None
            else total - reward.price_minor
        )
    assert not isinstance(reward, BuyGet | SetPrice | Bundle | Tiers | Spend), "all sets are told above"
    return off(reward, total, sum(lots[index].milli * count for index, count in parts))


def gain_of(taken: Sequence[Taken], lots: Sequence[Lot]) -> int:
    """Return how much more is saved with these than when their pieces stay loose."""
    used: dict[int, int] = {}
    for one in taken:
        for index, count in one.parts:
            used[index] = used.get(index, 0) + count
    gain = sum(worth(one, lots) for one in taken)
    for index, count in used.items():
        lot = lots[index]
        if lot.loose is not None or lot.later:
            gain -= loose_worth(lot, lot.count) - loose_worth(lot, lot.count - count)
    return gain


def _dearest_first(indexes: Sequence[int], lots: Sequence[Lot]) -> list[int]:
    free = [index for index in indexes if lots[index].count]
    return sorted(free, key=lambda index: (-lots[index].price, index))


def _best_first(indexes: Sequence[int], lots: Sequence[Lot], reward: Reward) -> list[int]:
    """Sort lots by what a piece of them brings more than it saves without the set."""
    if isinstance(reward, SetPrice):
        free = [index for index in indexes if lots[index].count]
        return sorted(free, key=lambda index: (lots[index].base - lots[index].price, index))
    free = [index for index in indexes if lots[index].count]
    gains = {index: set_minor(reward, [(index, 1)], lots) - lots[index].base for index in free}
    return sorted(free, key=lambda index: (-gains[index], index))


def _chunks(rule: Rule, order: Sequence[int], lots: Sequence[Lot]) -> Plan:
    """Make sets of the pieces in their order, as long as they save something."""
    reward, most = rule.promotion.reward, rule.promotion.most_times
    taken, given = [], 0
    for parts, repeats in _runs(order, set_size(reward), lots):
        times = min(repeats, most - given) if most else repeats
        minor = set_minor(reward, parts, lots)
        if minor > sum(lots[index].base * count for index, count in parts):
            taken.append(_taken(rule, minor, parts, times))
            given += times
        elif not isinstance(reward, BuyGet):
            break
        if most and given == most:
            break
    return Plan(gain_of(taken, lots), taken) if taken else NOTHING


def _taken(rule: Rule, minor: int, parts: Parts, times: int) -> Taken:
    return Taken(
        rule=rule, minor=minor * times, parts=tuple((index, count * times) for index, count in parts)
    )


def _runs(order: Sequence[int], size: int, lots: Sequence[Lot]) -> Iterator[tuple[Parts, int]]:
    """Cut pieces into sets: alike sets come once, with how many there are."""
    parts: Parts = []
    missing = size
    for index in order:
        free = lots[index].count
        if parts:
            count = min(free, missing)
            parts.append((index, count))
            missing, free = missing - count, free - count
            if missing:
                continue
            yield parts, 1
        if free >= size:
            yield [(index, size)], free // size
        rest = free % size
        parts, missing = ([(index, rest)], size - rest) if rest else ([], size)


def _bundles(taker: Taker, bundle: Bundle, lots: Sequence[Lot]) -> Plan:
    """Make one bundle after the other of the best pieces, the part with the fewest pieces choosing first."""
    rate_ppm = PPM if bundle.price_minor is not None else bundle.rate_ppm
    wanted = [
        (part.count, sorted(of_it, key=lambda i: (lots[i].base * PPM - lots[i].price * rate_ppm, i)))
        for part, of_it in zip(bundle.parts, taker.parts, strict=True)
    ]
    wanted.sort(key=lambda part: sum(lots[index].count for index in part[1]) - part[0])
    left = {index: lots[index].count for index in taker.lots}
    most, given, taken = taker.rule.promotion.most_times, 0, []
    while not most or given < most:
        used = _one_bundle(wanted, left)
        parts = list(used.items())
        minor = set_minor(bundle, parts, lots)
        if not used or minor <= sum(lots[index].base * count for index, count in parts):
            break
        times = min(left[index] // count for index, count in parts)
        times = min(times, most - given) if most else times
        taken.append(_taken(taker.rule, minor, parts, times))
        given += times
        for index, count in parts:
            left[index] -= count * times
    return Plan(gain_of(taken, lots), taken) if taken else NOTHING


def _one_bundle(wanted: Sequence[tuple[int, list[int]]], left: dict[int, int]) -> dict[int, int]:
    used: dict[int, int] = {}
    for count, of_it in wanted:
        missing = count
        for index in of_it:
            pieces = min(left[index] - used.get(index, 0), missing)
            if pieces:
                used[index] = used.get(index, 0) + pieces
                missing -= pieces
                if not missing:
                    break
        if missing:
            return {}
    return used


def _tiers(taker: Taker, tiers: Tiers, lots: Sequence[Lot]) -> Plan:
    """Take the goods that are better off at a step, and as many others as the step needs."""
    best = NOTHING
    free = [index for index in taker.lots if lots[index].count]
    quantity = sum(lots[index].milli * lots[index].count for index in free)
    for step in reversed(tiers.steps):
        if quantity >= step.from_milli:
            plan = _at_step(taker.rule, step_reward(step), step.from_milli, free, lots)
            best = plan if plan.gain > best.gain else best
    return best


def _at_step(
    rule: Rule, reward: PieceReward, from_milli: int, free: Sequence[int], lots: Sequence[Lot]
) -> Plan:
    offers = []
    for index in free:
        lot = lots[index]
        amount, milli = lot.price * lot.count, lot.milli * lot.count
        minor = off(reward, amount, milli)
        more = minor - loose_worth(lot, lot.count)
        if lot.later and not rule.promotion.exclusive:
            more += off_later(lot, amount - minor, milli)
        offers.append((more, index, minor))
    offers.sort(key=lambda offer: (-offer[0], offer[1]))
    taken, gain, quantity = [], 0, 0
    for more, index, minor in offers:
        if more <= 0 and quantity >= from_milli:
            break
        taken.append(Taken(rule=rule, minor=minor, parts=((index, lots[index].count),)))
        gain += more
        quantity += lots[index].milli * lots[index].count
    return Plan(gain, taken)


def _threshold(taker: Taker, spend: Spend, lots: Sequence[Lot]) -> Plan:
    parts = tuple((index, lots[index].count) for index in taker.lots if lots[index].count)
    total = sum(lots[index].price * count for index, count in parts)
    taken = [Taken(rule=taker.rule, minor=spend_minor(spend, total), parts=parts)]
    return Plan(gain_of(taken, lots), taken) if taken[0].minor else NOTHING


def spend_minor(spend: Spend, total: int) -> int:
    """Return what a threshold takes off a sum; nothing when the sum does not reach it."""
    if total < spend.from_minor or total <= 0:
        return 0
    return min(half_up(total * spend.rate_ppm, PPM) if spend.rate_ppm else spend.amount_minor, total)
