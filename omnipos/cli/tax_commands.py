"""`omnipos hub taxes`, `remove-tax` and `store-tax`: what the shop taxes with, and how a store rounds it."""

from datetime import UTC, datetime
from pathlib import Path

import click

from omnipos.cli.owner import hub_options, owner_line, store_named
from omnipos.domain.shop import Shop
from omnipos.domain.tax import PPM, DatedRate, Tax, TaxRounding
from omnipos.locale import _, later

NOT_CERTIFIED = later(
    "OmniPOS has no certified fiscal module, which the law of this country wants: do not sell with it there."
)


@click.command()
@hub_options
def taxes(address: str, key_file: Path) -> None:
    """List every tax with its rates, parts and what is still to come."""
    from hub.messages import Taxes

    with owner_line(address, key_file) as line:
        for tax in line.get("/v1/taxes", Taxes).taxes:
            click.echo(tax_words(tax))


def tax_words(tax: Tax) -> str:
    """Say a tax in one line: `PPN: PPN, 12% of 11/12, in the price`."""
    own = " + ".join(tax.parts) if tax.parts else rate_words(tax)
    said = [tax.name, own, _("in the price") if tax.inclusive else _("added to the price")]
    if tax.compound:
        said.append(_("also on the taxes before it"))
    if tax.reason:
        said.append(tax.reason)
    for dated in tax.later_rates:
        day = datetime.fromtimestamp(dated.valid_from_ms / 1000, UTC)
        said.append(_("from {time} UTC: {rate}").format(time=f"{day:%Y-%m-%d %H:%M}", rate=rate_words(dated)))
    return f"{tax.code}: {', '.join(said)}"


def rate_words(rate: Tax | DatedRate) -> str:
    """Say a rate with its base fraction: `12% of 11/12`."""
    whole, rest = divmod(rate.rate_ppm * 100, PPM)
    decimals = f"{rest:06d}".rstrip("0")
    percent = f"{whole}.{decimals}%" if decimals else f"{whole}%"
    if rate.base_numerator == rate.base_denominator:
        return percent
    return _("{percent} of {fraction}").format(
        percent=percent, fraction=f"{rate.base_numerator}/{rate.base_denominator}"
    )


@click.command()
@click.argument("code")
@hub_options
def remove_tax(code: str, address: str, key_file: Path) -> None:
    """Take tax CODE away; refused while goods, open orders or other taxes have it."""
    from hub.promotionmessages import Deleted

    with owner_line(address, key_file) as line:
        line.delete(f"/v1/taxes/{code}", Deleted)
    click.echo(_("Tax {code} is gone.").format(code=code))


@click.command()
@click.argument("store")
@click.option("--registered/--not-registered", default=None, help="Whether the store charges tax at all.")
@click.option(
    "--rounding", type=click.Choice([one.value for one in TaxRounding]), help="Where tax is rounded."
)
@click.option("--number", help="The store's tax number, as receipts show it.")
@hub_options
def store_tax(
    store: str,
    registered: bool | None,
    rounding: str | None,
    number: str | None,
    address: str,
    key_file: Path,
) -> None:
    """Say or change whether STORE is registered for tax, how it rounds it, and its number."""
    from hub.messages import PutStores, Stores, StoreWish

    with owner_line(address, key_file) as line:
        shop = store_named(line, store)
        wish = StoreWish(
            code=store,
            name=shop.name,
            country=shop.country,
            tax_registered=registered,
            tax_rounding=TaxRounding(rounding) if rounding else None,
            tax_number=number,
        )
        (shop,) = line.put("/v1/stores", Stores, PutStores(stores=(wish,))).stores
    click.echo(_store_words(shop))


ROUNDING_WORDS = {
    TaxRounding.LINE: later("tax is rounded on each line"),
    TaxRounding.RATE: later("tax is rounded once for each rate on the receipt"),
    TaxRounding.RECEIPT: later("tax is rounded once for the receipt"),
}


def _store_words(shop: Shop) -> str:
    if not shop.tax_registered:
        return _("Store {code} is not registered for tax: it charges none and shows none.").format(
            code=shop.code
        )
    number = f"{shop.tax_label} {shop.tax_number}".strip() if shop.tax_number else _("no tax number")
    return _("Store {code} charges tax: {rounding}, {number}.").format(
        code=shop.code, rounding=_(ROUNDING_WORDS[shop.tax_rounding]), number=number
    )


TAX_COMMANDS = (taxes, remove_tax, store_tax)
