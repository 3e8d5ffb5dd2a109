"""Which promotions a basket has to do with: looked up by its goods, then asked for their conditions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from omnipos.domain.promotions.promotion import (
    AmountOff,
    Bundle,
    FixedPrice,
    Goods,
    Occasion,
    PercentOff,
    Pick,
    Promotion,
    Spend,
)

Key = tuple[str, str]
"""A kind and a name by which promotions are looked up."""
EVERYTHING = ("", "")


class Rule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A promotion with its place in the order of all: by priority, then code."""

    promotion: Promotion
    place: int
    conditional: bool
    """Whether it asks for anything but its goods."""
    by_piece: bool
    """Whether it is given to any number of single pieces, so that nothing but the piece matters."""

    parts: tuple[frozenset[Key], ...] = ()
    """For a bundle, what each of its parts is looked up by."""

    @property
    def piece(self) -> PercentOff | AmountOff | FixedPrice:
        """The reward of a promotion by the piece."""
        reward = self.promotion.reward
        assert isinstance(reward, PercentOff | AmountOff | FixedPrice), "a set has no reward for a piece"
        return reward


class Found(NamedTuple):
    """What a basket has to do with: by priority and line the promotions by the piece, and all others."""

    by_piece: dict[int, dict[int, list[Rule]]]
    takers: dict[int, list[tuple[Rule, list[int]]]]
    combinable: list[tuple[Rule, list[int]]]
    spends: list[tuple[Rule, list[int]]]


def holds(promotion: Promotion, occasion: Occasion) -> bool:
    """Tell whether a promotion's conditions are met, but for its goods.

    Hours over midnight belong to the day on which they begin.
    """
    if promotion.needs_coupon and promotion.promotion_id not in occasion.coupons:
        return False
    if promotion.groups and occasion.group not in promotion.groups:
        return False
    if promotion.channels and occasion.channel not in promotion.channels:
        return False
    if promotion.stores and occasion.store_code not in promotion.stores:
        return False
    if occasion.at_ms < promotion.valid_from_ms or 0 < promotion.valid_until_ms <= occasion.at_ms:
        return False
    weekday, minute = occasion.weekday, occasion.minute
    first, until = promotion.from_minute, promotion.until_minute
    if first < until and not first <= minute < until:
        return False
    if first > until and minute < first:
        if minute >= until:
            return False
        weekday = (weekday - 2) % 7 + 1
    return not promotion.weekdays or weekday in promotion.weekdays


def covers(goods: Goods, named: frozenset[Key], keys: Sequence[Key]) -> bool:
    """Tell whether a line is among some goods; `named` and `keys` are what both are looked up by."""
    return not named.isdisjoint(keys) and keys[1][1] not in goods.without


def pick_keys(pick: Pick) -> list[Key]:
    """Return by what a line's promotions are looked up; its product comes second."""
    keys = [EVERYTHING, ("product", pick.product_id)]
    if pick.family:
        keys.append(("family", pick.family.casefold()))
    if pick.category:
        keys.append(("category", pick.category.casefold()))
    if pick.department:
        keys.append(("department", pick.department.casefold()))
    if pick.brand:
        keys.append(("brand", pick.brand.casefold()))
    return keys


def keys_of(goods: Goods) -> list[Key]:
    """Return by what goods are looked up."""
    keys = [("product", one) for one in goods.products]
    keys += [("family", one.casefold()) for one in goods.families]
    keys += [("category", one.casefold()) for one in goods.categories]
    keys += [("department", one.casefold()) for one in goods.departments]
    keys += [("brand", one.casefold()) for one in goods.brands]
    return keys or [EVERYTHING]


