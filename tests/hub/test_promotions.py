"""Promotions at the hub: wished for in the shop's words, told to the tills, refused with their code."""

from typing import Any

import msgspec
import pytest

from hub.promotions import promotion_id_of
from omnipos.domain.promotions.promotion import (
    PPM,
    AmountOff,
    Bundle,
    BundlePart,
    BuyGet,
    FixedPrice,
    Goods,
    PercentOff,
    Promotion,
    SetPrice,
    Spend,
    Step,
    Tiers,
)
from tests.hub.rig import A, B, HubRig

HAPPY = {"code": "HAPPY", "name": "Happy hour", "reward": {"type": "percent", "rate_ppm": 100_000}}


def put(rig: HubRig, *wishes: dict[str, Any]) -> Any:
    """Put promotions and return the answer."""
    return rig.ask("PUT", "/v1/promotions", {"promotions": wishes})


def why_not(rig: HubRig, **more: object) -> tuple[str, str]:
    """Put a promotion that is refused; return the problem's code and its sentence."""
    answer = rig.raw("PUT", "/v1/promotions", {"promotions": [HAPPY | more]})
    assert answer.status_code == 422, answer.text
    return answer.json()["code"], answer.json()["detail"]


def told(rig: HubRig) -> list[Promotion]:
    """The promotions in the tills' stream, the oldest change first."""
    changes = rig.pull("catalogue").changes
    return [one.record for one in changes if isinstance(one.record, Promotion)]


def test_a_wish_in_the_words_of_the_shop_becomes_a_record_for_the_tills(rig: HubRig) -> None:
    wish = HAPPY | {
        "goods": {
            "skus": ["A", "B"],
            "categories": ["Snacks", "SNACKS"],
            "brands": ["Ülker"],
            "without": ["B"],
        },
        "groups": ["Gold"],
        "channels": ["store", "web"],
        "stores": ["S1"],
        "weekdays": ["sun", 1, "Tuesday"],
        "from_time": "17:00",
        "until_time": "19:30",
        "valid_from_ms": 5,
        "valid_until_ms": 9,
        "priority": 3,
        "exclusive": True,
        "most_times": 2,
    }
    assert put(rig, wish) == {"written": 1, "unchanged": 0, "warnings": []}
    assert told(rig) == [
        Promotion(
            promotion_id=promotion_id_of("HAPPY"),
            code="HAPPY",
            name="Happy hour",
            reward=PercentOff(rate_ppm=100_000),
            goods=Goods(products=(A, B), categories=("snacks",), brands=("ülker",), without=(B,)),
            groups=("gold",),
            channels=("store", "web"),
            stores=("S1",),
            weekdays=(1, 2, 7),
            from_minute=17 * 60,
            until_minute=19 * 60 + 30,
            valid_from_ms=5,
            valid_until_ms=9,
            priority=3,
            exclusive=True,
            most_times=2,
        )
    ]
    assert rig.pull("catalogue").changes[-1].key == f"promotion/{promotion_id_of('HAPPY')}"


def test_the_id_of_a_code_stays_for_ever() -> None:
    assert promotion_id_of("HAPPY") == "61ab5a0a-3861-5159-8ac1-f1406f097660"


def test_every_kind_of_reward_can_be_wished_for(rig: HubRig) -> None:
    part = {"goods": {"skus": ["A"]}, "count": 2}
    steps = [{"from_milli": 3000, "rate_ppm": 50_000}, {"from_milli": 6000, "rate_ppm": 90_000}]
    rewards: list[tuple[dict[str, Any], object]] = [
        ({"type": "percent", "rate_ppm": 1}, PercentOff(rate_ppm=1)),
        ({"type": "amount", "amount_minor": 500}, AmountOff(amount_minor=500)),
        ({"type": "fixed_price", "price_minor": 3000}, FixedPrice(price_minor=3000)),
        ({"type": "buy_get", "buy": 2, "get": 1}, BuyGet(buy=2, get=1, rate_ppm=PPM)),
        ({"type": "set_price", "count": 3, "price_minor": 10_000}, SetPrice(count=3, price_minor=10_000)),
        (
            {"type": "bundle", "parts": [part, {"goods": {"brands": ["Sosro"]}}], "price_minor": 12_000},
            Bundle(
                parts=(
                    BundlePart(goods=Goods(products=(A,)), count=2),
                    BundlePart(goods=Goods(brands=("sosro",))),
                ),
                price_minor=12_000,
            ),
        ),
        (
            {"type": "tiers", "steps": steps},
            Tiers(steps=(Step(from_milli=3000, rate_ppm=50_000), Step(from_milli=6000, rate_ppm=90_000))),
        ),
        (
            {"type": "spend", "from_minor": 50_000, "amount_minor": 5000},
            Spend(from_minor=50_000, amount_minor=5000),
        ),
    ]
    wishes = [{"code": f"P{i}", "name": f"Offer {i}", "reward": one[0]} for i, one in enumerate(rewards)]
    assert put(rig, *wishes)["written"] == 8
    assert [one.reward for one in told(rig)] == [one[1] for one in rewards]


@pytest.mark.parametrize(
    ("times", "minutes"),
    [
        (("17:00", "19:00"), (1020, 1140)),
        (("22:00", "02:00"), (1320, 120)),
        (("17:00", "24:00"), (1020, 0)),
        (("17:00", "00:00"), (1020, 0)),
        (("17:00", ""), (1020, 0)),
        (("", "9:30"), (0, 570)),
        (("00:00", "24:00"), (0, 0)),
    ],
)
def test_hours_are_read_as_people_write_them(
    rig: HubRig, times: tuple[str, str], minutes: tuple[int, int]
) -> None:
    put(rig, HAPPY | {"from_time": times[0], "until_time": times[1]})
    (one,) = told(rig)
    assert (one.from_minute, one.until_minute) == minutes


