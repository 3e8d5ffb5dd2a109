"""Prices, promotions, taxes and coupons that come and go in a simulated shop, and who tries the coupons.

All of it draws from a stream of chance of its own and happens beside the queue of everything else, so
that a seed's story stays nearly the same with it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from omnipos.domain.errors import DomainError
from omnipos.services import couponing, selling
from tests.sim.tills import TillMachine
from tests.sim.yard import GIVEN_OUT, GOODS, GROUP, PROMOTIONS, TAXES, coupon

if TYPE_CHECKING:
    from tests.sim.world import World

Key = tuple[str, str]
"""A SKU and a group of customers, empty for everybody."""


class Word(msgspec.Struct, kw_only=True):
    """What the owner was told stands at the hub, by the last answer that told of each."""

    dated: dict[Key, dict[int, int]] = {}
    """Prices that begin at a moment, and the first of a group at moment 0."""
    rates: dict[str, int] = {}
    promotions: dict[str, dict[str, Any] | None] = {}
    coupons: dict[str, int] = {}
    """How often each coupon may be used; 0 for any number of times."""
    prices_ever: dict[Key, set[int]] = {}
    """Every price that was ever asked for, answered or not."""
    withdrawn: set[str] = set()
    """Coupons that were taken away at some time, or put in while others may have used them already."""


def begin(world: "World") -> None:
    """Note what the shop was opened with, and let the owner begin."""
    word = world.word
    for sku, _name, price, *_rest in GOODS:
        word.prices_ever[sku, ""] = {price}
    word.rates = {one["code"]: one["rate_ppm"] for one in TAXES}
    word.promotions = {one["code"]: one for one in PROMOTIONS}
    word.coupons = dict(GIVEN_OUT)
    if world.weather.price_changes:
        world.beside(_pause(world, 15_000), lambda: _change(world))


def _pause(world: "World", mean_ms: int) -> int:
    return int(world.fair.expovariate(1 / mean_ms)) + 1


def _change(world: "World") -> None:
    world.beside(_pause(world, 15_000), lambda: _change(world))
    if world.fair.random() < world.weather.price_changes:
        deed = world.fair.choice(DEEDS)
        deed(world)


def _ask(world: "World", method: str, path: str, body: object, told: str, done: Callable[[], object]) -> None:
    def answered(_answer: Any) -> None:
        done()
        world.say("owner", told)

    world.wish_beside(method, path, body, answered)


def _product(world: "World") -> tuple[str, int]:
    sku, _name, price, *_rest = world.fair.choice(GOODS)
    return sku, max(price + world.fair.randrange(-20, 20) * 50, 50)


def _price(world: "World") -> None:
    """A price that comes into force by itself, often during the run; a group's may hold at once."""
    sku, price = _product(world)
    group = world.fair.choice(("", "", GROUP))
    ahead = not group or world.fair.random() < 0.5
    at_ms = world.now_ms + _pause(world, 60_000) if ahead else 0
    wish = {"sku": sku, "price_minor": price, "valid_from_ms": at_ms, "group": group}
    word = world.word
    word.prices_ever.setdefault((sku, group), set()).add(price)

    def done() -> None:
        word.dated.setdefault((sku, group), {})[at_ms] = price

    told = f"{sku} {group} will cost {price} from {at_ms}"
    _ask(world, "PUT", "/v1/prices", {"prices": [wish]}, told, done)


def _take_back_price(world: "World") -> None:
    ahead = sorted((key, at) for key, moments in world.word.dated.items() for at in moments if at)
    if not ahead:
        return
    (sku, group), at_ms = world.fair.choice(ahead)
    path = f"/v1/price-lists/{group}/{sku}" if group else f"/v1/prices/{sku}"

    def done() -> None:
        world.word.dated.get((sku, group), {}).pop(at_ms, None)

    _ask(world, "DELETE", f"{path}?valid_from_ms={at_ms}", None, f"{sku} {group}: not from {at_ms} on", done)


def _drop_list(world: "World") -> None:
    def done() -> None:
        for key in [one for one in world.word.dated if one[1]]:
            del world.word.dated[key]

    _ask(world, "DELETE", f"/v1/price-lists/{GROUP}", None, f"no prices for {GROUP}", done)


