"""What each reward of docs/promotions.md takes off, and how its sums add up: rules 11 to 22."""

import msgspec
import pytest

from omnipos.domain.promotions.book import PromotionBook
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
from omnipos.domain.saving import Saving, SavingKind
from tests.domain.promotions.baskets import NOON, PERCENT, goods_of, price, promotion, saved, savings

TEN = PercentOff(rate_ppm=10 * PERCENT)
TWENTY = PercentOff(rate_ppm=20 * PERCENT)
HALF = PercentOff(rate_ppm=50 * PERCENT)
COLA = goods_of("cola", 1000)


def _at(**changes: object) -> Occasion:
    return msgspec.structs.replace(NOON, **changes)


def _only(product_id: str) -> Goods:
    return Goods(products=(product_id,))


def test_rule_11_a_price_is_never_raised_and_never_below_nothing() -> None:
    cheap = goods_of("pen", 30, 2)
    assert savings([promotion("A", FixedPrice(price_minor=50))], [cheap]) == [{}]
    assert savings([promotion("A", FixedPrice(price_minor=20))], [cheap]) == [{"A": 20}]
    assert savings([promotion("A", AmountOff(amount_minor=50))], [cheap]) == [{"A": 60}]


@pytest.mark.parametrize(
    "reward",
    [
        PercentOff(rate_ppm=5_000_000),
        AmountOff(amount_minor=-5),
        BuyGet(buy=0, get=0),
        SetPrice(count=0, price_minor=5),
        SetPrice(count=1, price_minor=-5),
        Bundle(parts=()),
        Tiers(steps=()),
        Spend(from_minor=0, amount_minor=-5),
    ],
)
def test_rule_21_a_reward_that_makes_no_sense_is_as_if_it_were_not_there(reward: Reward) -> None:
    assert savings([promotion("A", reward), promotion("B", TEN)], [COLA]) == [{"B": 100}]


@pytest.mark.parametrize(
    ("reward", "prices", "wanted"),
    [
        (BuyGet(buy=2, get=1), (1000, 900, 800), 800),
        (BuyGet(buy=2, get=1), (1000, 900, 800, 700, 600, 500), 1300),
        (BuyGet(buy=2, get=1), (1000, 900, 800, 100), 800),
        (BuyGet(buy=2, get=1), (1000, 900), 0),
        (BuyGet(buy=1, get=1, rate_ppm=50 * PERCENT), (1000, 801), 401),
        (BuyGet(buy=1, get=2), (1000, 500, 400), 900),
    ],
)
def test_rule_12_the_cheapest_of_each_set_are_given(
    reward: BuyGet, prices: tuple[int, ...], wanted: int
) -> None:
    picks = [goods_of(f"item{number}", price) for number, price in enumerate(prices)]
    assert saved([promotion("A", reward)], picks) == wanted


@pytest.mark.parametrize(
    ("prices", "wanted"),
    [((1000, 900, 800), 700), ((1000, 900, 800, 700, 600, 800), 800), ((600, 700, 700), 0)],
)
def test_rule_13_n_for_a_price_takes_the_dearest_first(prices: tuple[int, ...], wanted: int) -> None:
    picks = [goods_of(f"item{number}", price) for number, price in enumerate(prices)]
    assert saved([promotion("A", SetPrice(count=3, price_minor=2000))], picks) == wanted


def test_rule_14_a_bundle_takes_the_dearest_of_each_part() -> None:
    parts = (BundlePart(goods=Goods(categories=("mains",))), BundlePart(goods=_only("cola"), count=2))
    picks = [
        goods_of("rice", 3000, category="mains"),
        goods_of("steak", 9000, category="mains"),
        goods_of("cola", 1000, 3),
    ]
    bundle = promotion("A", Bundle(parts=parts, rate_ppm=10 * PERCENT))
    assert savings([bundle], picks) == [{}, {"A": 900}, {"A": 200}]
    menu = promotion("A", Bundle(parts=parts, price_minor=4500))
    assert savings([menu], picks) == [{}, {"A": 5318}, {"A": 1182}]


