"""A Z with sums that no shop handles: they are left out and told, what fits of it is kept."""

from typing import Any, TypeVar

import msgspec

from omnipos.domain.money import MOST_MINOR

S = TypeVar("S", bound=msgspec.Struct)


def fitting(value: S) -> tuple[S, tuple[str, ...]]:
    """Return a struct without the numbers that are too large, and the names of what was left out.

    A number of its own becomes 0 and a row of a list goes as a whole, so that no row says half of it.
    """
    changes: dict[str, Any] = {}
    left_out: list[str] = []
    for name in value.__struct_fields__:
        one = getattr(value, name)
        if isinstance(one, msgspec.Struct):
            changes[name], names = fitting(one)
            left_out += [f"{name}.{inner}" for inner in names]
        elif isinstance(one, tuple):
            kept = tuple(row for row in one if fits(msgspec.to_builtins(row)))
            left_out += [name] * (kept != one)
            changes[name] = kept
        elif not fits(one):
            changes[name] = 0
            left_out.append(name)
    return msgspec.structs.replace(value, **changes), tuple(left_out)


def fits(value: Any) -> bool:
    """Tell whether every number in something decoded is one that a shop handles."""
    if isinstance(value, dict):
        return all(fits(one) for one in value.values())
    if isinstance(value, list | tuple):
        return all(fits(one) for one in value)
    return not isinstance(value, int) or -MOST_MINOR <= value <= MOST_MINOR
