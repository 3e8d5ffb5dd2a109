"""How bad things are in one simulated run, drawn from its seed."""

from typing import TYPE_CHECKING

import msgspec

from hub import tokens

if TYPE_CHECKING:
    from tests.sim.sandbox import Chance


class Weather(msgspec.Struct, frozen=True, kw_only=True):
    """How bad things are in one run; each seed has its own mixture, so that rare ones meet."""

    tills: int
    stores: int
    line_trouble: float
    crashes: float
    disk_trouble: float
    hub_crashes: float
    hub_restores: float
    clock_jumps: float
    partitions: float
    meanwhile: float
    till_restores: float
    clones: float
    strangers: float
    mirror_losses: float
    token_life_ms: int
    price_changes: float
    coupons: float
    hand_overs: float
    """How much of the day is collecting orders, which tills ask each other for; a seed has none more."""
    lost_answers: float
    """How often the owner or the web shop do not hear what the hub did; a seed has none by itself."""
    money: float
    """How much of the day is gift cards, credit, terminals, goods that come back and the drawer."""


def weather_of(streams: "Chance") -> Weather:
    """Draw the weather of a seed from its streams of chance."""
    chance, rare, fair = streams.course, streams.rare, streams.fair

    def sometimes(part: float, most: float) -> float:
        # One draw each, whatever comes of it, so that kinds of weather do not shift each other.
        gate, level = chance.random(), chance.random()
        return level * most if gate < part else 0.0

    restores = sometimes(0.25, 0.3), sometimes(0.25, 0.3), sometimes(0.15, 0.3)
    # A hub and a till that both went back may have lost a sale together; nobody can promise that one.
    hub_restores, till_restores, clones = restores if not restores[0] else (restores[0], 0.0, 0.0)
    return Weather(
        tills=chance.choice((1, 2, 2, 3, 3)),
        stores=chance.choice((1, 1, 1, 2)),
        line_trouble=sometimes(0.8, 0.3),
        crashes=sometimes(0.6, 0.15),
        disk_trouble=sometimes(0.4, 0.15),
        hub_crashes=sometimes(0.5, 0.2),
        hub_restores=hub_restores,
        clock_jumps=sometimes(0.3, 0.5),
        partitions=sometimes(0.5, 0.6),
        meanwhile=sometimes(0.7, 0.3),
        till_restores=till_restores,
        clones=clones,
        strangers=sometimes(0.15, 0.2),
        mirror_losses=rare.choice((0.0, 0.0, 0.0, 0.0, 0.1)),
        token_life_ms=rare.choice((tokens.TOKEN_LIFE_MS, 20_000, 90_000)),
        price_changes=fair.choice((0.0, 0.3, 1.0)),
        coupons=fair.choice((0.0, 0.3, 0.8)),
        hand_overs=0.0,
        lost_answers=0.0,
        money=streams.money.choice((0.0, 0.0, 0.4)),
    )