class Bucket:
    """The promotions for one kind of goods: those by the piece with the strongest first, and the rest."""

    def __init__(self) -> None:
        """Begin with none."""
        self.kinds: dict[tuple[int, type, bool], list[Rule]] = {}
        self.others: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Add a promotion; they come in their order."""
        promotion = rule.promotion
        if rule.by_piece and not promotion.combinable:
            kind = (promotion.priority, type(promotion.reward), promotion.exclusive)
            self.kinds.setdefault(kind, []).append(rule)
        else:
            self.others.append(rule)

    def settle(self) -> None:
        """Sort those by the piece: the strongest of a kind hides the others wherever it holds."""
        for rules in self.kinds.values():
            rules.sort(key=lambda rule: (-_strength(rule), rule.place))


def _strength(rule: Rule) -> int:
    match rule.piece:
        case PercentOff(rate_ppm=rate_ppm):
            return rate_ppm
        case AmountOff(amount_minor=amount_minor):
            return amount_minor
        case FixedPrice(price_minor=price_minor):
            return -price_minor


class Finder:
    """All promotions by their goods."""

    def __init__(self, promotions: Iterable[Promotion]) -> None:
        """Sort the promotions and put each under the goods that it names."""
        ordered = sorted(promotions, key=lambda one: (-one.priority, one.code, one.promotion_id))
        self.rules = [_rule(promotion, place) for place, promotion in enumerate(ordered)]
        self.buckets: dict[Key, Bucket] = {}
        for rule in self.rules:
            for key in dict.fromkeys(_all_keys(rule.promotion)):
                self.buckets.setdefault(key, Bucket()).add(rule)
        for bucket in self.buckets.values():
            bucket.settle()

    def find(self, keys: Mapping[int, Sequence[Key]], occasion: Occasion) -> Found:
        """Return what holds now and has to do with some lines, of which `keys` says what they are."""
        lines_of: dict[Key, list[int]] = {}
        for line, own_keys in keys.items():
            for key in own_keys:
                if key in self.buckets:
                    lines_of.setdefault(key, []).append(line)
        by_piece: dict[int, dict[int, list[Rule]]] = {}
        others: dict[int, tuple[Rule, list[int]]] = {}
        for key, lines in lines_of.items():
            strongest, rest = _holding(self.buckets[key], occasion)
            for rules in strongest:
                _offer(rules, lines, keys, by_piece.setdefault(rules[0].promotion.priority, {}))
            for rule in rest:
                known = others.get(rule.place)
                all_lines = lines if known is None else sorted({*known[1], *lines})
                others[rule.place] = (rule, all_lines)
        return _sorted_out(by_piece, [_without(*others[place], keys) for place in sorted(others)])


def _offer(
    rules: Sequence[Rule],
    lines: Sequence[int],
    keys: Mapping[int, Sequence[Key]],
    level: dict[int, list[Rule]],
) -> None:
    """Offer each line the strongest of one kind of promotion that does not leave its product out."""
    for line in lines:
        for rule in rules:
            without = rule.promotion.goods.without
            if not without or keys[line][1][1] not in without:
                level.setdefault(line, []).append(rule)
                break


def _without(rule: Rule, lines: list[int], keys: Mapping[int, Sequence[Key]]) -> tuple[Rule, list[int]]:
    """Take out the lines whose products a promotion leaves out; others share the list of their goods."""
    without = rule.promotion.goods.without
    return rule, [line for line in lines if keys[line][1][1] not in without] if without else lines


def _rule(promotion: Promotion, place: int) -> Rule:
    if promotion.exclusive and promotion.combinable:
        promotion = msgspec.structs.replace(promotion, combinable=False)
    conditions = (promotion.groups, promotion.channels, promotion.stores, promotion.weekdays)
    times = (
        promotion.valid_from_ms,
        promotion.valid_until_ms,
        promotion.from_minute - promotion.until_minute,
    )
    reward = promotion.reward
    by_piece = isinstance(reward, PercentOff | AmountOff | FixedPrice)
    bundle = reward.parts if isinstance(reward, Bundle) else ()
    return Rule(
        promotion=promotion,
        place=place,
        conditional=promotion.needs_coupon or any(conditions) or any(times),
        by_piece=by_piece and not promotion.most_times,
        parts=tuple(frozenset(keys_of(part.goods)) for part in bundle),
    )


def _all_keys(promotion: Promotion) -> list[Key]:
    if isinstance(promotion.reward, Bundle):
        return [key for part in promotion.reward.parts for key in keys_of(part.goods)]
    return keys_of(promotion.goods)


def _holding(bucket: Bucket, occasion: Occasion) -> tuple[list[list[Rule]], list[Rule]]:
    strongest = []
    for rules in bucket.kinds.values():
        found = []
        for rule in rules:
            if not rule.conditional or holds(rule.promotion, occasion):
                found.append(rule)
                if not rule.promotion.goods.without:
                    break
        if found:
            strongest.append(found)
    others = [r for r in bucket.others if not r.conditional or holds(r.promotion, occasion)]
    return strongest, others


def _sorted_out(by_piece: dict[int, dict[int, list[Rule]]], others: list[tuple[Rule, list[int]]]) -> Found:
    found = Found(by_piece, {}, [], [])
    for rule, lines in others:
        promotion = rule.promotion
        if promotion.exclusive or not (promotion.combinable or isinstance(promotion.reward, Spend)):
            found.takers.setdefault(promotion.priority, []).append((rule, lines))
        elif isinstance(promotion.reward, Spend):
            found.spends.append((rule, lines))
        else:
            found.combinable.append((rule, lines))
    return found
