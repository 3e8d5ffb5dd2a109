"""A promotion that makes no sense is refused with a sentence; one that does is kept clean."""

import msgspec
import pytest

from omnipos.domain.errors import EntryRefused
from omnipos.domain.promotions.checking import check_promotion
from omnipos.domain.promotions.promotion import (
    AmountOff,
    Bundle,
    BundlePart,
    BuyGet,
    FixedPrice,
    Goods,
    PercentOff,
    Promotion,
    Reward,
    SetPrice,
    Spend,
    Step,
    Tiers,
)
from omnipos.domain.quantity import MOST_MILLI

COLA = Goods(products=("cola",))
CHIPS = Goods(products=("chips",))
GOOD = Promotion(promotion_id="1", code="TEN", name="10% off", reward=PercentOff(rate_ppm=100_000))


def _with(reward: Reward) -> Promotion:
    return msgspec.structs.replace(GOOD, reward=reward)


@pytest.mark.parametrize(
    "reward",
    [
        PercentOff(rate_ppm=1),
        PercentOff(rate_ppm=1_000_000),
        AmountOff(amount_minor=1),
        FixedPrice(price_minor=0),
        BuyGet(buy=1, get=1),
        BuyGet(buy=999, get=999, rate_ppm=1),
        SetPrice(count=1, price_minor=0),
        Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=CHIPS, count=2)), price_minor=0),
        Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=Goods())), rate_ppm=1),
        Tiers(steps=(Step(from_milli=1, rate_ppm=1), Step(from_milli=MOST_MILLI, rate_ppm=1_000_000))),
        Tiers(steps=(Step(from_milli=1000, price_minor=5), Step(from_milli=2000, price_minor=0))),
        Spend(from_minor=1, amount_minor=1),
        Spend(from_minor=1, rate_ppm=1_000_000),
    ],
)
def test_a_reward_at_the_edge_of_sense_is_kept_as_it_is(reward: Reward) -> None:
    assert check_promotion(_with(reward)).reward == reward


