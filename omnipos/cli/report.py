"""`omnipos report x`: what this till took so far, read beside a running till."""

from pathlib import Path

import click
import msgspec

from omnipos.cli.folders import data_dir_option
from omnipos.cli.reading import speak_as_shop
from omnipos.domain.money import format_money
from omnipos.domain.tender import TENDER_WORDS, TenderKind
from omnipos.locale import _
from omnipos.services.reporting import XReport, x_report
from omnipos.store.connection import open_to_read


@click.group()
def report() -> None:
    """Print the totals of this till."""


@report.command()
@data_dir_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, sums in minor units.")
def x(data_dir: Path, as_json: bool) -> None:
    """Totals so far; nothing is closed or reset by it."""
    books = open_to_read(data_dir)
    try:
        speak_as_shop(books, data_dir)
        totals = x_report(books)
    finally:
        books.close()
    click.echo(msgspec.json.encode(totals).decode() if as_json else _as_words(totals))


def _as_words(report: XReport) -> str:
    def money(minor: int) -> str:
        return format_money(minor, report.currency)

    takings = report.takings
    rows = [
        (_("Sales"), str(takings.sales)),
        (_("Receipts"), f"{takings.first_receipt} – {takings.last_receipt}" if takings.sales else "–"),
        (_("Total"), money(takings.total_minor)),
        (_("Tax in it"), money(takings.tax_minor)),
        (_("Saved by customers"), money(takings.saved_minor)),
        (_("Cash rounding"), money(takings.rounding_minor)),
    ]
    rows += [(_(TENDER_WORDS[TenderKind(one.kind)]), money(one.amount_minor)) for one in takings.tenders]
    rows += [
        (_("Change given"), money(takings.change_minor)),
        (_("Cash in drawer from sales"), money(report.cash_in_drawer_minor)),
        (_("Waiting for the hub"), str(report.waiting)),
    ]
    widest = max(len(label) for label, _value in rows)
    title = _("X report, till {number}").format(number=report.till_number)
    return "\n".join([title, *(f"{label:<{widest}}  {value:>24}" for label, value in rows)])
