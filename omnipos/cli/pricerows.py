"""Prices from the rows of a file: of everybody or of a group, now or from a day on."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from hub.goodsmessages import PriceWish
from omnipos.cli import cells
from omnipos.cli.csvrows import Table
from omnipos.cli.rowfiles import Bad, FromRow, Good, RowFile
from omnipos.locale import _


class PriceReader:
    """Turns rows into prices; a moment that a row before has priced already is a mistake."""

    def __init__(self, file: RowFile, money: str, zone: ZoneInfo) -> None:
        """Read a file whose prices are in major units of a currency, if it is CSV, and its days of a zone."""
        self._file = file
        self._price = cells.Money(money)
        self._zone = zone

    def rows(self) -> Iterator[Good[PriceWish] | Bad]:
        """Yield every row, good or bad, in order."""
        seen: dict[tuple[str, str, int], int] = {}
        for row in self._file.wishes(PriceWish, self._from_csv):
            if isinstance(row, Bad):
                yield row
                continue
            wish = row.wish
            first = seen.setdefault((wish.sku, wish.group.casefold(), wish.valid_from_ms), row.line)
            if first != row.line:
                yield Bad(row.line, _("Line {first} gives this price already.").format(first=first))
            else:
                yield row

    def _from_csv(self, table: Table) -> FromRow[PriceWish]:
        table.need("sku", "price")
        column = table.column
        sku, price, group = column("sku"), column("price"), column("group")
        valid_from = column("valid_from" if table.has("valid_from") else "from")
        table.refuse_others("name", "barcode", "unit")

        def wish(row: list[str]) -> PriceWish:
            day = valid_from(row)
            return PriceWish(
                sku=cells.needed(sku(row), _("It has no SKU.")),
                price_minor=self._price(price(row)),
                valid_from_ms=cells.moment_ms(day, self._zone) if day else 0,
                group=cells.fits(group(row)),
            )

        return wish
