"""What a basket comes to: lines, savings, taxes and total; the same at the till and at the hub."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from omnipos.domain.basket import Discount, Exemption, Line
from omnipos.domain.discounting import discounted
from omnipos.domain.levying import TaxRule, tax_lines, untaxed
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Occasion, Pick
from omnipos.domain.saving import Saving, SavingKind
from omnipos.domain.shop import Shop
from omnipos.domain.tax import Tax, TaxRounding, TaxTotal, merged
from omnipos.locale import _


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """By what a basket is priced: the shop's taxes and promotions, and the occasion."""

    taxes: Mapping[str, Tax]
    occasion: Occasion = Occasion(at_ms=0, weekday=4, minute=0)
    rounding: TaxRounding = TaxRounding.RATE
    registered: bool = True
    book: PromotionBook = PromotionBook()
    taxed_at_ms: int = 0
    """The moment whose taxes count where it is another than that of the offers."""


def terms_for(
    shop: Shop, taxes: Mapping[str, Tax], occasion: Occasion, book: PromotionBook | None = None
) -> Terms:
    """Return by what a shop prices on an occasion; without a book no promotion counts."""
    return Terms(
        taxes=taxes,
        occasion=occasion,
        rounding=shop.tax_rounding,
        registered=shop.tax_registered,
        book=book or PromotionBook(),
    )


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
    def saved_by_coupon(self) -> Counter[str]:
        """What each coupon's code took off; under no code what needs none."""
        saved = Counter[str]()
        for saving in (one for own in self.line_savings for one in own):
            saved[saving.coupon] += max(saving.amount_minor, 0)
        return saved

    @property
    def tax_minor(self) -> int:
        """All tax, inclusive and exclusive."""
        return sum(tax.tax_minor for tax in self.taxes)


def price_lines(
    lines: Sequence[Line], terms: Terms, discount: Discount | None = None, exemption: Exemption | None = None
) -> Totals:
    """Return the sums of some lines; `discount` is for all of them together.

    An exemption leaves no tax: what is added to prices falls away, and what they hold is saved. Lines
    that come back keep the sums of the sale that they were bought in, beside all this.
    Raises BasketRefused when a line's tax is not in the mirror: a wrong tax is worse than a refusal.
    """
    sold = [line for line in lines if line.returned is None]
    totals = _price_sold(sold, terms, discount, exemption)
    return totals if len(sold) == len(lines) else _with_returned(lines, totals)


def _with_returned(lines: Sequence[Line], sold: Totals) -> Totals:
    """Return the sums of lines sold together with those that come back between them."""
    line_taxes, line_savings = iter(sold.line_taxes), iter(sold.line_savings)
    back = [line.returned for line in lines if line.returned is not None]
    return Totals(
        goods_minor=sum(line.amount_minor for line in lines),
        taxes=merged([*sold.taxes, *(tax for one in back for tax in one.taxes)]),
        line_taxes=tuple(
            next(line_taxes) if line.returned is None else line.returned.tax_minor for line in lines
        ),
        line_savings=tuple(
            next(line_savings) if line.returned is None else line.returned.savings for line in lines
        ),
        total_minor=sold.total_minor + sum(one.value_minor for one in back),
    )


def _price_sold(
    lines: Sequence[Line], terms: Terms, discount: Discount | None, exemption: Exemption | None
) -> Totals:
    promotions = terms.book.best([pick_of(line) for line in lines], terms.occasion)
    savings = discounted(lines, promotions, discount)
    nets = [line.amount_minor - _sum(own) for line, own in zip(lines, savings, strict=True)]
    taxed = _tax(lines, nets, terms, exemption)
    savings = tuple((*own, *more) for own, more in zip(savings, taxed.savings, strict=True))
    on_top = sum(total.tax_minor for total in taxed.totals if not total.inclusive)
    goods_minor = sum(line.amount_minor for line in lines)
    return Totals(
        goods_minor=goods_minor,
        taxes=taxed.totals,
        line_taxes=taxed.line_taxes,
        line_savings=savings,
        total_minor=goods_minor - sum(_sum(own) for own in savings) + on_top,
    )


class _Taxed(NamedTuple):
    totals: tuple[TaxTotal, ...]
    line_taxes: tuple[int, ...]
    savings: Sequence[tuple[Saving, ...]]
    """What each line is cheaper by without its tax."""


def _tax(lines: Sequence[Line], nets: Sequence[int], terms: Terms, exemption: Exemption | None) -> _Taxed:
    nothing: tuple[int, ...] = (0,) * len(lines)
    unsaved: tuple[tuple[Saving, ...], ...] = ((),) * len(lines)
    if not terms.registered:
        return _Taxed((), nothing, unsaved)
    rule = TaxRule(
        taxes=terms.taxes, at_ms=terms.taxed_at_ms or terms.occasion.at_ms, rounding=terms.rounding
    )
    amounts = [(net, line.tax_code) for net, line in zip(nets, lines, strict=True)]
    totals, line_taxes = tax_lines(amounts, rule)
    if exemption is None:
        return _Taxed(totals, line_taxes, unsaved)
    free = [
        _without_tax(rule.taxes[code], tax) if code else ()
        for (_net, code), tax in zip(amounts, line_taxes, strict=True)
    ]
    amounts = [(net - _sum(saved), code) for (net, code), saved in zip(amounts, free, strict=True)]
    return _Taxed(untaxed(amounts, rule, exemption.reason), nothing, free)


def _without_tax(tax: Tax, tax_minor: int) -> tuple[Saving, ...]:
    """Return what an exempt customer saves on a line: the tax that its price holds."""
    if not tax.inclusive or not tax_minor:
        return ()
    name = _("Without {tax}").format(tax=tax.name)
    return (Saving(kind=SavingKind.EXEMPT, name=name, amount_minor=tax_minor),)


def _sum(savings: Sequence[Saving]) -> int:
    return sum(saving.amount_minor for saving in savings)


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