def test_the_same_again_changes_nothing_and_another_wish_replaces_all_of_it(rig: HubRig) -> None:
    assert put(rig, HAPPY | {"priority": 3})["written"] == 1
    head = rig.pull("catalogue").head
    assert put(rig, HAPPY | {"priority": 3}) == {"written": 0, "unchanged": 1, "warnings": []}
    assert rig.pull("catalogue").head == head
    assert put(rig, HAPPY)["written"] == 1
    assert [one.priority for one in told(rig)] == [0]
    assert rig.pull("catalogue").head == head + 1


@pytest.mark.parametrize(
    ("more", "code", "reason"),
    [
        ({"goods": {"skus": ["A", "NONE"]}}, "product_unknown", "There is no product NONE."),
        ({"goods": {"without": ["GONE"]}}, "product_unknown", "There is no product GONE."),
        ({"stores": ["S9"]}, "store_unknown", "There is no store S9."),
        (
            {"weekdays": ["someday"]},
            "weekday",
            "“someday” is no day of the week; write mon to sun, or 1 to 7.",
        ),
        ({"from_time": "25:00"}, "time", "“25:00” is no time of the day; write it like 17:00."),
        ({"until_time": "17.00"}, "time", "“17.00” is no time of the day; write it like 17:00."),
        ({"until_time": "24:01"}, "time", "“24:01” is no time of the day; write it like 17:00."),
        (
            {"name": "\u202e"},
            "promotion",
            "A promotion needs a name: it stands on the receipt below what it takes off.",
        ),
        (
            {"valid_from_ms": 9, "valid_until_ms": 9},
            "promotion",
            "The promotion ends before it begins. Check its dates.",
        ),
        (
            {"reward": {"type": "bundle", "parts": [{"goods": {"skus": ["NONE"]}}], "price_minor": 1}},
            "product_unknown",
            "There is no product NONE.",
        ),
    ],
)
def test_a_refusal_names_the_promotion_and_what_is_wrong(
    rig: HubRig, more: dict[str, object], code: str, reason: str
) -> None:
    assert why_not(rig, **more) == (code, f"Promotion HAPPY: {reason} Nothing was changed.")


def test_all_of_a_request_is_written_or_none(rig: HubRig) -> None:
    wishes = [HAPPY, HAPPY | {"code": "BAD", "stores": ["S9"]}]
    assert rig.refused("PUT", "/v1/promotions", {"promotions": wishes}) == (422, "store_unknown")
    assert rig.ask("GET", "/v1/promotions")["promotions"] == []
    assert told(rig) == []


def test_a_deleted_promotion_leaves_the_tills(rig: HubRig) -> None:
    put(rig, HAPPY, HAPPY | {"code": "OTHER"})
    assert rig.ask("DELETE", "/v1/promotions/HAPPY") == {"code": "HAPPY"}
    assert rig.refused("DELETE", "/v1/promotions/HAPPY") == (404, "not_found")
    (gone,) = [one for one in rig.pull("catalogue").changes if one.record is None]
    assert gone.key == f"promotion/{promotion_id_of('HAPPY')}"
    assert [one["code"] for one in rig.ask("GET", "/v1/promotions")["promotions"]] == ["OTHER"]


def test_promotions_are_listed_in_pages(rig: HubRig) -> None:
    put(rig, *(HAPPY | {"code": f"P{number}"} for number in range(5)))
    first = rig.ask("GET", "/v1/promotions?limit=3")
    assert ([one["code"] for one in first["promotions"]], first["next"]) == (["P0", "P1", "P2"], "P2")
    rest = rig.ask("GET", "/v1/promotions?limit=3&after=P2")
    assert ([one["code"] for one in rest["promotions"]], rest["next"]) == (["P3", "P4"], "")
    (one,) = rig.ask("GET", "/v1/promotions?code=P3")["promotions"]
    assert msgspec.convert(one, Promotion).name == "Happy hour"


def test_promotions_that_fight_for_the_same_goods_are_warned_of(rig: HubRig) -> None:
    mine = HAPPY | {"exclusive": True, "goods": {"skus": ["A"]}, "weekdays": ["mon"]}
    assert put(rig, mine)["warnings"] == []
    (warning,) = put(rig, mine | {"code": "TWIN"})["warnings"]
    assert warning == (
        "Promotions HAPPY and TWIN are both exclusive for the same goods at the same priority."
        " The one that is better for the customer is taken."
    )
    for apart in ({"priority": 1}, {"weekdays": ["tue"]}, {"goods": {"skus": ["B"]}}, {"exclusive": False}):
        assert put(rig, mine | {"code": "TWIN"} | apart)["warnings"] == [], apart


def test_only_the_owner_writes_promotions_and_web_shops_read_them(rig: HubRig) -> None:
    web = rig.ask("POST", "/v1/api-keys", {"channel": "web"})["key"]
    put(rig, HAPPY)
    for key in (web, rig.till.token):
        assert rig.refused("PUT", "/v1/promotions", {"promotions": [HAPPY]}, key=key) == (403, "forbidden")
        assert rig.refused("DELETE", "/v1/promotions/HAPPY", key=key) == (403, "forbidden")
    assert len(rig.ask("GET", "/v1/promotions", key=web)["promotions"]) == 1
    assert rig.refused("GET", "/v1/promotions", key=rig.till.token) == (403, "forbidden")
