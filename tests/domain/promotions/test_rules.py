"""The rules of docs/promotions.md, one test or more for each number."""

import re
from pathlib import Path

import msgspec
import pytest

from omnipos.domain.promotions.promotion import (
    AmountOff,
    Bundle,
    BundlePart,
    BuyGet,
    Goods,
    Occasion,
    PercentOff,
    SetPrice,
    Spend,
)
from tests.domain.promotions.baskets import NOON, PERCENT, goods_of, promotion, saved, savings

TEN = PercentOff(rate_ppm=10 * PERCENT)
TWENTY = PercentOff(rate_ppm=20 * PERCENT)
HALF = PercentOff(rate_ppm=50 * PERCENT)
COLA = goods_of("cola", 1000)
DOCUMENT = Path(__file__).parents[3] / "docs" / "promotions.md"


def _at(**changes: object) -> Occasion:
    return msgspec.structs.replace(NOON, **changes)


def _only(product_id: str) -> Goods:
    return Goods(products=(product_id,))


def _holds(occasion: Occasion, **conditions: object) -> bool:
    return saved([promotion("P", TEN, **conditions)], [COLA], occasion) == 100


def test_every_rule_of_the_document_has_its_test() -> None:
    numbers = set(re.findall(r"^(\d+)\. ", DOCUMENT.read_text(), re.MULTILINE))
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    assert set(re.findall(r"^def test_rule_(\d+)_", tests, re.MULTILINE)) == numbers


def test_rule_1_a_promotion_holds_when_all_its_conditions_do() -> None:
    assert _holds(NOON)
    assert not _holds(NOON, active=False)
    assert _holds(_at(at_ms=5), valid_from_ms=5, valid_until_ms=6)
    assert not _holds(_at(at_ms=4), valid_from_ms=5)
    assert not _holds(_at(at_ms=6), valid_until_ms=6)
    assert _holds(_at(weekday=7), weekdays=(6, 7))
    assert not _holds(_at(weekday=5), weekdays=(6, 7))
    assert _holds(_at(group="gold"), groups=("gold", "staff"))
    assert not _holds(_at(group=""), groups=("gold",))
    assert _holds(_at(channel="web"), channels=("web",))
    assert not _holds(NOON, channels=("web",))
    assert _holds(_at(store_code="S1"), stores=("S1",))
    assert not _holds(_at(store_code="S2"), stores=("S1",))
    assert _holds(_at(coupons={"id-P": "C"}), needs_coupon=True)
    assert not _holds(_at(coupons={"id-Q": "C"}), needs_coupon=True)


@pytest.mark.parametrize(
    ("weekday", "minute", "wanted"),
    [(5, 1319, False), (5, 1320, True), (6, 60, True), (6, 119, True), (6, 120, False), (5, 60, False)],
)
def test_rule_2_hours_over_midnight_belong_to_the_day_they_begin(
    weekday: int, minute: int, wanted: bool
) -> None:
    night = {"weekdays": (5,), "from_minute": 22 * 60, "until_minute": 2 * 60}
    assert _holds(_at(weekday=weekday, minute=minute), **night) == wanted


def test_rule_2_the_night_of_sunday_ends_on_monday() -> None:
    night = {"weekdays": (7,), "from_minute": 22 * 60, "until_minute": 2 * 60}
    assert _holds(_at(weekday=1, minute=30), **night)
    assert not _holds(_at(weekday=7, minute=30), **night)


def test_rule_2_hours_of_one_day_end_before_their_last_minute() -> None:
    hours = {"from_minute": 17 * 60, "until_minute": 19 * 60}
    assert [_holds(_at(minute=minute), **hours) for minute in (1019, 1020, 1139, 1140)] == [
        False,
        True,
        True,
        False,
    ]
    assert _holds(_at(minute=0), from_minute=600, until_minute=600)


