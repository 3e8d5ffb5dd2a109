"""Taxes from the rows of a file; rows of one code with dates are its later rates."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from hub.messages import DatedRateWish, TaxWish
from omnipos.cli import cells
from omnipos.cli.csvrows import Table
from omnipos.cli.rowfiles import Bad, FromRow, Good, RowFile
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _

MOST_DECIMALS = 4
"""Of a percentage: a rate is kept in millionths."""


class TaxRow(TaxWish, frozen=True, kw_only=True):
    """A tax as one row says it; with a time it is a later rate of its code."""

    from_ms: int = 0


def tax_rows(file: RowFile, zone: ZoneInfo) -> list[Good[TaxWish] | Bad]:
    """Return every tax with its later rates, those made of others last, and the rows that are bad."""
    found = _together(file.wishes(TaxRow, lambda table: _from_csv(table, zone)))
    return sorted(found, key=lambda row: isinstance(row, Good) and bool(row.wish.parts))


def _from_csv(table: Table, zone: ZoneInfo) -> FromRow[TaxRow]:
    table.need("code", "rate")
    column = table.column
    code, name, rate, base = column("code"), column("name"), column("rate"), column("base")
    inclusive, reason, since = column("inclusive"), column("reason"), column("from")
    parts, compound, mark = column("parts"), column("compound"), column("mark")
    table.refuse_others()

    def tax(row: list[str]) -> TaxRow:
        numerator, denominator = _fraction(base(row))
        return TaxRow(
            code=cells.needed(code(row), _("It has no code.")),
            name=cells.words(name(row)) or code(row),
            rate_ppm=rate_ppm(rate(row)),
            inclusive=cells.yes_no(inclusive(row)),
            base_numerator=numerator,
            base_denominator=denominator,
            reason=cells.words(reason(row)),
            parts=tuple(part.strip() for part in parts(row).replace("+", "|").split("|") if part.strip()),
            compound=cells.yes_no(compound(row)),
            mark=mark(row)[:4],
            from_ms=cells.moment_ms(since(row), zone) if since(row) else 0,
        )

    return tax


def rate_ppm(text: str) -> int:
    """Read a percentage, such as 12, 8.25% or 3,85, as millionths; raise EntryRefused."""
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
    if not plain:
        return 0
    whole, _point, rest = plain.partition(".")
    digits = whole + rest
    if not (digits.isascii() and digits.isdigit() and len(rest) <= MOST_DECIMALS and len(whole) <= 3):
        raise EntryRefused(
            _("“{text}” is no rate. Write percent, such as 12 or 8.25.").format(text=text[:20])
        )
    return int(whole + rest.ljust(MOST_DECIMALS, "0"))


def _fraction(text: str) -> tuple[int, int]:
    if not text:
        return 1, 1
    over, _bar, under = text.partition("/")
    good = all(one.strip().isascii() and one.strip().isdigit() and len(one) <= 6 for one in (over, under))
    if not good or not int(under):
        raise EntryRefused(_("“{text}” is no fraction. Write it such as 11/12.").format(text=text[:20]))
    return int(over), int(under)


def _together(rows: Iterator[Good[TaxRow] | Bad]) -> Iterator[Good[TaxWish] | Bad]:
    found: dict[str, tuple[int, TaxRow]] = {}
    for row in rows:
        if isinstance(row, Bad):
            yield row
            continue
        tax = row.wish
        first = found.get(tax.code)
        if not tax.from_ms and first is None:
            found[tax.code] = row.line, tax
        elif not tax.from_ms:
            yield Bad(row.line, _("Tax {code} stands in the file already.").format(code=tax.code))
        elif first is None:
            yield Bad(
                row.line,
                _("Tax {code} has no row without a date before this one.").format(code=tax.code),
            )
        else:
            line, whole = first
            later = (*whole.later_rates, _dated(tax))
            found[tax.code] = line, msgspec.structs.replace(whole, later_rates=later)
    for line, whole in found.values():
        fields = {name: getattr(whole, name) for name in TaxWish.__struct_fields__}
        yield Good(line, TaxWish(**fields))


def _dated(tax: TaxRow) -> DatedRateWish:
    return DatedRateWish(
        valid_from_ms=tax.from_ms,
        rate_ppm=tax.rate_ppm,
        base_numerator=tax.base_numerator,
        base_denominator=tax.base_denominator,
    )