def test_rule_14_no_piece_is_two_parts_at_once() -> None:
    parts = (BundlePart(goods=Goods()), BundlePart(goods=_only("cola")))
    bundle = promotion("A", Bundle(parts=parts, price_minor=500))
    assert saved([bundle], [COLA]) == 0
    assert saved([bundle], [COLA, goods_of("chips", 100)]) == 600


def test_rule_15_the_step_that_is_reached_holds_for_all_of_the_goods() -> None:
    tiers = promotion(
        "A",
        Tiers(
            steps=(Step(from_milli=3000, rate_ppm=5 * PERCENT), Step(from_milli=6000, rate_ppm=10 * PERCENT))
        ),
    )
    assert [saved([tiers], [goods_of("cola", 1000, count)]) for count in (2, 3, 5, 6)] == [0, 150, 250, 600]
    prices = promotion(
        "B", Tiers(steps=(Step(from_milli=3000, price_minor=900), Step(from_milli=4000, price_minor=800)))
    )
    assert savings([prices], [goods_of("cola", 1000, 3), goods_of("tea", 850)]) == [{"B": 600}, {"B": 50}]


def test_rule_15_goods_that_are_better_off_elsewhere_join_only_when_a_step_needs_them() -> None:
    tiers = promotion("A", Tiers(steps=(Step(from_milli=6000, rate_ppm=10 * PERCENT),)))
    these = [tiers, promotion("B", TWENTY, goods=_only("tea"))]
    assert savings(these, [goods_of("cola", 1000, 6), goods_of("tea", 1000)]) == [{"A": 600}, {"B": 200}]
    assert savings(these, [goods_of("cola", 1000, 5), goods_of("tea", 1000)]) == [{"A": 500}, {"A": 100}]


def test_rule_16_what_is_weighed_is_never_in_a_set() -> None:
    ham = Pick(product_id="ham", quantity_milli=1500, amount_minor=3000, unit="kg")
    for reward, wanted in (
        (TEN, 300),
        (AmountOff(amount_minor=100), 150),
        (FixedPrice(price_minor=1500), 750),
        (Tiers(steps=(Step(from_milli=1500, price_minor=1000),)), 1500),
        (Spend(from_minor=3000, amount_minor=100), 100),
        (BuyGet(buy=1, get=1), 0),
        (SetPrice(count=1, price_minor=1), 0),
        (Bundle(parts=(BundlePart(goods=_only("ham")), BundlePart(goods=Goods())), price_minor=1), 0),
    ):
        assert saved([promotion("A", reward)], [ham]) == wanted, reward


def test_rule_17_a_limit_leaves_the_customer_the_best_ones() -> None:
    picks = [goods_of("a", 100, 3), goods_of("b", 300, 3), goods_of("c", 200, 3)]
    assert savings([promotion("A", HALF, most_times=4)], picks) == [{}, {"A": 450}, {"A": 100}]
    assert savings([promotion("A", BuyGet(buy=1, get=1), most_times=1)], picks) == [{}, {"A": 300}, {}]
    assert saved([promotion("A", SetPrice(count=2, price_minor=100), most_times=2)], picks) == 900


def test_rule_18_a_part_off_is_rounded_once_for_alike_pieces() -> None:
    assert savings([promotion("A", TEN)], [goods_of("a", 333, 3)]) == [{"A": 100}]
    assert savings([promotion("A", TEN)], [goods_of("a", 5)]) == [{"A": 1}]
    assert savings([promotion("A", TEN)], [goods_of("a", 4)]) == [{}]


