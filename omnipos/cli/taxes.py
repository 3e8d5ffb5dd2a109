"""A country's taxes in its own words, for a new shop; goods carry the first unless told otherwise."""

from typing import TYPE_CHECKING

import msgspec

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
        # PMK 131/2024 art. 2: luxury goods pay 12% of the whole price.
        Tax(code="MEWAH", name="PPN", rate_ppm=120_000, inclusive=True),
        Tax(code="BEBAS", name="Bebas PPN", rate_ppm=0, inclusive=True, reason="PP 49/2022"),
    ),
    # Service Tax Regulations 2018 as amended 2024: 8%, food and drink 6%; goods carry none at retail.
    "MY": (
        Tax(code="NONE", name="Tanpa cukai", rate_ppm=0, inclusive=True, reason="Runcit tidak bercukai"),
        Tax(code="ST6", name="Cukai perkhidmatan 6%", rate_ppm=60_000, inclusive=False),
        Tax(code="ST8", name="Cukai perkhidmatan 8%", rate_ppm=80_000, inclusive=False),
    ),
    # State and local tax are rounded as one (RCW 82.08.054); the rates are Washington's and one county's.
    "US": (
        Tax(code="SALES", name="Sales tax", rate_ppm=0, inclusive=False, parts=("STATE", "COUNTY")),
        Tax(code="STATE", name="State tax", rate_ppm=65_000, inclusive=False),
        Tax(code="COUNTY", name="County tax", rate_ppm=38_500, inclusive=False),
        Tax(code="FOOD", name="Exempt food", rate_ppm=0, inclusive=False, reason="Exempt food"),
    ),
    # VAT Act 1994: 20%, 5% for some goods, food and books at 0%.
    "GB": (
        Tax(code="VAT20", name="VAT 20%", rate_ppm=200_000, inclusive=True),
        Tax(code="VAT5", name="VAT 5%", rate_ppm=50_000, inclusive=True),
        Tax(code="VAT0", name="VAT 0%", rate_ppm=0, inclusive=True, reason="Zero-rated"),
    ),
    # UStG section 12: 19%, and 7% for food, books and others.
    "DE": (
        Tax(code="MWST19", name="MwSt 19%", rate_ppm=190_000, inclusive=True, mark="A"),
        Tax(code="MWST7", name="MwSt 7%", rate_ppm=70_000, inclusive=True, mark="B"),
    ),
    # Consumption Tax Act: 10%, and 8% for food to take away, which the receipt marks.
    "JP": (
        Tax(code="CT10", name="Consumption tax 10%", rate_ppm=100_000, inclusive=True),
        Tax(code="CT8", name="Consumption tax 8%", rate_ppm=80_000, inclusive=True, mark="*"),
    ),
    # GST Act, 9% since 2024.
    "SG": (Tax(code="GST", name="GST 9%", rate_ppm=90_000, inclusive=True),),
}


def put_missing_taxes(line: "OwnerClient", country: str) -> None:
    """Set a country's taxes up at a hub that has none of them yet."""
    from hub.messages import PutTaxes, TaxWish, Written

    wishes = tuple(msgspec.convert(_fields(tax), TaxWish) for tax in TAXES[country])
    line.put("/v1/taxes", Written, PutTaxes(taxes=wishes))


def _fields(tax: Tax) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(tax).items() if name != "type"}
