"""Small baskets and promotions for the tests; and the best outcome of a few by trying all."""

from collections.abc import Sequence
from functools import cache
from itertools import combinations, product

from hypothesis import strategies as st

from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.matching import covers, keys_of, pick_keys
from omnipos.domain.promotions.promotion import (
    PPM,
    AmountOff,
    Bundle,
    BundlePart,
    BuyGet,
    FixedPrice,
    Goods,
    Occasion,
    PercentOff,
    Pick,
    Promotion,
    Reward,
    SetPrice,
    Spend,
    Step,
    Tiers,
)
from omnipos.domain.saving import Saving

NOON = Occasion(at_ms=1_000_000, weekday=3, minute=12 * 60)
PERCENT = PPM // 100


def goods_of(product_id: str, price: int, count: int = 1, **more: object) -> Pick:
    """Return a line of pieces."""
    fields = {"quantity_milli": count * 1000, "amount_minor": price * count, "category": "all", **more}
    return Pick(product_id=product_id, **fields)  # type: ignore[arg-type]


def promotion(code: str, reward: Reward, **more: object) -> Promotion:
    """Return a promotion whose id and name follow from its code."""
    return Promotion(promotion_id=f"id-{code}", code=code, name=f"Promotion {code}", reward=reward, **more)  # type: ignore[arg-type]


def price(
    promotions: Sequence[Promotion], picks: Sequence[Pick], occasion: Occasion = NOON
) -> tuple[tuple[Saving, ...], ...]:
    """Return what comes off each line."""
    return PromotionBook(promotions).best(picks, occasion)


def savings(
    promotions: Sequence[Promotion], picks: Sequence[Pick], occasion: Occasion = NOON
) -> list[dict[str, int]]:
    """Return for each line what each promotion takes off it."""
    return [
        {one.promotion_id.removeprefix("id-"): one.amount_minor for one in own}
        for own in price(promotions, picks, occasion)
    ]


def saved(promotions: Sequence[Promotion], picks: Sequence[Pick], occasion: Occasion = NOON) -> int:
    """Return all that comes off."""
    return sum(one.amount_minor for own in price(promotions, picks, occasion) for one in own)


_names = st.sampled_from(["a", "b", "c", "d"])
_some_goods = st.one_of(
    st.just(Goods()),
    st.builds(Goods, products=st.lists(_names, min_size=1, max_size=2, unique=True).map(tuple)),
    st.builds(Goods, categories=st.sampled_from([("x",), ("y",)])),
    st.builds(Goods, categories=st.just(("x",)), without=st.tuples(_names)),
)


