"""What a basket comes to: lines, taxes and total."""

from collections.abc import Mapping, Sequence

import msgspec

from omnipos.domain.basket import Line
from omnipos.domain.errors import BasketRefused
from omnipos.domain.tax import Tax, TaxRounding, TaxTotal, tax_lines
from omnipos.locale import _


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a basket. total = goods + exclusive tax; rounding belongs to the tender."""

    goods_minor: int
    taxes: tuple[TaxTotal, ...]
    line_taxes: tuple[int, ...]
    total_minor: int

    @property
    def tax_minor(self) -> int:
        """All tax, inclusive and exclusive."""
        return sum(tax.tax_minor for tax in self.taxes)


def price_lines(lines: Sequence[Line], taxes: Mapping[str, Tax], rounding: TaxRounding) -> Totals:
    """Return the sums of some lines.

    Raises BasketRefused when a line's tax is not in the mirror: a wrong tax is worse than a refusal.
    """
    try:
        amounts = [(line.amount_minor, taxes[line.tax_code]) for line in lines]
    except KeyError as missing:
        raise BasketRefused(
            _("Tax {code} is not set up here. Ask the manager to sync the till.").format(code=missing.args[0])
        ) from None
    totals, line_taxes = tax_lines(amounts, rounding)
    goods = sum(amount for amount, _tax in amounts)
    on_top = sum(total.tax_minor for total in totals if not total.inclusive)
    return Totals(goods_minor=goods, taxes=totals, line_taxes=line_taxes, total_minor=goods + on_top)
