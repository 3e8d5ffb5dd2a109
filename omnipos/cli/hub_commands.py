"""`omnipos hub`: run a hub, and set up its stores, people, tills and web shops."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from omnipos.cli.account_commands import ACCOUNT_COMMANDS
from omnipos.cli.exporting import take_in
from omnipos.cli.folders import data_dir_option, use_folder
from omnipos.cli.hub_backup import backup, restore
from omnipos.cli.hub_watching import COMMANDS
from omnipos.cli.hubchild import PARENT_VARIABLE, end_with_parent
from omnipos.cli.owner import hub_options, owner_line
from omnipos.cli.ownhub import hub_database, take_keeper_lock
from omnipos.cli.qr_commands import store_qr
from omnipos.cli.staff_commands import STAFF_COMMANDS
from omnipos.cli.tax_commands import NOT_CERTIFIED, TAX_COMMANDS
from omnipos.domain.errors import EntryRefused, StoreTrouble
from omnipos.domain.shop import CERTIFIED_TILLS, COUNTRIES
from omnipos.locale import _, ngettext
from sync.owner import OwnerClient

DEFAULT_BIND = "127.0.0.1:8311"
Command = TypeVar("Command", bound=Callable[..., Any])


def serving_options(command: Command) -> Command:
    """Give a command what a hub serves with: its database, the owner's key, its address, its folder."""
    decorated = click.option(
        "--bind", default=DEFAULT_BIND, show_default=True, help="HOST:PORT to listen at."
    )(data_dir_option(command))
    decorated = click.option(
        "--admin-key",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The owner's key; else admin.key beside the SQLite file.",
    )(decorated)
    return click.option(
        "--database",
        default="",
        help="An SQLite file, or postgresql://…; else a file in the data folder.",
    )(decorated)


@click.group(invoke_without_command=True)
@serving_options
@click.pass_context
def hub(context: click.Context, database: str, admin_key: Path | None, bind: str, data_dir: Path) -> None:
    """Run a hub, and set up its stores, staff and tills. Without a command it serves."""
    if context.invoked_subcommand is None:
        _serve(database, admin_key, bind, data_dir)


@hub.command()
@serving_options
def serve(database: str, admin_key: Path | None, bind: str, data_dir: Path) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    end_with_parent()
    _serve(database, admin_key, bind, data_dir)


def _serve(database: str, admin_key: Path | None, bind: str, folder: Path) -> None:
    is_shared = "://" in database
    if is_shared and admin_key is None:
        raise EntryRefused(
            _(
                "A hub on PostgreSQL keeps its keys in files: name the owner's with --admin-key FILE. At the"
                " first start it is made, and hub.key beside it; every machine of this hub needs both."
            )
        )
    path = Path(database) if database and not is_shared else hub_database(folder)
    if is_shared and admin_key is not None:
        path = admin_key.absolute()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    use_folder(click.get_current_context(), path.parent)
    try:
        from hub.serving import BindTaken, serve
    except ModuleNotFoundError as missing:
        raise StoreTrouble(
            _("The hub's own parts are not installed ({part}). Install omnipos with its extra “hub”.").format(
                part=missing.name
            )
        ) from missing
    # A till that runs this hub inside itself holds the lock already.
    # On PostgreSQL any number of hubs may serve.
    alone = not is_shared and not os.environ.get(PARENT_VARIABLE)
    lock = take_keeper_lock(path.parent, f"http://{bind}") if alone else None
    try:
        serve(database if is_shared else str(path), bind, admin_key=admin_key)
    except BindTaken as taken:
        raise EntryRefused(_("The hub cannot listen there: {reason}.").format(reason=taken)) from taken
    finally:
        if lock is not None:
            os.close(lock)


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
            store=store, address=address, code=made.code
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
    text = _("{released} entries of till {till} count now; {kept} are still kept aside.")
    click.echo(text.format(released=done.released, till=till, kept=done.kept_aside))


def _device_id(line: OwnerClient, till: str) -> str:
    """Return the id of a till named as on its receipts, or by its id."""
    from hub.reports import Devices

    devices = line.get("/v1/devices", Devices).devices
    found = [one for one in devices if till in (f"{one.store_code}-{one.till_number}", one.device_id)]
    if not found:
        names = ", ".join(f"{one.store_code}-{one.till_number}" for one in devices)
        raise EntryRefused(_("There is no till {till}. There are: {tills}.").format(till=till, tills=names))
    return found[0].device_id


for _command in (*COMMANDS, *TAX_COMMANDS, *STAFF_COMMANDS, *ACCOUNT_COMMANDS, store_qr):
    hub.add_command(_command)
