"""`omnipos export tax-invoices`: sales whose buyers asked for one, for Coretax, MyInvois or an accountant."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click
import msgspec

from omnipos.cli.owner import hub_options, owner_line
from omnipos.domain.money import currency
from omnipos.domain.tax import PPM, TaxTotal
from omnipos.locale import ngettext
from omnipos.secretfiles import write_secret

if TYPE_CHECKING:
    from hub.taxinvoicemessages import TaxInvoice

HEAD = (
    "store", "receipt_number", "date", "time", "seller_tax_number", "seller_name", "buyer_id_type",
    "buyer_tax_number", "buyer_name", "buyer_address", "buyer_email", "currency", "line", "item_code",
    "description", "unit", "quantity", "unit_price", "discount", "amount", "tax_code", "tax_rate_percent",
    "tax_base", "taxable_base", "tax", "receipt_total",
)  # fmt: skip
A_PAGE = 500
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def export() -> None:
    """Save what others work on."""


@export.command("tax-invoices")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "first", type=DAY, required=True, help="The first day, by the shop's clock.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@click.option("--store", default="", help="One store by its code; else all.")
@click.option("--json", "as_json", is_flag=True, help="JSON with all that is known, instead of CSV.")
@hub_options
def tax_invoices(
    address: str, key_file: Path, file: Path, first: datetime, last: datetime, store: str, as_json: bool
) -> None:
    """Save to FILE the sales whose buyers asked for a tax invoice: a row a line."""
    found = list(_of_days(_fetched(address, key_file, first, last, store), first, last))
    content = msgspec.json.format(msgspec.json.encode(found)) if as_json else _csv(found).encode()
    write_secret(file, content)
    said = ngettext(
        "{count} sale is in {file}. It is no tax invoice until the tax office has validated it.",
        "{count} sales are in {file}. They are no tax invoices until the tax office has validated them.",
        len(found),
    )
    click.echo(said.format(count=len(found), file=file))


def _fetched(
    address: str, key_file: Path, first: datetime, last: datetime, store: str
) -> "Iterator[TaxInvoice]":
    """Yield what the hub has of these days by any clock of the world."""
    from hub.taxinvoicemessages import TaxInvoices

    begin = first.replace(tzinfo=UTC) - timedelta(days=1)
    end = last.replace(tzinfo=UTC) + timedelta(days=2)
    window = {"from_ms": max(int(begin.timestamp()), 0) * 1000, "to_ms": max(int(end.timestamp()), 0) * 1000}
    with owner_line(address, key_file) as line:
        skip = 0
        while True:
            asked: dict[str, str | int] = {**window, "store": store, "skip": skip, "limit": A_PAGE}
            page = line.get("/v1/tax-invoices", TaxInvoices, **asked)
            yield from page.invoices
            skip = page.next
            if not skip:
                return


def _of_days(found: "Iterator[TaxInvoice]", first: datetime, last: datetime) -> "Iterator[TaxInvoice]":
    """Yield those whose day by their own shop's clock is one of these."""
    for one in found:
        if first.date() <= _moment(one).date() <= last.date():
            yield one


def _moment(invoice: "TaxInvoice") -> datetime:
    zone = ZoneInfo(invoice.shop.time_zone) if invoice.shop else UTC
    return datetime.fromtimestamp(invoice.sale.completed_at_ms // 1000, zone)


def _csv(found: "list[TaxInvoice]") -> str:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(HEAD)
    for invoice in found:
        rows.writerows([_harmless(cell) for cell in row] for row in _rows(invoice))
    return written.getvalue()


def _rows(invoice: "TaxInvoice") -> Iterator[list[str]]:
    sale, shop, at = invoice.sale, invoice.shop, _moment(invoice)
    head = [
        shop.code if shop else "",
        sale.receipt_number,
        f"{at:%Y-%m-%d}",
        f"{at:%H:%M:%S}",
        shop.tax_number if shop else "",
        shop.name if shop else "",
        invoice.buyer_kind.upper(),
        invoice.buyer_tax_number,
        invoice.buyer_name,
        invoice.buyer_address,
        invoice.buyer_email,
        sale.currency,
    ]
    taxes = {tax.code: tax for tax in sale.taxes}
    for number, line in enumerate(sale.lines, start=1):
        tax = taxes.get(line.tax_code)
        base_minor = line.net_minor - (line.tax_minor if tax is None or tax.inclusive else 0)
        yield [
            *head,
            str(number),
            line.sku,
            line.name,
            line.unit,
            _decimal(line.quantity_milli, 3),
            *(_sum(one, sale.currency) for one in (line.unit_price_minor, line.saved_minor, line.net_minor)),
            line.tax_code,
            _decimal((tax.rate_ppm if tax else 0) * 100 * 10_000 // PPM, 4),
            _sum(base_minor, sale.currency),
            _sum(_taxable_minor(tax, base_minor), sale.currency),
            _sum(line.tax_minor, sale.currency),
            _sum(sale.total_minor, sale.currency),
        ]


def _taxable_minor(tax: TaxTotal | None, base_minor: int) -> int:
    """Return the part of a line's base that the rate is of: in Indonesia DPP nilai lain, 11/12 of the DPP."""
    if tax is None:
        return base_minor
    return msgspec.structs.replace(tax, base_minor=base_minor).taxable_minor


def _sum(minor: int, code: str) -> str:
    return _decimal(minor, currency(code).decimals)


def _decimal(count: int, digits: int) -> str:
    """Write a count of small parts as a plain number, without trailing noughts behind a whole one."""
    sign, count = ("-", -count) if count < 0 else ("", count)
    whole, rest = divmod(count, 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}" if rest else f"{sign}{whole}"


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") and not is_number else cell
