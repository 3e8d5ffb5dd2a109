"""Pricing a basket with many promotions in force: the whole engine, beside one look at each candidate."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

from bench.rows import BarKind, Row, percentile, row
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.matching import pick_keys
from omnipos.domain.promotions.promotion import (
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

PRODUCTS, CATEGORIES, BRANDS = 5000, 120, 200
ROUNDS = 30
MOST_GROWTH = 2.0
"""A line of a large basket may cost so many times what one of a small basket does."""
OCCASION = Occasion(
    at_ms=1_764_000_000_000, weekday=5, minute=17 * 60 + 30, group="gold", coupons={"p-7": "C7"}
)


def basket(lines: int, seed: int = 1) -> list[Pick]:
    """Return a basket: mostly one or two of a thing, and some that is weighed."""
    chance = random.Random(seed)
    return [_pick(number, chance) for number in chance.sample(range(PRODUCTS), lines)]


def _pick(number: int, chance: random.Random) -> Pick:
    weighed = number % 12 == 0
    quantity = chance.randint(150, 2500) if weighed else 1000 * chance.choice((1, 1, 1, 2, 2, 3, 6))
    return Pick(
        product_id=f"product-{number}",
        quantity_milli=quantity,
        amount_minor=quantity * (2500 + number % 97 * 350) // 1000,
        unit="kg" if weighed else "pcs",
        category=f"category {number % CATEGORIES}",
        department=f"department {number % 12}",
        brand=f"brand {number % BRANDS}",
    )


def promotions(count: int, seed: int = 2) -> list[Promotion]:
    """Return a mix as shops have it: most for single products, some for kinds of goods, few for all goods."""
    chance = random.Random(seed)
    return [_promotion(number, chance) for number in range(count)]


def _promotion(number: int, chance: random.Random) -> Promotion:
    goods = _goods(chance)
    reward = _reward(chance)
    kind = chance.random()
    return Promotion(
        promotion_id=f"p-{number}",
        code=f"P{number:05d}",
        name=f"Promotion {number}",
        reward=reward,
        goods=Goods() if isinstance(reward, Bundle) else goods,
        groups=("gold",) if chance.random() < 0.1 else (),
        weekdays=(5, 6, 7) if chance.random() < 0.2 else (),
        from_minute=17 * 60 if kind < 0.1 else 0,
        until_minute=19 * 60 if kind < 0.1 else 0,
        needs_coupon=chance.random() < 0.1,
        priority=chance.choice((0, 0, 0, 0, 1, 5)),
        exclusive=kind > 0.95,
        combinable=0.85 < kind < 0.95,
    )


def _goods(chance: random.Random) -> Goods:
    kind = chance.random()
    if kind < 0.80:
        return Goods(products=tuple(f"product-{chance.randrange(PRODUCTS)}" for _one in range(3)))
    if kind < 0.90:
        return Goods(categories=(f"category {chance.randrange(CATEGORIES)}",))
    if kind < 0.99:
        return Goods(brands=(f"brand {chance.randrange(BRANDS)}",))
    return Goods()


def _reward(chance: random.Random) -> Reward:
    kinds: list[Callable[[], Reward]] = [
        lambda: PercentOff(rate_ppm=chance.randint(1, 8) * 50_000),
        lambda: PercentOff(rate_ppm=chance.randint(1, 8) * 50_000),
        lambda: AmountOff(amount_minor=chance.randint(1, 20) * 500),
        lambda: FixedPrice(price_minor=chance.randint(5, 50) * 500),
        lambda: BuyGet(buy=chance.randint(1, 3), get=1, rate_ppm=chance.choice((500_000, 1_000_000))),
        lambda: SetPrice(count=chance.randint(2, 4), price_minor=chance.randint(10, 80) * 500),
        lambda: Bundle(
            parts=tuple(
                BundlePart(goods=Goods(categories=(f"category {one}",)))
                for one in chance.sample(range(CATEGORIES), 2)
            ),
            rate_ppm=200_000,
        ),
        lambda: Tiers(
            steps=(Step(from_milli=3000, rate_ppm=50_000), Step(from_milli=6000, rate_ppm=100_000))
        ),
        lambda: Spend(from_minor=chance.randint(1, 20) * 100_000, amount_minor=10_000),
    ]
    return chance.choice(kinds)()


def measure(_folder: Path) -> list[Row]:
    """Return the rows of the engine by itself."""
    rows = []
    for count, bar_ms in ((1000, 20.0), (10_000, 100.0)):
        book, picks = PromotionBook(promotions(count)), basket(100)
        times = _times(partial(book.best, picks, OCCASION))
        looks = _times(partial(_look_at_each, book, picks))
        rows.append(
            row(
                f"100 lines, {count:,} promotions priced",
                "p95",
                percentile(times, 95),
                percentile(looks, 95),
                bar_ms,
                BarKind.ABSOLUTE,
            )
        )
    return rows + _growth()


def _growth() -> list[Row]:
    """Return what a line costs in a larger basket, beside one of ten lines, over several baskets."""
    book = PromotionBook(promotions(1000))
    by_line = {lines: _per_line(book, lines) for lines in (10, 100, 1000)}
    return [
        row(
            f"a line priced, of {lines:,} with 1,000 promotions",
            "p50",
            by_line[lines],
            by_line[10],
            MOST_GROWTH,
            BarKind.RATIO,
        )
        for lines in (100, 1000)
    ]


def _per_line(book: PromotionBook, lines: int) -> float:
    baskets = [basket(lines, seed) for seed in range(min(1000 // lines, 10))]
    times = _times(lambda: [book.best(picks, OCCASION) for picks in baskets])
    return percentile(times, 50) / lines / len(baskets)


def _look_at_each(book: PromotionBook, picks: Sequence[Pick]) -> int:
    """Look once at each promotion that names goods of a line: less cannot be done."""
    return sum(
        rule.promotion.active
        for pick in picks
        for key in pick_keys(pick)
        if (bucket := book.finder.buckets.get(key)) is not None
        for rules in (bucket.others, *bucket.kinds.values())
        for rule in rules
    )


def _times(work: Callable[[], object]) -> list[float]:
    times = []
    work()
    for _round in range(ROUNDS):
        begin = perf_counter()
        work()
        times.append((perf_counter() - begin) * 1000)
    return times
