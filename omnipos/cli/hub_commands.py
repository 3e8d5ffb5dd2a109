"""`omnipos hub`: run a hub, and set up its stores, people, tills and web shops."""

import sys
from pathlib import Path
from typing import Any

import click

from omnipos.cli.account_commands import ACCOUNT_COMMANDS
from omnipos.cli.exporting import take_in
from omnipos.cli.hub_backup import backup, restore
from omnipos.cli.hub_doctor import doctor
from omnipos.cli.hub_serving import serve_hub, serving_options
from omnipos.cli.hub_watching import COMMANDS
from omnipos.cli.hubchild import end_with_parent
from omnipos.cli.owner import hub_options, owner_line, public_address
from omnipos.cli.qr_commands import store_qr
from omnipos.cli.staff_commands import STAFF_COMMANDS
from omnipos.cli.tax_commands import NOT_CERTIFIED, TAX_COMMANDS
from omnipos.domain.errors import EntryRefused
from omnipos.domain.shop import CERTIFIED_TILLS, COUNTRIES
from omnipos.locale import _, ngettext
from sync.addresses import as_typed
from sync.owner import OwnerClient


@click.group(invoke_without_command=True)
@serving_options
@click.pass_context
def hub(context: click.Context, /, **given: Any) -> None:
    """Run a hub, and set up its stores, staff and tills. Without a command it serves."""
    if context.invoked_subcommand is None:
        serve_hub(**given)


@hub.command()
@serving_options
def serve(**given: Any) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    end_with_parent()
    serve_hub(**given)


hub.add_command(doctor)
hub.add_command(take_in, "take-in")
hub.add_command(backup)
hub.add_command(restore)


@hub.command()
@click.option("--store", default="", help="The store's code; the only store needs none.")
@hub_options
def enrol_code(store: str, address: str, key_file: Path) -> None:
    """Make a one-time code for a new till."""
    from hub.messages import EnrolCode, EnrolCodeWish, Stores

    with owner_line(address, key_file) as line:
        if not store:
            stores = line.get("/v1/stores", Stores).stores
            if len(stores) != 1:
                codes = ", ".join(one.code for one in stores)
                raise EntryRefused(
                    _("Say which store with --store: {codes}.").format(codes=codes)
                    if codes
                    else _("There is no store yet. Make one with: omnipos hub add-store")
                )
            store = stores[0].code
        made = line.post("/v1/enrol-codes", EnrolCode, EnrolCodeWish(store_code=store))
    click.echo(made.code)
    click.echo(
        _("It makes one till of store {store}, today: omnipos enrol {address} {code}").format(
            store=store, address=as_typed(public_address(address)), code=made.code
        ),
        err=True,
    )


@hub.command()
@click.argument("code")
@click.argument("name")
@click.option(
    "--country", type=click.Choice(sorted(COUNTRIES)), default="ID", show_default=True, help="Of a new store."
)
@hub_options
def add_store(code: str, name: str, country: str, address: str, key_file: Path) -> None:
    """Add a store, or change its name; its country's taxes are set up with the first."""
    from hub.messages import PutStores, Stores, StoreWish
    from omnipos.cli.taxes import put_missing_taxes

    with owner_line(address, key_file) as line:
        stores = line.get("/v1/stores", Stores).stores
        old = next((store for store in stores if store.code == code), None)
        wish = StoreWish(code=code, name=name, country=old.country if old else country)
        line.put("/v1/stores", Stores, PutStores(stores=(wish,)))
        if not stores:
            put_missing_taxes(line, country)
    click.echo(_("Store {code} is {name}.").format(code=code, name=name))
    if wish.country in CERTIFIED_TILLS:
        click.echo(_(NOT_CERTIFIED), err=True)


@hub.command()
@click.argument("channel")
@hub_options
def api_key(channel: str, address: str, key_file: Path) -> None:
    """Make a key for a web shop; it is shown this once."""
    from hub.messages import ApiKey, ApiKeyWish

    with owner_line(address, key_file) as line:
        click.echo(line.post("/v1/api-keys", ApiKey, ApiKeyWish(channel=channel)).key)


@hub.command()
@hub_options
def erase_customer(address: str, key_file: Path) -> None:
    """Forget a customer for good; the phone number is asked for, or read from the input."""
    from hub.messages import Erased, ErasureWish

    # Not an argument: the shell's history would remember whom the shop is to forget.
    phone = input(_("Phone number: ")) if sys.stdin.isatty() else sys.stdin.readline()
    with owner_line(address, key_file) as line:
        gone = line.post("/v1/customers/erase", Erased, ErasureWish(phone=phone.strip()))
    click.echo(
        ngettext(
            "{count} card is erased here, and at each till when it next syncs.",
            "{count} cards are erased here, and at each till when it next syncs.",
            gone.customers,
        ).format(count=gone.customers)
    )
    if gone.waiting_orders:
        click.echo(
            _(
                "These orders keep the name until they are collected: {numbers}. Then erase the number again."
            ).format(numbers=", ".join(gone.waiting_orders))
        )


@hub.command()
@click.argument("till")
@hub_options
def revoke(till: str, address: str, key_file: Path) -> None:
    """Withdraw the rights of TILL (such as S1-2) at once; what it still sends is kept aside."""
    from hub.reports import Devices

    with owner_line(address, key_file) as line:
        line.post(f"/v1/devices/{_device_id(line, till)}/revoke", Devices, None)
    text = _(
        "Till {till} is revoked: it gets nothing more. What it still sends is kept, and counts after:"
        " omnipos hub release {till}"
    )
    click.echo(text.format(till=till))


@hub.command()
@click.argument("till")
@hub_options
def release(till: str, address: str, key_file: Path) -> None:
    """Let what was kept aside of TILL (such as S1-2) count: of a revoked till, or a newer program."""
    from hub.releasing import Released

    with owner_line(address, key_file) as line:
        done = line.post(f"/v1/devices/{_device_id(line, till)}/release", Released, None)
    text = _("Entries of till {till} that count now: {released}; still kept aside: {kept}.")
    click.echo(text.format(released=done.released, till=till, kept=done.kept_aside))


def _device_id(line: OwnerClient, till: str) -> str:
    """Return the id of a till named as on its receipts, or by its id."""
    from hub.reports import Devices

    devices = line.get("/v1/devices", Devices).devices
    found = [one for one in devices if till in (f"{one.store_code}-{one.till_number}", one.device_id)]
    if not devices:
        raise EntryRefused(_("No till is enrolled yet."))
    if not found:
        names = ", ".join(f"{one.store_code}-{one.till_number}" for one in devices)
        raise EntryRefused(_("There is no till {till}. There are: {tills}.").format(till=till, tills=names))
    return found[0].device_id


for _command in (*COMMANDS, *TAX_COMMANDS, *STAFF_COMMANDS, *ACCOUNT_COMMANDS, store_qr):
    hub.add_command(_command)
