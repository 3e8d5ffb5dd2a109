"""Counting stock while selling goes on: what a count contains, and the balance that follows from it.

A count is what lay on the shelf at one moment. It contains what the counting till had done by then,
what that till knew of the others (a vector of their sequences), and of what it could not know all
that happened before it by the clock. The balance is the last count and whatever it does not contain;
that is a matter of which facts there are, not of the order in which they arrive.
"""

from collections.abc import Iterable, Mapping

import msgspec

from omnipos.domain.hybrid import HybridStamp
from omnipos.domain.stock import Movement, MovementReason

CLOSE_MS = 5 * 60_000
"""What no sequence tells apart is uncertain when it happened so near to a count."""


class SeenPlace(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one epoch of a till's journal somebody knew."""

    device_id: str
    epoch: int
    seq: int


class CountedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One product as it was counted, in thousandths, at one moment of the counting till.

    `own_epoch` and `own_seq` are the last of its own events then, and `expected_milli` is what it
    showed as on hand.
    """

    product_id: str
    counted_milli: int
    expected_milli: int
    own_epoch: int
    own_seq: int
    stamp: HybridStamp


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """A counted line as the hub files it, with what its till knew of the others."""

    device_id: str
    line: CountedLine
    seen: Mapping[tuple[str, int], int]
    """The last sequence known, by device and epoch."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a movement came from: whose event moved the goods, and when, UTC ms by the hub's clock."""

    device_id: str = ""
    epoch: int = 0
    seq: int = 0
    at_ms: int = 0


def is_contained(origin: Origin, count: Count) -> bool:
    """Tell whether a count was made with some movement done."""
    line = count.line
    if origin.device_id == count.device_id:
        return (origin.epoch, origin.seq) <= (line.own_epoch, line.own_seq)
    return is_known(origin, count) or origin.at_ms <= line.stamp.wall_ms


def is_known(origin: Origin, count: Count) -> bool:
    """Tell whether a count's own till had heard of a movement of another, or made it."""
    if origin.device_id == count.device_id:
        return True
    return bool(origin.seq) and origin.seq <= count.seen.get((origin.device_id, origin.epoch), 0)


def is_uncertain(origin: Origin, count: Count) -> bool:
    """Tell whether only clocks say what was first, and they say it was close."""
    return not is_known(origin, count) and abs(origin.at_ms - count.line.stamp.wall_ms) <= CLOSE_MS


def balance(movements: Iterable[tuple[Origin, int]], counts: Iterable[Count]) -> int:
    """Return what is on hand of one product, thousandths, from all that moved and all counts."""
    last = max(counts, key=lambda one: one.line.stamp, default=None)
    if last is None:
        return sum(quantity for _origin, quantity in movements)
    rest = sum(quantity for origin, quantity in movements if not is_contained(origin, last))
    return last.line.counted_milli + rest


def count_movements(lines: Iterable[CountedLine], store_id: str) -> tuple[Movement, ...]:
    """Return what a count changes for the till that made it, until the hub says the whole."""
    return tuple(
        Movement(
            product_id=line.product_id,
            store_id=store_id,
            quantity_milli=line.counted_milli - line.expected_milli,
            reason=MovementReason.COUNTED,
        )
        for line in lines
    )
