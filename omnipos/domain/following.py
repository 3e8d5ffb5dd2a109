"""A basket follows its cashier to another till of the store: what is written of it, and which news is newer.

A basket is at one till, or on its way. Each move has a number, the hop; within it the stages come in
their order, and older news changes nothing, in whatever order it comes.
"""

from enum import StrEnum

import msgspec

from omnipos.domain.basket import Basket


class StaffArrived(msgspec.Struct, frozen=True, kw_only=True, tag="staff_arrived"):
    """Somebody signed in at this till who was at another before; baskets left there may follow."""

    staff_id: str


class BasketOffered(msgspec.Struct, frozen=True, kw_only=True, tag="basket_offered"):
    """A basket lies here whose cashier signed in at another till."""

    basket_id: str
    hop: int
    staff_id: str
    number: int
    lines: int
    total_minor: int


class BasketKept(msgspec.Struct, frozen=True, kw_only=True, tag="basket_kept"):
    """A basket that was offered stays here: it was paid, given up, or somebody works on it."""

    basket_id: str
    hop: int


class BasketAsked(msgspec.Struct, frozen=True, kw_only=True, tag="basket_asked"):
    """Its cashier wants a basket at this till."""

    basket_id: str
    hop: int


class BasketMovedAway(msgspec.Struct, frozen=True, kw_only=True, tag="basket_moved_away"):
    """A basket left this till for another, as it stands here; it is on its way until that one has it."""

    basket_id: str
    hop: int
    staff_id: str
    to_device_id: str
    basket: Basket


class BasketTaken(msgspec.Struct, frozen=True, kw_only=True, tag="basket_taken"):
    """A basket that left another till is at this one now."""

    basket_id: str
    hop: int
    staff_id: str


BasketFact = StaffArrived | BasketOffered | BasketAsked | BasketMovedAway | BasketTaken | BasketKept


class Stage(StrEnum):
    """How far a move is."""

    OFFERED = "offered"
    ASKED = "asked"
    MOVING = "moving"
    TAKEN = "taken"
    KEPT = "kept"


ORDER = tuple(Stage)
"""Later stages come behind; kept and taken are ends, and the next move has the next number."""


class AwayBasket(msgspec.Struct, frozen=True, kw_only=True, tag="away_basket"):
    """A move as the hub knows it; `basket` is there while it is on its way."""

    basket_id: str
    store_id: str
    staff_id: str
    hop: int
    stage: Stage
    from_device_id: str
    from_till: int
    number: int = 0
    lines: int = 0
    total_minor: int = 0
    asked_by_device_id: str = ""
    asked_by_till: int = 0
    basket: Basket | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of this move."""
        return self.stage in (Stage.TAKEN, Stage.KEPT)


class StaffPlace(msgspec.Struct, frozen=True, kw_only=True, tag="staff_place"):
    """The till of a store where somebody signed in last, as far as the hub was told."""

    staff_id: str
    store_id: str
    device_id: str
    till_number: int
    at_ms: int


def is_newer(hop: int, stage: Stage, than_hop: int, than_stage: Stage) -> bool:
    """Tell whether news of a basket comes behind what is known of it."""
    return (hop, ORDER.index(stage)) > (than_hop, ORDER.index(than_stage))


def may_move(basket: Basket, staff_id: str) -> bool:
    """Tell whether a basket may follow its cashier: goods in it, nothing paid, no order, no return."""
    return (
        basket.staff_id == staff_id
        and bool(basket.lines)
        and not basket.tenders
        and not basket.payments
        and basket.order is None
        and basket.refundable is None
    )