@pytest.mark.parametrize(
    ("reward", "sentence"),
    [
        (PercentOff(rate_ppm=0), "A part off is more than 0%"),
        (PercentOff(rate_ppm=-1), "A part off is more than 0%"),
        (PercentOff(rate_ppm=1_000_001), "at most 100%"),
        (AmountOff(amount_minor=0), "more than nothing"),
        (AmountOff(amount_minor=-5), "more than nothing"),
        (AmountOff(amount_minor=10**16), "too large"),
        (FixedPrice(price_minor=-1), "a price is not below 0"),
        (BuyGet(buy=0, get=1), "1 to 999 pieces"),
        (BuyGet(buy=1, get=0), "1 to 999 pieces"),
        (BuyGet(buy=1, get=1000), "1 to 999 pieces"),
        (BuyGet(buy=1, get=1, rate_ppm=0), "more than 0%"),
        (SetPrice(count=0, price_minor=5), "1 to 999 pieces"),
        (SetPrice(count=2, price_minor=-5), "not below 0"),
        (Bundle(parts=(), price_minor=5), "at least two parts"),
        (Bundle(parts=(BundlePart(goods=COLA),), price_minor=5), "at least two parts"),
        (Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=COLA)), price_minor=5), "same goods twice"),
        (Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=CHIPS, count=0)), price_minor=5), "1 to 999"),
        (
            Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=CHIPS, count=999)), price_minor=5),
            "too many",
        ),
        (Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=CHIPS))), "Say one thing"),
        (
            Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=CHIPS)), price_minor=5, rate_ppm=5),
            "Say one thing",
        ),
        (Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=CHIPS)), price_minor=-5), "not below 0"),
        (Tiers(steps=()), "at least one step"),
        (Tiers(steps=(Step(from_milli=0, rate_ppm=5),)), "above 0"),
        (Tiers(steps=(Step(from_milli=MOST_MILLI + 1, rate_ppm=5),)), "that one line can hold"),
        (Tiers(steps=(Step(from_milli=1000),)), "Say one thing"),
        (Tiers(steps=(Step(from_milli=1000, price_minor=-1),)), "not below 0"),
        (Tiers(steps=(Step(from_milli=2000, rate_ppm=5), Step(from_milli=2000, rate_ppm=6))), "go up"),
        (Tiers(steps=(Step(from_milli=1000, rate_ppm=6), Step(from_milli=2000, rate_ppm=5))), "worse"),
        (Tiers(steps=(Step(from_milli=1000, price_minor=5), Step(from_milli=2000, price_minor=6))), "worse"),
        (
            Tiers(steps=(Step(from_milli=1000, rate_ppm=5), Step(from_milli=2000, price_minor=6))),
            "all a price",
        ),
        (Spend(from_minor=0, amount_minor=5), "more than nothing"),
        (Spend(from_minor=10), "Say one thing"),
        (Spend(from_minor=10, amount_minor=5, rate_ppm=5), "Say one thing"),
        (Spend(from_minor=10, amount_minor=-5), "more than nothing"),
        (Spend(from_minor=10, amount_minor=11), "more than has to be spent"),
    ],
)
def test_a_reward_that_makes_no_sense_is_refused(reward: Reward, sentence: str) -> None:
    with pytest.raises(EntryRefused, match=sentence):
        check_promotion(_with(reward))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"promotion_id": " "}, "needs an id"),
        ({"code": " \t"}, "needs a code"),
        ({"code": "x" * 61}, "at most 60 characters"),
        ({"name": "\u202e \n"}, "needs a name"),
        ({"weekdays": (0,)}, "1 for Monday to 7"),
        ({"weekdays": (1, 8)}, "1 for Monday to 7"),
        ({"from_minute": -1}, "from 0 to 1440"),
        ({"until_minute": 1441}, "from 0 to 1440"),
        ({"valid_from_ms": -1}, "after 1970"),
        ({"valid_from_ms": 5, "valid_until_ms": 5}, "ends before it begins"),
        ({"valid_from_ms": 5, "valid_until_ms": 4}, "ends before it begins"),
        ({"exclusive": True, "combinable": True}, "not both"),
        ({"priority": 1000}, "priority is a number"),
        ({"most_times": -1}, "in one sale"),
        ({"most_times": 100_000}, "in one sale"),
        ({"goods": Goods(brands=("",))}, "a text that is empty"),
        ({"groups": (" ",)}, "a text that is empty"),
        ({"reward": Spend(from_minor=9, amount_minor=1), "most_times": 1}, "given once a sale"),
        (
            {
                "reward": Bundle(parts=(BundlePart(goods=COLA), BundlePart(goods=CHIPS)), price_minor=5),
                "goods": COLA,
            },
            "in its parts",
        ),
    ],
)
def test_conditions_that_contradict_themselves_are_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(EntryRefused, match=sentence):
        check_promotion(msgspec.structs.replace(GOOD, **changes))


def test_texts_are_cleaned_and_names_of_goods_and_groups_are_folded() -> None:
    checked = check_promotion(
        msgspec.structs.replace(
            GOOD,
            code=" TEN\n",
            name="\u202eTen  percent " + "x" * 5000,
            goods=Goods(categories=("Drinks", "DRINKS"), products=(" Cola ",), without=("Zero",)),
            groups=("Gold",),
            weekdays=(7, 1, 7),
            needs_coupon=True,
        )
    )
    assert checked.code == "TEN"
    assert checked.name.startswith("Ten percent xxx")
    assert len(checked.name) == 200
    assert checked.goods == Goods(categories=("drinks",), products=("Cola",), without=("Zero",))
    assert checked.groups == ("gold",)
    assert checked.weekdays == (1, 7)
    assert check_promotion(checked) == checked


def test_hours_may_run_over_midnight_and_an_end_may_be_left_open() -> None:
    night = msgspec.structs.replace(GOOD, from_minute=22 * 60, until_minute=2 * 60, valid_from_ms=5)
    assert check_promotion(night) == night