def _rates(every: int) -> st.SearchStrategy[int]:
    return st.integers(1, 100 * PERCENT // every).map(lambda rate: rate * every)


def rewards(every_ppm: int = 1, step_minor: int = 1, *, whole: bool = True) -> st.SearchStrategy[Reward]:
    """Return rewards; rates and sums in steps, so that nothing is rounded; `whole` for tiers too."""
    sums = st.integers(1, 1500 // step_minor).map(lambda n: n * step_minor)
    prices = st.integers(0, 1500 // step_minor).map(lambda n: n * step_minor)
    rates = _rates(every_ppm)
    parts = st.lists(
        st.builds(BundlePart, goods=_some_goods, count=st.integers(1, 2)),
        min_size=2,
        max_size=3,
        unique_by=lambda part: part.goods,
    ).map(tuple)
    kinds: list[st.SearchStrategy[Reward]] = [
        st.builds(PercentOff, rate_ppm=rates),
        st.builds(AmountOff, amount_minor=sums),
        st.builds(FixedPrice, price_minor=prices),
        st.builds(BuyGet, buy=st.integers(1, 2), get=st.integers(1, 2), rate_ppm=rates),
        st.builds(SetPrice, count=st.integers(1, 3), price_minor=prices),
        st.builds(Bundle, parts=parts, price_minor=prices),
        st.builds(Bundle, parts=parts, rate_ppm=rates),
    ]
    if whole:
        kinds += [
            st.builds(
                Tiers,
                steps=st.tuples(st.integers(1, 4), rates, rates).map(
                    lambda t: (
                        Step(from_milli=t[0] * 1000, rate_ppm=min(t[1:])),
                        Step(from_milli=t[0] * 2000, rate_ppm=max(t[1:])),
                    )
                ),
            ),
            st.builds(
                lambda one, other: Spend(from_minor=max(one, other), amount_minor=min(one, other)), sums, sums
            ),
            st.builds(Spend, from_minor=sums, rate_ppm=rates),
        ]
    return st.one_of(kinds)


def promotions(
    kinds: st.SearchStrategy[Reward], most: int, *, mixed: bool = True
) -> st.SearchStrategy[list[Promotion]]:
    """Return some promotions; `mixed` for several priorities and ways to combine."""

    def named(drawn: list[tuple[Reward, Goods, int, str, int]]) -> list[Promotion]:
        return [
            promotion(
                f"P{number}",
                reward,
                goods=Goods() if isinstance(reward, Bundle) else goods,
                priority=priority if mixed else 0,
                exclusive=mixed and company == "exclusive",
                combinable=mixed and company == "combinable",
                most_times=0 if isinstance(reward, Tiers | Spend) else times,
            )
            for number, (reward, goods, priority, company, times) in enumerate(drawn)
        ]

    companies = st.sampled_from(["alone", "alone", "combinable", "exclusive"])
    one = st.tuples(kinds, _some_goods, st.integers(0, 1), companies, st.sampled_from([0, 0, 1, 2]))
    return st.lists(one, max_size=most).map(named)


def pick_lists(
    most_lines: int, most_count: int, step_minor: int = 1, least: int = 0
) -> st.SearchStrategy[list[Pick]]:
    """Return some lines of pieces, some of them alike."""
    return st.lists(
        st.builds(
            lambda name, price, count, category: goods_of(name, price * step_minor, count, category=category),
            _names,
            st.integers(least, 1500 // step_minor),
            st.integers(1, most_count),
            st.sampled_from(["x", "y"]),
        ),
        max_size=most_lines,
    )


def best_by_trying_all(promotions: Sequence[Promotion], picks: Sequence[Pick]) -> int:
    """Return the greatest saving of promotions that do not combine, each piece in one of them at most.

    Nothing may need rounding, and only rewards by the piece and sets take part.
    """
    pieces = [(pick, pick.amount_minor // pick.pieces) for pick in picks for _one in range(pick.pieces)]

    def options(number: int, free: frozenset[int]) -> list[tuple[frozenset[int], int]]:
        """Return what a promotion can make of free pieces: the pieces it takes, and what it saves."""
        one = promotions[number]
        reward = one.reward
        if isinstance(reward, Bundle):
            fits = [[i for i in free if _covers(part.goods, pieces[i][0])] for part in reward.parts]
            chosen = [combinations(of_it, part.count) for of_it, part in zip(fits, reward.parts, strict=True)]
            sets = [frozenset().union(*parts) for parts in product(*chosen)]
            size = sum(part.count for part in reward.parts)
            sets = [one_set for one_set in sets if len(one_set) == size]
        else:
            mine = [i for i in free if _covers(one.goods, pieces[i][0])]
            sets = [frozenset(chosen) for chosen in combinations(mine, _size(reward))]
        return [(taken, _saving(reward, sorted(pieces[i][1] for i in taken))) for taken in sets]

    @cache
    def best(free: frozenset[int], times: tuple[int, ...]) -> int:
        if not free:
            return 0
        first = min(free)
        most = best(free - {first}, times)
        for number, left in enumerate(times):
            if not left:
                continue
            fewer = (*times[:number], left - 1, *times[number + 1 :])
            for taken, minor in options(number, free):
                if first in taken and minor > 0:
                    most = max(most, minor + best(free - taken, fewer))
        return most

    return best(frozenset(range(len(pieces))), tuple(one.most_times or len(pieces) for one in promotions))


def _covers(goods: Goods, pick: Pick) -> bool:
    return covers(goods, frozenset(keys_of(goods)), pick_keys(pick))


def _size(reward: Reward) -> int:
    match reward:
        case BuyGet():
            return reward.buy + reward.get
        case SetPrice():
            return reward.count
        case _:
            return 1


def _saving(reward: Reward, prices: Sequence[int]) -> int:
    match reward:
        case PercentOff():
            return prices[0] * reward.rate_ppm // PPM
        case AmountOff():
            return min(reward.amount_minor, prices[0])
        case FixedPrice():
            return max(prices[0] - reward.price_minor, 0)
        case BuyGet():
            return sum(prices[: reward.get]) * reward.rate_ppm // PPM
        case SetPrice():
            return sum(prices) - reward.price_minor
        case Bundle(price_minor=None):
            return sum(prices) * reward.rate_ppm // PPM
        case Bundle():
            return sum(prices) - (reward.price_minor or 0)
        case _:
            raise AssertionError("tiers and thresholds are not tried out")