def test_rule_19_the_saving_of_a_set_is_spread_over_all_of_its_pieces() -> None:
    free = promotion("A", BuyGet(buy=2, get=1))
    assert savings([free], [goods_of("a", 1000), goods_of("b", 1000), goods_of("c", 1000)]) == [
        {"A": 334},
        {"A": 333},
        {"A": 333},
    ]
    assert savings([free], [goods_of("a", 1000, 2), goods_of("b", 500)]) == [{"A": 400}, {"A": 100}]


def test_rule_20_each_saving_says_its_promotion_once_and_its_coupon() -> None:
    these = [
        promotion("A", BuyGet(buy=1, get=1), needs_coupon=True),
        promotion("B", TEN, combinable=True),
    ]
    own = price(these, [goods_of("cola", 1000, 5)], _at(coupons={"id-A": "SAVE", "id-B": "UNUSED"}))
    assert own == (
        (
            Saving(
                kind=SavingKind.PROMOTION,
                name="Promotion A",
                amount_minor=2000,
                promotion_id="id-A",
                coupon="SAVE",
            ),
            Saving(kind=SavingKind.PROMOTION, name="Promotion B", amount_minor=300, promotion_id="id-B"),
        ),
    )


def test_rule_20_a_name_of_any_length_comes_back_as_it_is() -> None:
    long = msgspec.structs.replace(promotion("A", TEN), name="x" * 5000)
    assert price([long], [COLA])[0][0].name == "x" * 5000


def test_rule_21_promotions_that_contradict_each_other_never_pay_the_customer() -> None:
    these = [
        promotion("A", PercentOff(rate_ppm=1_000_000)),
        promotion("B", AmountOff(amount_minor=10**9), combinable=True),
        promotion("C", FixedPrice(price_minor=0), combinable=True),
        promotion("D", Spend(from_minor=5, amount_minor=5), combinable=True),
        promotion("E", SetPrice(count=1, price_minor=0), exclusive=True),
        promotion("F", Spend(from_minor=1, rate_ppm=1_000_000)),
    ]
    assert saved(these, [COLA, goods_of("chips", 7, 3)]) == 1021


def test_rule_22_lines_that_are_alike_in_another_order_come_to_the_same() -> None:
    book = PromotionBook([promotion("A", BuyGet(buy=2, get=1)), promotion("B", TEN, goods=_only("b"))])
    picks = [goods_of("a", 500), goods_of("b", 500, 2), goods_of("a", 700), goods_of("c", 500)]
    there, back = book.best(picks, NOON), book.best(picks[::-1], NOON)
    assert there == back[::-1]
    assert book.best(picks, NOON) == there


def test_rule_22_which_of_two_equal_pieces_is_taken_does_not_hang_on_their_order() -> None:
    these = [
        promotion("A", HALF, most_times=1),
        promotion("B", HALF, combinable=True, goods=_only("cola")),
    ]
    tea = goods_of("tea", 1000)
    assert saved(these, [COLA, tea]) == saved(these, [tea, COLA])


def test_rule_19_an_amount_that_does_not_divide_by_its_pieces_is_kept_whole() -> None:
    label = Pick(product_id="box", quantity_milli=3000, amount_minor=1001)
    assert savings([promotion("A", SetPrice(count=3, price_minor=1))], [label]) == [{"A": 1000}]
    assert savings([promotion("A", BuyGet(buy=1, get=1))], [label]) == [{"A": 334}]


@pytest.mark.parametrize(
    ("reward", "wanted"),
    [
        (TEN, 700_000_000),
        (BuyGet(buy=2, get=1), 2_333_331_000),
        (SetPrice(count=3, price_minor=20_000), 333_333_000),
        (SetPrice(count=999, price_minor=1), 1001 * (999 * 7000 - 1)),
    ],
)
def test_a_million_pieces_are_priced_like_three(reward: object, wanted: int) -> None:
    million = goods_of("cola", 7000, 1_000_000)
    assert saved([Promotion(promotion_id="1", code="A", name="A", reward=reward)], [million]) == wanted  # type: ignore[arg-type]
