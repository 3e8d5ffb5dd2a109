"""`omnipos import products|customers`: a CSV file into the hub, good rows kept, bad rows told by line."""

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from hub.messages import Stores
from omnipos.cli.csvrows import Bad, CustomerReader, Good, ProductReader, Table, open_csv
from omnipos.cli.owner import hub_options, owner_line
from omnipos.cli.sending import CustomerSender, ProductSender, Progress, Sender, Tally, send_all
from omnipos.cli.taxes import TAXES
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _
from sync.errors import Retryable
from sync.owner import OwnerClient

Wish = TypeVar("Wish")

json_option = click.option("--json", "as_json", is_flag=True, help="Sum up in one JSON object.")
file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))


@click.group(name="import")
def importing() -> None:
    """Bring products or customers in from a CSV file, plain or .gz; again changes nothing."""


@importing.command()
@file_argument
@click.option("--tax", default="", help="The tax of rows that name none; else the country's usual one.")
@json_option
@hub_options
def products(file: Path, tax: str, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: barcode, name, price; and sku, tax, unit, plu, department, shelf if there are any."""
    tally = Tally()
    with owner_line(address, key_file) as line, open_csv(file) as table, _progress(file, table) as progress:
        country, money = _place(line)
        reader = ProductReader(table, money, tax or TAXES.get(country, TAXES["US"])[0].code)
        trouble = _send(reader.rows(), ProductSender(line, tally), tally, progress)
    odd = {"odd_codes": reader.odd_codes, "repeated_codes": reader.repeated_codes}
    _tell(tally, odd, trouble, as_json)
    if not as_json and reader.odd_codes:
        text = _("{count} barcodes have no right check digit; they are kept as they are.")
        click.echo(text.format(count=reader.odd_codes))
    if not as_json and reader.repeated_codes:
        text = _("{count} barcodes stand in more than one row; a scan finds the last of them.")
        click.echo(text.format(count=reader.repeated_codes))
    sys.exit(1 if tally.bad or trouble else 0)


@importing.command()
@file_argument
@json_option
@hub_options
def customers(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: phone, name; and points, tier if there are any."""
    tally = Tally()
    with owner_line(address, key_file) as line, open_csv(file) as table, _progress(file, table) as progress:
        _place(line)
        trouble = _send(CustomerReader(table).rows(), CustomerSender(line, tally), tally, progress)
    _tell(tally, {}, trouble, as_json)
    sys.exit(1 if tally.bad or trouble else 0)


def _place(line: OwnerClient) -> tuple[str, str]:
    stores = line.get("/v1/stores", Stores).stores
    if not stores:
        raise EntryRefused(_("The hub has no store yet. Make one with: omnipos hub add-store"))
    return stores[0].country, stores[0].currency


def _send(rows: Iterable[Good[Wish] | Bad], sender: Sender[Wish], tally: Tally, progress: Progress) -> str:
    """Send all rows; return why the rest stayed behind when the hub went away for good."""
    try:
        send_all(rows, sender, tally, progress)
    except Retryable as trouble:
        text = _(
            "The hub broke off: {reason}. {written} rows are written and stay, {unchanged} were so already."
            " Run it again to send the rest; nothing is doubled by it."
        )
        reason = str(trouble).rstrip(".")
        return text.format(reason=reason, written=tally.written, unchanged=tally.unchanged)
    return ""


def _tell(tally: Tally, more: dict[str, int], trouble: str, as_json: bool) -> None:
    if as_json:
        broken = {"error": trouble} if trouble else {}
        ok = not (tally.bad or trouble)
        click.echo(json.dumps({"ok": ok, **vars(tally), **more, **broken}))
        return
    if trouble:
        click.echo(trouble, err=True)
        return
    text = _("{rows} rows read: {written} written, {unchanged} were so already, {bad} left out.")
    click.echo(text.format(**vars(tally)))


@contextlib.contextmanager
def _progress(file: Path, table: Table) -> Iterator[Progress]:
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=file.stat().st_size, label=file.name, file=sys.stderr, hidden=hidden
    ) as bar:

        def advance() -> None:
            bar.update(table.bytes_read - bar.pos)

        yield advance
