"""Tax on a sale: once per rate and receipt or by line, inclusive, exclusive or exempt, in minor units."""

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

    @property
    def taxable_minor(self) -> int:
        """The part of the base that the rate is of, as a receipt shows it (PMK 131/2024: 11/12)."""
        return half_up(self.base_minor * self.base_numerator, self.base_denominator)


def tax_on(amount_minor: int, tax: Tax) -> int:
    """Return the tax in (inclusive) or on (exclusive) an amount, half up, never through a rounded base."""
    part = tax.rate_ppm * tax.base_numerator
    whole = PPM * tax.base_denominator
    return half_up(amount_minor * part, whole + part if tax.inclusive else whole)


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
    shares, remainders = [], []
    for weight in weights:
        part, remainder = divmod(total * weight, scale)
        shares.append(part)
        remainders.append(remainder)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[: total - sum(shares)]:
        shares[index] += 1
    return shares


def tax_lines(
    amounts: Sequence[tuple[int, Tax]], rounding: TaxRounding
) -> tuple[tuple[TaxTotal, ...], tuple[int, ...]]:
    """Return the totals per rate, and the tax of each line; both add up to the same sum.

    `amounts` holds each line's amount in minor units with its tax, in order.
    """
    by_code: dict[str, list[int]] = {}
    for index, (_amount, tax) in enumerate(amounts):
        by_code.setdefault(tax.code, []).append(index)
    line_tax = [0] * len(amounts)
    totals = []
    for indexes in by_code.values():
        tax = amounts[indexes[0]][1]
        own = [amounts[i][0] for i in indexes]
        if rounding is not TaxRounding.LINE:
            shares = share(tax_on(sum(own), tax), own)
        else:
            shares = [tax_on(amount, tax) for amount in own]
        for index, part in zip(indexes, shares, strict=True):
            line_tax[index] = part
        total = sum(shares)
        totals.append(
            TaxTotal(
                code=tax.code,
                name=tax.name,
                rate_ppm=tax.rate_ppm,
                inclusive=tax.inclusive,
                base_minor=sum(own) - (total if tax.inclusive else 0),
                tax_minor=total,
                base_numerator=tax.base_numerator,
                base_denominator=tax.base_denominator,
            )
        )
    return tuple(totals), tuple(line_tax)
