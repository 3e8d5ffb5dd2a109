"""Savings: what was taken off a line, by which promotion, discount or exemption, in minor units."""

from enum import StrEnum

import msgspec


class SavingKind(StrEnum):
    """What takes something off a line."""

    PROMOTION = "promotion"
    DISCOUNT = "discount"
    """Given by hand, with a reason."""
    EXEMPT = "exempt"
    """The tax that a price holds and that this customer need not pay."""


class Saving(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sum off one line, as it stands below it on screen and paper; negative where goods come back."""

    kind: SavingKind
    name: str
    amount_minor: int
    promotion_id: str = ""
    coupon: str = ""
