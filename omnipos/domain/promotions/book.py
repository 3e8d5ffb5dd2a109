"""All promotions of a shop, ready to price any basket: which may apply, and what they take off."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from omnipos.domain.promotions.checking import makes_sense
from omnipos.domain.promotions.choosing import expect_later, settle_level
from omnipos.domain.promotions.lots import Lot, is_whole, lots_of, spread
from omnipos.domain.promotions.matching import Finder, Found, Key, Rule, pick_keys
from omnipos.domain.promotions.promotion import Occasion, Pick, Promotion, Spend
from omnipos.domain.promotions.searching import Looks
from omnipos.domain.promotions.sets import spend_minor
from omnipos.domain.promotions.stacking import Rest, combine, later_rewards, spend, takers_of
from omnipos.domain.saving import Saving, SavingKind

MOST_LOOKS = 500
"""How many ways of making sets one sale may try out; beyond, the greatest saving comes first."""

Keys = Mapping[int, Sequence[Key]]
"""By what each line's promotions are looked up."""
Minors = dict[tuple[int, int], int]
"""What comes off: by line and a promotion's place, in the order in which it was given."""


class Outcome(NamedTuple):
    """What comes off the lines of a basket."""

    minors: Minors
    exclusive: bool
    """Whether an exclusive promotion took part."""

    @property
    def total_minor(self) -> int:
        """All that is saved."""
        return sum(self.minors.values())


class PromotionBook:
    """The promotions of a shop, looked up by their goods. Making one costs; pricing with it does not."""

    def __init__(self, promotions: Iterable[Promotion] = ()) -> None:
        """Take the promotions that are active; one whose reward makes no sense is as if it were not there."""
        self.promotions = tuple(one for one in promotions if one.active and makes_sense(one.reward))
        self.finder = Finder(self.promotions)

    def best(self, picks: Sequence[Pick], occasion: Occasion) -> tuple[tuple[Saving, ...], ...]:
        """Return what comes off each line, in the order of the lines."""
        if not self.promotions:
            return ((),) * len(picks)
        order = sorted(range(len(picks)), key=lambda line: _content(picks[line]))
        ordered = [picks[line] for line in order]
        lines = {line: pick for line, pick in enumerate(ordered) if _is_touchable(pick)}
        keys = {line: pick_keys(pick) for line, pick in lines.items()}
        looks = Looks(MOST_LOOKS)
        found = self.finder.find(keys, occasion)
        first = _settle(found, lines, keys, looks)
        others = []
        if first.exclusive and (found.combinable or found.spends):
            others.append(_without_exclusive(found))
        lost = _lost_threshold(found, first, lines)
        if lost is not None:
            others.append(_alone(found, lost))
        outcomes = [first, *(_settle(other, lines, keys, looks) for other in others)]
        outcome = max(outcomes, key=lambda one: one.total_minor)
        savings: list[list[Saving]] = [[] for _line in picks]
        for (line, place), minor in outcome.minors.items():
            if minor:
                promotion = self.finder.rules[place].promotion
                savings[order[line]].append(_saving(promotion, minor, occasion))
        return tuple(tuple(own) for own in savings)


def _content(pick: Pick) -> tuple[str | int | bool, ...]:
    """Lines of equal content are interchangeable, so that their order makes no difference to the total."""
    return (
        pick.product_id,
        pick.amount_minor,
        pick.quantity_milli,
        pick.unit,
        pick.family,
        pick.category,
        pick.department,
        pick.brand,
        pick.discountable,
    )


def _is_touchable(pick: Pick) -> bool:
    return pick.discountable and pick.quantity_milli > 0 and pick.amount_minor > 0


def _settle(found: Found, picks: Mapping[int, Pick], keys: Keys, looks: Looks) -> Outcome:
    """Let the levels choose, the highest first; then what combines comes off, and thresholds last."""
    lots = [
        lot
        for line, pick in picks.items()
        for lot in lots_of(line, pick.amount_minor, pick.pieces, pick.quantity_milli, is_whole(pick))
    ]
    rest = {line: _rest(pick) for line, pick in picks.items()}
    minors: Minors = {}
    exclusive = _choose(found, lots, keys, looks, rest, minors)
    afterwards = [(rule, combine(rule, own, rest, keys)) for rule, own in found.combinable]
    for rule, own_minors in afterwards + spend(found.spends, rest):
        for line, minor in own_minors.items():
            minors[line, rule.place] = minors.get((line, rule.place), 0) + minor
    return Outcome(minors, exclusive)


