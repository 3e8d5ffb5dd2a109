"""Reading the rows of a CSV file: columns by their header's name, each bad row with its line and reason."""

import contextlib
import csv
import gzip
import io
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

import msgspec

from hub.goodsmessages import BarcodeWish, ProductWish
from hub.messages import CustomerWish
from omnipos.domain.barcode import canonical, is_gtin
from omnipos.domain.errors import DomainError, EntryRefused
from omnipos.domain.money import MOST_MINOR, currency, parse_money
from omnipos.domain.names import clean_text
from omnipos.locale import _

Wish = TypeVar("Wish")
LONGEST_CODE = 64
LONGEST_TEXT = 400


class Good(msgspec.Struct, Generic[Wish], frozen=True):
    """A row that can be sent."""

    line: int
    wish: Wish


class Bad(msgspec.Struct, frozen=True):
    """A row that is left out, and why."""

    line: int
    reason: str


class Table:
    """An open CSV file behind its header."""

    def __init__(self, raw: BinaryIO, text: io.TextIOBase) -> None:
        """Read the header; raise EntryRefused when there is none."""
        self._raw = raw
        self._text = text
        self._taken: list[str] = []
        self._again: deque[str] = deque()
        first = text.readline()
        self._mark = max(",;\t", key=first.count)
        names = next(csv.reader([first], delimiter=self._mark), [])
        self._width = len(names)
        self._columns = {name.strip().casefold(): place for place, name in enumerate(names)}
        if not first.strip():
            raise EntryRefused(_("The file is empty; its first line names the columns."))

    @property
    def bytes_read(self) -> int:
        """How far the file itself was read."""
        return self._raw.tell()

    def need(self, *names: str) -> None:
        """Raise EntryRefused when a column is missing."""
        missing = [name for name in names if name not in self._columns]
        if missing:
            raise EntryRefused(
                _("The file has no column {missing}. It has {there}.").format(
                    missing=", ".join(missing), there=", ".join(self._columns)
                )
            )

    def column(self, name: str) -> Callable[[list[str]], str]:
        """Return what takes a column's text from a row; empty where the file has none."""
        place = self._columns.get(name)
        if place is None:
            return lambda row: ""
        return lambda row: row[place].strip() if place < len(row) else ""

    def rows(self) -> Iterator[tuple[int, list[str] | str]]:
        """Yield each row behind the header with its first line's number, or why it cannot be read."""
        taken, row, trouble = self._taken, [""], ""
        read = csv.reader(self._lines(), delimiter=self._mark)
        line = 2
        while True:
            taken.clear()
            try:
                row = next(read)
            except StopIteration:
                return
            except csv.Error as error:
                trouble = str(error)
            if len(taken) > 1 and (trouble or not self._is_one_row(taken)):
                # One stray quote would swallow all up to the next one: only its own line is given up.
                self._again.extendleft(reversed(taken[1:]))
                del taken[1:]
                read = csv.reader(self._lines(), delimiter=self._mark)
                trouble = _("A quotation mark in it is opened and not closed. Only this line is left out.")
            if trouble:
                yield line, trouble
                trouble = ""
            elif row:
                yield line, row
            line += len(taken)

    def _lines(self) -> Iterator[str]:
        taken, again = self._taken, self._again
        while again:
            taken.append(again.popleft())
            yield taken[-1]
        for line in self._text:
            taken.append(line)
            yield line

    def _is_one_row(self, lines: list[str]) -> bool:
        """Tell whether lines that quotes hold together are one row, with no whole row among them."""
        try:
            (row,) = csv.reader(lines, delimiter=self._mark, strict=True)
        except (csv.Error, ValueError):
            return False
        whole = [line.count(self._mark) + 1 >= self._width for line in lines]
        if len(row[0].splitlines()) > 1 and not whole[0]:
            # What goes on after a break in the first column has all others behind it.
            whole[-1] = False
        return len(row) == self._width and not any(whole[1:])


