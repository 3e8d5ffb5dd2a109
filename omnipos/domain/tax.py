"""Taxes as a shop sets them up: rates and base fractions, dated, alone or several together."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from omnipos.domain.money import half_up

PPM = 1_000_000


class TaxRounding(StrEnum):
    """Where the law of the place rounds: once for the receipt, once per rate on it, or on each line."""

    RECEIPT = "receipt"
    RATE = "rate"
    LINE = "line"


class DatedRate(msgspec.Struct, frozen=True, kw_only=True):
    """A rate with its base fraction, and from when on it holds."""

    valid_from_ms: int
    rate_ppm: int
    base_numerator: int = 1
    base_denominator: int = 1


class Tax(msgspec.Struct, frozen=True, kw_only=True, tag="tax", omit_defaults=True):
    """One tax rate, or several that fall together on the goods that carry this code.

    A rate of 0 is exempt or zero-rated; `reason` then says why. The base fraction is Indonesia's:
    12% of 11/12 of the price (PMK 131/2024).
    """

    code: str
    name: str
    rate_ppm: int
    inclusive: bool
    base_numerator: int = 1
    base_denominator: int = 1
    reason: str = ""
    later_rates: tuple[DatedRate, ...] = ()
    """Rates that come into force by themselves, the earliest first."""
    parts: tuple[str, ...] = ()
    """The codes of the taxes that fall on one line together, in order; then the own rate is 0."""
    compound: bool = False
    """Taken on the amount with the taxes before it, as one of several parts."""
    mark: str = ""
    """What stands behind its goods on a receipt, such as `*` at Japan's reduced rate."""

    @property
    def share_of_amount(self) -> tuple[int, int]:
        """The part of the amount before tax that it takes, as numerator and denominator."""
        return self.rate_ppm * self.base_numerator, PPM * self.base_denominator

    def at(self, at_ms: int) -> "Tax":
        """Return the tax with the rate that is in force at a moment (UTC milliseconds)."""
        for dated in reversed(self.later_rates):
            if dated.valid_from_ms <= at_ms:
                return msgspec.structs.replace(
                    self,
                    rate_ppm=dated.rate_ppm,
                    base_numerator=dated.base_numerator,
                    base_denominator=dated.base_denominator,
                )
        return self


class TaxTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What one rate came to on a receipt; `base_minor` is the sum before this tax."""

    code: str
    name: str
    rate_ppm: int
    inclusive: bool
    base_minor: int
    tax_minor: int
    base_numerator: int = 1
    base_denominator: int = 1
    reason: str = ""
    mark: str = ""

    @property
    def taxable_minor(self) -> int:
        """The part of the base that the rate is of, as a receipt shows it (PMK 131/2024: 11/12)."""
        return half_up(self.base_minor * self.base_numerator, self.base_denominator)


def merged(totals: Sequence[TaxTotal]) -> tuple[TaxTotal, ...]:
    """Return totals with those of one tax at one rate added up, in the order in which they first stand."""
    sums: dict[TaxTotal, tuple[int, int]] = {}
    for one in totals:
        rate = msgspec.structs.replace(one, base_minor=0, tax_minor=0)
        base_minor, tax_minor = sums.get(rate, (0, 0))
        sums[rate] = base_minor + one.base_minor, tax_minor + one.tax_minor
    return tuple(
        msgspec.structs.replace(rate, base_minor=base_minor, tax_minor=tax_minor)
        for rate, (base_minor, tax_minor) in sums.items()
    )


def tax_on(amount_minor: int, tax: Tax) -> int:
    """Return the tax in (inclusive) or on (exclusive) an amount, half up, never through a rounded base."""
    part, whole = tax.share_of_amount
    return half_up(amount_minor * part, whole + part if tax.inclusive else whole)


def apportion(total: int, parts: Sequence[int], whole: int) -> list[int]:
    """Return a rounded total as the sum of its exact parts, each `part / whole`, in whole units.

    Each becomes the unit below or above it, by largest remainder; the earlier wins a tie. The total
    must be the sum of the exact parts rounded up or down.
    """
    shares, remainders = [], []
    for part in parts:
        units, remainder = divmod(part, whole)
        shares.append(units)
        remainders.append(remainder)
    left = total - sum(shares)
    assert 0 <= left <= len(shares), "a total is its parts rounded"
    if left:
        for index in sorted(range(len(parts)), key=lambda i: (-remainders[i], i))[:left]:
            shares[index] += 1
    return shares


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Share a total by weights, in whole units, by largest remainder; earlier wins a tie.

    The shares add up to the total. With no weight at all everything goes to the first.
    """
    if not weights:
        assert total == 0, "nothing to share a sum over"
        return []
    scale = sum(weights)
    if scale == 0:
        return [total] + [0] * (len(weights) - 1)
    return apportion(total, [total * weight for weight in weights], scale)
