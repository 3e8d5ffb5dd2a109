"""`omnipos import`: a file of rows into the hub, good rows kept, bad rows told by line."""

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from hub.messages import PutTaxes, Stores, TaxWish, Written
from hub.promotionmessages import CouponWish, PromotionWish, PutCoupons, PutPromotions
from omnipos.cli.customerrows import customer_rows
from omnipos.cli.owner import hub_options, owner_line
from omnipos.cli.pricerows import PriceReader
from omnipos.cli.productrows import ProductReader
from omnipos.cli.promotionrows import coupon_rows, promotion_rows
from omnipos.cli.rowfiles import Bad, Good, RowFile, open_rows
from omnipos.cli.sending import (
    BatchSender,
    CustomerSender,
    ProductSender,
    Progress,
    Sender,
    Tally,
    price_sender,
    send_all,
)
from omnipos.cli.taxes import TAXES
from omnipos.cli.taxrows import tax_rows
from omnipos.domain.errors import EntryRefused
from omnipos.domain.shop import Shop
from omnipos.locale import _
from sync.errors import Retryable
from sync.owner import OwnerClient

Wish = TypeVar("Wish")

json_option = click.option("--json", "as_json", is_flag=True, help="Sum up in one JSON object.")
file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))


@click.group(name="import")
def importing() -> None:
    """Bring rows in from a file, .csv or .jsonl, plain or .gz; the same again changes nothing."""


@importing.command()
@file_argument
@click.option("--tax", default="", help="The tax of rows that name none; else the country's usual one.")
@json_option
@hub_options
def products(file: Path, tax: str, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: barcode (or sku), name, price; and as you need them barcodes, tax, unit, plu, department,
    shelf, category, brand, family, options, deposit, min_age, serial, open_price, discountable.
    """
    tally = Tally()
    with owner_line(address, key_file) as line, open_rows(file) as rows, _progress(file, rows) as progress:
        shop = place(line)
        usual = tax or TAXES.get(shop.country, TAXES["US"])[0].code
        reader = ProductReader(rows, shop.currency, usual)
        trouble = _send(reader.rows(), ProductSender(line, tally), tally, progress)
    odd = {"odd_codes": reader.odd_codes, "repeated_codes": reader.repeated_codes}
    odd["warnings"] = tally.warnings
    _tell(tally, odd, trouble, as_json)
    if not as_json and reader.odd_codes:
        text = _("{count} barcodes have no right check digit; they are kept as they are.")
        click.echo(text.format(count=reader.odd_codes))
    if not as_json and reader.repeated_codes:
        text = _(
            "{count} barcodes stand in more than one row. Of one SKU the last row holds;"
            " of several SKUs a scan finds the first."
        )
        click.echo(text.format(count=reader.repeated_codes))
    sys.exit(1 if tally.bad or trouble else 0)


@importing.command()
@file_argument
@json_option
@hub_options
def customers(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: phone, name; and points, tier if there are any."""
    tally = Tally()
    with owner_line(address, key_file) as line, open_rows(file) as rows, _progress(file, rows) as progress:
        place(line)
        trouble = _send(customer_rows(rows), CustomerSender(line, tally), tally, progress)
    _tell(tally, {}, trouble, as_json)
    sys.exit(1 if tally.bad or trouble else 0)


@importing.command()
@file_argument
@click.option("--allow-more-than-all", is_flag=True, help="Take rates of more than 100% too.")
@json_option
@hub_options
def taxes(file: Path, allow_more_than_all: bool, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: code, rate in percent; and as you need them name, inclusive, base (11/12), reason, parts
    (STATE+COUNTY), compound, mark, and from: a date, in a further row of a code for a later rate.
    """
    tally = Tally()
    with owner_line(address, key_file) as line, open_rows(file) as rows, _progress(file, rows) as progress:

        def put(wishes: tuple[TaxWish, ...]) -> Written:
            body = PutTaxes(taxes=wishes, allow_more_than_all=allow_more_than_all)
            return line.put("/v1/taxes", Written, body)

        found = tax_rows(rows, ZoneInfo(place(line).time_zone))
        trouble = _send(found, BatchSender(tally, put), tally, progress)
    _tell(tally, {}, trouble, as_json)
    sys.exit(1 if tally.bad or trouble else 0)


@importing.command()
@file_argument
@json_option
@hub_options
def prices(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: sku, price; and valid_from (a day or time of the shop's own), group (a tier) if there are any.

    Prices are added to those that are there; the ones ahead come into force by themselves.
    """
    tally = Tally()
    with owner_line(address, key_file) as line, open_rows(file) as rows, _progress(file, rows) as progress:
        shop = place(line)
        read = PriceReader(rows, shop.currency, ZoneInfo(shop.time_zone)).rows()
        trouble = _send(read, price_sender(line, tally), tally, progress)
    _tell(tally, {"warnings": tally.warnings}, trouble, as_json)
    sys.exit(1 if tally.bad or trouble else 0)


@importing.command()
@file_argument
@json_option
@hub_options
def promotions(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: code, name, kind, value; and as you need them sku, family, category, department, brand,
    without, from, until, days, hours, group, channel, store, coupon, priority, exclusive, combinable,
    most_times, active. A .jsonl file has a promotion a line, as the hub's API takes it: every kind.
    """
    tally = Tally()
    with owner_line(address, key_file) as line, open_rows(file) as rows, _progress(file, rows) as progress:
        wishes = promotion_rows(rows, place(line))
        sender: BatchSender[PromotionWish] = BatchSender(
            tally, lambda some: line.put("/v1/promotions", Written, PutPromotions(promotions=some))
        )
        trouble = _send(wishes, sender, tally, progress)
    _tell(tally, {"warnings": tally.warnings}, trouble, as_json)
    sys.exit(1 if tally.bad or trouble else 0)


@importing.command()
@file_argument
@json_option
@hub_options
def coupons(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: code, promotion; and uses (1 unless said, or unlimited), from, until if there are any."""
    tally = Tally()
    with owner_line(address, key_file) as line, open_rows(file) as rows, _progress(file, rows) as progress:
        wishes = coupon_rows(rows, place(line))
        sender: BatchSender[CouponWish] = BatchSender(
            tally, lambda some: line.put("/v1/coupons", Written, PutCoupons(coupons=some))
        )
        trouble = _send(wishes, sender, tally, progress)
    _tell(tally, {"warnings": tally.warnings}, trouble, as_json)
    sys.exit(1 if tally.bad or trouble else 0)


def place(line: OwnerClient) -> Shop:
    """Return the hub's first store: its money, its time zone and its taxes are those of a file."""
    stores = line.get("/v1/stores", Stores).stores
    if not stores:
        raise EntryRefused(_("The hub has no store yet. Make one with: omnipos hub add-store"))
    return stores[0]


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
        click.echo(json.dumps({"ok": ok, **tally.summary(), **more, **broken}))
        return
    if trouble:
        click.echo(trouble, err=True)
        return
    text = _("{rows} rows read: {written} written, {unchanged} were so already, {bad} left out.")
    click.echo(text.format(**tally.summary()))


@contextlib.contextmanager
def _progress(file: Path, rows: RowFile) -> Iterator[Progress]:
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=file.stat().st_size, label=file.name, file=sys.stderr, hidden=hidden
    ) as bar:

        def advance() -> None:
            bar.update(rows.bytes_read - bar.pos)

        yield advance
