"""`omnipos demo` and `omnipos demo order`."""

import json
import os
import signal
from pathlib import Path

import click

from omnipos.cli.demo.goods import PREFIXES
from omnipos.cli.demo.shop import OpenDemo, open_demo, orders_now, throw_away
from omnipos.cli.folders import default_folder, use_folder
from omnipos.cli.stopping import stopping_in_order
from omnipos.locale import LANGUAGES, _, speak


def _folder(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    return use_folder(context, value or default_folder("omnipos-demo"))


demo_folder_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    callback=_folder,
    help="The demo shop's folder; else one of its own under the user's data folder.",
)


@click.group(invoke_without_command=True)
@click.option("--reset", is_flag=True, help="Throw the demo shop away and make it anew.")
@demo_folder_option
@click.option("--country", type=click.Choice(sorted(PREFIXES)), help="Where the shop is; ID unless told.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="What the till speaks; else the country's.")
@click.option("--no-app", is_flag=True, help="Run all but the screens, until SIGTERM or Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Tell what there is in one line of JSON.")
@click.pass_context
def demo(
    context: click.Context,
    reset: bool,
    data_dir: Path,
    country: str | None,
    lang: str | None,
    no_app: bool,
    as_json: bool,
) -> None:
    """Open a demo shop: a hub, 300 products, 200 customers, 12 online orders, and a till on it."""
    if context.invoked_subcommand is None:
        speak(lang or os.environ.get("OMNIPOS_LANGUAGE", "en"))
        if reset:
            throw_away(data_dir)
        run_demo(data_dir, country or "", lang or "", no_app=no_app, as_json=as_json)


def run_demo(
    folder: Path, country: str, language: str, *, no_app: bool = False, as_json: bool = False
) -> None:
    """Open the demo shop of a folder, made first where there is none, until it is left or ended."""
    if not as_json:
        click.echo(_("Opening the demo shop…"), err=True)
    with stopping_in_order(), open_demo(folder, country, language) as opened:
        click.echo(_as_json(opened) if as_json else _as_words(opened))
        if no_app:
            while True:
                signal.pause()
        from omnipos.cli.counter import run_till

        run_till(folder)


def _as_json(demo: OpenDemo) -> str:
    return json.dumps(
        {
            "hub": demo.address,
            "data_dir": str(demo.folder),
            "api_key": demo.shop.api_key,
            "staff": [{"name": one.name, "pin": one.pin, "role": one.role} for one in demo.shop.staff],
            "barcodes": demo.shop.barcodes,
            "phones": demo.shop.phones,
            "orders": [
                {"number": one.number, "state": one.state.value, "code": one.collection_code}
                for one in orders_now(demo)
            ],
        }
    )


def _as_words(demo: OpenDemo) -> str:
    people = ", ".join(f"{one.name} {one.pin}" for one in demo.shop.staff)
    return "\n".join(
        (
            _("The demo shop is open. Sign in with name and PIN: {people}.").format(people=people),
            _("Scan {barcode}, or find a customer by {phone}.").format(
                barcode=demo.shop.barcodes[0], phone=demo.shop.phones[1]
            ),
            _("Its hub is {address}; papers are written to {folder}.").format(
                address=demo.address, folder=demo.folder / "paper"
            ),
        )
    )


@demo.command()
@demo_folder_option
@click.option("--json", "as_json", is_flag=True, help="Tell number, state and code as JSON.")
def order(data_dir: Path, as_json: bool) -> None:
    """Place another online order at the running demo shop, as a web shop would."""
    from omnipos.cli.demo.webshop import place_order

    placed = place_order(data_dir)
    if as_json:
        told = {"number": placed.number, "state": placed.state.value, "code": placed.collection_code}
        click.echo(json.dumps(told))
    else:
        text = _("Order {number} is placed for {name}; the collection code is {code}.")
        click.echo(text.format(number=placed.number, name=placed.customer_name, code=placed.collection_code))
