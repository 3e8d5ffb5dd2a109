"""`omnipos report`: X of the open shift, Z of closed ones, read beside a running till."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from omnipos.cli.folders import data_dir_option
from omnipos.cli.reading import speak_as_shop
from omnipos.domain.foreign_count import foreign_money
from omnipos.domain.money import format_money
from omnipos.domain.shift import ShiftReport
from omnipos.domain.shift_words import ReportRow, rows_of, title_of
from omnipos.domain.shop import Shop
from omnipos.locale import _
from omnipos.services import reporting
from omnipos.services.till import SystemClock
from omnipos.store.connection import Connection, open_to_read
from omnipos.store.identity import load_identity
from omnipos.store.people import all_staff, shop_by_id

Result = TypeVar("Result")
VALUE_WIDTH = 24

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object, sums in minor units.")
csv_option = click.option("--csv", "as_csv", is_flag=True, help="Rows of section,name,count,amount_minor.")


@click.group()
def report() -> None:
    """Print the totals of this till's shifts."""


@report.command()
@data_dir_option
@json_option
@csv_option
def x(data_dir: Path, as_json: bool, as_csv: bool) -> None:
    """Totals of the open shift so far; nothing is closed or reset by it."""

    def told(books: Connection) -> str:
        found = reporting.x_report(books, SystemClock().now_ms())
        waiting = ReportRow(_("Waiting for the hub"), str(found.waiting))
        return _written(books, found, waiting, as_json=as_json, as_csv=as_csv)

    click.echo(_read(data_dir, told))


@report.command()
@data_dir_option
@click.option("--shift", "count", type=click.IntRange(1), help="The Z of that count; without it, the last.")
@json_option
@csv_option
def z(data_dir: Path, count: int | None, as_json: bool, as_csv: bool) -> None:
    """Totals of a closed shift, as they were when it was closed."""

    def told(books: Connection) -> str:
        found = reporting.z_report(books, count or 0)
        return _written(books, found, None, as_json=as_json, as_csv=as_csv)

    click.echo(_read(data_dir, told))


@report.command()
@data_dir_option
@json_option
@csv_option
def shifts(data_dir: Path, as_json: bool, as_csv: bool) -> None:
    """The closed shifts, the newest first."""
    found = _read(data_dir, lambda books: reporting.z_reports(books, 10_000))
    if as_json:
        click.echo(msgspec.json.encode({"shifts": found}).decode())
    elif as_csv:
        from omnipos.services.report_rows import shifts_csv

        click.echo(shifts_csv(found), nl=False)
    else:
        click.echo("\n".join(map(_one_line, found)) or _("No shift was closed yet."))


def _one_line(one: ShiftReport) -> str:
    total, difference = (
        format_money(m, one.currency) for m in (one.takings.total_minor, one.difference_minor)
    )
    line = f"{one.count:>4}  {one.number:<16} {one.business_date}  {total:>18}  {difference:>16}"
    counts = one.foreign_counted or ()
    off = (
        foreign_money(count.difference_minor, count.currency) for count in counts if count.difference_minor
    )
    return "  ".join((line, *off))


def _read(folder: Path, work: Callable[[Connection], Result]) -> Result:
    with closing(open_to_read(folder)) as books:
        speak_as_shop(books, folder)
        return work(books)


def _written(
    books: Connection, found: ShiftReport, more: ReportRow | None, *, as_json: bool, as_csv: bool
) -> str:
    if as_json:
        return msgspec.json.encode(found).decode()
    if as_csv:
        from omnipos.services.report_rows import report_csv

        return report_csv(found).rstrip("\n")
    who = load_identity(books)
    shop = shop_by_id(books, who.store_id) if who else None
    return "\n".join(_lines(books, found, more, shop)) if shop else _("This till has no shop yet.")


def _lines(books: Connection, found: ShiftReport, more: ReportRow | None, shop: Shop) -> Iterator[str]:
    names = {one.staff_id: one.name for one in all_staff(books)}
    rows = [*rows_of(found, shop, names), *((more,) if more else ())]
    widest = max(len(row.label) for row in rows if row.value)
    yield title_of(found)
    for row in rows:
        yield f"{row.label:<{widest}}  {row.value:>{VALUE_WIDTH}}" if row.value else row.label