@pytest.mark.parametrize(
    ("goods", "wanted"),
    [
        (Goods(), True),
        (Goods(products=("tee-red",)), True),
        (Goods(products=("tee-blue",)), False),
        (Goods(families=("tee",)), True),
        (Goods(categories=("shirts",)), True),
        (Goods(departments=("clothes",)), True),
        (Goods(brands=("acme",)), True),
        (Goods(brands=("other",), categories=("shirts",)), True),
        (Goods(brands=("other",), categories=("hats",)), False),
        (Goods(categories=("shirts",), without=("tee-red",)), False),
        (Goods(without=("tee-red",)), False),
        (Goods(without=("tee-blue",)), True),
    ],
)
def test_rule_3_goods_are_named_by_any_of_their_kinds(goods: Goods, wanted: bool) -> None:
    tee = goods_of("tee-red", 1000, family="Tee", category="Shirts", department="CLOTHES", brand="Acme")
    assert saved([promotion("P", TEN, goods=goods)], [tee]) == (100 if wanted else 0)
    assert saved([promotion("Q", BuyGet(buy=1, get=1), goods=goods)], [tee, tee]) == (1000 if wanted else 0)


def test_rule_4_goods_that_take_no_promotion_are_not_touched_and_count_for_nothing() -> None:
    deposit = goods_of("deposit", 500, discountable=False)
    free = goods_of("gift", 0)
    none = goods_of("cola", 1000, quantity_milli=0, amount_minor=0)
    returned = goods_of("cola", 1000, quantity_milli=-1000, amount_minor=-1000)
    all_goods = [
        promotion("A", HALF),
        promotion("B", BuyGet(buy=1, get=1)),
        promotion("C", Spend(from_minor=1400, amount_minor=1000), combinable=True),
    ]
    assert savings(all_goods, [COLA, deposit, free, none, returned]) == [{"A": 500}, {}, {}, {}, {}]


def test_rule_5_a_higher_priority_chooses_first_though_it_saves_less() -> None:
    low, high = promotion("A", HALF), promotion("B", TEN, priority=1, goods=_only("cola"))
    assert savings([low, high], [COLA, goods_of("chips", 400)]) == [{"B": 100}, {"A": 200}]


def test_rule_6_the_outcome_that_saves_most_wins() -> None:
    assert savings([promotion("A", TEN), promotion("B", TWENTY)], [COLA]) == [{"B": 200}]
    sets = promotion("C", SetPrice(count=2, price_minor=1500), goods=_only("cola"))
    assert savings([promotion("B", TWENTY), sets], [goods_of("cola", 1000, 3)]) == [{"C": 500, "B": 200}]
    assert savings([promotion("A", HALF), sets], [goods_of("cola", 1000, 3)]) == [{"A": 1500}]


def test_rule_6_of_the_same_saving_the_smaller_code_wins() -> None:
    assert savings([promotion("B", TEN), promotion("A", AmountOff(amount_minor=100))], [COLA]) == [{"A": 100}]
    sets = [promotion(code, BuyGet(buy=1, get=1)) for code in ("Q", "P")]
    assert savings(sets, [goods_of("cola", 1000, 2)]) == [{"P": 1000}]


def test_rule_6_the_smaller_code_wins_however_the_goods_are_named() -> None:
    tea = goods_of("tea", 1000, brand="Acme")
    named = [promotion("A", TEN, goods=Goods(brands=("acme",))), promotion("B", TEN)]
    assert savings(named, [tea]) == [{"A": 100}]


def test_rule_6_two_small_sets_beat_one_large() -> None:
    picks = [goods_of(name, 1000) for name in ("a", "b", "c", "d")]
    pairs = [
        promotion(
            code, Bundle(parts=tuple(BundlePart(goods=_only(one)) for one in two), price_minor=price_minor)
        )
        for code, two, price_minor in (
            ("P1", ("a", "b"), 1400),
            ("P2", ("c", "d"), 1400),
            ("P3", ("b", "c"), 1000),
        )
    ]
    assert saved(pairs, picks) == 1200


def test_rule_7_a_piece_is_in_one_promotion_that_does_not_combine() -> None:
    pair = Bundle(parts=(BundlePart(goods=_only("cola")), BundlePart(goods=_only("chips"))), price_minor=1000)
    these = [promotion("A", pair), promotion("B", TWENTY)]
    picks = [goods_of("cola", 1000, 2), goods_of("chips", 400)]
    assert savings(these, picks) == [{"A": 286, "B": 200}, {"A": 114}]


