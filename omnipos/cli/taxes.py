"""A country's taxes in its own words, for a new shop; goods carry the first unless told otherwise."""

from typing import TYPE_CHECKING

from omnipos.domain.tax import Tax

if TYPE_CHECKING:
    from sync.owner import OwnerClient

TAXES = {
    # PMK 131/2024: 12% of 11/12 of the price; PP 49/2022 exempts basic food.
    "ID": (
        Tax(
            code="PPN",
            name="PPN",
            rate_ppm=120_000,
            inclusive=True,
            base_numerator=11,
            base_denominator=12,
        ),
        Tax(code="BEBAS", name="Bebas PPN", rate_ppm=0, inclusive=True, reason="PP 49/2022"),
    ),
    # Service Tax Regulations 2018 as amended 2024: 8%, food and drink 6%; goods carry none at retail.
    "MY": (
        Tax(code="NONE", name="Tanpa cukai", rate_ppm=0, inclusive=True, reason="Runcit tidak bercukai"),
        Tax(code="ST6", name="Cukai perkhidmatan 6%", rate_ppm=60_000, inclusive=False),
        Tax(code="ST8", name="Cukai perkhidmatan 8%", rate_ppm=80_000, inclusive=False),
    ),
    "US": (
        Tax(code="SALES", name="Sales tax", rate_ppm=82_500, inclusive=False),
        Tax(code="FOOD", name="Exempt food", rate_ppm=0, inclusive=False, reason="Exempt food"),
    ),
}


def put_missing_taxes(line: "OwnerClient", country: str) -> None:
    """Set a country's taxes up at a hub that has none of them yet."""
    from hub.messages import PutTaxes, TaxWish, Written

    wishes = tuple(
        TaxWish(
            code=tax.code,
            name=tax.name,
            rate_ppm=tax.rate_ppm,
            inclusive=tax.inclusive,
            base_numerator=tax.base_numerator,
            base_denominator=tax.base_denominator,
            reason=tax.reason,
        )
        for tax in TAXES[country]
    )
    line.put("/v1/taxes", Written, PutTaxes(taxes=wishes))