@contextlib.contextmanager
def open_csv(path: Path) -> Iterator[Table]:
    """Open a CSV file, plain or gzip, in UTF-8; raise EntryRefused when it breaks off."""
    try:
        with path.open("rb") as raw:
            whole: BinaryIO = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw  # type: ignore[assignment]
            with io.TextIOWrapper(whole, encoding="utf-8-sig", errors="replace", newline="") as text:
                yield Table(raw, text)
    except (gzip.BadGzipFile, EOFError) as error:
        raise EntryRefused(
            _("{file} cannot be unpacked to its end: {reason}. Rows before that are kept.").format(
                file=path, reason=error
            )
        ) from error


class ProductReader:
    """Turns rows into products; counts what is odd but kept."""

    def __init__(self, table: Table, money: str, usual_tax: str) -> None:
        """Look the columns up; prices are in major units of the currency."""
        table.need("barcode", "name", "price")
        self._table = table
        self._money = money
        self._unit_minor: int = 10 ** currency(money).decimals
        self._usual_tax = usual_tax
        self._seen: set[str] = set()
        self.odd_codes = 0
        self.repeated_codes = 0

    def rows(self) -> Iterator[Good[ProductWish] | Bad]:
        """Yield every row, good or bad, in order."""
        column = self._table.column
        barcode, name, price = column("barcode"), column("name"), column("price")
        sku, tax, unit, plu = column("sku"), column("tax"), column("unit"), column("plu")
        department, shelf = column("department"), column("shelf")
        for line, row in self._table.rows():
            if isinstance(row, str):
                yield Bad(line, row)
                continue
            try:
                code = barcode(row)
                wish = ProductWish(
                    sku=_code(sku(row) or code, _("It has neither barcode nor SKU.")),
                    name=_name(name(row)),
                    price_minor=self._price(price(row)),
                    tax_code=_fits(tax(row)) or self._usual_tax,
                    unit=unit(row)[:16] or "pcs",
                    plu=_fits(plu(row)),
                    department=department(row)[:LONGEST_TEXT],
                    shelf=_fits(shelf(row)),
                    barcodes=(BarcodeWish(code=_fits(code)),) if code else (),
                )
            except DomainError as error:
                yield Bad(line, str(error))
                continue
            self._count(code)
            yield Good(line, wish)

    def _price(self, text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 15:
            minor = int(text) * self._unit_minor
        else:
            minor = parse_money(text, self._money)
        if minor > MOST_MINOR:
            raise EntryRefused(_("The price is too large."))
        return minor

    def _count(self, code: str) -> None:
        if not code:
            return
        self.odd_codes += not is_gtin(code)
        wanted = canonical(code)
        self.repeated_codes += wanted in self._seen
        self._seen.add(wanted)


class CustomerReader:
    """Turns rows into customers; the hub reads their phone numbers."""

    def __init__(self, table: Table) -> None:
        """Look the columns up."""
        table.need("phone", "name")
        self._table = table

    def rows(self) -> Iterator[Good[CustomerWish] | Bad]:
        """Yield every row, good or bad, in order."""
        column = self._table.column
        phone, name, points, tier = column("phone"), column("name"), column("points"), column("tier")
        for line, row in self._table.rows():
            if isinstance(row, str):
                yield Bad(line, row)
                continue
            try:
                wish = CustomerWish(
                    phone=_code(phone(row), _("It has no phone number."), longest=40),
                    name=_name(name(row)),
                    points=_points(points(row)),
                    tier=_fits(tier(row)) or None,
                )
            except DomainError as error:
                yield Bad(line, str(error))
                continue
            yield Good(line, wish)


def _points(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise EntryRefused(_("“{text}” is no number of points.").format(text=text[:20]))
    return int(text)


def _name(text: str) -> str:
    # Most names have a letter at once; only the rest need the full look for something to read.
    if not any(c.isalnum() for c in text) and not clean_text(text):
        raise EntryRefused(_("It has no name."))
    return text[:LONGEST_TEXT]


def _code(text: str, missing: str, longest: int = LONGEST_CODE) -> str:
    if not text:
        raise EntryRefused(missing)
    return _fits(text, longest)


def _fits(text: str, longest: int = LONGEST_CODE) -> str:
    if len(text) > longest:
        raise EntryRefused(
            _("“{text}…” is longer than {longest} characters.").format(text=text[:20], longest=longest)
        )
    return text