def _promotion(world: "World") -> None:
    """Put, change, pause or withdraw a promotion."""
    offer = dict(world.fair.choice(PROMOTIONS))
    code = offer["code"]
    if world.fair.random() < 0.2:
        _delete_promotion(world, code)
        return
    offer["active"] = world.fair.random() < 0.7
    offer["most_times"] = world.fair.choice((0, 1, 2))
    if world.fair.random() < 0.4:
        offer["valid_from_ms"] = world.now_ms + _pause(world, 40_000)
    if world.fair.random() < 0.4:
        begin_ms = offer.get("valid_from_ms", world.now_ms)
        offer["valid_until_ms"] = begin_ms + _pause(world, 90_000)

    def done() -> None:
        world.word.promotions[code] = offer

    _ask(world, "PUT", "/v1/promotions", {"promotions": [offer]}, f"offer {code}: {offer['active']}", done)


def _delete_promotion(world: "World", code: str) -> None:
    world.ledger.risks["coupon withdrawn"] += 1

    def done() -> None:
        world.word.promotions[code] = None

    _ask(world, "DELETE", f"/v1/promotions/{code}", None, f"no offer {code}", done)


def _tax(world: "World") -> None:
    tax = dict(world.fair.choice([one for one in TAXES if one["rate_ppm"]]))
    tax["rate_ppm"] = world.fair.choice((50_000, 80_000, 110_000, 120_000))

    def done() -> None:
        world.word.rates[tax["code"]] = tax["rate_ppm"]

    _ask(world, "PUT", "/v1/taxes", {"taxes": [tax]}, f"{tax['code']} is {tax['rate_ppm']} ppm", done)


def _give_out(world: "World") -> None:
    """Give out a new coupon, or one that was there before."""
    word = world.word
    code, most = f"BARU-{len(world.wishes_beside)}", world.fair.choice((1, 1, 2, 0))
    gone = sorted(word.withdrawn & GIVEN_OUT.keys())
    if gone and world.fair.random() < 0.5:
        code = world.fair.choice(gone)
        most = GIVEN_OUT[code]
    promotion = world.fair.choice(("KUPON5", "KOPI15"))
    if code not in GIVEN_OUT:
        # A hub that goes back forgets it for a while, and sales with it come before it does.
        world.ledger.risks[f"new coupon {code}"] += 1

    def done() -> None:
        word.coupons[code] = most

    body = {"coupons": [coupon(code, promotion, most)]}
    _ask(world, "PUT", "/v1/coupons", body, f"coupon {code} for {promotion}, {most}×", done)


def _withdraw(world: "World") -> None:
    code = world.fair.choice(sorted(world.word.coupons) or ["NONE"])
    world.word.withdrawn.add(code)
    world.ledger.risks["coupon withdrawn"] += 1

    def done() -> None:
        world.word.coupons.pop(code, None)

    _ask(world, "DELETE", f"/v1/coupons/{code}", None, f"no coupon {code}", done)


DEEDS: tuple[Callable[["World"], None], ...] = (
    *(_price, _price, _price, _price, _take_back_price, _drop_list),
    *(_promotion, _promotion, _promotion, _tax, _give_out, _give_out, _withdraw),
)


def before_paying(world: "World", till: TillMachine) -> None:
    """Perhaps let a cashier ask for the customer's card and coupons; a refusal is part of the day."""
    if world.fair.random() >= world.weather.coupons:
        return
    try:
        if world.fair.random() < 0.3:
            till.till.call(selling.attach_customer, "c-sarah")
            world.say(till.name, "sees Sarah's card")
        for _try in range(world.fair.choice((1, 1, 2))):
            _give_coupon(world, till)
    except DomainError as error:
        world.refused(till.name, "coupon", error)


def _give_coupon(world: "World", till: TillMachine) -> None:
    in_basket = till.till.call(selling.current).basket.coupons
    if in_basket and world.fair.random() < 0.2:
        till.till.call(couponing.take_off, in_basket[0])
        world.say(till.name, f"coupon {in_basket[0]} is not used after all")
        return
    # Few codes, so that two tills often hold the same one in their hands.
    code = world.fair.choice(sorted(GIVEN_OUT.keys() | world.word.coupons.keys()))
    view = till.till.call(couponing.give, code.lower() if world.fair.random() < 0.2 else code)
    world.say(till.name, f"coupon {code} → {view.totals.total_minor}")
