"""A measured row: a figure, the floor it stands on, and the bar it should meet."""

import math
from collections.abc import Sequence
from enum import StrEnum

import msgspec


class BarKind(StrEnum):
    """How a bar is meant: times the floor, above it, by itself, at least so much of it, or only told."""

    RATIO = "ratio"
    ABOVE_FLOOR = "above_floor"
    ABSOLUTE = "absolute"
    AT_LEAST = "at_least"
    TOLD = "told"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table; `value`, `floor` and additive bars are in `unit`."""

    name: str
    percentile: str
    value: float
    floor: float
    bar: float
    bar_kind: BarKind
    met: bool
    unit: str


def row(
    name: str, percentile: str, value: float, floor: float, bar: float, kind: BarKind, unit: str = "ms"
) -> Row:
    """Return a row that knows whether it meets its bar."""
    met = {
        BarKind.RATIO: value <= bar * floor,
        BarKind.ABOVE_FLOOR: value <= floor + bar,
        BarKind.ABSOLUTE: value <= bar,
        BarKind.AT_LEAST: value >= bar * floor,
        BarKind.TOLD: True,
    }
    return Row(
        name=name,
        percentile=percentile,
        value=round(value, 3),
        floor=round(floor, 3),
        bar=bar,
        bar_kind=kind,
        met=met[kind],
        unit=unit,
    )


def percentile(values: Sequence[float], part: int) -> float:
    """Return the value that `part` percent of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * part / 100) - 1, 0)]


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table for reading."""
    words = {
        BarKind.RATIO: "≤ {:g}×",
        BarKind.ABOVE_FLOOR: "≤ floor + {:g}",
        BarKind.ABSOLUTE: "≤ {:g}",
        BarKind.AT_LEAST: "≥ {:g}×",
        BarKind.TOLD: "",
    }
    lines = [f"{'what':<58} {'':>5} {'value':>10} {'floor':>10} {'bar':>14}  met"]
    for one in rows:
        bar = words[one.bar_kind].format(one.bar)
        ratio = f"{one.value / one.floor:.2f}×" if one.floor else ""
        lines.append(
            f"{one.name:<58} {one.percentile:>5} {one.value:>10.3f} {one.floor:>10.3f} {bar:>14}"
            f"  {'yes' if one.met else 'NO '}  {one.unit} {ratio}"
        )
    return "\n".join(lines)
