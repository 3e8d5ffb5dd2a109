"""What a basket uses up of the money of the sales whose goods come back in it, sale by sale."""

from collections.abc import Mapping

import msgspec

from omnipos.domain.basket import Basket
from omnipos.domain.refunding import CASH_KINDS
from omnipos.domain.returned import CreditFrom, Refundable
from omnipos.domain.tender import Tender, TenderKind


def credit_of(basket: Basket, total_minor: int, rounding_minor: int) -> int:
    """Return how much of returned sales' money a basket uses up, for its own goods or given back.

    What rounding keeps of a refund stays with the returned sale, until nothing of it is left to return.
    """
    if basket.refundable is None:
        return _value_minor(basket) - (rounding_minor if total_minor < 0 else 0)
    return sum(_used(basket, total_minor, rounding_minor).values())


def credits_of(basket: Basket, total_minor: int, rounding_minor: int) -> tuple[CreditFrom, ...]:
    """Return what each of several sales gives, and its share of every tender; nothing for one sale alone."""
    if not basket.more_refundables:
        return ()
    used = _used(basket, total_minor, rounding_minor)
    shares = _shares(basket, used)
    return tuple(
        CreditFrom(sale_id=sale_id, credit_minor=minor, tenders=tuple(shares[sale_id]))
        for sale_id, minor in used.items()
    )


def _value_minor(basket: Basket, sale_id: str | None = None) -> int:
    back = (line.returned for line in basket.lines if line.returned is not None)
    return -sum(one.value_minor for one in back if sale_id in (None, one.sale_id))


def _used(basket: Basket, total_minor: int, rounding_minor: int) -> dict[str, int]:
    """Return what each sale gives: what its goods were worth, never more than is left of its money.

    What rounding adds to a refund, or keeps of it, is of the first sale that has room for it.
    """
    values = {one.sale_id: _value_minor(basket, one.sale_id) for one in basket.refundables}
    used = {one.sale_id: min(values[one.sale_id], one.left_minor) for one in basket.refundables}
    if total_minor >= 0:
        return used
    rest = sum(values.values()) - rounding_minor - sum(used.values())
    for one in basket.refundables:
        room = one.left_minor - used[one.sale_id]
        part = max(min(rest, room), -used[one.sale_id])
        used[one.sale_id] += part
        rest -= part
    return used


def _shares(basket: Basket, used: Mapping[str, int]) -> dict[str, list[Tender]]:
    """Share what was given back out: to the sales paid that way first, no sale more than it gives."""
    room = dict(used)
    shares: dict[str, list[Tender]] = {one.sale_id: [] for one in basket.refundables}
    for tender in basket.tenders:
        left = -tender.amount_minor
        for is_own_way in (True, False):
            for one in basket.refundables:
                own = shares[one.sale_id]
                most = _paid_so(one, tender) - _given(own, tender) if is_own_way else left
                part = min(left, most, room[one.sale_id])
                if part > 0:
                    own.append(msgspec.structs.replace(tender, amount_minor=-part))
                    room[one.sale_id] -= part
                    left -= part
    return shares


def _paid_so(sale: Refundable, tender: Tender) -> int:
    return sum(one.amount_minor for one in sale.tenders if _is_same_way(one, tender))


def _given(shares: list[Tender], tender: Tender) -> int:
    return -sum(one.amount_minor for one in shares if _is_same_way(one, tender))


def _is_same_way(one: Tender, other: Tender) -> bool:
    if one.kind in CASH_KINDS or other.kind in CASH_KINDS:
        return one.kind in CASH_KINDS and other.kind in CASH_KINDS
    return one.kind is other.kind and (
        one.kind is not TenderKind.GIFT_CARD or one.reference == other.reference
    )
