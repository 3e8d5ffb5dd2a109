"""Scans rung up many at a time: all that arrived during one commit share the next."""

from collections.abc import Sequence
from typing import NamedTuple

from omnipos.domain.asking import Wanted
from omnipos.domain.catalogue import Item
from omnipos.domain.errors import DomainError
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.services import asking, finding, selling
from omnipos.services.finding import ItemOffer, Offer
from omnipos.services.selling import BasketView
from omnipos.services.till import Till


class Scan(NamedTuple):
    """A scanned code, and the quantity (thousandths) typed before it."""

    code: str
    quantity_milli: int = PIECE_MILLI


class Rung(NamedTuple):
    """What some scans did.

    `other` is the first that was no item, or an item that asks something; what follows it in `rest`
    is untouched.
    """

    view: BasketView | None
    names: tuple[str, ...]
    refusals: tuple[str, ...]
    other: Offer | None
    rest: tuple[Scan, ...]


def ring_scans(till: Till, scans: Sequence[Scan]) -> Rung:
    """Ring up the items among some scans in one commit, up to the first that is something else or asks."""
    items: list[tuple[Item, int]] = []
    refusals: list[str] = []
    for number, scan in enumerate(scans, start=1):
        try:
            offer = finding.scanned(till, scan.code)
        except DomainError as error:
            refusals.append(str(error))
            continue
        if not isinstance(offer, ItemOffer):
            view = _ring(till, items, refusals)
            return Rung(view, _names(items), tuple(refusals), offer, tuple(scans[number:]))
        try:
            wanted = _wanted(offer, scan)
            question = asking.open_question(till, wanted)
        except DomainError as error:
            refusals.append(str(error))
            continue
        if question is not None:
            view = _ring(till, items, refusals)
            asks = ItemOffer(item=wanted.item, quantity_milli=wanted.quantity_milli)
            return Rung(view, _names(items), tuple(refusals), asks, tuple(scans[number:]))
        items.append(wanted)
    view = _ring(till, items, refusals)
    return Rung(view, _names(items), tuple(refusals), None, ())


def _wanted(offer: ItemOffer, scan: Scan) -> Wanted:
    is_counted = scan.quantity_milli != PIECE_MILLI
    return Wanted(*finding.several(offer.item, scan.quantity_milli, is_counted=is_counted))


def _names(items: Sequence[tuple[Item, int]]) -> tuple[str, ...]:
    return tuple(item.product.name for item, _quantity in items)


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
