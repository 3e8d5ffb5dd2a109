"""`omnipos import`: a file of rows into the hub, good rows kept, bad rows told by line."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from hub.accountmessages import EntryWish, PostEntries
from hub.goodsmessages import PriceWish, ProductWish
from hub.historymessages import OldSalesWritten, PutOldSales
from hub.messages import PutTaxes, TaxWish, Written
from hub.promotionmessages import CouponWish, PromotionWish, PutCoupons, PutPromotions
from omnipos.cli.customerrows import customer_rows
from omnipos.cli.giftcardrows import gift_card_rows
from omnipos.cli.oldsales import (
    OldSalesFile,
    OldSalesSender,
    OldSalesTally,
    open_old_sales,
    tell_old_sales,
)
from omnipos.cli.owner import hub_options, owner_line, store_named
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
    readers: list[ProductReader] = []

    def read(rows: RowFile, shop: Shop) -> Iterable[Good[ProductWish] | Bad]:
        usual = tax or TAXES.get(shop.country, TAXES["US"])[0].code
        readers.append(ProductReader(rows, shop.currency, usual))
        return readers[0].rows()

    tally, trouble = _bring_in(file, address, key_file, read, ProductSender)
    (reader,) = readers
    odd = {"odd_codes": reader.odd_codes, "repeated_codes": reader.repeated_codes}
    _tell(tally, odd | {"warnings": tally.warnings}, trouble, as_json)
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
    tally, trouble = _bring_in(
        file, address, key_file, lambda rows, _shop: customer_rows(rows), CustomerSender
    )
    _end(tally, {}, trouble, as_json)


@importing.command()
@file_argument
@click.option("--allow-more-than-all", is_flag=True, help="Take rates of more than 100% too.")
@json_option
@hub_options
def taxes(file: Path, allow_more_than_all: bool, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: code, rate in percent; and as you need them name, inclusive, base (11/12), reason, parts
    (STATE+COUNTY), compound, mark, and from: a date, in a further row of a code for a later rate.
    """

    def sender(line: OwnerClient, tally: Tally) -> BatchSender[TaxWish]:
        def put(wishes: tuple[TaxWish, ...]) -> Written:
            body = PutTaxes(taxes=wishes, allow_more_than_all=allow_more_than_all)
            return line.put("/v1/taxes", Written, body)

        return BatchSender(tally, put)

    tally, trouble = _bring_in(
        file, address, key_file, lambda rows, shop: tax_rows(rows, ZoneInfo(shop.time_zone)), sender
    )
    _end(tally, {}, trouble, as_json)


@importing.command()
@file_argument
@json_option
@hub_options
def prices(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: sku, price; and valid_from (a day or time of the shop's own), group (a tier) if there are any.

    Prices are added to those that are there; the ones ahead come into force by themselves.
    """

    def read(rows: RowFile, shop: Shop) -> Iterable[Good[PriceWish] | Bad]:
        return PriceReader(rows, shop.currency, ZoneInfo(shop.time_zone)).rows()

    tally, trouble = _bring_in(file, address, key_file, read, price_sender)
    _end(tally, {"warnings": tally.warnings}, trouble, as_json)


@importing.command()
@file_argument
@json_option
@hub_options
def promotions(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: code, name, kind, value; and as you need them sku, family, category, department, brand,
    without, from, until, days, hours, group, channel, store, coupon, priority, exclusive, combinable,
    most_times, active. A .jsonl file has a promotion a line, as the hub's API takes it: every kind.
    """

    def sender(line: OwnerClient, tally: Tally) -> BatchSender[PromotionWish]:
        return BatchSender(
            tally, lambda some: line.put("/v1/promotions", Written, PutPromotions(promotions=some))
        )

    tally, trouble = _bring_in(file, address, key_file, promotion_rows, sender)
    _end(tally, {"warnings": tally.warnings}, trouble, as_json)


@importing.command()
@file_argument
@json_option
@hub_options
def coupons(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: code, promotion; and uses (1 unless said, or unlimited), from, until if there are any."""

    def sender(line: OwnerClient, tally: Tally) -> BatchSender[CouponWish]:
        return BatchSender(tally, lambda some: line.put("/v1/coupons", Written, PutCoupons(coupons=some)))

    tally, trouble = _bring_in(file, address, key_file, coupon_rows, sender)
    _end(tally, {"warnings": tally.warnings}, trouble, as_json)


@importing.command()
@file_argument
@json_option
@hub_options
def gift_cards(file: Path, as_json: bool, address: str, key_file: Path) -> None:
    """Columns: code, balance. What a card brought along counts once, however often it is imported."""

    def sender(line: OwnerClient, tally: Tally) -> BatchSender[EntryWish]:
        def post(some: tuple[EntryWish, ...]) -> Written:
            return line.post("/v1/accounts/entries", Written, PostEntries(entries=some))

        return BatchSender(tally, post)

    tally, trouble = _bring_in(
        file, address, key_file, lambda rows, shop: gift_card_rows(rows, shop.currency), sender
    )
    _end(tally, {}, trouble, as_json)


@importing.command()
@file_argument
@click.option("--store", "store_code", default="", help="The store that sold, by its code; else the first.")
@json_option
@hub_options
def sales(file: Path, store_code: str, as_json: bool, address: str, key_file: Path) -> None:
    """Sales of the system before this one, from a .jsonl file with one a line; docs/import-sales.md."""
    tally, trouble = OldSalesTally(), ""
    with (
        owner_line(address, key_file) as line,
        open_old_sales(file) as rows,
        _progress(file, rows) as progress,
    ):
        shop = place(line, store_code)

        def put(body: PutOldSales) -> OldSalesWritten:
            return line.put("/v1/old-sales", OldSalesWritten, body)

        try:
            OldSalesSender(put, shop.code, tally).send_all(rows, progress)
        except Retryable as broken:
            text = _(
                "The hub broke off: {reason}. {sales} sales are in and stay, {skipped} were there already."
                " Run it again to send the rest; nothing is doubled by it."
            )
            reason = str(broken).rstrip(".")
            trouble = text.format(reason=reason, sales=tally.sales, skipped=tally.skipped)
    tell_old_sales(tally, rows.overlooked, trouble, currency="" if as_json else shop.currency)
    sys.exit(1 if tally.errors or trouble else 0)


def _bring_in(
    file: Path,
    address: str,
    key_file: Path,
    read: Callable[[RowFile, Shop], Iterable[Good[Wish] | Bad]],
    sender: Callable[[OwnerClient, Tally], Sender[Wish]],
) -> tuple[Tally, str]:
    """Read a file's rows and send them; return what became of them, and why some stayed behind."""
    tally = Tally()
    with owner_line(address, key_file) as line, open_rows(file) as rows, _progress(file, rows) as progress:
        trouble = _send(read(rows, place(line)), sender(line, tally), tally, progress)
    return tally, trouble


def _end(tally: Tally, more: dict[str, int], trouble: str, as_json: bool) -> NoReturn:
    _tell(tally, more, trouble, as_json)
    sys.exit(1 if tally.bad or trouble else 0)


def place(line: OwnerClient, code: str = "") -> Shop:
    """Return the hub's first store, or the one of a code: its money, zone and taxes are those of a file."""
    return store_named(line, code or None)


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
def _progress(file: Path, rows: RowFile | OldSalesFile) -> Iterator[Progress]:
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=file.stat().st_size, label=file.name, file=sys.stderr, hidden=hidden
    ) as bar:

        def advance() -> None:
            bar.update(rows.bytes_read - bar.pos)

        yield advance
