"""Taxing lines: the rates of the day, several taxes together, rounded where the law of the place rounds."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import lru_cache
from math import gcd, lcm

import msgspec

from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.money import half_up
from omnipos.domain.tax import Tax, TaxRounding, TaxTotal, apportion, share
from omnipos.locale import _

MOST_PARTS = 10
"""Taxes that may fall on one line together."""


class TaxRule(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop taxes at a moment: its taxes by code, and where it rounds."""

    taxes: Mapping[str, Tax]
    at_ms: int = 0
    rounding: TaxRounding = TaxRounding.RATE


class Treatment(msgspec.Struct, frozen=True):
    """What a tax code takes of an amount: its parts in force, and `sum(taken) / whole` of the amount."""

    parts: tuple[Tax, ...]
    taken: tuple[int, ...]
    whole: int
    """What the amount is divided by: for inclusive taxes the price that holds them."""


class _Levy:
    """One tax code on a receipt: its lines, what they come to, and in the end its tax."""

    def __init__(self, treatment: Treatment) -> None:
        self.treatment = treatment
        self.part = sum(treatment.taken)
        self.inclusive = treatment.parts[0].inclusive
        self.indexes: list[int] = []
        self.amounts: list[int] = []
        self.amount_minor = 0
        self.tax_minor = 0

    def round_lines(self) -> list[int]:
        """Round each line on its own."""
        taxes = [half_up(amount * self.part, self.treatment.whole) for amount in self.amounts]
        self.tax_minor = sum(taxes)
        return taxes

    def share_lines(self) -> list[int]:
        """Share the tax over the lines."""
        exact = [amount * self.part for amount in self.amounts]
        return apportion(self.tax_minor, exact, self.treatment.whole)


def tax_lines(
    amounts: Sequence[tuple[int, str]], rule: TaxRule
) -> tuple[tuple[TaxTotal, ...], tuple[int, ...]]:
    """Return the totals per tax, and the tax of each line; both add up to the same sum.

    `amounts` holds each line's amount in minor units with its tax code, in order. What is rounded once
    for several lines is shared over them by largest remainder. An empty code is money, not goods: it is
    not taxed and stands in no total. Raises BasketRefused for an unknown code.
    """
    levies: dict[str, _Levy] = {}
    for index, (amount, code) in enumerate(amounts):
        if not code:
            continue
        levy = levies.get(code)
        if levy is None:
            levy = levies[code] = _Levy(treatment_of(code, rule.taxes, rule.at_ms))
        levy.indexes.append(index)
        levy.amounts.append(amount)
        levy.amount_minor += amount
    if rule.rounding is not TaxRounding.LINE:
        for together in _rounded_together(levies.values(), rule.rounding):
            _round_once(together)
    line_taxes = [0] * len(amounts)
    for levy in levies.values():
        own = levy.round_lines() if rule.rounding is TaxRounding.LINE else levy.share_lines()
        for index, tax_minor in zip(levy.indexes, own, strict=True):
            line_taxes[index] = tax_minor
    return _totals(levies.values()), tuple(line_taxes)


def _rounded_together(levies: Collection[_Levy], rounding: TaxRounding) -> list[list[_Levy]]:
    """Return which levies are rounded as one sum: those of one rate, or all of the receipt.

    What prices hold and what is added to them stay apart: neither may move the other.
    """
    groups: dict[Hashable, list[_Levy]] = {}
    for levy in levies:
        rate = (levy.part, levy.treatment.whole) if rounding is TaxRounding.RATE else ()
        groups.setdefault((levy.inclusive, rate), []).append(levy)
    return list(groups.values())


