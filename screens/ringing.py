"""Scans rung up many at a time: all that arrived during one commit share the next."""

from collections.abc import Sequence
from typing import NamedTuple

from omnipos.domain.asking import Wanted
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import DomainError
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _
from omnipos.services import asking, couponing, finding, selling
from omnipos.services.finding import CouponOffer, ItemOffer, Offer
from omnipos.services.selling import BasketView
from omnipos.services.till import Till


class Scan(NamedTuple):
    """A scanned code, and the quantity (thousandths) typed before it."""

    code: str
    quantity_milli: int = PIECE_MILLI


class Rung(NamedTuple):
    """What some scans did.

    `other` is the first that was neither item nor coupon, or an item that asks something; what follows
    it in `rest` is untouched.
    """

    view: BasketView | None
    names: tuple[str, ...]
    refusals: tuple[str, ...]
    other: Offer | None
    rest: tuple[Scan, ...]


def ring_scans(till: Till, scans: Sequence[Scan]) -> Rung:
    """Ring up the items among some scans and give the coupons, up to the first that is else or asks.

    Items that follow each other share one commit.
    """
    rung = _Ringing(till)
    for number, scan in enumerate(scans, start=1):
        try:
            other = rung.take(scan)
        except DomainError as error:
            rung.refusals.append(str(error))
            continue
        if other is not None:
            return rung.done(other, tuple(scans[number:]))
    return rung.done(None, ())


class _Ringing:
    """Scans on their way into the basket."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._view: BasketView | None = None
        self._names: list[str] = []
        self._items: list[tuple[Item, int]] = []
        self.refusals: list[str] = []

    def take(self, scan: Scan) -> Offer | None:
        """Take an item or a coupon; return what is neither, or asks something. Raises DomainError."""
        offer = finding.scanned(self._till, scan.code)
        if isinstance(offer, CouponOffer):
            self._ring()
            self._view = couponing.give(self._till, offer.code)
            self._names.append(_("Coupon {code}").format(code=offer.code))
            return None
        if not isinstance(offer, ItemOffer):
            return offer
        wanted = _wanted(offer, scan)
        if asking.open_question(self._till, wanted) is not None:
            return ItemOffer(item=wanted.item, quantity_milli=wanted.quantity_milli)
        self._items.append(wanted)
        return None

    def done(self, other: Offer | None, rest: tuple[Scan, ...]) -> Rung:
        """Ring up what is left and say what all of it did."""
        self._ring()
        return Rung(self._view, tuple(self._names), tuple(self.refusals), other, rest)

    def _ring(self) -> None:
        view = _ring(self._till, self._items, self.refusals)
        self._view = view or self._view
        self._names += [item.product.name for item, _quantity in self._items]
        self._items = []


def _wanted(offer: ItemOffer, scan: Scan) -> Wanted:
    is_counted = scan.quantity_milli != PIECE_MILLI
    return Wanted(*finding.several(offer.item, scan.quantity_milli, is_counted=is_counted))


def _ring(till: Till, items: list[tuple[Item, int]], refusals: list[str]) -> BasketView | None:
    if not items:
        return None
    try:
        return selling.ring(till, items)
    except DomainError as error:
        if len(items) == 1:
            refusals.append(str(error))
            items.clear()
            return None
    # One of them cannot be rung; the others must not suffer for it.
    view = None
    for one in tuple(items):
        try:
            view = selling.ring(till, [one])
        except DomainError as error:
            refusals.append(str(error))
            items.remove(one)
    return view
