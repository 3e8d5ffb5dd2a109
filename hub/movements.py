"""One movement of stock as the hub writes it: its id, its goods, and where it came from."""

from collections.abc import Iterable

import msgspec

from omnipos.domain.stock import Movement
from omnipos.domain.stocktake import Origin


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One movement with the id that makes it count once."""

    movement_id: str
    movement: Movement
    origin: Origin


def entries_of(source_id: str, movements: Iterable[Movement], origin: Origin) -> list[Entry]:
    """Return the movements of one event, named after it."""
    return [
        Entry(movement_id=f"{source_id}:{index}", movement=movement, origin=origin)
        for index, movement in enumerate(movements)
    ]