def _round_once(levies: Sequence[_Levy]) -> None:
    """Round the tax of several levies as one sum and share it over them."""
    scale = lcm(*(levy.treatment.whole for levy in levies))
    exact = [levy.amount_minor * levy.part * (scale // levy.treatment.whole) for levy in levies]
    for levy, tax_minor in zip(levies, apportion(half_up(sum(exact), scale), exact, scale), strict=True):
        levy.tax_minor = tax_minor


def _totals(levies: Collection[_Levy]) -> tuple[TaxTotal, ...]:
    """Return what each tax came to; one that is part of several codes stands once."""
    sums: dict[str, tuple[Tax, int, int]] = {}
    for levy in levies:
        treatment = levy.treatment
        base = levy.amount_minor - (levy.tax_minor if levy.inclusive else 0)
        before = 0
        for tax, tax_minor in zip(treatment.parts, _part_taxes(levy), strict=True):
            _tax, base_minor, earlier_minor = sums.get(tax.code, (tax, 0, 0))
            base_minor += base + (before if tax.compound else 0)
            sums[tax.code] = tax, base_minor, earlier_minor + tax_minor
            before += tax_minor
    return tuple(_total(*one) for one in sums.values())


def _part_taxes(levy: _Levy) -> Sequence[int]:
    if len(levy.treatment.parts) == 1:
        return (levy.tax_minor,)
    return share(levy.tax_minor, levy.treatment.taken)


def _total(tax: Tax, base_minor: int, tax_minor: int) -> TaxTotal:
    return TaxTotal(
        code=tax.code,
        name=tax.name,
        rate_ppm=tax.rate_ppm,
        inclusive=tax.inclusive,
        base_minor=base_minor,
        tax_minor=tax_minor,
        base_numerator=tax.base_numerator,
        base_denominator=tax.base_denominator,
        reason=tax.reason,
        mark=tax.mark,
    )


def untaxed(amounts: Sequence[tuple[int, str]], rule: TaxRule, reason: str) -> tuple[TaxTotal, ...]:
    """Return the totals of a sale that carries no tax: what was sold under each code, and why."""
    sums: dict[str, int] = {}
    for amount, code in amounts:
        sums[code] = sums.get(code, 0) + amount
    totals = []
    for code, base_minor in sums.items():
        if not code:
            continue
        tax = rule.taxes[code]
        free = Tax(code=code, name=tax.name, rate_ppm=0, inclusive=tax.inclusive, reason=tax.reason or reason)
        totals.append(_total(free, base_minor, 0))
    return tuple(totals)


def treatment_of(code: str, taxes: Mapping[str, Tax], at_ms: int) -> Treatment:
    """Return what a tax code takes at a moment.

    Raises BasketRefused when it or a part of it is not set up: a wrong tax is worse than a refusal.
    """
    parts = tuple(tax.at(at_ms) for tax in parts_of(code, taxes))
    taken, whole = _taken(tuple((*part.share_of_amount, part.compound) for part in parts))
    return Treatment(parts, taken, whole + sum(taken) if parts[0].inclusive else whole)


def parts_of(code: str, taxes: Mapping[str, Tax], above: tuple[str, ...] = ()) -> tuple[Tax, ...]:
    """Return the taxes that a code stands for, in order: itself, or its parts and theirs.

    Raises BasketRefused for a code that is not there, EntryRefused for parts that make no sense.
    """
    tax = taxes.get(code)
    if tax is None:
        raise BasketRefused(
            _("Tax {code} is not set up here. Ask the manager to sync the till.").format(code=code)
        )
    if not tax.parts:
        return (tax,)
    if code in above:
        raise EntryRefused(_("Tax {code} is a part of itself. Change its parts.").format(code=code))
    found = tuple(part for one in tax.parts for part in parts_of(one, taxes, (*above, code)))
    if len(found) > MOST_PARTS or len({one.code for one in found}) < len(found):
        raise EntryRefused(
            _("Tax {code} has more than {most} parts, or one of them twice. Change its parts.").format(
                code=code, most=MOST_PARTS
            )
        )
    if any(one.inclusive != tax.inclusive for one in found):
        raise EntryRefused(
            _("Tax {code} and its parts must all be in the price, or all be added to it.").format(code=code)
        )
    return found


@lru_cache(maxsize=256)
def _taken(parts: tuple[tuple[int, int, bool], ...]) -> tuple[tuple[int, ...], int]:
    """Return what each of several rates takes of an amount before tax, over one denominator.

    A rate is a numerator and denominator, and whether it is also of the taxes before it.
    """
    taken: list[int] = []
    whole = 1
    for numerator, denominator, compound in parts:
        if compound:
            numerator, denominator = numerator * (whole + sum(taken)), denominator * whole
        both = lcm(whole, denominator)
        taken = [*(one * (both // whole) for one in taken), numerator * (both // denominator)]
        whole = both
    common = gcd(whole, *taken)
    return tuple(one // common for one in taken), whole // common


def check_taxes(
    taxes: Mapping[str, Tax], among: Mapping[str, Tax] | None = None, *, allow_more_than_all: bool = False
) -> None:
    """Raise EntryRefused when taxes cannot be set up so: unknown, cyclic or mixed parts, rates out of order.

    `among` are all the taxes that there will be, those checked too.
    A rate of 100% is as much as the price before it; more is a slip unless it is allowed.
    """
    for code, tax in taxes.items():
        times = [dated.valid_from_ms for dated in tax.later_rates]
        if times != sorted(set(times)):
            raise EntryRefused(
                _("The later rates of tax {code} are not in the order of their dates.").format(code=code)
            )
        if tax.parts and (tax.rate_ppm or tax.later_rates):
            raise EntryRefused(
                _("Tax {code} has parts, so its own rate is 0: the parts have theirs.").format(code=code)
            )
        if not allow_more_than_all:
            _check_rates(tax, times)
        try:
            parts_of(code, taxes if among is None else among)
        except BasketRefused:
            raise EntryRefused(
                _("Tax {code} names a part that is not set up. Send the part first, or with it.").format(
                    code=code
                )
            ) from None


def _check_rates(tax: Tax, times: Sequence[int]) -> None:
    for taken, whole in (tax.at(at_ms).share_of_amount for at_ms in (-1, *times)):
        if taken > whole:
            raise EntryRefused(
                _("Tax {code} is more than the price itself: {percent}%. Check the rate.").format(
                    code=tax.code, percent=taken * 100 // whole
                )
            )
