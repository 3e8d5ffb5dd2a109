"""What a basket comes to: lines, savings, taxes and total; the same at the till and at the hub."""

from collections.abc import Mapping, Sequence

import msgspec

from omnipos.domain.basket import Discount, Exemption, Line
from omnipos.domain.discounting import discounted
from omnipos.domain.errors import BasketRefused
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Occasion, Pick
from omnipos.domain.saving import Saving, SavingKind
from omnipos.domain.tax import Tax, TaxRounding, TaxTotal, tax_lines
from omnipos.locale import _


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """By what a basket is priced: the shop's taxes and promotions, and the occasion."""

    taxes: Mapping[str, Tax]
    occasion: Occasion = Occasion(at_ms=0, weekday=4, minute=0)
    rounding: TaxRounding = TaxRounding.RATE
    registered: bool = True
    book: PromotionBook = PromotionBook()


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a basket. total = goods − saved + exclusive tax; rounding belongs to the tender."""

    goods_minor: int
    taxes: tuple[TaxTotal, ...]
    line_taxes: tuple[int, ...]
    line_savings: tuple[tuple[Saving, ...], ...]
    total_minor: int

    @property
    def saved_minor(self) -> int:
        """All that is taken off the lines."""
        return sum(saving.amount_minor for savings in self.line_savings for saving in savings)

    @property
    def promotions(self) -> tuple[tuple[Saving, ...], ...]:
        """What the promotions alone take off each line."""
        return tuple(
            tuple(saving for saving in savings if saving.kind is SavingKind.PROMOTION)
            for savings in self.line_savings
        )

    @property
    def tax_minor(self) -> int:
        """All tax, inclusive and exclusive."""
        return sum(tax.tax_minor for tax in self.taxes)


def price_lines(
    lines: Sequence[Line], terms: Terms, discount: Discount | None = None, exemption: Exemption | None = None
) -> Totals:
    """Return the sums of some lines; `discount` is for all of them together.

    Raises BasketRefused when a line's tax is not in the mirror: a wrong tax is worse than a refusal.
    """
    promotions = terms.book.best([pick_of(line) for line in lines], terms.occasion)
    savings = discounted(lines, promotions, discount)
    nets = [
        line.amount_minor - sum(saving.amount_minor for saving in own)
        for line, own in zip(lines, savings, strict=True)
    ]
    try:
        amounts = [(net, terms.taxes[line.tax_code]) for net, line in zip(nets, lines, strict=True)]
    except KeyError as missing:
        raise BasketRefused(
            _("Tax {code} is not set up here. Ask the manager to sync the till.").format(code=missing.args[0])
        ) from None
    totals, line_taxes = tax_lines(amounts, terms.rounding)
    on_top = sum(total.tax_minor for total in totals if not total.inclusive)
    return Totals(
        goods_minor=sum(line.amount_minor for line in lines),
        taxes=totals,
        line_taxes=line_taxes,
        line_savings=savings,
        total_minor=sum(nets) + on_top,
    )


def pick_of(line: Line) -> Pick:
    """Return what the promotions see of a line; what an order has agreed is not theirs to touch."""
    return Pick(
        product_id=line.product_id,
        quantity_milli=line.quantity_milli,
        amount_minor=line.amount_minor,
        unit=line.unit,
        family=line.family,
        category=line.category,
        department=line.department,
        brand=line.brand,
        discountable=line.discountable and not line.order_line_id and line.override is None,
    )