def _choose(
    found: Found,
    lots: list[Lot],
    keys: Keys,
    looks: Looks,
    rest: dict[int, Rest],
    minors: Minors,
) -> bool:
    """Let each level take its pieces; tell whether an exclusive promotion took some."""
    exclusive = False
    for priority in sorted({*found.by_piece, *found.takers}, reverse=True):
        by_piece = found.by_piece.get(priority, {})
        takers = takers_of(found.takers.get(priority, ()), lots, keys)
        if found.combinable and _any_exclusive(found, priority):
            expect_later(lots, later_rewards(found.combinable, priority))
        else:
            expect_later(lots, {})
        for taken in settle_level(lots, by_piece, takers, looks):
            for (index, count), minor in zip(taken.parts, spread(taken, lots), strict=True):
                lot = lots[index]
                key = (lot.line, taken.rule.place)
                minors[key] = minors.get(key, 0) + minor
                if taken.rule.promotion.exclusive:
                    exclusive = True
                    rest[lot.line].left -= lot.price * count
                    rest[lot.line].milli -= lot.milli * count
                    rest[lot.line].pieces -= count
                else:
                    rest[lot.line].left -= minor
    return exclusive


def _any_exclusive(found: Found, priority: int) -> bool:
    by_piece = found.by_piece.get(priority, {}).values()
    return any(rule.promotion.exclusive for own in by_piece for rule in own) or any(
        rule.promotion.exclusive for rule, _lines in found.takers.get(priority, ())
    )


def _rest(pick: Pick) -> Rest:
    return Rest(left=pick.amount_minor, milli=pick.quantity_milli, pieces=pick.pieces, whole=is_whole(pick))


def _without_exclusive(found: Found) -> Found:
    """Return what is found without the exclusive promotions that something they shut out could beat."""
    highest = max(rule.promotion.priority for rule, _lines in (*found.combinable, *found.spends))

    def stays(rule: Rule) -> bool:
        return not rule.promotion.exclusive or rule.promotion.priority > highest

    return Found(
        {
            priority: {line: [rule for rule in rules if stays(rule)] for line, rules in level.items()}
            for priority, level in found.by_piece.items()
        },
        {priority: [one for one in level if stays(one[0])] for priority, level in found.takers.items()},
        found.combinable,
        found.spends,
    )


def _lost_threshold(
    found: Found, outcome: Outcome, picks: Mapping[int, Pick]
) -> tuple[Rule, list[int]] | None:
    """Return the threshold that saves most of those that alone would save more than all on their goods."""
    saved: dict[int, int] = {}
    for (line, _place), minor in outcome.minors.items():
        saved[line] = saved.get(line, 0) + minor
    most, lost = 0, None
    for rule, lines in found.spends:
        assert isinstance(rule.promotion.reward, Spend), "only thresholds come last"
        minor = spend_minor(rule.promotion.reward, sum(picks[line].amount_minor for line in lines))
        if minor > most and minor > sum(saved.get(line, 0) for line in lines):
            most, lost = minor, (rule, lines)
    return lost


def _alone(found: Found, threshold: tuple[Rule, list[int]]) -> Found:
    """Return what is found with a threshold that has its goods to itself, as an exclusive one has."""
    rule, lines = threshold
    alone = msgspec.structs.replace(
        rule, promotion=msgspec.structs.replace(rule.promotion, exclusive=True, combinable=False)
    )
    priority = rule.promotion.priority
    level = [*found.takers.get(priority, ()), (alone, lines)]
    return found._replace(
        takers={**found.takers, priority: level},
        spends=[one for one in found.spends if one[0] is not rule],
    )


def _saving(promotion: Promotion, minor: int, occasion: Occasion) -> Saving:
    return Saving(
        kind=SavingKind.PROMOTION,
        name=promotion.name,
        amount_minor=minor,
        promotion_id=promotion.promotion_id,
        coupon=occasion.coupons.get(promotion.promotion_id, "") if promotion.needs_coupon else "",
    )
