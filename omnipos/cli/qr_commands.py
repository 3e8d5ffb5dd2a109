"""`omnipos hub store-qr`: the code by which a store is paid, read and checked before it is kept."""

from pathlib import Path

import click
import msgspec

from omnipos.cli.owner import hub_options, owner_line, store_named
from omnipos.domain.emvqr import read_payload
from omnipos.domain.shop import Shop
from omnipos.locale import _, later

AMOUNT_WARNING = later(
    "Tills put the sum into this code. Your bank has not made such a code: ask it whether it takes them,"
    " and pay one for trial before customers do."
)


@click.command()
@click.argument("store")
@click.option("--payload", help="All that a scanner reads from the store's standing code; '' takes it away.")
@click.option("--acquirer", help="Who settles it, as receipts name it.")
@click.option(
    "--amounts/--no-amounts", default=None, help="Whether tills may put the sum into it; usually not."
)
@hub_options
def store_qr(
    store: str, payload: str | None, acquirer: str | None, amounts: bool | None, address: str, key_file: Path
) -> None:
    """Say or change the QR code (QRIS, DuitNow QR) by which STORE is paid."""
    from hub.messages import PutStores, Stores, StoreWish

    with owner_line(address, key_file) as line:
        shop = store_named(line, store)
        changes = {"static_payload": payload, "acquirer": acquirer, "allow_amount": amounts}
        given = {name: value for name, value in changes.items() if value is not None}
        wish = StoreWish(
            code=store,
            name=shop.name,
            country=shop.country,
            qr=msgspec.structs.replace(shop.qr, **given) if given else None,
        )
        (shop,) = line.put("/v1/stores", Stores, PutStores(stores=(wish,))).stores
    click.echo(qr_words(shop))
    if shop.qr.static_payload and shop.qr.allow_amount:
        click.echo(_(AMOUNT_WARNING), err=True)


def qr_words(shop: Shop) -> str:
    """Say how a store is paid by QR code, in one line."""
    if not shop.qr.static_payload:
        return _("{store} has no standing QR code.").format(store=shop.name)
    code = read_payload(shop.qr.static_payload)
    said = _("{store} is paid by {scheme} to {merchant}, {city} ({id})").format(
        store=shop.name, scheme=code.scheme, merchant=code.merchant, city=code.city, id=code.merchant_id
    )
    sums = _("with the sum in the code") if shop.qr.allow_amount else _("the customer types the sum")
    return f"{said}; {sums}."