def test_rule_8_combinable_promotions_come_off_what_is_left_in_order() -> None:
    these = [
        promotion("A", AmountOff(amount_minor=100), combinable=True),
        promotion("B", TEN, combinable=True, priority=1),
        promotion("C", TWENTY),
    ]
    assert savings(these, [COLA]) == [{"C": 200, "B": 80, "A": 100}]


def test_rule_8_a_combinable_set_is_made_of_what_is_left() -> None:
    these = [
        promotion("A", BuyGet(buy=1, get=1), combinable=True),
        promotion("B", TWENTY, goods=_only("cola")),
    ]
    assert savings(these, [COLA, goods_of("chips", 900)]) == [{"B": 200, "A": 376}, {"A": 424}]


def test_rule_9_an_exclusive_promotion_has_its_goods_to_itself() -> None:
    these = [promotion("A", HALF, exclusive=True, goods=_only("cola")), promotion("B", TEN, combinable=True)]
    assert savings(these, [COLA, goods_of("chips", 400)]) == [{"A": 500}, {"B": 40}]


@pytest.mark.parametrize(("priority", "wanted"), [(0, {"B": 200}), (1, {"A": 100})])
def test_rule_9_it_stands_back_for_more_unless_it_goes_first(priority: int, wanted: dict[str, int]) -> None:
    these = [
        promotion("A", TEN, exclusive=True, priority=priority),
        promotion("B", TWENTY, combinable=True),
    ]
    assert savings(these, [COLA]) == [wanted]


def test_rule_9_it_beats_all_that_it_shuts_out_or_stands_back() -> None:
    others = [promotion("B", TEN), promotion("C", TEN, combinable=True)]
    assert savings([promotion("A", TWENTY, exclusive=True), *others], [COLA]) == [{"A": 200}]
    less = PercentOff(rate_ppm=18 * PERCENT)
    assert savings([promotion("A", less, exclusive=True), *others], [COLA]) == [{"B": 100, "C": 90}]


def test_rule_9_it_stands_back_for_a_threshold_that_saves_more() -> None:
    these = [
        promotion("A", TEN, exclusive=True, goods=_only("cola")),
        promotion("B", Spend(from_minor=1400, amount_minor=300)),
    ]
    assert savings(these, [COLA, goods_of("chips", 400)]) == [{"B": 214}, {"B": 86}]


def test_rule_9_it_stands_back_for_combinable_sets_that_save_more() -> None:
    these = [promotion("A", TEN, exclusive=True), promotion("B", BuyGet(buy=1, get=1), combinable=True)]
    assert savings(these, [goods_of("cola", 1000, 2)]) == [{"B": 1000}]


def test_rule_10_a_threshold_looks_at_what_the_goods_cost_after_the_others() -> None:
    these = [
        promotion("A", HALF, goods=_only("cola")),
        promotion("B", Spend(from_minor=1000, amount_minor=90)),
    ]
    assert savings(these, [COLA, goods_of("chips", 400)]) == [{"A": 500}, {}]
    assert savings(these, [COLA, goods_of("chips", 500)]) == [{"A": 500, "B": 45}, {"B": 45}]


def test_rule_10_a_threshold_that_saves_more_than_the_others_is_not_put_out_of_reach() -> None:
    these = [promotion("A", TEN), promotion("B", Spend(from_minor=1000, amount_minor=300))]
    assert savings(these, [COLA]) == [{"B": 300}]
    first = [promotion("A", TEN, priority=1), promotion("B", Spend(from_minor=1000, amount_minor=300))]
    assert savings(first, [COLA]) == [{"A": 100}]


def test_rule_10_of_thresholds_that_do_not_combine_the_best_ones_hold() -> None:
    drinks, food = goods_of("cola", 1000), goods_of("chips", 1000)
    these = [
        promotion("A", Spend(from_minor=2000, amount_minor=300)),
        promotion("B", Spend(from_minor=1000, amount_minor=200), goods=_only("cola")),
        promotion("C", Spend(from_minor=1000, amount_minor=200), goods=_only("chips")),
        promotion("D", Spend(from_minor=1600, rate_ppm=10 * PERCENT), combinable=True),
    ]
    assert savings(these, [drinks, food]) == [{"B": 200, "D": 80}, {"C": 200, "D": 80}]
