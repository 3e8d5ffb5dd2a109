"""Stock as a ledger of signed movements; a balance is their sum."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from omnipos.domain.order import OrderLine
from omnipos.domain.sale import Sale, SaleLine


class MovementReason(StrEnum):
    """Why goods moved."""

    SALE = "sale"
    HAND_OVER = "hand_over"
    RECEIVED = "received"
    ADJUSTED = "adjusted"
    COUNTED = "counted"
    RETURNED = "returned"
    DAMAGED = "damaged"
    """Came back, but not to the shelf: what was returned goes out again."""


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """Goods in (positive) or out (negative) of a store, in thousandths."""

    product_id: str
    store_id: str
    quantity_milli: int
    reason: MovementReason


class StockLevel(msgspec.Struct, frozen=True, kw_only=True, tag="stock"):
    """The hub's figure for one product in one store: the sum of movements, and what orders hold."""

    store_id: str
    product_id: str
    on_hand_milli: int
    held_milli: int = 0


def sale_movements(sale: Sale) -> tuple[Movement, ...]:
    """Return what a sale takes from stock; lines of an order leave with their hand-over instead.

    What comes back goes on the shelf, or, when it is damaged, in and out again.
    """
    return tuple(
        Movement(
            product_id=line.product_id,
            store_id=sale.store_id,
            quantity_milli=quantity_milli,
            reason=reason,
        )
        for line in sale.lines
        # Goods of an old system that the shop does not have come back without a product.
        if line.product_id and not line.order_line_id and not line.is_money
        for quantity_milli, reason in _moved(line)
    )


def _moved(line: SaleLine) -> tuple[tuple[int, MovementReason], ...]:
    if line.returned is None:
        return ((-line.quantity_milli, MovementReason.SALE),)
    back = (-line.quantity_milli, MovementReason.RETURNED)
    return (back, (line.quantity_milli, MovementReason.DAMAGED)) if line.returned.damaged else (back,)


def hand_over_movements(lines: Iterable[OrderLine], store_id: str) -> tuple[Movement, ...]:
    """Return what the hand-over of an order's lines takes from a store's stock."""
    return tuple(
        Movement(
            product_id=line.product_id,
            store_id=store_id,
            quantity_milli=-line.picked_milli,
            reason=MovementReason.HAND_OVER,
        )
        for line in lines
        if line.picked_milli
    )
