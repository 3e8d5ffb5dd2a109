"""The lowest recent price of goods: what goes back for them without a receipt."""

import msgspec

from omnipos.domain.money import MOST_MINOR
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.sale import SaleLine

DAY_MS = 86_400_000


class LowestPrice(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/lowest-price`: the least that a product was sold for at all tills, stores and web shops.

    Per piece or kilogram, in the currency of who asks and in the last `days`; without a price it was
    not sold in them.
    """

    product_id: str
    currency: str
    days: int
    price_minor: int | None = None


def first_day(now_ms: int, days: int) -> int:
    """Return the first of the recent days, counted from 1970 in UTC: so many before today, whole ones."""
    return now_ms // DAY_MS - days


def paid_per_unit_minor(quantity_milli: int, amount_minor: int, saved_minor: int) -> int | None:
    """Return what was really paid for a piece or kilogram, rounded down: all that was taken off counts.

    None for what came back, and for sums that no till can count.
    """
    if quantity_milli <= 0 or abs(amount_minor) > MOST_MINOR or abs(saved_minor) > MOST_MINOR:
        return None
    return max(amount_minor - saved_minor, 0) * PIECE_MILLI // quantity_milli


def sold_for_minor(line: SaleLine) -> int | None:
    """Return what was paid for a piece or kilogram of a sold line; None where no goods were sold by it."""
    if not line.product_id or line.is_money:
        return None
    return paid_per_unit_minor(line.quantity_milli, line.amount_minor, line.saved_minor)
