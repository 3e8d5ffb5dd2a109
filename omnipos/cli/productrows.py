"""Products from the rows of a file; what is odd but kept is counted."""

import re
from collections.abc import Callable, Iterable, Iterator

from hub.goodsmessages import BarcodeWish, ProductWish
from omnipos.cli import cells
from omnipos.cli.csvrows import Table
from omnipos.cli.rowfiles import Bad, FromRow, Good, RowFile
from omnipos.domain.barcode import canonical, is_gtin
from omnipos.locale import _

MOST_YEARS = 99
_PACK = re.compile(r"(\d{4,})\s*[x×*]\s*([\d.,]+)|(.+?)\s*[×*]\s*([\d.,]+)", re.ASCII | re.IGNORECASE)
"""A pack's barcode with its quantity. An x counts only behind digits: other codes may end in `x2`."""

MORE_COLUMNS: dict[str, tuple[str, Callable[[str], object]]] = {
    "category": ("category", cells.words),
    "brand": ("brand", cells.words),
    "family": ("family", cells.words),
    "options": ("options", lambda text: tuple(filter(None, (one.strip() for one in text.split("|"))))),
    "deposit": ("deposit_sku", cells.fits),
    "min_age": ("min_age", lambda text: cells.number(text, MOST_YEARS)),
    "serial": ("asks_serial", cells.yes_no),
    "open_price": ("open_price", cells.yes_no),
    "discountable": ("discountable", lambda text: not text or cells.yes_no(text)),
}
"""Columns that a file may have besides: what they fill, and how they are read. Without one, all stays."""


class ProductReader:
    """Turns rows into products; counts what is odd but kept."""

    def __init__(self, file: RowFile, money: str, usual_tax: str) -> None:
        """Read a file whose prices are in major units of a currency, if it is CSV."""
        self._file = file
        self._price = cells.Money(money)
        self._usual_tax = usual_tax
        self._seen: set[str] = set()
        self._may_have_deposits = True
        self.odd_codes = 0
        self.repeated_codes = 0

    def rows(self) -> Iterator[Good[ProductWish] | Bad]:
        """Yield every row, good or bad; in order, but deposits before what is sold with them."""
        rows = self._file.wishes(ProductWish, self._from_csv)
        first = next(rows, None)
        if first is None:
            return
        yield from self._counted(
            _deposits_first(first, rows) if self._may_have_deposits else _all(first, rows)
        )

    def _counted(self, rows: Iterable[Good[ProductWish] | Bad]) -> Iterator[Good[ProductWish] | Bad]:
        for row in rows:
            if isinstance(row, Good):
                for barcode in row.wish.barcodes:
                    self._count(barcode.code)
            yield row

    def _count(self, code: str) -> None:
        self.odd_codes += not is_gtin(code)
        wanted = canonical(code)
        self.repeated_codes += wanted in self._seen
        self._seen.add(wanted)

    def _from_csv(self, table: Table) -> FromRow[ProductWish]:
        has_code = table.has("sku") or table.has("barcodes")
        table.need(*(() if has_code else ("barcode",)), "name", "price")
        self._may_have_deposits = table.has("deposit")
        column = table.column
        barcode, packs, name, price = column("barcode"), column("barcodes"), column("name"), column("price")
        sku, tax, unit, plu = column("sku"), column("tax"), column("unit"), column("plu")
        department, shelf = column("department"), column("shelf")
        more = [
            (field, column(word), read) for word, (field, read) in MORE_COLUMNS.items() if table.has(word)
        ]

        def product(row: list[str]) -> ProductWish:
            barcodes = _barcodes(barcode(row), packs(row))
            code = sku(row) or (barcodes[0].code if barcodes else "")
            given: dict[str, object] = {field: read(cell(row)) for field, cell, read in more}
            return ProductWish(
                sku=cells.needed(code, _("It has neither barcode nor SKU.")),
                name=cells.name(name(row)),
                price_minor=self._price(price(row)),
                tax_code=cells.fits(tax(row)) or self._usual_tax,
                unit=unit(row)[:16] or "pcs",
                plu=cells.fits(plu(row)),
                department=cells.words(department(row)),
                shelf=cells.fits(shelf(row)),
                barcodes=barcodes,
                **given,  # type: ignore[arg-type]
            )

        return product


def _barcodes(code: str, packs: str) -> tuple[BarcodeWish, ...]:
    own = (BarcodeWish(code=cells.fits(code)),) if code else ()
    return (*own, *map(_pack, filter(None, (one.strip() for one in packs.split("|"))))) if packs else own


def _pack(text: str) -> BarcodeWish:
    found = _PACK.fullmatch(text)
    if found is None:
        return BarcodeWish(code=cells.fits(text))
    code, quantity = (found[1], found[2]) if found[1] else (found[3], found[4])
    return BarcodeWish(code=cells.fits(code), quantity_milli=cells.quantity_milli(quantity))


def _all(
    first: Good[ProductWish] | Bad, rest: Iterable[Good[ProductWish] | Bad]
) -> Iterator[Good[ProductWish] | Bad]:
    yield first
    yield from rest


def _deposits_first(
    first: Good[ProductWish] | Bad, rest: Iterable[Good[ProductWish] | Bad]
) -> Iterator[Good[ProductWish] | Bad]:
    """Yield what is named as a deposit before all that names it: the hub takes no unknown deposit."""
    rows = list(_all(first, rest))
    deposits = {row.wish.deposit_sku for row in rows if isinstance(row, Good)} - {None, ""}
    later = []
    for row in rows:
        if isinstance(row, Good) and row.wish.sku in deposits:
            yield row
        else:
            later.append(row)
    yield from later
